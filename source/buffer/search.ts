import {findHits} from './find-hits.ts';
import type {LogBuffer} from './log-buffer.ts';
import type {Pattern} from './pattern.ts';
import {visibleBytes, visibleText} from './visible-text.ts';

/** What of a buffer is searched: the lines that filters leave. */
export type SearchScope = {
  /** Of lines from this id on it is not known yet whether they are in the scope. */
  readonly knownTo: number;
  readonly includes: (id: number) => boolean;
};

/**
 * The lines of a buffer whose visible text matches a pattern, worked out in steps and kept true while the buffer grows
 * and drops lines. A hit is a line, however often it matches; `^` and `$` are the ends of the line.
 */
export class Search {
  readonly #buffer: LogBuffer;
  readonly #pattern: Pattern;
  readonly #scope: SearchScope | undefined;
  /** Ids in order. The open line, when it matches, is the last one, and is looked at again whenever it has grown. */
  readonly #hits: number[] = [];
  /** Every line below has ended and was looked at. */
  #next = 0;
  #openHit = false;
  #doneVersion: number | undefined;

  /** Without a `scope` everything is searched. */
  constructor(buffer: LogBuffer, pattern: Pattern, scope?: SearchScope) {
    this.#buffer = buffer;
    this.#pattern = pattern;
    this.#scope = scope;
    this.#next = buffer.firstId;
  }

  /** Ids of the matching lines found so far and still held, oldest first. */
  get hits(): readonly number[] {
    this.#forget();
    return this.#hits;
  }

  /** How many of them there are; exact for the ids below `countExactUpTo`. */
  get count(): number {
    return this.hits.length;
  }

  /** Lines from this id on have not been looked at. */
  get countExactUpTo(): number {
    return this.#doneVersion === this.#buffer.version ? this.#buffer.endId : this.#next;
  }

  /** The place of a hit among the hits, from 1; undefined if the line is none. */
  rankOf(id: number): number | undefined {
    const index = this.#indexFrom(id);
    return this.#hits[index] === id ? index + 1 : undefined;
  }

  /** The first hit after `id`, which need not be a hit itself. */
  nextAfter(id: number): number | undefined {
    return this.#hits[this.#indexFrom(id + 1)];
  }

  /** The last hit before `id`. */
  previousBefore(id: number): number | undefined {
    return this.#hits[this.#indexFrom(id) - 1];
  }

  /**
   * Looks at about `maxBytes` more bytes. Answers true when everything held has been looked at, as far as the scope is
   * known, and also when the pattern turned out to be too slow (`Pattern.tooSlow`): then what was found stays, and the
   * search ends there.
   * Takes 1 to 3 ms for 1 MiB.
   */
  step(maxBytes: number): boolean {
    const {version, endId, hasOpenLine} = this.#buffer;
    if (this.#doneVersion === version) return true;
    this.#forget();
    if (this.#openHit) this.#hits.pop();
    this.#openHit = false;
    const known = Math.min(endId, this.#scope?.knownTo ?? endId);
    const to = hasOpenLine ? Math.min(known, endId - 1) : known;
    const from = Math.max(this.#next, this.#buffer.firstId);
    const found = this.#pattern.guard(visibleBytes, () =>
      findHits({buffer: this.#buffer, pattern: this.#pattern}, {from, to, maxBytes}),
    );
    if (!found) return true;
    for (const id of found.hits) if (this.#isInScope(id)) this.#hits.push(id);
    this.#next = Math.max(this.#next, found.next);
    if (this.#next < to) return false;
    if (known < endId) return true;
    if (hasOpenLine) this.#testOpenLine(to);
    this.#doneVersion = version;
    return true;
  }

  #isInScope(id: number): boolean {
    return this.#scope?.includes(id) ?? true;
  }

  #testOpenLine(id: number): void {
    const line = this.#buffer.lineAt(id);
    this.#openHit =
      line !== undefined &&
      this.#isInScope(id) &&
      this.#pattern.guard(visibleBytes, () => this.#pattern.test(visibleText(line))) === true;
    if (this.#openHit) this.#hits.push(id);
  }

  /** Leaves out the hits that the buffer has dropped. */
  #forget(): void {
    const {firstId} = this.#buffer;
    if ((this.#hits[0] ?? firstId) < firstId) this.#hits.splice(0, lowerBound(this.#hits, firstId));
  }

  #indexFrom(id: number): number {
    return lowerBound(this.hits, id);
  }
}

/** The index of the first of the sorted ids that is at least `id`. */
function lowerBound(ids: readonly number[], id: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ids[middle] ?? 0) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
