import {describe, expect, it} from 'vitest';
import {
  acceptsOption,
  type CommandName,
  commandWords,
  helpOf,
  type Option,
} from '../../../source/kit/settings/option.ts';
import {options} from '../../../source/kit/settings/option-table.ts';
import {parseConfig} from '../../../source/kit/settings/parse-config.ts';
import {coreHelpText, helpText, optionRows} from '../../../source/shells/commands/help-text.ts';
import {commandOf, commands as rows} from '../../../source/shells/commands.ts';
import {readSettings} from '../../harness/read-settings.ts';

const commands: readonly CommandName[] = ['screen', ...commandWords];
const flags = (options as readonly Option[]).filter(({setting}) => !setting);
const unwrapped = (command: CommandName) => helpText(command, Number.POSITIVE_INFINITY);

it('each word is one command of the list, in its order', () => {
  expect(rows.map(({name}) => name)).toEqual(commands);
});

it('names a variable only to the commands that read it', () => {
  expect(unwrapped('screen')).toMatch(/--level .*\(variable PIPETAIL_LEVEL\)$/m);
  expect(unwrapped('logs')).toMatch(/--level .* or error$/m);
  expect(unwrapped('screen')).toMatch(/--record .*\(variable PIPETAIL_RECORD\)$/m);
  expect(unwrapped('logs')).not.toContain('PIPETAIL_RECORD)');
});

describe.each(commands)('help of %s', (command) => {
  /** The option that the command has with this flag: another one may have a different option with it. */
  const ofFlag = (flag: string | undefined) =>
    (options as readonly Option[]).filter((option) => option.flag === flag && option.commands.includes(command));

  it('begins with the options of the first day, which leave a row of a screen of 80×24 for the prompt', () => {
    const text = coreHelpText(command);
    const rows = text.trimEnd().split('\n');
    expect(rows.length).toBeLessThan(24);
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(80);
    for (const option of options as readonly Option[]) {
      const row = new RegExp(`^  (-\\w, )?--${option.flag}( |$)`, 'm');
      expect(row.test(text), option.flag).toBe(ofFlag(option.flag).some(({core}) => core !== undefined));
    }
    expect(rows.at(-1)).toContain(`More: pipetail ${command === 'screen' ? '' : `${command} `}--help all`);
  });

  it('cites only options that the command has', () => {
    const texts = (options as readonly Option[])
      .filter((option) => option.commands.includes(command))
      .map((option) => `${helpOf(option, command)} ${option.core ?? ''}`);
    const cited = [...texts.join(' ').matchAll(/--([a-z][a-z-]*)/g)].map(([, flag]) => flag);
    for (const flag of cited) {
      const named = (options as readonly Option[]).filter((each) => each.flag === flag);
      expect(
        named.some((each) => acceptsOption(command, each)),
        flag,
      ).toBe(true);
    }
  });

  it('lists every option of the command, and no other', () => {
    const text = helpText(command);
    for (const option of flags) {
      const row = new RegExp(`^  (-\\w, )?--${option.flag}( |$)`, 'm');
      expect(row.test(text), option.flag).toBe(ofFlag(option.flag).length > 0);
    }
  });

  it('names the settings that it reads, and offers none as an option', () => {
    const [, named = ''] = /^Settings of the configuration file: (.*)\. pipetail/m.exec(unwrapped(command)) ?? [];
    const settings = (options as readonly Option[]).filter(({setting}) => setting);
    const read = settings.filter(({commands}) => commands.includes(command)).map(({flag}) => flag);
    expect(named.split(', ').filter(Boolean)).toEqual(read);
    for (const {flag} of settings) expect(unwrapped(command)).not.toContain(`--${flag}`);
  });

  it('names variables, defaults and exit codes', () => {
    const text = unwrapped(command);
    for (const option of flags) {
      if (!option.commands.includes(command)) continue;
      expect(text).toContain(helpOf(option, command));
      if (option.variable !== undefined) expect(text).toContain(`variable ${option.variable}`);
      if (option.fallback !== undefined) expect(text).toContain(`default ${option.fallback}`);
    }
    expect(text).toMatch(
      /^Exit codes\n {2}0 +done.*\n {2}1 +failure: .*\n {2}2 +wrong usage: .*\n {2}129, 130, 131, 134, 140, 142, 143, 152$/m,
    );
    expect(text.includes('--fail-on matched')).toBe(command === 'logs');
  });

  it.each([72, 80, 100])('fits into %i cells with the same text', (width) => {
    const rows = helpText(command, width).split('\n');
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(width);
    const inWords = (text: string) => text.split(/\s+/);
    expect(inWords(rows.join('\n'))).toEqual(inWords(unwrapped(command)));
    expect(rows.filter((row) => /^ {3,26}\S/.test(row))).toEqual([]);
  });

  it('has 80 columns without a terminal, and is not wrapped in a very narrow one', () => {
    expect(helpText(command)).toBe(helpText(command, 80));
    expect(helpText(command, 40)).toBe(unwrapped(command));
  });

  it('has examples that are read without a mistake', () => {
    for (const [call] of commandOf(command).examples ?? []) {
      if (command !== 'screen') expect(unwrapped(command)).toContain(call);
      const [words = ''] = call.replace(/^pipetail /, '').split(' | ');
      const argv = [...words.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
      const file = parseConfig('[contexts.prod]\nhost = "http://x"\n', {name: 'c', home: '/', isPrivate: true});
      expect(readSettings(argv, {}, file).request.kind).toBe(command);
    }
  });

  it('keeps its two columns apart and ends in a newline', () => {
    for (const {left} of optionRows(command)) expect(left.length).toBeLessThanOrEqual(24);
    expect(helpText(command)).toMatch(/[^\n]\n$/);
  });
});

it('logs --help begins with what logs is for, the screen with the server', () => {
  const text = helpText('logs');
  expect(text).toMatch(/^pipetail logs prints the logs of pipelines to stdout, for a pipe, a file or a\nscript/);
  const order = [
    'Usage',
    'Examples',
    'Options',
    '  -f, --follow',
    '  --record DIR',
    'Server and configuration',
    '  --host',
  ];
  const places = order.map((row) => text.indexOf(`\n${row}`));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(helpText('screen').indexOf('\n  --host')).toBeLessThan(helpText('screen').indexOf('\nOptions'));
});
