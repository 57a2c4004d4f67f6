import {helpText, optionRows} from '../source/settings/help-text.ts';
import {type CommandName, type Option, options, variableOf} from '../source/settings/option-table.ts';
import {keyGroups, keysShown} from '../source/ui/keys/commands.ts';
import {bold, entry, heading, paragraph, plain, subheading} from './roff.ts';

/** The manual page in roff, from the tables of options and keys. */
export function manPage(version: string): string {
  const names: readonly CommandName[] = [...new Set(options.flatMap(({commands}: Option) => commands))];
  const others = names.filter((name) => name !== 'screen');
  return [
    '.\\" Made by scripts/man.ts from the tables of the program.',
    `.TH PIPETAIL 1 "" "pipetail ${version}" "User Commands"`,
    // No hyphenation, no justified lines.
    '.nh',
    '.ad l',
    heading('NAME'),
    `pipetail \\- ${plain('follow the logs of Feldera pipelines in a terminal')}`,
    heading('SYNOPSIS'),
    ...usageOf('screen').map(({call}) => `${bold(call)}\n.br`),
    heading('DESCRIPTION'),
    paragraph(
      'A sidebar lists every pipeline of a Feldera server; each open tab follows the log of one pipeline over its own ' +
        'connection. The log scrolls, searches, filters, pauses and reconnects. After a reconnect, lines that can be ' +
        'told apart appear once, no line that the server still had is missing, and lines that it no longer had are ' +
        'shown as a gap.',
    ),
    ...usageOf('screen').flatMap(({call, does}) => entry(call, does)),
    ...notesOf('screen').map(paragraph),
    heading('OPTIONS'),
    ...optionEntries('screen'),
    heading('COMMANDS'),
    ...others.flatMap((name) => [
      subheading(`pipetail ${name}`),
      paragraph(introductionOf(name)),
      ...usageOf(name).flatMap(({call, does}) => entry(call, does)),
      ...notesOf(name).map(paragraph),
      ...ownOptionEntries(name),
    ]),
    heading('CONFIGURATION'),
    paragraph(
      'Every option that is useful for more than one call has a flag, a variable and a key in the configuration file. ' +
        'The flag wins over the variable, the variable over the file, the file over the default. A switch that is on ' +
        'is turned off by its flag with no- in front: --no-mouse. Unknown keys and invalid values are errors, reported ' +
        'with their line.',
    ),
    paragraph(
      'The file also has tables: [contexts.NAME] with host, credential, tenant and colour of a server, [keys] with the ' +
        'keys of commands, and [themes.NAME] with colours. pipetail config init writes a file that explains them all.',
    ),
    paragraph(
      'A context is one whole. One that is named by --context or PIPETAIL_CONTEXT applies whatever FELDERA_HOST and ' +
        'FELDERA_API_KEY hold. The default one applies when neither --host nor FELDERA_HOST names a server.',
    ),
    heading('KEYS'),
    paragraph('On the screen, ? lists the keys, finds commands by words, and runs them.'),
    ...keyGroups().flatMap(({group, commands}) => [
      subheading(group),
      ...commands.flatMap((command) => entry(keysShown(command), command.help)),
    ]),
    heading('ENVIRONMENT'),
    ...environment().flatMap(([name, does]) => entry(name, does)),
    heading('FILES'),
    ...entry('~/.config/pipetail/config.toml', 'the configuration; pipetail config init writes one with every option'),
    ...entry(
      '~/.local/state/pipetail',
      'session, histories of the prompts, recordings and crash reports, readable only by their owner; never a credential',
    ),
    ...entry('~/.cache/pipetail', 'compiled code, for a quicker start; only where no other user may write'),
    heading('EXIT STATUS'),
    paragraph(exitCodes(names)),
    '',
  ].join('\n');
}

/** The calls of a command in `--help`, and what each does. */
function usageOf(name: CommandName): {readonly call: string; readonly does: string}[] {
  const lines = helpText(name).split('\n');
  const from = lines.indexOf('Usage') + 1;
  return lines.slice(from, lines.indexOf('', from)).map((line) => {
    const [call = '', does = ''] = line.trim().split(/ {2,}/);
    return {call, does};
  });
}

/** The paragraphs of `--help` between a command's usage and its options. */
function notesOf(name: CommandName): string[] {
  const text = helpText(name);
  const [, ...notes] = text
    .slice(text.indexOf('\nUsage\n'), text.indexOf('\nOptions\n'))
    .trim()
    .split(/\n{2,}/);
  return notes;
}

/** The text of `--help` before a command's usage. */
function introductionOf(name: CommandName): string {
  const text = helpText(name);
  return text.slice(0, text.indexOf('\nUsage\n')).trim().replaceAll('\n', ' ');
}

/** The exit codes of the command that has the most. */
function exitCodes(names: readonly CommandName[]): string {
  const sentences = names.flatMap((name) => /^Exit codes: (.*)$/m.exec(helpText(name))?.[1] ?? []);
  return sentences.reduce((most, each) => (each.length > most.length ? each : most));
}

function optionEntries(name: CommandName): string[] {
  return optionRows(name).flatMap(({left, help}) => entry(left, help));
}

/** The options that only this command has, and the names of those that the screen has too. */
function ownOptionEntries(name: CommandName): string[] {
  const described = new Set(optionRows('screen').map(({left}) => left));
  const own = optionRows(name).filter(({left}) => !described.has(left));
  const shared = optionRows(name).flatMap(({left}) => (described.has(left) ? (/--[\w-]+/.exec(left) ?? []) : []));
  return [...own.flatMap(({left, help}) => entry(left, help)), paragraph(`As above: ${shared.join(', ')}.`)];
}

function environment(): readonly (readonly [name: string, does: string])[] {
  const ours = options.flatMap((option: Option): [string, string][] => {
    const variable = variableOf(option);
    return variable === undefined ? [] : [[variable, `read without --${option.flag}`]];
  });
  return [
    ...ours,
    ['https_proxy, http_proxy, all_proxy', 'the proxy to the server, as curl reads them; HTTP_PROXY is not read'],
    ['no_proxy', 'hosts, domains, addresses and networks to reach without a proxy'],
    ['SSL_CERT_FILE', 'root certificates instead of the usual ones'],
    ['NO_COLOR', 'if set and not empty, nothing is coloured'],
    ['XDG_CONFIG_HOME', 'instead of ~/.config'],
    ['XDG_CACHE_HOME', 'instead of ~/.cache'],
    ['XDG_STATE_HOME', 'instead of ~/.local/state'],
    ['LC_ALL, LC_CTYPE, LANG', 'without UTF-8 in them, symbols are ASCII'],
    ['PAGER', 'the default command to pipe to'],
  ];
}
