import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {contextOptions} from '../../source/kit/settings/option-values.ts';
import {count} from '../../source/lib/format.ts';
import {sectionOf} from '../harness/docs-tables.ts';
import {root} from '../harness/program.ts';
import {readSettings} from '../harness/read-settings.ts';

type Check = (rule: string) => Promise<void> | void;

/** The tests of a rule are in these files. */
function testedIn(...files: readonly string[]): Check {
  return () => expect(files.filter((file) => !existsSync(path.join(root, 'test', file)))).toEqual([]);
}

/** The rule names numbers of this file: the constant, and how the rule writes it. */
function numbersOf(file: string, numbers: Readonly<Record<string, (value: number) => string>>): Check {
  return async (rule) => {
    const source = await read(file);
    for (const [name, written] of Object.entries(numbers)) {
      const [, value = ''] = new RegExp(`const ${name} = ([\\d_ *]+);`).exec(source) ?? [];
      const number = value.split('*').reduce((product, factor) => product * Number(factor.replaceAll('_', '')), 1);
      expect(rule, name).toContain(written(number));
    }
  };
}

const read = async (file: string) => await readFile(path.join(root, file), 'utf8');
const seconds = (value: number) => `${value / 1000} s`;
const kib = (value: number) => `${value / 1024} KiB`;
const mib = (value: number) => `${value / 1024 / 1024} MiB`;
const variablesIn = (text: string) => [...text.matchAll(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g)].map(([name]) => name);

/** By the words of a row. */
const checks: Readonly<Record<string, readonly Check[]>> = {
  'opened: files that are named directly, and stdin': [testedIn('e2e/open.test.ts')],
  'opened: what lies in a folder, a bundle or a recording': [testedIn('engine/opened/hostile-files.test.ts')],
  'opened: a folder of recordings, to write': [testedIn('engine/recording/hostile-folders.test.ts')],
  'trusted: the configuration file': [
    testedIn('shells/startup/load-settings.test.ts', 'kit/settings/parse-config.test.ts'),
  ],
  'trusted: the file of `--oidc-token-file`': [testedIn('shells/startup/token-file.test.ts')],
  'trusted: compiled code': [testedIn('kit/system/compile-cache.test.ts')],
  'trusted: certificates': [
    testedIn('e2e/secure.test.ts'),
    async (rule) => {
      const [last = ''] = variablesIn(rule).slice(-1);
      expect(await read('cli.tsx')).toContain(`delete process.env.${last};`);
    },
  ],
  'trusted: variables of Node, npm’s program': [],
  'trusted: variables of Node, the single file': [
    testedIn('package/single-file.test.ts'),
    async (rule) => {
      const [, list = ''] = /const variables = \[([^\]]*)\]/.exec(await read('scripts/node-binary.mjs')) ?? [];
      const [without = ''] = rule.split(';');
      // That one is left out by the form of the executable.
      expect(variablesIn(without)).toEqual([...variablesIn(list), 'NODE_OPTIONS'].toSorted());
      expect(await read('scripts/single-file.mjs')).toContain("execArgvExtension: 'none'");
    },
  ],
  'inherited: by the commands of the clipboard': [testedIn('kit/system/clipboard.test.ts')],
  'inherited: by the token command': [
    async () =>
      expect(await read('source/shells/startup/open-server.ts')).toContain("stdio: ['ignore', 'pipe', 'ignore']"),
  ],
  'inherited: by the alert command': [
    testedIn('kit/system/alert-command.test.ts'),
    (rule) => {
      expect(readSettings([], {}).credentialVariables).toEqual(variablesIn(rule));
      const [, key] = rule.match(/`([a-z-]+)`$/) ?? [];
      expect(contextOptions.map(({flag}) => flag)).toContain(key);
    },
  ],
  'bounded: an answer of the API': [
    numbersOf('source/engine/api/json-request.ts', {bodyLimit: mib}),
    numbersOf('source/engine/api/http-failure.ts', {errorBodyLimit: kib}),
    testedIn('e2e/long-texts.test.ts'),
  ],
  'bounded: the token command, the token file': [
    testedIn('shells/startup/token-file.test.ts'),
    numbersOf('source/shells/startup/open-server.ts', {timeLimit: seconds, outputLimit: kib}),
  ],
  'bounded: the alert command': [
    numbersOf('source/kit/system/alert-command.ts', {
      limit: seconds,
      atOnce: (value) => `${value} at a time`,
      mostOutput: (value) => `${value.toLocaleString('en')} characters`,
    }),
  ],
  'bounded: the scrollback': [testedIn('engine/logs/memory-budget.test.ts')],
  'bounded: archives and compressed files': [
    testedIn('engine/opened/unpack.test.ts', 'engine/opened/find-bundle.test.ts'),
    numbersOf('source/engine/opened/find-bundle.ts', {mostEntries: (value) => `${count(value)} entries`}),
    async (rule) => {
      const limits = /usualLimits.*bytes: (\d+) \* 1024 \*\* 3, ratio: (\d+), ratioFrom: (\d+) \* 1024 \*\* 2/;
      const [, gib, ratio, from] = limits.exec(await read('source/engine/opened/unpack.ts')) ?? [];
      expect(rule).toContain(`${gib} GiB of a file, and from ${from} MiB on ${ratio} times its size`);
    },
  ],
  'bounded: the facts of a recording': [
    testedIn('engine/recording/foreign-recording.test.ts'),
    numbersOf('source/engine/recording/facts.ts', {mostFactsBytes: mib}),
    numbersOf('source/engine/recording/facts.ts', {mostPacked: mib}),
  ],
  'bounded: regular expressions': [
    testedIn('engine/buffer/pattern.test.ts'),
    numbersOf('source/lib/expression.ts', {longest: (value) => `${count(value)} characters`}),
  ],
  'bounded: a paste': [
    testedIn('kit/system/terminal-input.test.ts'),
    numbersOf('source/kit/system/terminal-input.ts', {sequencePatience: seconds}),
  ],
};

test('each row of the table in SECURITY.md is true of the code, or has its tests', async () => {
  const table = sectionOf(await read('SECURITY.md'), 'boundaries') ?? '';
  const rows = table
    .split('\n')
    .slice(2)
    .map((line) => {
      const [, kind = '', what = '', rule = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
      return {row: `${kind}: ${what}`.replaceAll('\\|', '|').replaceAll("'", '’'), rule};
    });
  expect(rows.map(({row}) => row).toSorted()).toEqual(Object.keys(checks).toSorted());
  for (const {row, rule} of rows) for (const check of checks[row] ?? []) await check(rule);
});
