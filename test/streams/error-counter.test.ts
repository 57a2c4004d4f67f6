import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {panicLines} from '../../source/demo/panic-lines.ts';
import {isPanicIn} from '../../source/records/line-kind.ts';
import {levelIn} from '../../source/records/line-level.ts';
import {ErrorCounter} from '../../source/streams/error-counter.ts';
import {withNewlines} from '../harness/with-newlines.ts';

const samples = readFileSync(new URL('../wire/samples-text-ansi.log', import.meta.url));
const errorLine = '[orders] 2026-01-01T00:00:00.000001Z ERROR dbsp_adapters::controller:  no connection\n';
const infoLine = '[orders] 2026-01-01T00:00:00.000001Z  INFO dbsp_adapters::controller:  ERROR is only a word here\n';

function count(pieces: readonly Uint8Array[]): number {
  const counter = new ErrorCounter();
  for (const piece of pieces) counter.push(...withNewlines(piece));
  return counter.count;
}

test('counts the ERROR lines of recorded output, however it is cut', () => {
  const whole = count([samples]);
  // Five of the pipeline's, in red, one of the runner's, and a panic.
  expect(whole).toBe(7);
  fc.assert(
    fc.property(fc.array(fc.nat(samples.length), {maxLength: 40}), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), samples.length];
      const pieces = places.slice(1).map((end, index) => samples.subarray(places[index], end));
      expect(count(pieces)).toBe(whole);
    }),
    {numRuns: 50},
  );
  expect(count([...samples].map((byte) => Uint8Array.of(byte)))).toBe(whole);
});

test('counts the errors of a pipeline in JSON, whose level stands behind the message, however they are cut', () => {
  const real = readFileSync(new URL('../wire/samples-json-real.log', import.meta.url));
  const errors = real
    .toString()
    .split('\n')
    .filter((line) => line.includes('"level":"ERROR"')).length;
  expect(errors).toBe(13);
  for (const size of [1, 7, 300, 1000, real.length]) {
    const pieces = Array.from({length: Math.ceil(real.length / size)}, (_, at) =>
      real.subarray(at * size, (at + 1) * size),
    );
    expect(count(pieces)).toBe(errors);
  }
  const long = `{"fields":{"message":"${'x'.repeat(500_000)}"},"level":"ERROR","timestamp":"2026-01-01T00:00:00Z"}\n`;
  expect(count([Buffer.from(long.slice(0, 300_000)), Buffer.from(long.slice(300_000) + infoLine)])).toBe(1);
});

test('a level is where levels stand, not anywhere in the message', () => {
  expect(count([Buffer.from(infoLine + errorLine + infoLine + errorLine)])).toBe(2);
});

test('a panic counts once, however many lines it has', () => {
  const panic = panicLines({thread: 'dbsp-worker-0', process: 7, place: 'src/main.rs:1:2', message: 'no space left'});
  expect(count([Buffer.from(`${infoLine}${panic.join('\n')}\n${infoLine}`)])).toBe(1);
});

test('a line counts once, when it ends', () => {
  const counter = new ErrorCounter();
  counter.push(...withNewlines(Buffer.from(errorLine.slice(0, -1))));
  expect(counter.count).toBe(0);
  counter.push(...withNewlines(Buffer.from('\n')));
  expect(counter.count).toBe(1);
});

test('a line that is closed without a newline counts, and the next one begins anew', () => {
  const counter = new ErrorCounter();
  counter.push(...withNewlines(Buffer.from(errorLine.slice(0, -5))));
  counter.endLine();
  counter.push(...withNewlines(Buffer.from(errorLine)));
  counter.endLine();
  expect(counter.count).toBe(2);
});

test('a line of many megabytes in small pieces is judged by its head', () => {
  const counter = new ErrorCounter();
  counter.push(...withNewlines(Buffer.from(errorLine.slice(0, -1))));
  for (let piece = 0; piece < 1000; piece++) counter.push(...withNewlines(Buffer.alloc(32_768, 'x')));
  counter.push(...withNewlines(Buffer.from('\n')));
  expect(counter.count).toBe(1);
});

test('it names the lines that are errors when each is judged on its own, however the log is cut', () => {
  const line = fc.constantFrom(
    errorLine,
    infoLine,
    'ERROR\n',
    '\n',
    "thread 'main' panicked at src/main.rs:1:2:\n",
    "the thread 'main' panicked at src/main.rs:1:2:\n",
    '{"timestamp":"2026-01-01T00:00:00.000001Z","level":"ERROR","fields":{}}\n',
    '[orders] 2026-01-01T00:00:00.000001Z \u001b[31mERROR\u001b[0m ERROR ERROR\n',
  );
  fc.assert(
    fc.property(fc.array(line, {maxLength: 12}), fc.array(fc.nat(600), {maxLength: 6}), (lines, cuts) => {
      const log = Buffer.from(lines.join(''));
      const counter = new ErrorCounter();
      const named: number[] = [];
      let ended = 0;
      let from = 0;
      for (const cut of [...cuts.sort((a, b) => a - b), log.length]) {
        const piece = log.subarray(from, Math.max(from, Math.min(cut, log.length)));
        named.push(...counter.push(...withNewlines(piece)).map((index) => ended + index));
        ended += piece.toString().split('\n').length - 1;
        from += piece.length;
      }
      const isError = (text: string) => {
        const bytes = Buffer.from(text.trimEnd());
        return levelIn(bytes) === 'ERROR' || isPanicIn(bytes, 0, bytes.length);
      };
      expect(named).toEqual([...lines.keys()].filter((index) => isError(lines[index] ?? '')));
    }),
  );
});
