import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {panicLines} from '../../../demo/log-lines.ts';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {ErrorLog, watchPatternKey} from '../../../source/engine/records/error-log.ts';
import {withNewlines} from '../../harness/with-newlines.ts';

const refused = (port: number) =>
  Buffer.from(`[orders] 2026-01-01T00:00:00.000001Z ERROR kafka:  connection refused on ${port}`);
const full = Buffer.from('[orders] 2026-01-01T00:00:00.000001Z ERROR disk:  no space left');
const now = 5;

function open({maxBytes = 16 * 1024 * 1024} = {}) {
  const sink = new LogSink({buffer: {maxBytes}, clock: {wall: () => now}});
  const {buffer, errors} = sink;
  const write = (bytes: string | Uint8Array) =>
    sink.append(...withNewlines(typeof bytes === 'string' ? Buffer.from(bytes) : bytes));
  const groups = () => [...errors.byKey.values()];
  const count = () => groups().reduce((sum, group) => sum + group.count, 0);
  return {buffer, errors, sink, write, groups, count};
}

describe('groups', () => {
  it('lines that differ in numbers alone are one, with its first and last', () => {
    const {errors, groups} = open();
    errors.add(refused(9092), {id: 4, at: 100});
    errors.add(full, {id: 5, at: 200});
    errors.add(refused(9093), {id: 9, at: 300});
    const [disk, kafka] = groups();
    expect(disk).toMatchObject({count: 1, firstId: 5, lastId: 5});
    expect(kafka).toMatchObject({count: 2, firstId: 4, lastId: 9, firstAt: 100, lastAt: 300});
    expect(Buffer.from(kafka?.example ?? []).toString()).toContain('on 9092');
  });

  it('the example is bounded and does not share the caller’s bytes', () => {
    const {errors, groups} = open();
    const line = Buffer.from(`ERROR ${'x'.repeat(10_000)}`);
    errors.add(line, {id: 0, at: 0});
    line.fill('y');
    const [group] = groups();
    expect(group?.example.length).toBe(512);
    expect(group?.example.includes('y'.charCodeAt(0))).toBe(false);
  });

  it('the example of a long line in JSON has lost the end of its message, and nothing else', () => {
    const {errors} = open();
    const message = `parse error: "\u001b${'é🚀\\'.repeat(300)}`;
    const keys = {'feldera-service': 'pipeline', fields: {message}, level: 'ERROR', target: 'a::b'};
    for (let blanks = 0; blanks < 12; blanks++) {
      const line = {...keys, span: ' '.repeat(blanks), timestamp: '2026-01-01T00:00:00.000001Z'};
      errors.add(Buffer.from(JSON.stringify(line)), {id: blanks, at: 0, key: blanks});
      const example = errors.byKey.get(blanks)?.example ?? new Uint8Array();
      expect(example.length).toBeGreaterThan(500);
      const {fields, ...rest} = JSON.parse(Buffer.from(example).toString());
      const {fields: _, ...sent} = line;
      expect(rest).toEqual(sent);
      expect(fields.message.length).toBeGreaterThan(100);
      expect(message.isWellFormed() && message.startsWith(fields.message)).toBe(true);
    }
  });

  it('what came after markSeen is unseen, with the first of it', () => {
    const {errors, groups} = open();
    errors.add(refused(1), {id: 1, at: 10});
    errors.markSeen();
    expect(groups()).toMatchObject([{count: 1, unseen: 0}]);
    errors.add(refused(2), {id: 7, at: 70});
    errors.add(refused(3), {id: 8, at: 80});
    expect(groups()).toMatchObject([{count: 3, firstId: 1, unseen: 2, unseenId: 7, unseenAt: 70}]);
  });

  it('a snapshot never changes, and is the same until there is another error', () => {
    const {errors, groups} = open();
    errors.add(refused(1), {id: 1, at: 10});
    errors.add(full, {id: 2, at: 20});
    const before = errors.byKey;
    expect(errors.byKey).toBe(before);
    errors.add(refused(2), {id: 3, at: 30});
    expect([...before.values()].map(({count}) => count)).toEqual([1, 1]);
    const [disk, kafka] = groups();
    expect(kafka).toMatchObject({count: 2, lastId: 3});
    expect(disk).toBe([...before.values()][1]);
  });

  it('of too many groups the one with the oldest last error is dropped, and counted', () => {
    const errors = new ErrorLog({buffer: open().buffer, wall: () => now, maxGroups: 2});
    const groups = () => [...errors.byKey.values()];
    errors.add(refused(1), {id: 1, at: 1});
    errors.add(full, {id: 2, at: 2});
    errors.add(refused(2), {id: 3, at: 3});
    errors.add(Buffer.from('a third kind'), {id: 4, at: 4});
    expect(groups().map(({lastId}) => lastId)).toEqual([3, 4]);
    expect(errors.dropped).toBe(1);
  });

  it('watched lines are one group, whatever their text, and no other line is in it', () => {
    const {errors, groups} = open();
    errors.add(refused(1), {id: 1, at: 1, key: watchPatternKey});
    errors.add(full, {id: 2, at: 2, key: watchPatternKey});
    // The fingerprint of this one is -1: fingerprints are signed.
    errors.add(Buffer.from('[orders] 2026-01-01T00:00:00.000001Z ERROR kafka:  vynmgtij'), {id: 3, at: 3});
    expect(errors.byKey.get(watchPatternKey)).toMatchObject({count: 2, firstId: 1, lastId: 2});
    expect(groups()).toHaveLength(2);
  });
});

const errorLine = '[orders] 2026-01-01T00:00:00.000001Z ERROR dbsp_adapters::controller:  no connection\n';
const infoLine = '[orders] 2026-01-01T00:00:00.000001Z  INFO dbsp_adapters::controller:  ERROR is only a word here\n';
const panic = panicLines({thread: 'dbsp-worker-0', process: 7, place: 'src/main.rs:1:2', message: 'no space left'});

describe('counting', () => {
  function countIn(pieces: readonly (string | Uint8Array)[]): number {
    const {count, write} = open();
    for (const piece of pieces) write(piece);
    return count();
  }

  it('the ERROR lines of recorded output, however it is cut', () => {
    const samples = readFileSync(new URL('../../wire/samples-text-ansi.log', import.meta.url));
    // Five of the pipeline's, in red, one of the runner's, and a panic.
    expect(countIn([samples])).toBe(7);
    fc.assert(
      fc.property(fc.array(fc.nat(samples.length), {maxLength: 40}), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), samples.length];
        expect(countIn(places.slice(1).map((end, index) => samples.subarray(places[index], end)))).toBe(7);
      }),
      {numRuns: 50},
    );
    expect(countIn([...samples].map((byte) => Uint8Array.of(byte)))).toBe(7);
  });

  it('the errors of a pipeline in JSON, whose level follows the message, however they are cut', () => {
    const real = readFileSync(new URL('../../wire/samples-json-real.log', import.meta.url));
    expect(real.toString().match(/"level":"ERROR"/g)).toHaveLength(13);
    for (const size of [1, 7, 300, 1000, real.length]) {
      const pieces = Array.from({length: Math.ceil(real.length / size)}, (_, at) =>
        real.subarray(at * size, (at + 1) * size),
      );
      expect(countIn(pieces)).toBe(13);
    }
    const long = `{"fields":{"message":"${'x'.repeat(500_000)}"},"level":"ERROR","timestamp":"2026-01-01T00:00:00Z"}\n`;
    expect(countIn([long.slice(0, 300_000), long.slice(300_000) + infoLine])).toBe(1);
  });

  it('a level counts in the head of a line, not in its message, and a panic counts once', () => {
    expect(countIn([infoLine + errorLine + infoLine + errorLine])).toBe(2);
    expect(countIn([`${infoLine}${panic.join('\n')}\n${infoLine}`])).toBe(1);
  });

  it('of one connector in the last run, those that the log tells of as suppressed included', () => {
    const {errors, write} = open();
    const runner = '[manager] 2026-01-01T00:00:00.000001Z  INFO pipeline_manager::runner::pipeline_automata: ';
    const start = `${runner}Resources transition: stopped -> provisioning (desired: provisioned) pipeline-id="1" pipeline-name="p"\n`;
    const error = (connector: string, level = 'ERROR', message = `error on input endpoint '${connector}': bad`) =>
      `[orders] 2026-01-01T00:00:00.000001Z ${level.padStart(5)} dbsp_adapters::server:  ${message}\n`;
    write(start + error('a.in') + error('a.in') + start + error('b.in') + error('a.in'));
    const limited = "Suppressed 7 'a.in-text_event_err' errors in the last 6.00s (most recently, 0.00s ago)";
    write(error('', 'INFO', limited) + error('a.in'));
    expect(['a.in', 'b.in', 'c.in'].map((connector) => errors.inRunOf(connector))).toEqual([9, 1, 0]);
    expect(errors.connectors.inRun).toBe(10);
  });

  it('a line counts once, when it ends', () => {
    const {count, write, sink} = open();
    write(errorLine.slice(0, -1));
    expect(count()).toBe(0);
    write('\n');
    expect(count()).toBe(1);
    write(errorLine.slice(0, -5));
    sink.cutLine();
    write(errorLine);
    sink.cutLine();
    expect(count()).toBe(3);
  });

  it('a line of many megabytes in small pieces counts by its head', () => {
    expect(countIn([errorLine.slice(0, -1), ...Array.from({length: 1000}, () => 'x'.repeat(32_768)), '\n'])).toBe(1);
  });
});

describe('ids and times', () => {
  const time = Date.UTC(2026, 0, 1);
  const line = (level: string, word: string) =>
    `[orders] 2026-01-01T00:00:00.000Z ${level.padStart(5)} work:  ${word}\n`;
  /** Counts of the groups with the last words of their first and last lines. */
  function wordsAt({buffer, groups}: ReturnType<typeof open>) {
    const word = (id: number) => buffer.lineAt(id)?.toString().split(' ').at(-1);
    return groups().map(({count, firstId, lastId}) => `${count}: ${word(firstId)}–${word(lastId)}`);
  }

  test('ids are those of the lines, however the bytes are cut, and with markers in between', () => {
    const words = ['alpha', 'beta', 'gamma', 'delta', 'alpha', 'gamma'];
    const log = Buffer.from(words.map((word, index) => line(index % 2 === 0 ? 'ERROR' : 'INFO', word)).join(''));
    const parts = fc.array(fc.record({cut: fc.nat(log.length), marker: fc.boolean()}), {maxLength: 12});
    fc.assert(
      fc.property(parts, (cuts) => {
        const pane = open();
        let from = 0;
        for (const {cut, marker} of [...cuts.sort((a, b) => a.cut - b.cut), {cut: log.length, marker: false}]) {
          pane.write(log.subarray(from, cut));
          if (marker) pane.sink.addMarker({kind: 'state', from: 'Running', to: `at ${cut}`});
          from = cut;
        }
        expect(pane.count()).toBe(3);
        expect(wordsAt(pane)).toEqual(['1: gamma–gamma', '2: alpha–alpha']);
        const alpha = pane.groups().at(-1);
        expect(alpha?.lastId).toBeGreaterThan((alpha?.firstId ?? 0) + 3);
      }),
      {numRuns: Number(process.env.PIPETAIL_RUNS ?? 100)},
    );
  });

  test('times are the log’s own; a panic has that of the line above, and without one it is now', () => {
    const times = (text: string) => {
      const {write, groups} = open();
      write(text);
      return groups().map(({firstAt}) => firstAt);
    };
    const text = `${panic.join('\n')}\n`;
    expect(times(line('ERROR', 'alpha') + text)).toEqual([time, time]);
    expect(times(text)).toEqual([now]);
  });

  test('a line that is closed without an end counts under its own id', () => {
    const pane = open();
    pane.write(line('INFO', 'one') + line('ERROR', 'cut').slice(0, -1));
    pane.sink.cutLine();
    expect(wordsAt(pane)).toEqual(['1: cut–cut']);
  });

  test.each([1, 100, 256])(
    'a line that is too long for one entry counts under its first entry, in pieces of %i',
    (size) => {
      const limits = {maxBytes: 1024 * 1024, segmentBytes: 64, maxLineBytes: 256};
      const sink = new LogSink({buffer: limits, clock: {wall: () => now}});
      const {buffer, errors} = sink;
      const long = Buffer.from(line('ERROR', 'long').trimEnd().padEnd(1024, 'x'));
      sink.append(...withNewlines(Buffer.from(line('INFO', 'one'))));
      for (let at = 0; at < long.length; at += size) sink.append(...withNewlines(long.subarray(at, at + size)));
      sink.append(...withNewlines(Buffer.from(`\n${line('INFO', 'two')}${line('ERROR', 'three')}`)));
      expect(buffer.endId).toBeGreaterThan(5);
      expect([...errors.byKey.values()]).toMatchObject([
        {count: 1, firstId: 1},
        {count: 1, firstId: buffer.endId - 1},
      ]);
    },
  );

  test('errors that one piece pushes out of the buffer again are counted', () => {
    const pane = open({maxBytes: 1024});
    pane.write(line('ERROR', 'early').repeat(3) + line('INFO', 'one').repeat(100));
    expect(pane.buffer.firstId).toBeGreaterThan(3);
    expect(pane.groups()).toMatchObject([{count: 3, firstId: 0, lastId: 2, firstAt: time}]);
  });
});

describe('a panic', () => {
  const report = 'DBSP error: runtime error: One or more worker threads terminated unexpectedly';
  const line = (message: string) => `[orders] 2026-01-01T00:00:00.000001Z ERROR dbsp_adapters::server:  ${message}\n`;
  const panic = `${panicLines({thread: 'w', process: 1, place: 'a.rs:1:2', message: 'no space'}).join('\n')}\n`;

  it('counts once, however often the pipeline reports it, in whatever pieces it comes', () => {
    const log = Buffer.from(panic + line(report) + line('refused') + line(`[HTTP error response] x: ${report}`));
    for (const size of [log.length, 7, 300]) {
      const {write, count} = open();
      for (let at = 0; at < log.length; at += size) write(log.subarray(at, at + size));
      expect(count()).toBe(2);
    }
  });

  it('is of a kind with those of the same message and place, whatever the thread, in whatever pieces it comes', () => {
    const at = (place: string, message: string, thread: string, process: number) =>
      `${panicLines({thread, process, place, message}).join('\n')}\n`;
    const log = Buffer.from(
      [
        at('a.rs:1:2', 'no space left for page 7', 'dbsp-worker-0', 7),
        at('a.rs:1:2', 'called `Result::unwrap()` on an `Err` value: "refused"', 'dbsp-worker-0', 7),
        at('a.rs:1:2', 'no space left for page 8', 'dbsp-worker-1', 912),
        at('a.rs:31:2', 'no space left for page 8', 'dbsp-worker-1', 912),
        at('a.rs:1:2', 'called `Result::unwrap()` on an `Err` value: "timed out"', 'dbsp-worker-0', 7),
      ].join(''),
    );
    for (const size of [log.length, 7, 50]) {
      const {write, groups, errors} = open();
      for (let offset = 0; offset < log.length; offset += size) write(log.subarray(offset, offset + size));
      // The newest is the last.
      expect(groups().map(({example, count}) => [count, Buffer.from(example).toString().split('\n')[1]])).toEqual([
        [1, 'called `Result::unwrap()` on an `Err` value: "refused"'],
        [2, 'no space left for page 7'],
        [1, 'no space left for page 8'],
        [1, 'called `Result::unwrap()` on an `Err` value: "timed out"'],
      ]);
      expect(errors.unseenCount(new Set())).toBe(5);
    }
  });

  it('has no message where that is missing, or the backtrace or its report comes first; lines of others come between', () => {
    const [thread = '', message = ''] = panic.split('\n').filter((each) => each !== '');
    const other = '[orders] 2026-01-01T00:00:00.000001Z  INFO a::b:  step done';
    const textsOf = (lines: readonly string[]) => {
      const {write, groups} = open();
      write(`${lines.join('\n')}\n`);
      return groups().map(({example}) => Buffer.from(example).toString());
    };
    expect(textsOf([thread, other, other, message])).toEqual([`${thread}\n${message}`]);
    expect(textsOf([thread, 'stack backtrace:', '   0: a::b', message])).toEqual([thread]);
    expect(textsOf([thread, line(report).trimEnd(), 'foreground worker thread 0 panicked'])).toEqual([thread]);
    expect(textsOf([thread])).toEqual([thread]);
    const {write, sink, groups} = open();
    write(`${thread}\n`);
    sink.addMarker({kind: 'lost', atLeast: 5, atMost: 5, from: 0, to: 1});
    write(`${message}\n`);
    expect(groups().map(({example}) => Buffer.from(example).toString())).toEqual([thread]);
  });

  it('of an earlier process is not reported by a later one', () => {
    const {write, count} = open();
    write(`${panic}Pipeline configuration loaded successfully: {\n}\n${line(report)}`);
    expect(count()).toBe(2);
  });

  it('whose line is missing is counted by its report', () => {
    const {write, count} = open();
    write(line(report));
    expect(count()).toBe(1);
  });
});
