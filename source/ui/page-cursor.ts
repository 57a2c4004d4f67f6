/** The offset at which a page shows the row of its cursor, counted below the heading; it scrolls as little as it must. */
export function offsetToShow(
  offset: number,
  {row, heading, height}: {readonly row: number; readonly heading: number; readonly height: number},
): number {
  const line = row + heading;
  // At the top the heading is shown again.
  return Math.max(line - height + 1, Math.min(offset, row === 0 ? 0 : line));
}
