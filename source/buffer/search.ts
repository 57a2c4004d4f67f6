import {findHits} from './find-hits.ts';
import type {LogBuffer} from './log-buffer.ts';
import type {Pattern} from './pattern.ts';
import {SortedIds} from './sorted-ids.ts';
import {visibleText} from './visible-text.ts';

/** What of a buffer is searched: the lines that filters leave. */
export type SearchScope = {
  includes(id: number): boolean;
  /**
   * The lowest id that has come into the scope or left it since this was last asked; Infinity: none has. Lines are in
   * no scope before it has got to know them.
   */
  takeChangedFrom(): number;
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
  readonly #matches = new SortedIds();
  /** Those of them that are in the scope: the same list if there is none. */
  readonly #hits: SortedIds;
  /** Every line below has ended and was looked at. */
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
    return this.#upToDate();
  }

  /** How many of them there are; exact for the ids below `countExactUpTo`. */
  get count(): number {
    return this.#upToDate().length;
  }

  /** Lines from this id on have not been looked at. */
  get countExactUpTo(): number {
    return this.#doneVersion === this.#buffer.version ? this.#buffer.endId : this.#next;
  }

  /** The place of a hit among the hits, from 1; undefined if the line is none. */
  rankOf(id: number): number | undefined {
    const hits = this.#upToDate();
    const index = hits.countBelow(id);
    return hits.at(index) === id ? index + 1 : undefined;
  }

  /** The first hit after `id`, which need not be a hit itself. */
  nextAfter(id: number): number | undefined {
    const hits = this.#upToDate();
    return hits.at(hits.countBelow(id + 1));
  }

  /** The last hit before `id`. */
  previousBefore(id: number): number | undefined {
    const hits = this.#upToDate();
    return hits.at(hits.countBelow(id) - 1);
  }

  /**
   * Looks at about `maxBytes` more bytes. Answers true when everything held has been looked at, and also when the
   * pattern turned out to be too slow (`Pattern.tooSlow`): then what was found stays, and the search ends there.
   * Takes 1 to 3 ms for 1 MiB.
   */
  step(maxBytes: number): boolean {
    const {version, endId, hasOpenLine} = this.#buffer;
    if (this.#doneVersion === version || this.#pattern.tooSlow) return true;
    this.#forget();
    this.#takeBackOpenLine();
    const to = hasOpenLine ? endId - 1 : endId;
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
    this.#matches.push(id);
    if (this.#scope?.includes(id)) this.#hits.push(id);
  }

  #testOpenLine(id: number): void {
    const line = this.#buffer.lineAt(id);
    if (!line) return;
    const text = visibleText(line);
    this.#openMatches = this.#pattern.guard(text.length, () => this.#pattern.test(text)) === true;
    if (this.#openMatches) this.#add(id);
  }

  #takeBackOpenLine(): void {
    if (!this.#openMatches) return;
    this.#openMatches = false;
    const id = this.#matches.at(this.#matches.length - 1);
    if (id === undefined) return;
    this.#matches.dropFrom(id);
    if (this.#scope) this.#hits.dropFrom(id);
  }

  #upToDate(): SortedIds {
    this.#forget();
    this.#heedScope();
    return this.#hits;
  }

  /** Leaves out what the buffer has dropped. */
  #forget(): void {
    const {firstId} = this.#buffer;
    this.#matches.dropBelow(firstId);
    this.#hits.dropBelow(firstId);
  }

  /** A record may be shown or hidden long after it was searched: a later line of it decides. */
  #heedScope(): void {
    const from = this.#scope?.takeChangedFrom() ?? Number.POSITIVE_INFINITY;
    if (!this.#scope || from === Number.POSITIVE_INFINITY) return;
    this.#hits.dropFrom(from);
    for (let index = this.#matches.countBelow(from); index < this.#matches.length; index++) {
      const id = this.#matches.at(index);
      if (id !== undefined && this.#scope.includes(id)) this.#hits.push(id);
    }
  }
}
