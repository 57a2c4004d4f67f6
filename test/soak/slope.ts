/** A straight line through points by least squares. */
export type Slope = {
  /** Units of y for one unit of x. */
  readonly slope: number;
  /** Standard error of `slope`; NaN with fewer than three points. */
  readonly error: number;
};

/** The slope of `points`; NaN when all x are the same. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): Slope {
  const count = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const rest = points.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  return {slope, error: count < 3 ? Number.NaN : Math.sqrt(rest / (count - 2) / spread)};
}
