import {spawnSync} from 'node:child_process';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, type TestContext, test} from 'vitest';
import {writeLog} from '../../../bench/frame/log-data.ts';
import {idsIn} from '../../../source/engine/buffer/copy-lines.ts';
import type {LogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {Search} from '../../../source/engine/buffer/search.ts';
import {parseFilter} from '../../../source/engine/filters/filter.ts';
import {ShownLines} from '../../../source/engine/filters/shown-lines.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {runWithTimeout} from '../../../source/kit/system/deadline.ts';
import {copyBytes} from '../../harness/copy-bytes.ts';
import {type TemporaryDirectory, temporaryDirectory} from '../../harness/temporary-directory.ts';
import {requireTool} from '../../harness/tools.ts';
import {sampleFiles} from '../records/sample-lines.ts';
import {loadLog} from './load-log.ts';

const stepBytes = 256 * 1024;
/** Of the log that is searched; a million is for trials by hand. */
const lines = Number(process.env.GREP_LINES ?? 200_000);

/** What grep prints of a file. Its patterns and ours mean the same where no colour is inside a match. */
function grep(context: TestContext, file: string, ...args: readonly string[]): string {
  const tool = requireTool(context, 'grep');
  const env = {...process.env, LC_ALL: 'C.UTF-8'};
  const {stdout, stderr} = spawnSync(tool, ['-a', ...args, file], {env, maxBuffer: 2 ** 28});
  expect(stderr.toString()).toBe('');
  return stdout.toString();
}

/** `-i` where smart case lets capitals match. */
const caseFlag = (pattern: string) => (/[A-Z]/.test(pattern) ? [] : ['-i']);

function searchIn(buffer: LogBuffer, pattern: string): Search {
  const search = new Search(buffer, compilePattern(pattern, {timeLimit: runWithTimeout}));
  while (!search.step(stepBytes));
  return search;
}

let directory: TemporaryDirectory;
let file: string;
let buffer: LogBuffer;
let index: RecordIndex;

beforeAll(async () => {
  directory = await temporaryDirectory();
  file = path.join(directory.path, 'orders.log');
  await writeLog(file, lines);
  buffer = await loadLog(file);
  index = new RecordIndex(buffer);
  while (!index.step(stepBytes));
}, 120_000);

afterAll(() => directory[Symbol.asyncDispose]());

const plainPatterns = [
  'Connection refused',
  'connection refused',
  'error',
  'transition',
  'kafka',
  'ms (',
  'no such text',
];
const expressions = [
  '(Resources|Runtime) transition',
  '^\\[manager]',
  'in [0-9]+ ms',
  '[a-z]{3}_[a-z]+',
  '"}$',
  'e.?r+or',
];

describe.each(sampleFiles)('a search of %s finds the lines that grep finds', (name) => {
  const sample = path.join(import.meta.dirname, '../../wire', name);
  const numbersOf = async (pattern: string) => {
    const {matches} = searchIn(await loadLog(sample), pattern);
    return Array.from(matches, (id) => `${id + 1}`);
  };
  const numbersIn = (printed: string) => printed.split('\n').flatMap((line) => /^\d+/.exec(line) ?? []);

  test.for(plainPatterns)('-F %s', async (pattern, context) => {
    const found = grep(context, sample, '-nF', ...caseFlag(pattern), '--', pattern);
    expect(await numbersOf(pattern)).toEqual(numbersIn(found));
  });

  test.for(expressions)('-E %s', async (pattern, context) => {
    const found = grep(context, sample, '-nE', ...caseFlag(pattern), '--', pattern);
    expect(await numbersOf(pattern)).toEqual(numbersIn(found));
  });
});

describe(`a search of ${lines} lines counts what grep -c counts`, () => {
  test.for(['Connection refused', 'connection refused', 'finished in 3 ms (', 'librdkafka', 'panicked'])(
    '-F %s',
    (pattern, context) => {
      const count = Number(grep(context, file, '-cF', ...caseFlag(pattern), '--', pattern));
      expect(count).toBeGreaterThan(0);
      expect(searchIn(buffer, pattern).count).toBe(count);
    },
  );

  test.for(['CONNECT, [0-9]+ identical', 'step [0-9]*7 finished', '(orders|payments)\\.kafka|refused', "^Invalid.*'$"])(
    '-E %s',
    (pattern, context) => {
      const count = Number(grep(context, file, '-cE', ...caseFlag(pattern), '--', pattern));
      expect(count).toBeGreaterThan(0);
      expect(searchIn(buffer, pattern).count).toBe(count);
    },
  );
});

describe(`filters on ${lines} lines`, () => {
  function shownBy(...typed: readonly string[]): ShownLines {
    const filters = typed.map((text, id) => {
      const parsed = parseFilter(text, {timeLimit: runWithTimeout});
      if (parsed.kind === 'error') throw new Error(parsed.text);
      return {id, filter: parsed.filter, on: true};
    });
    const shown = new ShownLines({buffer, index, filters, around: 0, fold: false});
    while (!shown.step(stepBytes));
    return shown;
  }

  const heads = String.raw`^\[orders] |^thread `;
  const warnings = String.raw`\[33m WARN|\[31mERROR|^thread `;
  const kafka = String.raw`\[2m[a-z_:]*kafka`;

  test.for<[typed: string, args: readonly string[]]>([
    ['Connection refused', ['-cF', 'Connection refused']],
    ['level:warn', ['-cE', warnings]],
    ['target:kafka', ['-cE', kafka]],
  ])('%s leaves as many records as grep -c counts', ([typed, args], context) => {
    const count = Number(grep(context, file, ...args));
    const shown = shownBy(typed);
    const shownHeads = Array.from(idsIn(shown, buffer.firstId, buffer.endId)).filter((id) => index.headOf(id) === id);
    expect(shownHeads.length).toBe(count);
    expect(shown.hiddenBy(0)).toBe(Number(grep(context, file, '-cE', heads)) - count);
  });

  test('an inverted filter hides what grep counts', (context) => {
    expect(shownBy('!finished in').hiddenBy(0)).toBe(Number(grep(context, file, '-c', 'finished in')));
  });

  test('several filters leave what a chain of greps prints, byte for byte', (context) => {
    const shown = shownBy('!identical error', 'target:kafka', 'level:warn');
    const found = grep(context, file, '-E', kafka)
      .split(/(?<=\n)/)
      .filter((line) => !line.includes('identical error') && line.includes('\u001B[33m WARN'));
    expect(found.length).toBeGreaterThan(1000);
    const copied = copyBytes(buffer, idsIn(shown, buffer.firstId, buffer.endId));
    expect(copied.equals(Buffer.from(found.join('')))).toBe(true);
  });
});
