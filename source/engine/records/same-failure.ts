/** Milliseconds by which two clocks may differ: that of the database (list, API) and that of the runner (log). */
export const clocksDiffer = 10_000;
/** Milliseconds by which two times of the database may differ: each may be rounded. */
export const timesDiffer = 50;

/** A failure, or another change of a run, as the log, the list or the API's events tell of it. */
export type ToldFailure = {
  /** By the clock of whoever tells it, as Unix time in ms; undefined or NaN: not known. */
  readonly at?: number | undefined;
  /** It was then at the latest; absent: at that very time. */
  readonly until?: number | undefined;
  /** Whose clock it is; absent: not the API's, which is that of the database. */
  readonly from?: 'log' | 'API' | 'pipetail' | undefined;
  /** Monotonic ms at which it was told, and the words; absent: of the past, or in no words. */
  readonly heard?: {readonly at: number; readonly words: string} | undefined;
};

/**
 * Returns whether both tell of one failure: it was at one time, as far as two clocks agree, or both tell it now in the
 * same words, whatever their clocks say. An unknown time is any time.
 */
export function sameFailure(a: ToldFailure, b: ToldFailure): boolean {
  if (timeBetween(a, b) <= (a.from === 'API' && b.from === 'API' ? timesDiffer : clocksDiffer)) return true;
  if (!a.heard || !b.heard || Math.abs(a.heard.at - b.heard.at) > clocksDiffer) return false;
  // The list adds the state to the words of the log, which has none of a panic.
  return a.heard.words.includes(b.heard.words) || b.heard.words.includes(a.heard.words);
}

/**
 * The one of `all` that tells of this failure, too; of several the nearest in time, or in the time at which both were over.
 * `failuresOf`: as it is told there.
 */
export function nearestSame<Each>(
  failure: ToldFailure,
  all: readonly Each[],
  failuresOf: (each: Each) => readonly ToldFailure[],
): Each | undefined {
  const same = all.flatMap((each) => {
    const told = failuresOf(each).filter((other) => sameFailure(failure, other));
    return told.map((other) => ({each, away: timeBetween(failure, other), endsAway: endsBetween(failure, other)}));
  });
  return same.toSorted((a, b) => a.away - b.away || a.endsAway - b.endsAway)[0]?.each;
}

/** In ms; 0: they overlap, or one of them is not known. */
function timeBetween(a: ToldFailure, b: ToldFailure): number {
  const {at: from = Number.NaN, until: to = from} = a;
  const {at: otherFrom = Number.NaN, until: otherTo = otherFrom} = b;
  const away = Math.max(0, from - otherTo, otherFrom - to);
  return Number.isNaN(away) ? 0 : away;
}

function endsBetween(a: ToldFailure, b: ToldFailure): number {
  return timeBetween({at: a.until ?? a.at}, {at: b.until ?? b.at});
}
