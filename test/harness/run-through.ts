/** The result of work that is done in steps, all of them at once. */
export function runThrough<T>(work: Generator<unknown, T, void>): T {
  for (let step = work.next(); ; step = work.next()) if (step.done) return step.value;
}
