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
