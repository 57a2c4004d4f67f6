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
  /** Rows of log. */
  readonly paneHeight: number;
};

export const smallest: Size = {columns: 40, rows: 10};

/** Divides the terminal; undefined below 40×10. Widths depend on the terminal only, so that nothing jumps. */
export function layoutOf(size: Size, sidebarHidden: boolean, hasBanner: boolean): Layout | undefined {
  if (size.columns < smallest.columns || size.rows < smallest.rows) return undefined;
  const sidebarWidth = sidebarHidden ? 0 : sidebarWidthOf(size.columns);
  const bodyHeight = size.rows - 3;
  return {
    sidebarWidth,
    paneWidth: sidebarHidden ? size.columns : size.columns - sidebarWidth - 1,
    bodyHeight,
    hasBanner,
    paneHeight: bodyHeight - (hasBanner ? 2 : 1),
  };
}

function sidebarWidthOf(columns: number): number {
  if (columns >= 160) return 40;
  if (columns >= 110) return 32;
  return columns >= 76 ? 28 : 14;
}
