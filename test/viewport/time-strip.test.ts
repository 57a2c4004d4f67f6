import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {noRecords, type Stretch, sumOf} from '../../source/records/histogram.ts';
import {cellOf, type Strip, stripOf} from '../../source/viewport/time-strip.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 200);
const start = Date.UTC(2026, 10, 25, 9, 0);
const hour = 3600;

/** One record a stretch, at these seconds after the start; its id is its place. */
function stretchesAt(...seconds: readonly number[]): readonly Stretch[] {
  return seconds.map((each, firstId) => ({
    firstId,
    at: start + each * 1000,
    counts: {records: 1, errors: 0, warnings: 0},
  }));
}

function strip(stretches: readonly Stretch[], width: number, before?: number): Strip {
  return stripOf({stretches, spanMs: 1000, width, before});
}

/** `1.2|3`: a record, an empty cell, two records, a break, three records. */
function picture({cells}: Strip): string {
  return cells.map(({kind, counts}) => (kind === 'break' ? '|' : counts.records || '.')).join('');
}

const second = (from: number, to: number) => Array.from({length: to - from}, (_, each) => from + each);

describe('the strip', () => {
  it('has cells of equal spans, the finest that fit', () => {
    expect(picture(strip(stretchesAt(0, 1, 4), 5))).toBe('11..1');
    expect(picture(strip(stretchesAt(0, 1, 4), 4))).toBe('2.1');
    expect(strip(stretchesAt(0, 1, 4), 4).spanMs).toBe(2000);
    expect(strip(stretchesAt(...second(0, 3600)), 60).spanMs).toBe(60_000);
    expect(picture(strip(stretchesAt(), 60))).toBe('');
  });

  it('has no finer spans than are counted', () => {
    const {spanMs} = stripOf({stretches: stretchesAt(0, 15, 30), spanMs: 15_000, width: 100});
    expect(spanMs).toBe(15_000);
  });

  it('keeps its spans until the finer ones have room to grow', () => {
    const at = (seconds: number) => strip(stretchesAt(...second(0, seconds)), 40, 2000).spanMs;
    expect([at(30), at(31), at(40), at(80), at(81)]).toEqual([1000, 2000, 2000, 2000, 5000]);
  });

  it('leaves out silences that are most of the time', () => {
    const seconds = [...second(0, 10), ...second(8 * hour, 8 * hour + 10), ...second(9 * hour, 9 * hour + 10)];
    expect(picture(strip(stretchesAt(...seconds), 40))).toBe('1111111111|1111111111|1111111111');
  });

  it('shows a silence that is a part of the time, and a log with few lines as it is', () => {
    expect(picture(strip(stretchesAt(...second(0, 10), ...second(20, 30)), 40))).toBe('1111111111..........1111111111');
    expect(picture(strip(stretchesAt(0, 60, 120, 180), 13))).toBe('1...1...1...1');
  });

  it('breaks where a clock was set back', () => {
    expect(picture(strip(stretchesAt(3600, 3601, 0, 1), 40))).toBe('11|11');
  });

  it('shows the newest cells where the breaks alone are too many', () => {
    expect(picture(strip(stretchesAt(900, 600, 300, 0), 3))).toBe('1|1');
  });

  it('finds the cell of an entry', () => {
    const found = strip(stretchesAt(0, 1, 4), 5);
    expect([0, 1, 2, 1000].map((id) => cellOf(found, id))).toEqual([0, 1, 4, 4]);
    expect(cellOf(strip([], 5), 3)).toBeUndefined();
  });

  it('counts each record in one cell, has no more cells than fit, and each entry is in the cell of its time', () => {
    const steps = fc.array(fc.oneof(fc.integer({min: 1, max: 5}), fc.integer({min: 1, max: 90_000})), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, fc.integer({min: 20, max: 200}), (gaps, width) => {
        let seconds = 0;
        const stretches = stretchesAt(
          ...gaps.map((gap) => {
            seconds += gap;
            return seconds;
          }),
        );
        const found = strip(stretches, width);
        const total = found.cells.reduce((sum, {counts}) => sumOf(sum, counts), noRecords);
        expect(total.records).toBe(stretches.length);
        expect(found.cells.length).toBeLessThanOrEqual(width);
        for (const {firstId, at} of stretches) {
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
