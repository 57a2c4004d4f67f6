/** The terminal's size in cells. */
export type Size = {readonly columns: number; readonly rows: number};

/** Division of the screen: header, list beside tab bar and log, two lines at the bottom. */
export type Layout = {
  /** Without the divider; 0 when hidden. */
  readonly listWidth: number;
  /** The list has room for the states of the pipelines in words, beside their symbols. */
  readonly hasStateWords: boolean;
  readonly paneWidth: number;
  /** Rows between header and status line: of the list, of tab bar and log, and of the trouble in place of them. */
  readonly bodyHeight: number;
  /** Rows of a page in place of the body: it may show no filters where the log has some. */
  readonly pageHeight: number;
  /** Rows below the tab bar for the failure of the pipeline, which is not in its log. */
  readonly bannerRows: number;
  /** One row above the log for the run that is shown. */
  readonly hasRun: boolean;
  /** Rows above the log for its records by time: the height of the histogram or 0. */
  readonly histogramRows: number;
  /** One row above the status line for the filters: below the log, and below a page. */
  readonly hasFilters: boolean;
  readonly hasFiltersOnPage: boolean;
  readonly paneHeight: number;
};

export const smallest: Size = {columns: 40, rows: 10};
/** Bounds for a width that the user has set. */
const narrowestList = 8;
const narrowestPane = 24;

/** Cells of a list with words: a narrower one would have none for names. */
const widthWithWords = 28;
/** Cells of a row of it beside the name: margin, symbol, blanks, and the words of most states with a number of errors. */
export const cellsBesideName = 16;

/** A lower screen needs every row for the log: it has no row for the run, and one for a failure. */
const heightWithRun = 14;
export const heightWithHistogram = 16;
/** Rows of a terminal in which the histogram is shown by default. */
const heightByDefault = 30;

/** Parts that are to be on the screen. */
type Parts = {
  readonly list: boolean;
  /** Cells that the user has set; undefined: the terminal's width decides. */
  readonly listWidth?: number | undefined;
  readonly listHasFocus: boolean;
  /** Cells that the names in the list need. */
  readonly nameCells: number;
  /** Returns the rows that it needs in so many cells; 0: there is none. */
  readonly banner: (paneWidth: number) => number;
  readonly run: boolean;
  /** Shown or hidden by the user; undefined: the terminal's height decides. */
  readonly histogram?: boolean | undefined;
  /** Rows that it needs; 0: there is none. */
  readonly histogramHeight: number;
  /** It says something. Asked only where the height decides. */
  readonly isHistogramWorthwhile: () => boolean;
  /** The log has a row for them, and the page that is open. */
  readonly filters: {readonly log: boolean; readonly page: boolean};
};

/** Divides the terminal; undefined below 40×10. */
export function layoutOf(size: Size, parts: Parts): Layout | undefined {
  if (size.columns < smallest.columns || size.rows < smallest.rows) return undefined;
  const listWidth = parts.list ? listWidthOf(size.columns, parts) : 0;
  const paneWidth = parts.list ? size.columns - listWidth - 1 : size.columns;
  const bannerRows = Math.min(parts.banner(paneWidth), size.rows >= heightWithRun ? 2 : 1);
  const heightWith = (isWithFilters: boolean) => size.rows - 3 - (isWithFilters ? 1 : 0);
  const bodyHeight = heightWith(parts.filters.log);
  const hasRun = parts.run && size.rows >= heightWithRun;
  const byDefault = () => size.rows >= heightByDefault && parts.isHistogramWorthwhile();
  const hasHistogram = size.rows >= heightWithHistogram && (parts.histogram ?? byDefault());
  const histogramRows = hasHistogram ? parts.histogramHeight : 0;
  return {
    listWidth,
    hasStateWords: listWidth >= widthWithWords,
    paneWidth,
    bodyHeight,
    pageHeight: heightWith(parts.filters.page),
    bannerRows,
    hasRun,
    histogramRows,
    hasFilters: parts.filters.log,
    hasFiltersOnPage: parts.filters.page,
    paneHeight: bodyHeight - 1 - bannerRows - (hasRun ? 1 : 0) - histogramRows,
  };
}

/**
 * Cells of the list by columns of the terminal while the log has the keys, which keeps the room for what it shows of a
 * line: of a message 45 cells at 80 columns, targets from 100 columns on.
 */
const narrowLists: readonly (readonly [columns: number, cells: number])[] = [
  [100, 20],
  [76, 16],
  [56, 12],
  [0, 10],
];

/** Least and most cells of a list that has the keys, and the part of the terminal that it leaves to the log. */
const [leastWithFocus, mostWithFocus, shareWithFocus] = [28, 40, 0.4];

/** With the keys, the list is as wide as its names need, with a cell for a third digit of a number of errors. */
function listWidthOf(columns: number, {listWidth: chosen, listHasFocus, nameCells}: Parts): number {
  if (chosen !== undefined) return Math.max(narrowestList, Math.min(chosen, columns - 1 - narrowestPane));
  const narrow = narrowLists.find(([from]) => columns >= from)?.[1] ?? narrowestList;
  if (!listHasFocus) return narrow;
  const needed = Math.max(leastWithFocus, Math.min(nameCells + cellsBesideName + 1, mostWithFocus));
  return Math.max(narrow, Math.min(needed, Math.floor(columns * shareWithFocus)));
}
