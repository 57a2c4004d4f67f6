/** The place of a value on a logarithmic axis: the least of `values` at `from`, the largest at `to`. */
export function scale(values: readonly number[], [from, to]: readonly [number, number]): (value: number) => number {
  const [least, largest] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  return (value) => from + ((Math.log10(value) - least) / (largest - least || 1)) * (to - from);
}

/** The powers of ten that enclose all values: two at least. Values are above 0. */
export function powersIn(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({length: last - first + 1}, (_, index) => 10 ** (first + index));
}

/** `0.1`, `20`, `16 k`, `10 M`. */
export function short(value: number): string {
  const [unit, sign] = value >= 1e6 ? [1e6, ' M'] : value >= 1000 ? [1000, ' k'] : [1, ''];
  return `${Number((value / unit).toPrecision(3))}${sign}`;
}
