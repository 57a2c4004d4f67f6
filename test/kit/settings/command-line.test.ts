import fc from 'fast-check';
import {expect, test} from 'vitest';
import {isJsonRequested, readCommandLine} from '../../../source/kit/settings/command-line.ts';
import type {Option} from '../../../source/kit/settings/option.ts';
import {options} from '../../../source/kit/settings/option-table.ts';
import {parseConfig} from '../../../source/kit/settings/parse-config.ts';
import {UsageError} from '../../../source/kit/settings/parse-values.ts';
import {readRequest, readSettings} from '../../harness/read-settings.ts';

const read = (...argv: readonly string[]) => readSettings(argv, {});

type Line = readonly [argv: readonly string[], request: object];

const follow = {names: ['a'], follow: true};

/** What users of fda, kubectl, stern, grep and tail type out of habit. */
const lines: readonly Line[] = [
  // fda: in `logs`, --watch is no pattern.
  [['logs', '-w', 'a'], follow],
  [['logs', 'a', '-w'], follow],
  [['logs', '--watch', 'a'], follow],
  [['logs', 'a', '--watch'], follow],
  [['logs', 'a', '--watch=true'], follow],
  [['logs', 'a', '--watch=false'], {names: ['a'], follow: false}],
  [['logs', '-wt', 'a'], {...follow, timestamps: true}],
  [['logs', 'a', '--format', 'json'], {names: ['a'], output: 'json'}],
  [['logs', 'a', '--format=text'], {output: 'raw', asSent: false}],
  [['logs', 'a', '-o', 'raw'], {output: 'raw', asSent: true}],
  [['--format', 'json', 'list'], {kind: 'list', output: 'json'}],
  [['list', '--format=text'], {output: 'table'}],
  [['status', '--format', 'text', 'a'], {kind: 'status', names: ['a'], output: 'text'}],
  [['--watch', 'late|lost', 'a'], {kind: 'screen', names: ['a']}],
  // Switches with a value, only after `=`.
  [['logs', 'a', '--follow=false'], {follow: false}],
  [['logs', 'a', '--follow=true'], follow],
  [['logs', 'a', '--follow='], {follow: false}],
  [['logs', 'a', '-f=false'], {follow: false}],
  [['logs', 'a', '-f', '--follow=no'], {follow: false}],
  [['logs', '-f', 'false'], {names: ['false'], follow: true}],
  [['logs', '-f', 'true'], {names: ['true'], follow: true}],
  [['logs', '-f', 'a', '--exit-on-end=off'], {...follow, exitOnEnd: false}],
  [['--help=false', 'a'], {kind: 'screen', names: ['a']}],
  // Short options, together and with their values.
  [['logs', 'a', '-ojson'], {output: 'json'}],
  [['logs', 'a', '-o=json'], {output: 'json'}],
  [['logs', 'a', '-fojson'], {follow: true, output: 'json'}],
  [['logs', 'a', '-fo', 'json'], {follow: true, output: 'json'}],
  [['logs', '-ft', 'a'], {...follow, timestamps: true}],
  [['logs', 'a', '-s10m'], {since: '10m'}],
  [['logs', 'a', '-enoise'], {exclude: ['noise']}],
  [['logs', 'a', '-f', '-f'], follow],
  // Values that begin with a dash, and names after them.
  [['logs', 'a', '--grep', '-x'], {grep: ['-x']}],
  [['logs', 'a', '--grep', '--verbose'], {grep: ['--verbose']}],
  [['logs', 'a', '-e', '-fatal'], {exclude: ['-fatal']}],
  [['logs', 'a', '--grep=--follow'], {follow: false, grep: ['--follow']}],
  [['logs', '--tail', '-1', 'a'], {names: ['a'], tail: undefined}],
  [['logs', '--tail', '5', 'b', 'c'], {names: ['b', 'c'], tail: 5}],
  // Patterns that meow could change.
  [['logs', 'a', '--grep', '"x"'], {grep: ['"x"']}],
  [['logs', 'a', "--grep='x'"], {grep: ["'x'"]}],
  [['logs', 'a', '--grep=a=b'], {grep: ['a=b']}],
  [['logs', 'a', '--grep', '0x10'], {grep: ['0x10']}],
  [['logs', 'a', '--grep', 'a\nb'], {grep: ['a\nb']}],
  [['logs', 'a', '--grep', 'a,b c'], {grep: ['a,b c']}],
  [['logs', 'a', '--grep', 'message --level'], {grep: ['message --level']}],
  // Several patterns.
  [['logs', 'a', '--grep', 'x', '--grep', 'Y'], {grep: ['x', 'Y']}],
  [['logs', 'a', '-e', 'x', '--exclude=y', '-ez'], {exclude: ['x', 'y', 'z']}],
  [['logs', 'a', '--grep', 'x'], {grep: ['x'], exclude: []}],
  // Times and numbers.
  [['logs', 'a', '--timeout', '30s'], {timeout: 30_000}],
  [['logs', 'a', '--timeout', '0'], {timeout: 0}],
  // Names.
  [['logs', '--', 'demo'], {names: ['demo']}],
  [['demo', '--port=0'], {kind: 'demo', port: 0}],
  [['-h', '-h'], {kind: 'help'}],
  [['--help', '--no-title'], {kind: 'help'}],
];

test.each(lines)('%j', (argv, request) => {
  expect(readRequest(argv)).toMatchObject(request);
});

test('silence is a time, and seconds as before', () => {
  expect(read().silence).toBe(300_000);
  expect(readSettings([], {PIPETAIL_SILENCE: '1h30m'}).silence).toBe(5_400_000);
  expect(readSettings(['logs', 'a'], {PIPETAIL_SILENCE: '90'}).silence).toBe(90_000);
  for (const text of ['silence = 90\n', 'silence = "90s"\n']) {
    const file = parseConfig(text, {name: 'c.toml', home: '/', isPrivate: true});
    expect(readSettings([], {}, file).silence).toBe(90_000);
  }
});

test('in every spelling of --output json, errors are JSON', () => {
  for (const words of ['--output json', '--output=json', '-o json', '-ojson', '-o=json', '--format json', '-fojson']) {
    expect(isJsonRequested(['logs', 'a', ...words.split(' ')]), words).toBe(true);
  }
  for (const words of ['json', '-o raw json', '-- -o json', '--format text', '--grep json']) {
    expect(isJsonRequested(['logs', ...words.split(' ')]), words).toBe(false);
  }
});

test('variables of fda that mean something else here are ignored', () => {
  const variables = {FELDERA_OUTPUT_FORMAT: 'parquet', FELDERA_RETRIES: 'x', FELDERA_REQUEST_TIMEOUT: '3'};
  expect(readSettings(['logs', 'a'], variables)).toEqual(readSettings(['logs', 'a'], {}));
});

test('whatever is typed, the words are read as they are, or refused in one line of ours', () => {
  const flags = (options as readonly Option[]).flatMap(({flag, alias = 'x'}) => [
    `--${flag}`,
    `--no-${flag}`,
    `-${alias}`,
  ]);
  const values = [
    'a',
    '=',
    '"q"',
    'true',
    '-1',
    '--',
    '-',
    '',
    '-=',
    '__proto__',
    '[1]',
    '1e3',
    'a.b',
    'ümlaut',
    '--x.y',
  ];
  const word = fc.oneof(
    fc.constantFrom('logs', 'list', 'config', ...values),
    fc.constantFrom(...flags),
    fc
      .tuple(fc.constantFrom(...flags), fc.constantFrom('', '='), fc.constantFrom(...values))
      .map((parts) => parts.join('')),
    fc.string({maxLength: 6}),
  );
  fc.assert(
    fc.property(fc.array(word, {maxLength: 6}), (argv) => {
      try {
        const {names, flags: read} = readCommandLine(argv);
        expect(names.every((name) => argv.includes(name))).toBe(true);
        // A value is a word, or the end of one.
        const texts = [...read.values()].flat().filter((value) => typeof value === 'string');
        for (const text of texts)
          expect(text === 'true' || text === 'false' || argv.some((each) => each.endsWith(text))).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        expect(error instanceof Error ? error.message : '').toMatch(
          /^(unknown option .*|pipetail[ a-z]* takes no .*|--?[\w-]+ (needs a value: .*|is given .*|is a setting: .*)|--?[\w-]+ takes (true or false|no pattern).*)$/s,
        );
      }
    }),
    {numRuns: Number(process.env.PIPETAIL_RUNS ?? 500)},
  );
});
