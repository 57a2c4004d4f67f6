import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {
  Histogram,
  noRecords,
  sumOf,
  type TimeBucket,
  type TimedRecords,
} from '../../../source/engine/records/histogram.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {json} from './index-lines.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 100);
const start = Date.UTC(2026, 10, 25, 9, 0);

/** `seconds` after the start; undefined: without a time. */
type Line = {readonly seconds: number | undefined; readonly level?: 'INFO' | 'WARN' | 'ERROR'};

function bytesOf(lines: readonly Line[]): Buffer {
  // After a record in JSON, plain text is a record of its own.
  const texts = lines.map(({seconds, level}) =>
    seconds === undefined ? 'text\n' : `${json('message', level, new Date(start + seconds * 1000).toISOString())}\n`,
  );
  return Buffer.from(texts.join(''));
}

/** A log that drops any entries: a buffer drops whole segments. */
class DroppingLog implements TimedRecords {
  indexedFrom = 0;
  /** Number of times that were read. */
  times = 0;
  readonly #index: RecordIndex;

  constructor(index: RecordIndex) {
    this.#index = index;
  }

  get settledTo(): number {
    return this.#index.settledTo;
  }

  timedFrom(id: number, to: number) {
    this.times += 1;
    return this.#index.timedFrom(Math.max(id, this.indexedFrom), to);
  }

  countByLevel(from: number, to: number) {
    return this.#index.countByLevel(Math.max(from, this.indexedFrom), to);
  }
}

function logOf() {
  const buffer = new WritableLogBuffer({maxBytes: 1 << 24});
  const index = new RecordIndex(buffer);
  const log = new DroppingLog(index);
  const histogram = new Histogram(log);
  const read = (stepBytes = 1 << 16) => {
    while (!index.step(1 << 20));
    while (!histogram.step(stepBytes));
  };
  return {buffer, log, histogram, read};
}

function histogramOf(lines: readonly Line[], stepBytes?: number): Histogram {
  const {buffer, histogram, read} = logOf();
  buffer.append(bytesOf(lines));
  read(stepBytes);
  return histogram;
}

const totalOf = (buckets: readonly TimeBucket[]) =>
  buckets.map(({counts}) => counts).reduce((sum, each) => sumOf(sum, each), noRecords);

/** `0s 3e1w1`: 3 records from second 0 on, an error and a warning among them. */
function words({buckets}: Histogram): string {
  return buckets
    .map(({at, counts}) => {
      const errors = counts.errors > 0 ? `e${counts.errors}` : '';
      const warnings = counts.warnings > 0 ? `w${counts.warnings}` : '';
      return `${(at - start) / 1000}s ${counts.records}${errors}${warnings}`;
    })
    .join(', ');
}

/** Lines with steps of time between them that are mostly short. */
const orderedLines = fc
  .array(
    fc.record({
      step: fc.oneof(
        {weight: 8, arbitrary: fc.constant(0)},
        {weight: 4, arbitrary: fc.nat(3)},
        {weight: 1, arbitrary: fc.nat(9000)},
      ),
      level: fc.constantFrom('INFO' as const, 'WARN' as const, 'ERROR' as const),
      hasTime: fc.nat(5).map((each) => each > 0),
    }),
    {minLength: 1, maxLength: 400},
  )
  .map((steps) => {
    let seconds = 0;
    return steps.map(({step, level, hasTime}): Line => {
      seconds += step;
      return {seconds: hasTime ? seconds : undefined, level};
    });
  });

describe('the histogram', () => {
  it('counts records by time and level', () => {
    const lines: Line[] = [{seconds: 0}, {seconds: 0.9, level: 'ERROR'}, {seconds: 1}, {seconds: 70, level: 'WARN'}];
    expect(words(histogramOf(lines))).toBe('0s 2e1, 1s 1, 70s 1w1');
  });

  it('counts records without a time to the one before, and the first ones to the one after', () => {
    const lines: Line[] = [{seconds: undefined}, {seconds: 5}, {seconds: undefined}, {seconds: 6}];
    expect(words(histogramOf(lines))).toBe('5s 3, 6s 1');
    expect(histogramOf([{seconds: undefined}]).buckets).toEqual([]);
  });

  it('counts a late record to the one before, and begins again where a clock was set back', () => {
    const lines: Line[] = [{seconds: 100}, {seconds: 98}, {seconds: 100}, {seconds: 10}, {seconds: 11}];
    expect(words(histogramOf(lines))).toBe('100s 3, 10s 1, 11s 1');
  });

  it('is of the held entries only', () => {
    const {buffer, log, histogram, read} = logOf();
    buffer.append(bytesOf([{seconds: 0}, {seconds: 0, level: 'ERROR'}, {seconds: 0}, {seconds: 9}]));
    read();
    const before = histogram.version;
    log.indexedFrom = 2;
    read();
    expect(words(histogram)).toBe('0s 1, 9s 1');
    expect(histogram.version).not.toBe(before);
    buffer.append(bytesOf([{seconds: 20}, {seconds: 30}]));
    log.indexedFrom = 5;
    read();
    expect(words(histogram)).toBe('30s 1');
  });

  it('counts each record once, however long the spans are and in whatever steps it is read', () => {
    fc.assert(
      fc.property(orderedLines, fc.constantFrom(8, 64, 4096), fc.nat(300), (lines, stepBytes, dropped) => {
        const {buffer, log, histogram, read} = logOf();
        const half = Math.floor(lines.length / 2);
        buffer.append(bytesOf(lines.slice(0, half)));
        read(stepBytes);
        buffer.append(bytesOf(lines.slice(half)));
        log.indexedFrom = Math.min(dropped, lines.length - 1);
        read(stepBytes);
        const all = log.countByLevel(0, buffer.endId);
        const isCounted = histogram.buckets.length > 0 || log.timedFrom(0, buffer.endId) !== undefined;
        expect(totalOf(histogram.buckets)).toEqual(isCounted ? all : noRecords);
      }),
      {numRuns: runs},
    );
  });

  it('finds the span of each record of a log in order, although it reads few times', () => {
    fc.assert(
      fc.property(orderedLines, fc.constantFrom(64, 4096), (lines, stepBytes) => {
        const {spanMs, buckets} = histogramOf(lines, stepBytes);
        const expected = new Map<number, number>();
        let first = 0;
        let at: number | undefined;
        for (const {seconds} of lines) {
          if (seconds !== undefined) at = Math.floor((start + seconds * 1000) / spanMs) * spanMs;
          if (at === undefined) first += 1;
          else expected.set(at, (expected.get(at) ?? 0) + 1);
        }
        const found = buckets.map(({at: begins, counts}, index) => [begins, counts.records - (index ? 0 : first)]);
        expect(found).toEqual([...expected]);
      }),
      {numRuns: runs},
    );
  });

  it('reads few times of a flood', () => {
    const {buffer, log, histogram, read} = logOf();
    buffer.append(bytesOf(Array.from({length: 20_000}, (_, line) => ({seconds: Math.floor(line / 5000)}))));
    read(1 << 18);
    expect(words(histogram)).toBe('0s 5000, 1s 5000, 2s 5000, 3s 5000');
    expect(log.times).toBeLessThan(600);
  });

  it('merges spans when there are many, which changes no sum', () => {
    const histogram = histogramOf(
      Array.from({length: 5000}, (_, line) => ({seconds: line, level: line % 10 ? 'INFO' : 'ERROR'})),
    );
    expect(histogram.spanMs).toBe(5000);
    expect(histogram.buckets).toHaveLength(1000);
    expect(histogram.buckets.every(({counts}) => counts.records === 5)).toBe(true);
    expect(totalOf(histogram.buckets)).toEqual({records: 5000, errors: 500, warnings: 0});
  });

  it('stays small when clocks differ by years', () => {
    const years = 3 * 364 * 86_400;
    const histogram = histogramOf(Array.from({length: 3000}, (_, line) => ({seconds: (line % 2) * years})));
    expect(histogram.buckets.length).toBeLessThanOrEqual(1024);
    expect(totalOf(histogram.buckets).records).toBe(3000);
  });
});
