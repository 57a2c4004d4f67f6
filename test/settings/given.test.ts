import {describe, expect, it, test} from 'vitest';
import type {FileValue} from '../../source/settings/config-file.ts';
import {emptyConfig} from '../../source/settings/config-file.ts';
import {type Flags, givenOptions} from '../../source/settings/given.ts';
import {type FlagName, type Option, options, standingCommands, variableOf} from '../../source/settings/options.ts';
import {readSettings} from '../harness/read-settings.ts';

const standing = options.filter((option: Option) => standingCommands(option).length > 0);
const once = options.filter((option: Option) => standingCommands(option).length === 0);

function given(
  flag: FlagName,
  sources: {flags?: Flags; variable?: string; file?: string},
  command?: Option['commands'][number],
) {
  const option: Option | undefined = options.find((each) => each.flag === flag);
  const variable = option && variableOf(option);
  const value: FileValue = {text: sources.file ?? '', where: 'c.toml:7'};
  return givenOptions({
    command: command ?? (option && standingCommands(option)[0]) ?? 'screen',
    flags: sources.flags ?? new Map(),
    environment: variable !== undefined && sources.variable !== undefined ? {[variable]: sources.variable} : {},
    file: sources.file === undefined ? emptyConfig : {...emptyConfig, options: new Map([[flag, value]])},
    context: undefined,
  }).find(flag);
}

describe.each(standing)('--$flag', (option: Option) => {
  const flag = option.flag as FlagName;
  const variable = variableOf(option) ?? '';
  const typed = new Map([[flag, option.value === undefined ? true : 'flag']]);

  it('is a flag before a variable, a variable before the file, the file before the default', () => {
    expect(given(flag, {flags: typed, variable: 'variable', file: 'file'})).toMatchObject({
      text: option.value === undefined ? 'true' : 'flag',
      ...{source: 'flag', from: `--${flag}`, name: `--${flag}`},
    });
    expect(given(flag, {variable: 'variable', file: 'file'})).toEqual({
      ...{text: 'variable', source: 'variable', from: variable, name: variable},
    });
    const fromFile = {text: 'file', source: 'file', from: 'c.toml:7', name: `c.toml:7: ${flag}`};
    // A server is named in a context, as one whole with its credential.
    if (!option.ofContext) expect(given(flag, {file: 'file'})).toEqual(fromFile);
    if (!option.ofContext) expect(given(flag, {variable: '', file: 'file'})).toEqual(fromFile);
    const fallback = option.value === undefined ? 'false' : option.fallback;
    expect(given(flag, {})?.text).toBe(fallback);
  });

  it('has a variable that looks like it', () => {
    expect(variable).toMatch(/^(PIPETAIL|FELDERA)_[A-Z_]+$/);
  });
});

test('what is said at each call has no line in a file, and none but the file itself a variable', () => {
  expect(once.filter((option: Option) => variableOf(option) !== undefined).map(({flag}) => flag)).toEqual(['config']);
  for (const {flag} of once) expect(given(flag, {variable: 'x', file: 'x'})?.source ?? 'default', flag).toBe('default');
});

test('what stands for the screen alone is not looked for by logs', () => {
  expect(given('level', {variable: 'warn'}, 'screen')?.text).toBe('warn');
  expect(given('level', {variable: 'warn', file: 'info'}, 'logs')).toBeUndefined();
});

test('variables that a command does not need cannot be wrong for it', () => {
  expect(() => readSettings(['list'], {PIPETAIL_FPS: 'many', PIPETAIL_MOUSE: 'perhaps'})).not.toThrow();
  expect(() => readSettings([], {PIPETAIL_FPS: 'many'})).toThrow(
    "PIPETAIL_FPS takes a whole number from 1 to 60, not 'many'",
  );
  expect(() => readSettings([], {PIPETAIL_MOUSE: 'perhaps'})).toThrow(
    "PIPETAIL_MOUSE takes true or false, not 'perhaps'",
  );
});

test.each([['--help'], ['--version'], ['config', 'check'], ['config', 'path'], ['config', 'init']])(
  '%j is there to put a wrong variable right',
  (...argv) => {
    // A theme of the user's own is in the file, which is not read for these.
    expect(() => readSettings(argv, {PIPETAIL_FPS: 'many', PIPETAIL_THEME: 'mine'})).not.toThrow();
  },
);

describe('a switch', () => {
  it('is turned on by a variable, and off by the flag', () => {
    for (const on of ['1', 'true', 'Yes', 'on']) expect(readSettings([], {PIPETAIL_MOUSE: on}).mouse).toBe(true);
    for (const off of ['0', 'false', 'No', 'off']) expect(readSettings([], {PIPETAIL_MOUSE: off}).mouse).toBe(false);
    expect(readSettings(['--no-mouse'], {PIPETAIL_MOUSE: '1'}).mouse).toBe(false);
    expect(readSettings(['--mouse'], {PIPETAIL_MOUSE: '0'}).mouse).toBe(true);
  });

  it('that says no is turned off by saying yes', () => {
    const prefix = (...argv: readonly string[]) =>
      readSettings(['logs', 'a', ...argv], {PIPETAIL_NO_PREFIX: '1'}).request;
    expect(prefix()).toMatchObject({prefix: false});
    expect(prefix('--prefix')).toMatchObject({prefix: true});
  });
});
