import {bisect} from '../../lib/bisect.ts';
import {findMatches} from './find-matches.ts';
import type {LogBuffer} from './log-buffer.ts';
import type {Pattern} from './pattern.ts';
import {visibleText} from './style-joints.ts';

/** The lines that filters leave, as far as the filters have read. */
type SearchScope = {
  includes(id: number): boolean;
  /** The lowest id that entered or left the scope since the last call; Infinity: none did. */
  drainChangedFrom(): number;
};

/** A match is a line whose visible text matches, however often; `^` and `$` are its ends. The buffer may change. */
export class Search {
  readonly #buffer: LogBuffer;
  readonly #pattern: Pattern;
  readonly #scope: SearchScope | undefined;
  /** Matches in the whole log. The open line, if it matches, is the last, and is tested again when it has grown. */
  readonly #found = new SortedIds();
  /** The matches in the scope; without a scope the same list. */
  readonly #matches: SortedIds;
  /** Every line below has ended and was tested. */
  #next = 0;
  #openMatches = false;
  #doneVersion: number | undefined;

  /** Searches everything without a `scope`. A scope has one search at a time. */
  constructor(buffer: LogBuffer, pattern: Pattern, scope?: SearchScope) {
    this.#buffer = buffer;
    this.#pattern = pattern;
    this.#scope = scope;
    this.#matches = scope ? new SortedIds() : this.#found;
    this.#next = buffer.firstId;
  }

  /** Ids of the matching lines that were found and are held, oldest first. */
  get matches(): Iterable<number> {
    return this.#currentMatches();
  }

  /** Number of `matches`; exact for the ids below `countExactUpTo`. */
  get count(): number {
    return this.#currentMatches().length;
  }

  /** Lines from this id on have not been tested. */
  get countExactUpTo(): number {
    return this.#doneVersion === this.#buffer.version ? this.#buffer.endId : this.#next;
  }

  /** The match's place among the matches, from 1; undefined for a line that is no match. */
  rankOf(id: number): number | undefined {
    const matches = this.#currentMatches();
    const index = matches.countBelow(id);
    return matches.at(index) === id ? index + 1 : undefined;
  }

  /** Number of matches below `id`. */
  countBelow(id: number): number {
    return this.#currentMatches().countBelow(id);
  }

  /** The first match after `id`, which need not be a match itself. */
  nextAfter(id: number): number | undefined {
    const matches = this.#currentMatches();
    return matches.at(matches.countBelow(id + 1));
  }

  previousBefore(id: number): number | undefined {
    const matches = this.#currentMatches();
    return matches.at(matches.countBelow(id) - 1);
  }

  /** Tests about `maxBytes` more bytes, 1 MiB in 1 to 3 ms. True: nothing is left, or the pattern is stopped. */
  step(maxBytes: number): boolean {
    const {version, endedTo: to, hasOpenLine} = this.#buffer;
    if (this.#doneVersion === version || this.#pattern.isStopped) return true;
    this.#forget();
    this.#removeOpenLine();
    this.#buffer.freeRead();
    const from = Math.max(this.#next, this.#buffer.firstId);
    const found = findMatches({buffer: this.#buffer, pattern: this.#pattern}, {from, to, maxBytes});
    if (!found) return this.#pattern.isStopped;
    for (const id of found.matches) this.#add(id);
    this.#next = Math.max(this.#next, found.next);
    if (this.#next < to) return false;
    if (hasOpenLine) this.#testOpenLine(to);
    this.#doneVersion = version;
    return true;
  }

  #add(id: number): void {
    this.#found.add(id);
    if (this.#scope?.includes(id)) this.#matches.add(id);
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
    const id = this.#found.at(this.#found.length - 1);
    if (id === undefined) return;
    this.#found.dropFrom(id);
    if (this.#scope) this.#matches.dropFrom(id);
  }

  #currentMatches(): SortedIds {
    this.#forget();
    this.#updateMatches();
    return this.#matches;
  }

  #forget(): void {
    const {firstId} = this.#buffer;
    this.#found.dropBelow(firstId);
    this.#matches.dropBelow(firstId);
  }

  /** A later line of a record may show or hide lines that were searched long before. */
  #updateMatches(): void {
    const from = this.#scope?.drainChangedFrom() ?? Number.POSITIVE_INFINITY;
    if (!this.#scope || from === Number.POSITIVE_INFINITY) return;
    this.#matches.dropFrom(from);
    for (let index = this.#found.countBelow(from); index < this.#found.length; index++) {
      const id = this.#found.at(index);
      if (id !== undefined && this.#scope.includes(id)) this.#matches.add(id);
    }
  }
}

const chunkIds = 4096;

/** Ascending, in chunks: an array of 1,000,000 needs up to 10 ms to grow, and moves all ids when one is dropped. */
export class SortedIds {
  /** All are full but the last one. */
  readonly #chunks: Float64Array[] = [];
  /** Unused places at the beginning of the first chunk. */
  #left = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  at(index: number): number | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    const place = this.#left + index;
    return this.#chunks[Math.floor(place / chunkIds)]?.[place % chunkIds];
  }

  /** `id` is above all others. */
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

  /** Also the index of the first id that is not below. */
  countBelow(id: number): number {
    return bisect(0, this.#length, (at) => (this.at(at) ?? 0) < id);
  }

  dropBelow(id: number): void {
    if ((this.at(0) ?? id) >= id) return;
    const count = this.countBelow(id);
    const left = this.#left + count;
    this.#chunks.splice(0, Math.floor(left / chunkIds));
    this.#left = left % chunkIds;
    this.#length -= count;
  }

  dropFrom(id: number): void {
    this.#length = this.countBelow(id);
    this.#chunks.length = Math.ceil((this.#left + this.#length) / chunkIds);
  }

  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (let index = 0; index < this.#length; index++) yield this.at(index) ?? 0;
  }
}
