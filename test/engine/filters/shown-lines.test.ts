import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {describe, expect, onTestFinished, test, vi} from 'vitest';
import {IdSet} from '../../../source/engine/buffer/id-set.ts';
import {type LogBuffer, WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {type Filter, parseFilter} from '../../../source/engine/filters/filter.ts';
import {ShownLines, type ShownLinesOptions} from '../../../source/engine/filters/shown-lines.ts';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {fingerprintOf} from '../../../source/engine/records/fingerprint.ts';
import {panicText} from '../../../source/engine/records/panic.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {runWithTimeout} from '../../../source/kit/system/deadline.ts';
import {withNewlines} from '../../harness/with-newlines.ts';

type Options = Partial<Omit<ShownLinesOptions, 'filters'>> & {readonly filters?: readonly Filter[]};

function shownOf(buffer: LogBuffer, {filters = [], ...options}: Options = {}): ShownLines {
  return new ShownLines({
    buffer,
    index: new RecordIndex(buffer),
    around: 0,
    fold: false,
    ...options,
    filters: filters.map((filter, id) => ({id, filter, on: true})),
  });
}

function typed(...texts: readonly string[]): Filter[] {
  return texts.map((text) => {
    const parsed = parseFilter(text);
    if (parsed.kind === 'error') throw new Error(parsed.text);
    return parsed.filter;
  });
}

function bufferOf(...lines: readonly string[]): WritableLogBuffer {
  const buffer = new WritableLogBuffer({maxBytes: 1 << 24});
  buffer.append(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  return buffer;
}

function idsOf(shown: ShownLines): number[] {
  while (!shown.step(1 << 20));
  const ids: number[] = [];
  for (let id = shown.atOrAfter(0); id !== undefined; id = shown.atOrAfter(id + 1)) ids.push(id);
  return ids;
}

const line = (level: string, message: string, target = 'dbsp::server') =>
  `[orders] 2026-11-25T09:08:47.372844Z ${level.padStart(5)} ${target}:  ${message}`;
const panic = [
  '',
  "thread 'dbsp-worker-0' (25963) panicked at src/main.rs:56:15:",
  'index out of bounds',
  'stack backtrace:',
  '   0: core::panicking::panic_fmt',
];

describe('filters', () => {
  const log = [line('INFO', 'one'), ...panic, line('INFO', 'two'), '   1: orders::main', line('WARN', 'three')];

  test.each<[string, Filter[], number[]]>([
    ['a match in one line shows the whole record, and only it', typed('panic_fmt'), [1, 2, 3, 4, 5, 7]],
    ['a match in one line hides the whole record', typed('!panic_fmt'), [0, 6, 8]],
    ['a level is that of the record', typed('level:error'), [1, 2, 3, 4, 5, 7]],
    ['plain text has no target', typed('target:dbsp'), [0, 6, 8]],
    ['a record must pass all filters', typed('!two', '!three'), [0, 1, 2, 3, 4, 5, 7]],
  ])('%s', (_, filters, ids) => {
    expect(idsOf(shownOf(bufferOf(...log), {filters}))).toEqual(ids);
  });

  test('a target filter searches only the target, with colours and in JSON, too', () => {
    const buffer = bufferOf(
      line('INFO', 'kafka is up'),
      line('INFO', 'x', 'dbsp::Kafka'),
      '[pa] \x1b[2m2026-11-25T09:08:47.372844Z\x1b[0m \x1b[32m INFO\x1b[0m \x1b[2mdbsp::kafka\x1b[0m\x1b[2m:\x1b[0m  x',
      '{"timestamp":"2026-11-25T09:08:47.372844Z","level":"INFO","target":"log","fields":{"message":"x","log.target":"rdkafka"}}',
      '[manager] 2026-11-25T09:08:47.069619Z  INFO db::pool: x pipeline-id="1" pipeline-name="N/A"',
      '{"timestamp":"2026-11-25T09:08:47.372844Z","level":"INFO","target":"pipeline_manager::db","feldera-service":"runner","pipeline-id":"1","fields":{"line":"x"}}',
    );
    expect(idsOf(shownOf(buffer, {filters: typed('target:kafka')}))).toEqual([1, 2, 3]);
    expect(idsOf(shownOf(buffer, {filters: typed('target:transition')}))).toEqual([]);
    expect(idsOf(shownOf(buffer, {filters: typed('target:Kafka')}))).toEqual([1]);
    expect(idsOf(shownOf(buffer, {filters: typed('target:runner')}))).toEqual([4, 5]);
  });

  test('the count of records that each alone would hide is exact while they come and go', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1000, segmentBytes: 100});
    const shown = shownOf(buffer, {filters: typed('even', 'level:warn')});
    for (let at = 0; at < 100; at++) {
      buffer.append(Buffer.from(`${line(at % 4 < 2 ? 'WARN' : 'INFO', at % 2 === 0 ? 'even' : 'odd')}\n`));
      while (!shown.step(1000));
    }
    const held = Array.from({length: buffer.endId - buffer.firstId}, (_, at) => buffer.firstId + at);
    const isEven = (id: number) => id % 2 === 0;
    const isWarning = (id: number) => id % 4 < 2;
    expect(held.length).toBeGreaterThan(8);
    expect(held.length).toBeLessThan(100);
    expect(shown.hiddenBy(0)).toBe(held.filter((id) => !isEven(id)).length);
    expect(shown.hiddenBy(1)).toBe(held.filter((id) => !isWarning(id)).length);
    expect(idsOf(shown)).toEqual(held.filter((id) => isEven(id) && isWarning(id)));
  });

  test('the open line shows its record while it matches', () => {
    const buffer = bufferOf(line('INFO', 'one'));
    const shown = shownOf(buffer, {filters: typed('[a-z]x$')});
    const seen = ['', 'x', 'y', 'x', '\n'].map((part) => {
      buffer.append(Buffer.from(part === '' ? 'tai' : part));
      return idsOf(shown);
    });
    expect(seen).toEqual([[], [0, 1], [], [0, 1], [0, 1]]);
  });

  test('a pattern that is too slow hides nothing any more, and is reported', () => {
    const buffer = bufferOf('ab', 'refused', 'a'.repeat(60));
    const slow: Filter = {kind: 'text', pattern: compilePattern('(a+)+b', {timeLimit: runWithTimeout}), out: false};
    const shown = shownOf(buffer, {filters: [...typed('!refused'), slow]});
    expect(idsOf(shown)).toEqual([0, 2]);
    expect(shown.tooSlow).toEqual([1]);
    expect([shown.hiddenBy(0), shown.hiddenBy(1)]).toEqual([1, 0]);
  });
});

describe('records around a match', () => {
  test('are hidden when the match is dropped', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1000, segmentBytes: 1});
    const shown = shownOf(buffer, {filters: typed('HIT'), around: 1});
    buffer.append(Buffer.from(`${line('INFO', 'HIT')}\n${line('INFO', 'near')}\n${line('INFO', 'far')}\n`));
    expect(idsOf(shown)).toEqual([0, 1]);
    while (buffer.firstId < 1) buffer.append(Buffer.from(`${line('INFO', 'more')}\n`));
    expect(buffer.firstId).toBe(1);
    expect(idsOf(shown)).toEqual([]);
  });

  test('are not folded together with it', () => {
    const steps = [1, 2, 30, 4, 5].map((at) => line('INFO', `step ${at} finished`));
    const shown = shownOf(bufferOf(...steps), {filters: typed('step 30'), around: 2, fold: true});
    expect(idsOf(shown)).toEqual([0, 2, 3]);
    expect([0, 2, 3].map((id) => shown.foldedAt(id))).toEqual([2, 1, 2]);
  });
});

describe('folds', () => {
  const step = (at: number) => line('INFO', `step ${at} finished`);

  test('have neighbouring records of one fingerprint in one row, whatever is hidden between them', () => {
    const buffer = bufferOf(step(1), step(2), line('WARN', 'x'), step(3), line('INFO', 'y'), step(4));
    const shown = shownOf(buffer, {fold: true});
    expect(idsOf(shown)).toEqual([0, 2, 3, 4, 5]);
    expect([0, 2, 3].map((id) => shown.foldedAt(id))).toEqual([2, 1, 1]);
    const filtered = shownOf(buffer, {fold: true, filters: typed('!x')});
    expect(idsOf(filtered)).toEqual([0, 4, 5]);
    expect([...filtered.foldLines(0)]).toEqual([0, 1, 3]);
  });

  test('grow as lines come, open and close in place', () => {
    const buffer = bufferOf(step(1), '  more', step(2));
    const shown = shownOf(buffer, {fold: true});
    expect(idsOf(shown)).toEqual([0]);
    expect([...shown.foldLines(0)]).toEqual([0, 1, 2]);
    shown.setOpen(0, true);
    expect(idsOf(shown)).toEqual([0, 1, 2]);
    buffer.append(Buffer.from(`${step(3)}\n`));
    expect(idsOf(shown)).toEqual([0, 1, 2, 3]);
    expect([shown.foldedAt(0), shown.foldOf(3)]).toEqual([1, {head: 0, records: 3, open: true}]);
    shown.setOpen(3, false);
    expect(idsOf(shown)).toEqual([0]);
    expect(shown.foldedAt(0)).toBe(3);
    expect([shown.includes(3), shown.atOrAfter(1)]).toEqual([true, undefined]);
  });

  test('come apart where the lines of a record appear between them, and join when they go', () => {
    const log = [step(1), ...panic, step(2), step(3), '   1: f', step(4), step(5), '   2: needle', step(6)];
    const without = bufferOf(...log.slice(0, 11));
    const filters = typed('finished|needle');
    expect(idsOf(shownOf(without, {fold: true, filters}))).toEqual([0]);
    expect(idsOf(shownOf(bufferOf(...log), {fold: true, filters}))).toEqual([0, 1, 2, 3, 4, 5, 6, 8, 9, 11, 12]);
    expect(idsOf(shownOf(without, {fold: true, filters: typed('!needle')}))).toEqual([0, 1, 2, 3, 4, 5, 6, 8, 9]);
    expect(idsOf(shownOf(bufferOf(...log), {fold: true, filters: typed('!needle')}))).toEqual([0]);
  });

  test('do not swallow a line of a record that appears late', () => {
    const between = ['a', 'b b', 'c c c'].map((text) => line('INFO', text));
    const buffer = bufferOf(...panic, ...between, '   1: needle');
    expect(idsOf(shownOf(buffer, {fold: true, filters: typed('server|needle')}))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('get a line once it has ended', () => {
    const buffer = bufferOf(step(1));
    const shown = shownOf(buffer, {fold: true});
    buffer.append(Buffer.from(step(2).slice(0, -3)));
    expect(idsOf(shown)).toEqual([0, 1]);
    buffer.append(Buffer.from(`${step(2).slice(-3)}\n`));
    expect(idsOf(shown)).toEqual([0]);
  });

  test('continue under their first held record, open as they were', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1500, segmentBytes: 150});
    const shown = shownOf(buffer, {fold: true});
    const append = (count: number) => {
      for (let at = 0; at < count; at++) buffer.append(Buffer.from(`${step(at)}\n`));
    };
    append(10);
    expect(idsOf(shown)).toEqual([0]);
    append(50);
    // Before the next step already.
    const {firstId, endId} = buffer;
    expect(shown.atOrAfter(0)).toBe(undefined);
    expect(idsOf(shown)).toEqual([firstId]);
    expect(shown.foldedAt(firstId)).toBe(endId - firstId);
    shown.setOpen(firstId, true);
    append(5);
    expect(shown.atOrAfter(0)).toBe(buffer.firstId);
    expect(idsOf(shown).length).toBe(buffer.endId - buffer.firstId);
  });
});

test('the results of earlier lines are reused', () => {
  const buffer = bufferOf(...Array.from({length: 20}, (_, at) => line('INFO', `step ${at}`)));
  const [first] = typed('step 1');
  if (!first) throw new Error('no filter');
  const earlier = shownOf(buffer, {filters: [first]});
  expect(idsOf(earlier).length).toBe(11);
  const shown = shownOf(buffer, {filters: [first, ...typed('!step 12')], earlier});
  expect(shown.hiddenBy(0)).toBe(9);
  buffer.append(Buffer.from(`${line('INFO', 'step 1000')}\n`));
  expect(idsOf(shown).length).toBe(11);
  expect([shown.hiddenBy(0), shown.hiddenBy(1)]).toEqual([9, 1]);
});

test('the results of earlier lines for an open line are not reused', () => {
  const buffer = bufferOf(line('INFO', 'one'));
  buffer.append(Buffer.from('  needle'));
  const filters = typed('needle$');
  const earlier = shownOf(buffer, {filters});
  expect(idsOf(earlier)).toEqual([0, 1]);
  buffer.append(Buffer.from(' and more\n'));
  expect(idsOf(shownOf(buffer, {filters, earlier}))).toEqual([]);
});

test('earlier lines are not kept', async () => {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('no collector');
  const buffer = bufferOf(line('INFO', 'one'));
  const filters = typed('one');
  const chain = () => {
    const earlier = shownOf(buffer, {filters});
    idsOf(earlier);
    return {earlier: new WeakRef(earlier), shown: shownOf(buffer, {filters, earlier})};
  };
  const {earlier, shown} = chain();
  // A reference that was just made lasts until the turn is over.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  expect(earlier.deref()).toBe(undefined);
  expect(idsOf(shown)).toEqual([0]);
});

test.each([
  ['shows', 'cause', 1],
  ['hides', '!cause', 2],
])('a record that its second line %s costs the same in a fold of any length', (_, filter, ofEach) => {
  const wordAt = vi.spyOn(IdSet.prototype, 'wordAt');
  onTestFinished(() => wordAt.mockRestore());
  const costOf = (records: number) => {
    const lines = Array.from({length: records}, (_, index) => [
      line('INFO', `step ${index}`),
      index % ofEach === 0 ? '  a cause' : '  nothing',
    ]);
    const shown = shownOf(bufferOf(...lines.flat()), {filters: typed(filter), fold: true});
    wordAt.mockClear();
    while (!shown.step(1 << 20));
    return wordAt.mock.calls.length / records;
  };
  expect(costOf(2000)).toBeLessThan(1.5 * costOf(200));
});

test('panics whose messages come later are folded and hidden by place and message', () => {
  const of = (process: number, message: string) => [`thread 'w' (${process}) panicked at a.rs:1:2:`, message];
  const lines = [...of(1, 'no space'), ...of(2, 'no space'), ...of(3, 'refused')];
  const noSpace = fingerprintOf(panicText(Buffer.from(lines[0] ?? ''), Buffer.from(lines[1] ?? '')));
  const hides: Filter = {kind: 'fingerprint', fingerprint: noSpace, text: ''};
  const buffer = bufferOf();
  const [folded, hiding] = [shownOf(buffer, {fold: true}), shownOf(buffer, {filters: [hides]})];
  for (const each of lines) {
    buffer.append(Buffer.from(`${each}\n`));
    idsOf(folded);
    idsOf(hiding);
  }
  expect(idsOf(folded).map((id) => [id, folded.foldedAt(id)])).toEqual([
    ...[
      [0, 2],
      [4, 1],
      [5, 1],
    ],
  ]);
  expect(idsOf(hiding)).toEqual([4, 5]);
});

describe('folded errors of connectors', () => {
  const error = (connector: string) => line('ERROR', `parse error on input endpoint '${connector}': missing field`);
  const suppressed = (count: number, name: string) =>
    line('INFO', `Suppressed ${count} '${name}' errors in the last 6.00s (most recently, 0.00s ago) due to`);
  const log = [
    ...[error('a.in'), suppressed(3, 'a.in-x_err'), error('a.in'), suppressed(40, 'a.in-x_err'), error('a.in')],
    ...[suppressed(500, 'b.in-x_err'), error('b.in'), line('ERROR', 'FAIL: refused (9 identical error(s) suppressed)')],
  ];
  const rowsOf = (shown: ShownLines) => idsOf(shown).map((id) => [id, shown.foldedAt(id), shown.suppressedAt(id)]);

  const shownOfLog = (options: Options) => {
    const sink = new LogSink({buffer: {maxBytes: 1 << 24}, clock: {wall: () => 0}});
    sink.append(...withNewlines(Buffer.from(log.map((each) => `${each}\n`).join(''))));
    return shownOf(sink.buffer, {...options, suppressed: sink.errors.suppressed});
  };

  test('are one row for each connector, with what was suppressed of them', () => {
    const shown = shownOfLog({fold: true, filters: typed('level:error')});
    expect(rowsOf(shown)).toEqual([
      ...[[0, 3, 43], [6, 1, 500], [7, 1, 9]], // biome-ignore format: a row each
    ]);
  });

  test('without those of records that are hidden', () => {
    const shown = shownOfLog({fold: true, filters: typed('Suppressed')});
    expect(rowsOf(shown)).toEqual([[1, 3, 543]]);
  });

  test('that are opened stand for nothing more', () => {
    const shown = shownOfLog({fold: true, filters: typed('level:error')});
    idsOf(shown);
    shown.setOpen(0, true);
    expect(idsOf(shown)).toEqual([0, 2, 4, 6, 7]);
    expect(shown.suppressedAt(0)).toBe(0);
  });

  test('without folds they stand for themselves', () => {
    const shown = shownOfLog({filters: typed('level:error')});
    expect(rowsOf(shown).map(([, , suppressed]) => suppressed)).toEqual([0, 0, 0, 0, 0]);
  });
});
