import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {LogHistogram, type LogHistogramOptions} from '../../../source/commands/logs/log-histogram.ts';
import type {Level} from '../../../source/records/level.ts';
import {FakeClock} from '../../harness/fake-clock.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 100);
const start = Date.UTC(2026, 10, 25, 9, 0);

type Counted = {readonly seconds: number | undefined; readonly level?: Level};

function histogramOf(records: readonly Counted[], options: Partial<LogHistogramOptions> = {}): LogHistogram {
  const histogram = new LogHistogram({by: undefined, follow: false, isJson: false, isUtf8: true, ...options});
  for (const record of records) add(histogram, record);
  return histogram;
}

function add(histogram: LogHistogram, {seconds, level}: Counted): void {
  const time = seconds === undefined ? undefined : {at: start + seconds * 1000, text: '', isOwn: true};
  histogram.shape.print({time, level, lines: [], startsHere: true});
}

const at = (...seconds: readonly number[]) => seconds.map((each) => ({seconds: each}));

type Span = {
  readonly time: string;
  readonly seconds: number;
  readonly records: number;
  readonly errors: number;
  readonly warnings: number;
};

function spansOf(text: string): readonly Span[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line): Span => JSON.parse(line));
}

describe('logs --histogram', () => {
  it('prints records, errors and warnings by time', () => {
    const records: Counted[] = [...at(0, 0, 0, 0), {seconds: 61, level: 'ERROR'}, {seconds: 62, level: 'WARN'}];
    expect(histogramOf(records, {by: 60_000}).end()).toBe(
      [
        'TIME                  RECORDS  ERRORS  WARNINGS',
        '2026-11-25T09:00:00Z        4       0         0  ████████████████████████████████████████',
        '2026-11-25T09:01:00Z        2       1         1  ████████████████████',
        '',
      ].join('\n'),
    );
    expect(histogramOf(at(0), {isUtf8: false}).end()).toContain(`  ${'#'.repeat(40)}\n`);
  });

  it('fits the bars into a terminal', () => {
    const widest = (columns: number) =>
      Math.max(
        ...histogramOf(at(0, 0, 1), {columns})
          .end()
          .split('\n')
          .map(({length}) => length),
      );
    expect(widest(80)).toBe(80);
    expect(widest(200)).toBe(89);
    expect(widest(30)).toBe(59);
  });

  it('prints short silences as empty spans, and long ones as one row', () => {
    const rows = histogramOf(at(0, 3, 10), {by: 1000})
      .end()
      .trimEnd()
      .split('\n')
      .slice(1);
    expect(rows.map((row) => row.slice(11, 29).trimEnd())).toEqual([
      '09:00:00Z        1',
      '09:00:01Z        0',
      '09:00:02Z        0',
      '09:00:03Z        1',
      '           none fo',
      '09:00:10Z        1',
    ]);
    expect(rows[4]?.trim()).toBe('none for 6 s');
  });

  it('chooses months for a year, of which there would be two rows', () => {
    const records = Array.from({length: 365}, (_, day) => ({seconds: day * 86_400}));
    expect(spansOf(histogramOf(records, {isJson: true}).end())).toHaveLength(14);
  });

  it('chooses a span for which there are few rows', () => {
    const records = Array.from({length: 7200}, (_, seconds) => ({seconds}));
    const spans = spansOf(histogramOf(records, {isJson: true}).end());
    expect(spans).toHaveLength(24);
    expect(spans[0]).toEqual({time: '2026-11-25T09:00:00Z', seconds: 300, records: 300, errors: 0, warnings: 0});
    expect(spansOf(histogramOf(at(0, 1), {isJson: true}).end())[0]?.seconds).toBe(1);
  });

  it('counts records without a time to the first one that has one; without any, there is one row', () => {
    const records: Counted[] = [{seconds: undefined, level: 'ERROR'}, {seconds: 5}];
    expect(spansOf(histogramOf(records, {isJson: true}).end())).toMatchObject([{records: 2, errors: 1}]);
    expect(histogramOf([{seconds: undefined}]).end()).toMatch(/^TIME .*\n- +1 +0 +0 +█+\n$/);
    // That nothing was selected is not mistaken for a failure.
    expect(histogramOf([]).end()).toBe('TIME                  RECORDS  ERRORS  WARNINGS\n');
    expect(histogramOf([], {isJson: true}).end()).toBe('');
  });

  it('counts each record once, in any order and with any span', () => {
    const records = fc.array(
      fc.record({seconds: fc.integer({min: -1e6, max: 1e7}), level: fc.constantFrom<Level>('INFO', 'WARN', 'ERROR')}),
      {minLength: 1, maxLength: 300},
    );
    fc.assert(
      fc.property(records, fc.constantFrom(undefined, 1000, 7000, 3_600_000), (all, by) => {
        const text = histogramOf(all, {by, isJson: true}).end();
        const spans = spansOf(text);
        const sum = (part: 'records' | 'errors' | 'warnings') => spans.reduce((total, span) => total + span[part], 0);
        const ofLevel = (level: Level) => all.filter((each) => each.level === level).length;
        expect([sum('records'), sum('errors'), sum('warnings')]).toEqual([
          all.length,
          ofLevel('ERROR'),
          ofLevel('WARN'),
        ]);
        expect(histogramOf(all.toReversed(), {by, isJson: true}).end()).toBe(text);
        for (const {time, seconds} of spans) expect((Date.parse(time) / 1000) % seconds).toBe(0);
      }),
      {numRuns: runs},
    );
  });

  it('does not count the rest of a record again', () => {
    const histogram = histogramOf(at(0));
    histogram.shape.print({time: {at: start, text: '', isOwn: true}, level: 'INFO', lines: [], startsHere: false});
    expect(histogram.end()).toContain(' 1       0         0');
  });
});

describe('with --follow', () => {
  /** The clock begins at a whole minute. */
  async function followed() {
    const clock = new FakeClock();
    await clock.advance(60_000 - (clock.wall() % 60_000));
    const now = () => (clock.wall() - start) / 1000;
    const histogram = histogramOf([], {follow: true, isJson: true});
    const printed: number[][] = [];
    const stop = histogram.startPrinting(clock, (text) => printed.push(spansOf(text).map(({records}) => records)));
    return {clock, now, histogram, printed, stop};
  }

  it('a span is printed when it is over, and again with records that come late', async () => {
    const {clock, now, histogram, printed, stop} = await followed();
    const first = now();
    for (const record of at(first, first + 59, first + 60)) add(histogram, record);
    await clock.advance(59_000);
    expect(printed).toEqual([]);
    await clock.advance(3_000);
    expect(printed).toEqual([[2]]);
    add(histogram, {seconds: first + 1});
    await clock.advance(3_000);
    expect(printed).toEqual([[2], [1]]);
    stop();
    await clock.advance(120_000);
    expect(printed).toHaveLength(2);
    expect(spansOf(histogram.end())).toMatchObject([{records: 1}]);
  });

  it('spans of a catch-up are printed once they get no more records', async () => {
    const {clock, now, histogram, printed, stop} = await followed();
    const first = now() - 600;
    await clock.advance(1_000);
    for (let each = 0; each < 5; each++) {
      for (const record of at(first, first + 60)) add(histogram, record);
      await clock.advance(1_000);
      expect(printed).toEqual([]);
    }
    await clock.advance(1_000);
    expect(printed).toEqual([[5, 5]]);
    stop();
  });
});
