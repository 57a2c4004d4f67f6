/** Finds the first number in [`low`, `high`) for which `isBefore`, true of all before, does not hold; else `high`. */
export function bisect(low: number, high: number, isBefore: (at: number) => boolean): number {
  let from = low;
  let to = high;
  while (from < to) {
    // Ids of lines may be greater than 32 bits.
    const middle = Math.floor((from + to) / 2);
    if (isBefore(middle)) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Counts the numbers, in ascending order, that are below `bound`: the index of the first that is not. */
export function countBelow(numbers: ArrayLike<number>, bound: number): number {
  return bisect(0, numbers.length, (at) => (numbers[at] ?? bound) < bound);
}
