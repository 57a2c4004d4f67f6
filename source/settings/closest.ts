/** Two slips of the finger: more, and most words of five letters are near each other. */
const mostEdits = 2;
/** A beginning of fewer letters is chance in a word more than three times as long: `--all` is not `--allow-http-key`. */
const clearStart = 4;

/**
 * The candidate that was probably meant by `word`: it clearly begins with the word, or is at most two edits away (a
 * letter more, less, another, or two swapped: Damerau-Levenshtein in its restricted form). Case does not count.
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  let best: {readonly candidate: string; readonly edits: number} | undefined;
  for (const candidate of candidates) {
    const edits = editsBetween(typed, candidate.toLowerCase());
    // Little of a word is left when half of its letters are others: `all` is not `tail`.
    const isNear = edits <= Math.min(mostEdits, typed.length / 2);
    if ((isNear || isBegun(candidate.toLowerCase(), typed)) && (!best || edits < best.edits)) best = {candidate, edits};
  }
  return best?.candidate;
}

/** The end of a complaint about `word`: ` · did you mean 'logs'?`, or nothing when no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const meant = closest(word, candidates);
  return meant === undefined ? '' : ` · did you mean '${meant}'?`;
}

function isBegun(candidate: string, typed: string): boolean {
  const isClear = typed.length >= clearStart || (typed.length > 1 && typed.length * 3 >= candidate.length);
  return isClear && candidate.startsWith(typed);
}

function editsBetween(a: string, b: string): number {
  let beforePrevious: readonly number[] = [];
  let previous: readonly number[] = Array.from({length: b.length + 1}, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const edits = [(previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, change];
      if (swap) edits.push((beforePrevious[j - 2] ?? 0) + 1);
      row.push(Math.min(...edits));
    }
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
