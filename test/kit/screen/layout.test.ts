import {describe, expect, it} from 'vitest';
import {type Layout, layoutOf} from '../../../source/kit/screen/layout.ts';

const columns = Array.from({length: 211}, (_, index) => 40 + index);

const usual = {
  list: true,
  listHasFocus: false,
  nameCells: 12,
  banner: (_width: number) => 0,
  run: false,
  histogramHeight: 2,
  isHistogramWorthwhile: () => true,
  filters: {log: false, page: false},
};

type Parts = Partial<typeof usual> & {readonly histogram?: boolean | undefined};

function layoutAt(width: number, rows = 24, parts: Parts = {}): Layout {
  const layout = layoutOf({columns: width, rows}, {...usual, ...parts});
  if (!layout) throw new Error(`no layout at ${width}×${rows}`);
  return layout;
}

describe('at every width from 40 to 250', () => {
  it('list, divider and pane fill the row', () => {
    for (const width of columns) {
      const {listWidth, paneWidth} = layoutAt(width);
      expect(listWidth + 1 + paneWidth).toBe(width);
      expect(layoutAt(width, 24, {list: false})).toMatchObject({listWidth: 0, paneWidth: width});
    }
  });

  it.each([true, false])('the log has most of the screen, with the list in focus or not: %s', (listHasFocus) => {
    for (const width of columns)
      expect(layoutAt(width, 24, {listHasFocus, nameCells: 24}).paneWidth).toBeGreaterThan(width / 2);
  });

  it.each([true, false])('a wider terminal never has a narrower list, in focus or not: %s', (listHasFocus) => {
    const widths = columns.map((width) => layoutAt(width, 24, {listHasFocus, nameCells: 24}).listWidth);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
  });

  it('a log that has the keys has the room that it needs for targets, and for messages', () => {
    // Gutter and overview take three cells; `compactnessFor` needs 76 for a target, 44 for a host.
    for (const width of columns.filter((each) => each >= 100))
      expect(layoutAt(width).paneWidth - 3).toBeGreaterThan(75);
    expect(layoutAt(80).paneWidth - 3).toBe(60);
    expect(layoutAt(60).paneWidth - 3).toBe(44);
  });
});

it('the list is as wide as its names need while it has the keys, else narrow and without words', () => {
  const widthsOf = (nameCells: number, listHasFocus = true) =>
    [60, 80, 120, 200].map((width) => layoutAt(width, 24, {listHasFocus, nameCells}).listWidth);
  expect(widthsOf(6)).toEqual([24, 28, 28, 28]);
  expect(widthsOf(17)).toEqual([24, 32, 34, 34]);
  expect(widthsOf(63)).toEqual([24, 32, 40, 40]);
  expect(widthsOf(63, false)).toEqual([12, 16, 20, 20]);
  const withWords = columns.filter((width) => layoutAt(width, 24, {listHasFocus: true}).hasStateWords);
  expect(Math.min(...withWords)).toBe(70);
  for (const width of columns) expect(layoutAt(width).hasStateWords).toBe(false);
});

it('header, body, status line and keys fill the rows, the tab bar is one of the body', () => {
  for (let rows = 10; rows <= 120; rows++) {
    const {bodyHeight, paneHeight, histogramRows} = layoutAt(80, rows);
    expect(1 + bodyHeight + 2).toBe(rows);
    expect(paneHeight).toBe(bodyHeight - 1 - histogramRows);
  }
});

it('the histogram costs two rows of the log, by default from 30 rows of the terminal on, never below 16', () => {
  const rowsAt = (rows: number, histogram?: boolean) => layoutAt(80, rows, {histogram}).histogramRows;
  expect([rowsAt(29), rowsAt(30), rowsAt(60)]).toEqual([0, 2, 2]);
  expect([rowsAt(15, true), rowsAt(16, true), rowsAt(60, false)]).toEqual([0, 2, 0]);
});

it('a banner costs its rows of the log, and nothing else; on a low screen, one', () => {
  const [without, withBanner] = [layoutAt(80), layoutAt(80, 24, {banner: (width) => (width === 63 ? 2 : 9)})];
  expect(withBanner).toEqual({...without, bannerRows: 2, paneHeight: without.paneHeight - 2});
  expect(layoutAt(80, 13, {banner: () => 2}).paneHeight).toBe(layoutAt(80, 13).paneHeight - 1);
});

it('the run costs a row of the log on a screen that is high enough, and the filters one of the body', () => {
  expect(layoutAt(80, 24, {run: true}).paneHeight).toBe(layoutAt(80).paneHeight - 1);
  expect(layoutAt(80, 13, {run: true})).toEqual(layoutAt(80, 13));
  const without = layoutAt(80);
  const filtered = layoutAt(80, 24, {filters: {log: true, page: false}});
  expect([filtered.bodyHeight, filtered.paneHeight]).toEqual([without.bodyHeight - 1, without.paneHeight - 1]);
  expect(filtered.pageHeight).toBe(without.pageHeight);
  expect(layoutAt(80, 24, {filters: {log: true, page: true}}).pageHeight).toBe(without.pageHeight - 1);
});

it('widths do not depend on the height, nor heights on the width', () => {
  expect(layoutAt(80, 50).paneWidth).toBe(layoutAt(80, 10).paneWidth);
  expect(layoutAt(250, 24).paneHeight).toBe(layoutAt(40, 24).paneHeight);
});

it('a width that the user has set has words if it has room for them', () => {
  const layoutWith = (listWidth: number) => layoutOf({columns: 80, rows: 24}, {...usual, listWidth});
  expect(layoutWith(30)).toMatchObject({listWidth: 30, hasStateWords: true});
  expect(layoutWith(20)).toMatchObject({listWidth: 20, hasStateWords: false});
});

it('there is none below 40×10', () => {
  expect(layoutOf({columns: 39, rows: 50}, usual)).toBeUndefined();
  expect(layoutOf({columns: 200, rows: 9}, {...usual, list: false})).toBeUndefined();
  expect(layoutOf({columns: 40, rows: 10}, usual)).toBeDefined();
});
