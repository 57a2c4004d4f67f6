import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {noRecords, sumOf, type TimeBucket} from '../../../source/engine/records/histogram.ts';
import {type HistogramCells, histogramCells} from '../../../source/features/histogram/histogram-cells.ts';
import {cellOf} from '../../../source/features/histogram/histogram-feature.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 200);
const start = Date.UTC(2026, 10, 25, 9, 0);
const hour = 3600;

/** One record a bucket, at these seconds after the start; its id is its place. */
function bucketsAt(...seconds: readonly number[]): readonly TimeBucket[] {
  return seconds.map((each, firstId) => ({
    firstId,
    at: start + each * 1000,
    counts: {records: 1, errors: 0, warnings: 0},
  }));
}

function cellsOf(buckets: readonly TimeBucket[], width: number, before?: number): HistogramCells {
  return histogramCells({buckets, spanMs: 1000, width, before});
}

/** `1.2|3`: a record, an empty cell, two records, a break, three records. */
function picture({cells}: HistogramCells): string {
  return cells.map(({kind, counts}) => (kind === 'break' ? '|' : counts.records || '.')).join('');
}

const second = (from: number, to: number) => Array.from({length: to - from}, (_, each) => from + each);

describe('the histogram', () => {
  it('has cells of equal spans, the finest that fit', () => {
    expect(picture(cellsOf(bucketsAt(0, 1, 4), 5))).toBe('11..1');
    expect(picture(cellsOf(bucketsAt(0, 1, 4), 4))).toBe('2.1');
    expect(cellsOf(bucketsAt(0, 1, 4), 4).spanMs).toBe(2000);
    expect(cellsOf(bucketsAt(...second(0, 3600)), 60).spanMs).toBe(60_000);
    expect(picture(cellsOf(bucketsAt(), 60))).toBe('');
  });

  it('has no finer spans than are counted', () => {
    const {spanMs} = histogramCells({buckets: bucketsAt(0, 15, 30), spanMs: 15_000, width: 100});
    expect(spanMs).toBe(15_000);
  });

  it('keeps its spans until the finer ones have room to grow', () => {
    const at = (seconds: number) => cellsOf(bucketsAt(...second(0, seconds)), 40, 2000).spanMs;
    expect([at(30), at(31), at(40), at(80), at(81)]).toEqual([1000, 2000, 2000, 2000, 5000]);
  });

  it('leaves out silences that are most of the time', () => {
    const seconds = [...second(0, 10), ...second(8 * hour, 8 * hour + 10), ...second(9 * hour, 9 * hour + 10)];
    expect(picture(cellsOf(bucketsAt(...seconds), 40))).toBe('1111111111|1111111111|1111111111');
  });

  it('shows a silence that is a part of the time, and a log with few lines as it is', () => {
    expect(picture(cellsOf(bucketsAt(...second(0, 10), ...second(20, 30)), 40))).toBe('1111111111..........1111111111');
    expect(picture(cellsOf(bucketsAt(0, 60, 120, 180), 13))).toBe('1...1...1...1');
  });

  it('breaks where a clock was set back', () => {
    expect(picture(cellsOf(bucketsAt(3600, 3601, 0, 1), 40))).toBe('11|11');
  });

  it('shows the newest cells where the breaks alone are too many', () => {
    expect(picture(cellsOf(bucketsAt(900, 600, 300, 0), 3))).toBe('1|1');
  });

  it('finds the cell of an entry', () => {
    const found = cellsOf(bucketsAt(0, 1, 4), 5);
    expect([0, 1, 2, 1000].map((id) => cellOf(found, id))).toEqual([0, 1, 4, 4]);
    expect(cellOf(cellsOf([], 5), 3)).toBeUndefined();
  });

  it('counts each record in one cell, has no more cells than fit, and each entry is in the cell of its time', () => {
    const steps = fc.array(fc.oneof(fc.integer({min: 1, max: 5}), fc.integer({min: 1, max: 90_000})), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, fc.integer({min: 20, max: 200}), (gaps, width) => {
        let seconds = 0;
        const buckets = bucketsAt(
          ...gaps.map((gap) => {
            seconds += gap;
            return seconds;
          }),
        );
        const found = cellsOf(buckets, width);
        const total = found.cells.reduce((sum, {counts}) => sumOf(sum, counts), noRecords);
        expect(total.records).toBe(buckets.length);
        expect(found.cells.length).toBeLessThanOrEqual(width);
        for (const {firstId, at} of buckets) {
          const cell = found.cells[cellOf(found, firstId) ?? -1];
          expect(cell?.at).toBe(Math.floor(at / found.spanMs) * found.spanMs);
        }
        // Between breaks, each cell begins where the one before it ends.
        for (const [place, {kind, at}] of found.cells.entries()) {
          const next = found.cells[place + 1];
          if (kind === 'span' && next?.kind === 'span') expect(next.at - at).toBe(found.spanMs);
        }
      }),
      {numRuns: runs},
    );
  });
});
