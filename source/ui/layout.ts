/** The terminal's size in cells. */
export type Size = {readonly columns: number; readonly rows: number};

/** How the screen is divided: header, sidebar beside tab bar and log, two lines at the bottom. */
export type Layout = {
  /** 0 when hidden; the divider comes in addition. */
  readonly sidebarWidth: number;
  readonly paneWidth: number;
  /** Rows between header and status line: the sidebar's, and one more than the log's. */
  readonly bodyHeight: number;
  /** One row below the tab bar says what is wrong with the pipeline: such errors are not in its log. */
  readonly hasBanner: boolean;
  /** One row above the log says which run is shown. */
  readonly hasRun: boolean;
  /** One row above the status line lists the filters. */
  readonly hasFilters: boolean;
  /** Rows of log. */
  readonly paneHeight: number;
};

export const smallest: Size = {columns: 40, rows: 10};
/** How far the divider can be drawn. */
const narrowestSidebar = 8;
const narrowestPane = 24;

/** Below this height every row is needed for the log. */
const heightWithRun = 14;

/**
 * Divides the terminal; undefined below 40×10. Widths depend on the terminal and on what was drawn, never on text:
 * nothing jumps.
 */
export function layoutOf(
  size: Size,
  wanted: {
    readonly sidebar: boolean;
    /** As the user has drawn it; undefined: by the terminal's width. */
    readonly sidebarWidth?: number | undefined;
    readonly banner: boolean;
    readonly run: boolean;
    readonly filters: boolean;
  },
): Layout | undefined {
  if (size.columns < smallest.columns || size.rows < smallest.rows) return undefined;
  const sidebarWidth = wanted.sidebar ? sidebarWidthOf(size.columns, wanted.sidebarWidth) : 0;
  const bodyHeight = size.rows - 3 - (wanted.filters ? 1 : 0);
  const hasRun = wanted.run && size.rows >= heightWithRun;
  return {
    sidebarWidth,
    paneWidth: wanted.sidebar ? size.columns - sidebarWidth - 1 : size.columns,
    bodyHeight,
    hasBanner: wanted.banner,
    hasRun,
    hasFilters: wanted.filters,
    paneHeight: bodyHeight - 1 - (wanted.banner ? 1 : 0) - (hasRun ? 1 : 0),
  };
}

function sidebarWidthOf(columns: number, drawn: number | undefined): number {
  if (drawn !== undefined) return Math.max(narrowestSidebar, Math.min(drawn, columns - 1 - narrowestPane));
  if (columns >= 160) return 40;
  if (columns >= 110) return 32;
  return columns >= 76 ? 28 : 14;
}

/** The offset nearest to this one at which a page fills its window: it may have become shorter, or its window taller. */
export function offsetWithin(offset: number, {rows, height}: {readonly rows: number; readonly height: number}): number {
  return Math.max(0, Math.min(offset, rows - height));
}

/** The offset at which a page shows the row of its cursor, counted below the heading; it scrolls as little as it must. */
export function offsetToShow(
  offset: number,
  {row, heading, height}: {readonly row: number; readonly heading: number; readonly height: number},
): number {
  const line = row + heading;
  // At the top the heading is shown again.
  return Math.max(line - height + 1, Math.min(offset, row === 0 ? 0 : line));
}

/** The cursor of a page `by` rows further, and the offset that shows it. */
export function moveCursor(
  {offset, cursor}: {readonly offset: number; readonly cursor: number},
  by: number,
  {rows, heading, height}: {readonly rows: number; readonly heading: number; readonly height: number},
): {offset: number; cursor: number} {
  const row = Math.max(0, Math.min(cursor + by, rows - 1));
  return {offset: offsetToShow(offset, {row, heading, height}), cursor: row};
}
