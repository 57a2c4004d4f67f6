import {exitCodeRows} from '../../source/settings/exit-codes.ts';
import {commandsHelp, optionRows, settingRows} from '../../source/settings/help-text.ts';
import {type CommandName, commandWords, type Option, variableOf} from '../../source/settings/option.ts';
import {options} from '../../source/settings/option-table.ts';
import {printWhole} from '../../source/system/line-output.ts';
import {bold, entry, heading, paragraph, plain, subheading, textOf} from './roff.ts';

/** The keys of one place of the screen: their names, and what they do. */
type KeyGroup = {readonly title: string; readonly keys: readonly (readonly [keys: string, does: string])[]};

/** `pipetail man`: text on a terminal, for a reader without man; else the page itself, for man. Resolves to the exit code. */
export async function printManPage(page: string, process: NodeJS.Process): Promise<number> {
  const {isTTY, columns = 80} = process.stdout;
  return await printWhole(isTTY ? textOf(page, Math.min(columns, widest)) : page, process);
}

/** Cells: longer rows are hard to read. */
const widest = 100;

/** The manual page in roff, from the tables of options and keys. */
export function manPage(version: string, groups: readonly KeyGroup[]): string {
  const {screen} = commandsHelp;
  return [
    '.\\" Made from the tables of the program.',
    `.TH PIPETAIL 1 "" "pipetail ${version}" "User Commands"`,
    // No hyphenation, no justified lines.
    '.nh',
    '.ad l',
    heading('NAME'),
    `pipetail \\- ${plain('follow the logs of Feldera pipelines in a terminal')}`,
    heading('SYNOPSIS'),
    ...screen.usage.map(([call]) => `${bold(call)}\n.br`),
    heading('DESCRIPTION'),
    paragraph(
      'Watch the logs of Feldera pipelines, and never lose a line without being told. After a reconnect pipetail skips ' +
        'what you already have and fetches the rest. Anything the server can no longer supply is marked as a gap.',
    ),
    ...screen.usage.flatMap(([call, does]) => entry(call, does)),
    ...screen.notes.map(paragraph),
    heading('OPTIONS'),
    ...optionEntries('screen'),
    heading('COMMANDS'),
    ...commandWords.flatMap((name) => {
      const {introduction, usage, notes} = commandsHelp[name];
      return [
        subheading(`pipetail ${name}`),
        paragraph(introduction),
        ...usage.flatMap(([call, does]) => entry(call, does)),
        ...notes.map(paragraph),
        ...ownOptionEntries(name),
      ];
    }),
    heading('EXAMPLES'),
    ...names.flatMap((name) => commandsHelp[name].examples).flatMap(([call, does]) => entry(call, does)),
    heading('CONFIGURATION'),
    paragraph(
      'Every option that is useful for more than one call has a flag, a variable and a key in the configuration file. ' +
        'The flag wins over the variable, the variable over the file, the file over the default. A switch that is on ' +
        'is turned off by its flag with no- in front: --no-title. Unknown keys and invalid values are errors, reported ' +
        'with their line.',
    ),
    paragraph('These settings have a variable and a key in the configuration file, but no flag:'),
    ...settingRows().flatMap(({left, help}) => entry(left, help)),
    paragraph(
      'The file also has tables: [contexts.NAME] with host, credential, tenant and colour of a server, and [keys] with ' +
        'the keys of commands. pipetail config init writes a file that explains them all.',
    ),
    paragraph(
      'A context is one whole. One that is named by --context or PIPETAIL_CONTEXT applies whatever FELDERA_HOST and ' +
        'FELDERA_API_KEY hold. The default one applies when neither --host nor FELDERA_HOST names a server.',
    ),
    heading('KEYS'),
    paragraph('On the screen, ? lists the keys, finds commands by words, and runs them.'),
    ...groups.flatMap(({title, keys}) => [subheading(title), ...keys.flatMap(([names, does]) => entry(names, does))]),
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
    ...exitCodeRows().flatMap(([code, meaning]) => entry(code, meaning)),
    heading('JSON'),
    paragraph(
      'With --output json, standard output is JSON. What is not there is null or left out; fields may be added, so ignore ' +
        'those that you do not know. docs/json.md in the source has all fields, docs/json-schema.json is a schema.',
    ),
    ...json.flatMap(([command, shape]) => entry(command, shape)),
    heading('SEE ALSO'),
    paragraph('less(1), jq(1), tmux(1), fda (the command line of Feldera), https://docs.feldera.com'),
    '',
  ].join('\n');
}

const names: readonly CommandName[] = ['screen', ...commandWords];

const json: readonly (readonly [command: string, shape: string])[] = [
  [
    'pipetail logs -o json',
    'One object per record, one per line: pipeline, time, level, target and message; timeFrom, host, span, fields and ' +
      'continues where they apply. A panic is one object of level ERROR.',
  ],
  [
    'pipetail list -o json',
    'An array with an object for each pipeline: name, state, since, deploymentStatus, programStatus, connectorErrors, ' +
      'deploymentError and more.',
  ],
  [
    'pipetail status -o json',
    'An array, also for one pipeline: the fields of list, and programError and serverVersion.',
  ],
  [
    'standard error',
    'One object per line: error and code for a failure, message for a notice. The code is the exit code.',
  ],
];

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
    const does = option.setting ? `the setting ${option.flag}` : `read without --${option.flag}`;
    return variable === undefined ? [] : [[variable, does]];
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
  ];
}
