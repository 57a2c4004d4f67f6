import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {expect, it, test} from 'vitest';
import {LogBuffer} from '../../source/buffer/log-buffer.ts';
import {panicLines} from '../../source/demo/log-lines.ts';
import {ErrorCounter, ErrorLog, ErrorSightings, watchedKey} from '../../source/records/error-log.ts';
import {levelIn} from '../../source/records/line-head.ts';
import {isPanicIn} from '../../source/records/line-kind.ts';
import {LogWriter} from '../../source/streams/log-writer.ts';
import {withNewlines} from '../harness/with-newlines.ts';

const refused = (port: number) =>
  Buffer.from(`[orders] 2026-01-01T00:00:00.000001Z ERROR kafka:  connection refused on ${port}`);
const full = Buffer.from('[orders] 2026-01-01T00:00:00.000001Z ERROR disk:  no space left');

it('lines that differ in numbers alone are one, with its first and last', () => {
  const shapes = new ErrorLog();
  shapes.add(refused(9092), {id: 4, at: 100});
  shapes.add(full, {id: 5, at: 200});
  shapes.add(refused(9093), {id: 9, at: 300});
  const [disk, kafka] = [...shapes.byKey.values()];
  expect(disk).toMatchObject({count: 1, firstId: 5, lastId: 5});
  expect(kafka).toMatchObject({count: 2, firstId: 4, lastId: 9, firstAt: 100, lastAt: 300});
  expect(Buffer.from(kafka?.example ?? []).toString()).toContain('on 9092');
});

it('the example is bounded and none of the caller’s bytes', () => {
  const shapes = new ErrorLog();
  const line = Buffer.from(`ERROR ${'x'.repeat(10_000)}`);
  shapes.add(line, {id: 0, at: 0});
  line.fill('y');
  const [shape] = [...shapes.byKey.values()];
  expect(shape?.example.length).toBe(512);
  expect(shape?.example.includes('y'.charCodeAt(0))).toBe(false);
});

it('the example of a long line in JSON has lost the end of its message, and nothing else', () => {
  const shapes = new ErrorLog();
  const message = `parse error: "\u001b${'é🚀\\'.repeat(300)}`;
  const keys = {'feldera-service': 'pipeline', fields: {message}, level: 'ERROR', target: 'a::b'};
  for (let blanks = 0; blanks < 12; blanks++) {
    const line = {...keys, span: ' '.repeat(blanks), timestamp: '2026-01-01T00:00:00.000001Z'};
    shapes.add(Buffer.from(JSON.stringify(line)), {id: blanks, at: 0, key: blanks});
    const example = shapes.byKey.get(blanks)?.example ?? new Uint8Array();
    expect(example.length).toBeGreaterThan(500);
    const {fields, ...rest} = JSON.parse(Buffer.from(example).toString());
    expect(rest).toEqual({
      'feldera-service': 'pipeline',
      level: 'ERROR',
      target: 'a::b',
      span: line.span,
      timestamp: line.timestamp,
    });
    expect(fields.message.length).toBeGreaterThan(100);
    expect(message.isWellFormed() && message.startsWith(fields.message)).toBe(true);
  }
});

it('what came since the last look is unseen, with the first of it', () => {
  const shapes = new ErrorLog();
  shapes.add(refused(1), {id: 1, at: 10});
  shapes.markSeen();
  const only = () => [...shapes.byKey.values()][0];
  expect(only()).toMatchObject({count: 1, unseen: 0});
  shapes.add(refused(2), {id: 7, at: 70});
  shapes.add(refused(3), {id: 8, at: 80});
  expect(only()).toMatchObject({count: 3, firstId: 1, unseen: 2, unseenId: 7, unseenAt: 70});
});

it('what was told stays as it was, and is the same until there is more to tell', () => {
  const shapes = new ErrorLog();
  shapes.add(refused(1), {id: 1, at: 10});
  shapes.add(full, {id: 2, at: 20});
  const before = shapes.byKey;
  expect(shapes.byKey).toBe(before);
  shapes.add(refused(2), {id: 3, at: 30});
  expect([...before.values()].map(({count}) => count)).toEqual([1, 1]);
  const [disk, kafka] = [...shapes.byKey.values()];
  expect(kafka).toMatchObject({count: 2, lastId: 3});
  expect(disk).toBe([...before.values()][1]);
});

it('of too many shapes the one that was silent for longest gives way, and is counted', () => {
  const shapes = new ErrorLog({most: 2});
  shapes.add(refused(1), {id: 1, at: 1});
  shapes.add(full, {id: 2, at: 2});
  shapes.add(refused(2), {id: 3, at: 3});
  shapes.add(Buffer.from('a third kind'), {id: 4, at: 4});
  expect([...shapes.byKey.values()].map(({lastId}) => lastId)).toEqual([3, 4]);
  expect(shapes.dropped).toBe(1);
});

it('watched lines are one kind, whatever they say', () => {
  const shapes = new ErrorLog();
  shapes.add(refused(1), {id: 1, at: 1, key: watchedKey});
  shapes.add(full, {id: 2, at: 2, key: watchedKey});
  expect(shapes.byKey.get(watchedKey)).toMatchObject({count: 2, firstId: 1, lastId: 2});
});

it('no line is taken for a watched one, whatever its shape', () => {
  const shapes = new ErrorLog();
  // Of this one it is -1: shapes are signed.
  shapes.add(Buffer.from('[orders] 2026-01-01T00:00:00.000001Z ERROR kafka:  vynmgtij'), {id: 1, at: 1});
  shapes.add(refused(1), {id: 2, at: 2, key: watchedKey});
  expect([...shapes.byKey.values()].map(({count}) => count)).toEqual([1, 1]);
});

it('the map is the same until there is another error, and one that was taken never changes', () => {
  const shapes = new ErrorLog();
  shapes.add(full, {id: 1, at: 1});
  const taken = shapes.byKey;
  expect(shapes.byKey).toBe(taken);
  shapes.add(full, {id: 2, at: 2});
  expect([...taken.values()].map(({count}) => count)).toEqual([1]);
  expect([...shapes.byKey.values()].map(({count}) => count)).toEqual([2]);
});

const samples = readFileSync(new URL('../wire/samples-text-ansi.log', import.meta.url));
const errorLine = '[orders] 2026-01-01T00:00:00.000001Z ERROR dbsp_adapters::controller:  no connection\n';
const infoLine = '[orders] 2026-01-01T00:00:00.000001Z  INFO dbsp_adapters::controller:  ERROR is only a word here\n';

function count(pieces: readonly Uint8Array[]): number {
  const counter = new ErrorCounter();
  for (const piece of pieces) counter.append(...withNewlines(piece));
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
  counter.append(...withNewlines(Buffer.from(errorLine.slice(0, -1))));
  expect(counter.count).toBe(0);
  counter.append(...withNewlines(Buffer.from('\n')));
  expect(counter.count).toBe(1);
});

test('a line that is closed without a newline counts, and the next one begins anew', () => {
  const counter = new ErrorCounter();
  counter.append(...withNewlines(Buffer.from(errorLine.slice(0, -5))));
  counter.endLine();
  counter.append(...withNewlines(Buffer.from(errorLine)));
  counter.endLine();
  expect(counter.count).toBe(2);
});

test('a line of many megabytes in small pieces is judged by its head', () => {
  const counter = new ErrorCounter();
  counter.append(...withNewlines(Buffer.from(errorLine.slice(0, -1))));
  for (let piece = 0; piece < 1000; piece++) counter.append(...withNewlines(Buffer.alloc(32_768, 'x')));
  counter.append(...withNewlines(Buffer.from('\n')));
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
        named.push(...counter.append(...withNewlines(piece)).map((index) => ended + index));
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

const wall = () => 5;
const unheard = {clock: {wall}, onEvent: () => {}};
const time = Date.UTC(2026, 0, 1);

function open(maxBytes = 1024 * 1024) {
  const buffer = new LogBuffer({maxBytes});
  const errors = new ErrorSightings({buffer, wall});
  const writer = new LogWriter({buffer, errors, ...unheard});
  return {buffer, errors, writer};
}

const line = (level: string, word: string) => `[orders] 2026-01-01T00:00:00.000Z ${level.padStart(5)} work:  ${word}\n`;
/** What the shapes say of where they are, in the words of the lines. */
function wordsAt({buffer, errors}: ReturnType<typeof open>) {
  const word = (id: number) => buffer.lineAt(id)?.toString().split(' ').at(-1);
  return [...errors.shapes.byKey.values()].map(
    ({count, firstId, lastId}) => `${count}: ${word(firstId)}–${word(lastId)}`,
  );
}

test('however the bytes are cut, and with markers in between, ids are those of the lines', () => {
  const words = ['alpha', 'beta', 'gamma', 'delta', 'alpha', 'gamma'];
  const log = Buffer.from(words.map((word, index) => line(index % 2 === 0 ? 'ERROR' : 'INFO', word)).join(''));
  const parts = fc.array(fc.record({cut: fc.nat(log.length), marker: fc.boolean()}), {maxLength: 12});
  fc.assert(
    fc.property(parts, (cuts) => {
      const pane = open();
      let from = 0;
      for (const {cut, marker} of [...cuts.sort((a, b) => a.cut - b.cut), {cut: log.length, marker: false}]) {
        pane.writer.append(...withNewlines(log.subarray(from, cut)));
        if (marker) pane.writer.addMarker({kind: 'state', from: 'Running', to: `at ${cut}`});
        from = cut;
      }
      expect(pane.errors.count).toBe(3);
      // alpha at 0 and 4, gamma at 2: of one shape each.
      expect(wordsAt(pane)).toEqual(['1: gamma–gamma', '2: alpha–alpha']);
      const [alpha] = [...pane.errors.shapes.byKey.values()].slice(-1);
      expect(alpha?.lastId).toBeGreaterThan((alpha?.firstId ?? 0) + 3);
    }),
    {numRuns: Number(process.env.PIPETAIL_RUNS ?? 100)},
  );
});

test('times are the log’s own; a panic has that of the line above, and without one it is now', () => {
  const panic = "thread 'main' (1) panicked at src/main.rs:1:2:\nboom\n";
  const times = ({errors}: ReturnType<typeof open>) => [...errors.shapes.byKey.values()].map(({firstAt}) => firstAt);
  const pane = open();
  pane.writer.append(...withNewlines(Buffer.from(line('ERROR', 'alpha') + panic)));
  expect(times(pane)).toEqual([time, time]);
  const bare = open();
  bare.writer.append(...withNewlines(Buffer.from(panic)));
  expect(times(bare)).toEqual([5]);
});

test('a line that is closed without an end counts, under its own id', () => {
  const pane = open();
  pane.writer.append(...withNewlines(Buffer.from(line('INFO', 'one') + line('ERROR', 'cut').slice(0, -1))));
  expect(pane.errors.count).toBe(0);
  pane.writer.cutLine();
  expect(wordsAt(pane)).toEqual(['1: cut–cut']);
});

test('a line that is too long for one entry is found under its beginning', () => {
  const buffer = new LogBuffer({maxBytes: 1024 * 1024, segmentBytes: 64, maxLineBytes: 256});
  const errors = new ErrorSightings({buffer, wall});
  const writer = new LogWriter({buffer, errors, ...unheard});
  writer.append(...withNewlines(Buffer.from(line('INFO', 'one'))));
  for (let piece = 0; piece < 10; piece++)
    writer.append(...withNewlines(Buffer.from(piece === 0 ? line('ERROR', 'long').trimEnd() : 'x'.repeat(100))));
  writer.append(...withNewlines(Buffer.from('\n')));
  expect(buffer.endId).toBeGreaterThan(3);
  expect([...errors.shapes.byKey.values()]).toMatchObject([{count: 1, firstId: 1}]);
});

test('markers are counted as losses under their ids', () => {
  const {writer} = open();
  writer.append(...withNewlines(Buffer.from(line('INFO', 'one'))));
  writer.addMarker({kind: 'lost', from: 0, to: 0, atLeast: 3, atMost: 3});
  expect(writer.toll).toMatchObject({gaps: 1, atLeast: 3, gapId: 1});
});

test('errors that one piece pushes out of the buffer again have been there', () => {
  const pane = open(1024);
  pane.writer.append(...withNewlines(Buffer.from(line('ERROR', 'early').repeat(3) + line('INFO', 'one').repeat(100))));
  expect(pane.buffer.firstId).toBeGreaterThan(3);
  expect([...pane.errors.shapes.byKey.values()]).toMatchObject([{count: 3, firstId: 0, lastId: 2, firstAt: time}]);
});
