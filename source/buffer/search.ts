import {findHits} from './find-hits.ts';
import type {LogBuffer} from './log-buffer.ts';
import type {Pattern} from './pattern.ts';
import {countBelow} from './segment.ts';
import {visibleText} from './style-joints.ts';

/** Which lines of a buffer are searched: those that filters leave, once the filters have read them. */
type SearchScope = {
  includes(id: number): boolean;
  /** The lowest id that has come into the scope or left it since the last call; Infinity: none has. */
  drainChangedFrom(): number;
};

/**
 * The lines of a buffer whose visible text matches a pattern, found in steps and updated while the buffer grows and drops
 * lines. A hit is a line, however often it matches; `^` and `$` are the ends of the line.
 */
export class Search {
  readonly #buffer: LogBuffer;
  readonly #pattern: Pattern;
  readonly #scope: SearchScope | undefined;
  /** Ids in order. The open line, when it matches, is the last one, and is tested again whenever it has grown. */
  readonly #matches = new SortedIds();
  /** Those of them that are in the scope: the same list if there is none. */
  readonly #hits: SortedIds;
  /** Every line below has ended and was tested. */
  #next = 0;
  #openMatches = false;
  #doneVersion: number | undefined;

  /** Without a `scope` everything is searched. A scope has one search at a time. */
  constructor(buffer: LogBuffer, pattern: Pattern, scope?: SearchScope) {
    this.#buffer = buffer;
    this.#pattern = pattern;
    this.#scope = scope;
    this.#hits = scope ? new SortedIds() : this.#matches;
    this.#next = buffer.firstId;
  }

  /** Ids of the matching lines found so far and still held, oldest first. */
  get hits(): Iterable<number> {
    return this.#currentHits();
  }

  /** How many of them there are; exact for the ids below `countExactUpTo`. */
  get count(): number {
    return this.#currentHits().length;
  }

  /** Lines from this id on have not been tested. */
  get countExactUpTo(): number {
    return this.#doneVersion === this.#buffer.version ? this.#buffer.endId : this.#next;
  }

  /** The place of a hit among the hits, from 1; undefined for a line that is no hit. */
  rankOf(id: number): number | undefined {
    const hits = this.#currentHits();
    const index = hits.countBelow(id);
    return hits.at(index) === id ? index + 1 : undefined;
  }

  /** The first hit after `id`, which need not be a hit itself. */
  nextAfter(id: number): number | undefined {
    const hits = this.#currentHits();
    return hits.at(hits.countBelow(id + 1));
  }

  /** The last hit before `id`. */
  previousBefore(id: number): number | undefined {
    const hits = this.#currentHits();
    return hits.at(hits.countBelow(id) - 1);
  }

  /**
   * Tests about `maxBytes` more bytes, 1 MiB in 1 to 3 ms. Returns true when everything held has been tested, and also
   * when the pattern turned out to be too slow (`Pattern.tooSlow`): then the hits found so far stay, and the search ends.
   */
  step(maxBytes: number): boolean {
    const {version, endedTo: to, hasOpenLine} = this.#buffer;
    if (this.#doneVersion === version || this.#pattern.tooSlow) return true;
    this.#forget();
    this.#removeOpenLine();
    const from = Math.max(this.#next, this.#buffer.firstId);
    const found = findHits({buffer: this.#buffer, pattern: this.#pattern}, {from, to, maxBytes});
    if (!found) return this.#pattern.tooSlow;
    for (const id of found.hits) this.#add(id);
    this.#next = Math.max(this.#next, found.next);
    if (this.#next < to) return false;
    if (hasOpenLine) this.#testOpenLine(to);
    this.#doneVersion = version;
    return true;
  }

  #add(id: number): void {
    this.#matches.add(id);
    if (this.#scope?.includes(id)) this.#hits.add(id);
  }

  #testOpenLine(id: number): void {
    const line = this.#buffer.lineAt(id);
    if (!line) return;
    const text = visibleText(line);
    this.#openMatches = this.#pattern.guard(text.length, () => this.#pattern.test(text)) === true;
    if (this.#openMatches) this.#add(id);
  }

  #removeOpenLine(): void {
    if (!this.#openMatches) return;
    this.#openMatches = false;
    const id = this.#matches.at(this.#matches.length - 1);
    if (id === undefined) return;
    this.#matches.dropFrom(id);
    if (this.#scope) this.#hits.dropFrom(id);
  }

  #currentHits(): SortedIds {
    this.#forget();
    this.#updateHits();
    return this.#hits;
  }

  /** Leaves out what the buffer has dropped. */
  #forget(): void {
    const {firstId} = this.#buffer;
    this.#matches.dropBelow(firstId);
    this.#hits.dropBelow(firstId);
  }

  /** A record may be shown or hidden long after it was searched: one of its later lines decides. */
  #updateHits(): void {
    const from = this.#scope?.drainChangedFrom() ?? Number.POSITIVE_INFINITY;
    if (!this.#scope || from === Number.POSITIVE_INFINITY) return;
    this.#hits.dropFrom(from);
    for (let index = this.#matches.countBelow(from); index < this.#matches.length; index++) {
      const id = this.#matches.at(index);
      if (id !== undefined && this.#scope.includes(id)) this.#hits.add(id);
    }
  }
}

const chunkIds = 4096;

/**
 * Ids in ascending order, added at the end and dropped at the beginning. In chunks: an array of 1,000,000 needs up to 10
 * ms where it grows, and moves all of them whenever the first one is dropped.
 */
export class SortedIds {
  /** All are full but the last one. */
  readonly #chunks: Float64Array[] = [];
  /** How many places at the beginning of the first chunk are unused. */
  #left = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The id at a place, from 0. */
  at(index: number): number | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    const place = this.#left + index;
    return this.#chunks[Math.floor(place / chunkIds)]?.[place % chunkIds];
  }

  /** Adds an id above all others. */
  add(id: number): void {
    const place = this.#left + this.#length;
    const index = Math.floor(place / chunkIds);
    let chunk = this.#chunks[index];
    if (!chunk) {
      chunk = new Float64Array(chunkIds);
      this.#chunks.push(chunk);
    }
    chunk[place % chunkIds] = id;
    this.#length += 1;
  }

  /** How many are below `id`: the place of the first that is not. */
  countBelow(id: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.at(middle) ?? 0) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  dropBelow(id: number): void {
    if ((this.at(0) ?? id) >= id) return;
    const count = this.countBelow(id);
    const left = this.#left + count;
    this.#chunks.splice(0, Math.floor(left / chunkIds));
    this.#left = left % chunkIds;
    this.#length -= count;
  }

  /** Drops those from `id` on. */
  dropFrom(id: number): void {
    this.#length = this.countBelow(id);
    this.#chunks.length = Math.ceil((this.#left + this.#length) / chunkIds);
  }

  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (let index = 0; index < this.#length; index++) yield this.at(index) ?? 0;
  }
}

/**
 * Prepares the next search in steps, each of about the bytes that the returned function is called with; it returns true
 * when all lines that have ended are prepared. To find the `StyleJoints` of a log with colours is two thirds of what its
 * first search costs: 290 of 400 ms for 163 MB. Only of what memory holds: what the cold store reads back keeps none.
 */
export function prepareSearch(buffer: LogBuffer): (maxBytes: number) => boolean {
  let next = 0;
  return (maxBytes) => {
    const {endedTo: to, memoryFirstId} = buffer;
    next = Math.max(next, memoryFirstId);
    for (let left = maxBytes; next < to && left > 0; ) {
      const segment = buffer.segmentAt(next);
      if (!segment) break;
      const {firstId, bytes, starts, styleJoints} = segment;
      const from = starts[next - firstId] ?? 0;
      // Up to the last line that begins within the step, one at least.
      const end = Math.min(to, firstId + countBelow(starts, from + left));
      const endOffset = starts[end - firstId] ?? bytes.length;
      styleJoints.update(bytes, endOffset);
      left -= endOffset - from;
      next = end;
    }
    return next >= to;
  };
}
