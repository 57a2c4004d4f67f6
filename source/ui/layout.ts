/** The terminal's size in cells. */
export type Size = {readonly columns: number; readonly rows: number};

/** How the screen is divided: header, sidebar beside tab bar and log, two lines at the bottom. */
export type Layout = {
  /** Without the divider; 0 when hidden. */
  readonly sidebarWidth: number;
  readonly paneWidth: number;
  /** Rows between header and status line: of the sidebar, and of tab bar and log. */
  readonly bodyHeight: number;
  /** One row below the tab bar for the failure of the pipeline, which is not in its log. */
  readonly hasBanner: boolean;
  /** One row above the log for the run that is shown. */
  readonly hasRun: boolean;
  /** One row above the status line for the filters. */
  readonly hasFilters: boolean;
  readonly paneHeight: number;
};

export const smallest: Size = {columns: 40, rows: 10};
/** Bounds for a divider that the user drags. */
const narrowestSidebar = 8;
const narrowestPane = 24;

/** A lower screen needs every row for the log. */
const heightWithRun = 14;

/** Divides the terminal; undefined below 40×10. No width depends on text: nothing jumps. */
export function layoutOf(
  size: Size,
  parts: {
    readonly sidebar: boolean;
    readonly sidebarWidth?: number | undefined;
    readonly banner: boolean;
    readonly run: boolean;
    readonly filters: boolean;
  },
): Layout | undefined {
  if (size.columns < smallest.columns || size.rows < smallest.rows) return undefined;
  const sidebarWidth = parts.sidebar ? sidebarWidthOf(size.columns, parts.sidebarWidth) : 0;
  const bodyHeight = size.rows - 3 - (parts.filters ? 1 : 0);
  const hasRun = parts.run && size.rows >= heightWithRun;
  return {
    sidebarWidth,
    paneWidth: parts.sidebar ? size.columns - sidebarWidth - 1 : size.columns,
    bodyHeight,
    hasBanner: parts.banner,
    hasRun,
    hasFilters: parts.filters,
    paneHeight: bodyHeight - 1 - (parts.banner ? 1 : 0) - (hasRun ? 1 : 0),
  };
}

function sidebarWidthOf(columns: number, chosen: number | undefined): number {
  if (chosen !== undefined) return Math.max(narrowestSidebar, Math.min(chosen, columns - 1 - narrowestPane));
  if (columns >= 160) return 40;
  if (columns >= 110) return 32;
  return columns >= 76 ? 28 : 14;
}
