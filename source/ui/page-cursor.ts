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
