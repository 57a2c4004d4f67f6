import {findMatches} from './find-matches.ts';
import {IdSet} from './id-set.ts';
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
  /** Matches in the whole log. */
  readonly #found: IdSet;
  /** The matches in the scope; without a scope the same set. */
  readonly #matches: IdSet;
  /** Every line below has ended and was tested. */
  #next: number;
  /** Id of the open line, if it matches: it is tested again when it has grown. */
  #openMatch: number | undefined;
  #doneVersion: number | undefined;

  /** Searches everything without a `scope`. A scope has one search at a time. */
  constructor(buffer: LogBuffer, pattern: Pattern, scope?: SearchScope) {
    this.#buffer = buffer;
    this.#pattern = pattern;
    this.#scope = scope;
    this.#next = buffer.firstId;
    this.#found = new IdSet(this.#next);
    this.#matches = scope ? new IdSet(this.#next) : this.#found;
  }

  /** Ids of the matching lines that were found and are held, oldest first. */
  get matches(): Iterable<number> {
    return this.#currentMatches().members();
  }

  /** Number of `matches`; exact for the ids below `countExactUpTo`. */
  get count(): number {
    return this.#currentMatches().countFrom(0);
  }

  /** Lines from this id on have not been tested. */
  get countExactUpTo(): number {
    return this.#doneVersion === this.#buffer.version ? this.#buffer.endId : this.#next;
  }

  /** The match's place among the matches, from 1; undefined for a line that is no match. */
  rankOf(id: number): number | undefined {
    return this.#currentMatches().has(id) ? this.countBelow(id) + 1 : undefined;
  }

  /** Number of matches below `id`. */
  countBelow(id: number): number {
    const matches = this.#currentMatches();
    return matches.countFrom(0) - matches.countFrom(id);
  }

  /** The first match after `id`, which need not be a match itself. */
  nextAfter(id: number): number | undefined {
    return this.#currentMatches().nextFrom(id + 1);
  }

  previousBefore(id: number): number | undefined {
    return this.#currentMatches().previousTo(id - 1);
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
    const isMatch = this.#pattern.guard(text.length, () => this.#pattern.test(text));
    if (!isMatch) return;
    this.#openMatch = id;
    this.#add(id);
  }

  #removeOpenLine(): void {
    if (this.#openMatch === undefined) return;
    this.#found.delete(this.#openMatch);
    this.#matches.delete(this.#openMatch);
    this.#openMatch = undefined;
  }

  #currentMatches(): IdSet {
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
    const scope = this.#scope;
    const from = scope?.drainChangedFrom() ?? Number.POSITIVE_INFINITY;
    if (!scope || from === Number.POSITIVE_INFINITY) return;
    for (const id of this.#found.members(from)) this.#matches.set(id, scope.includes(id));
  }
}

/** Reads the lines of a log that match, each once, when it has ended: in steps, and on as the log grows. */
export class MatchReader {
  readonly #buffer: LogBuffer;
  readonly #search: Search;
  readonly #read: (line: Buffer, id: number) => boolean;
  /** All below were read. */
  #next: number;

  /** `read`: returns false if a line cannot be read before the next one has come. */
  constructor(buffer: LogBuffer, pattern: Pattern, read: (line: Buffer, id: number) => boolean) {
    this.#buffer = buffer;
    this.#search = new Search(buffer, pattern);
    this.#read = read;
    this.#next = buffer.firstId;
  }

  /** Reads about `maxBytes` more. True: all that is complete was read. */
  step(maxBytes: number): boolean {
    const isDone = this.#search.step(maxBytes);
    // The open line may still grow.
    let end = Math.min(this.#search.countExactUpTo, this.#buffer.endedTo);
    for (
      let id = this.#search.nextAfter(this.#next - 1);
      id !== undefined && id < end;
      id = this.#search.nextAfter(id)
    ) {
      const line = this.#buffer.lineAt(id);
      if (line && !this.#read(line, id)) end = id;
    }
    this.#next = Math.max(this.#next, end);
    return isDone;
  }
}
