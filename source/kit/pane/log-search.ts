import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import type {Marker} from '../../engine/buffer/markers.ts';
import type {Pattern} from '../../engine/buffer/pattern.ts';
import {Search} from '../../engine/buffer/search.ts';
import type {ShownLines} from '../../engine/filters/shown-lines.ts';
import {markerText} from '../words/marker-words.ts';

export type Direction = 'next' | 'previous';

/**
 * `isWrapped`: there is none in that direction, so it is the first or the last of all. `unsearched`: in lines that were not
 * searched yet, there may be a nearer one.
 */
type NearMatch = {readonly id: number; readonly isWrapped: boolean} | 'none' | 'unsearched';

/** A search of the shown lines and of the words of the shown markers: both are matches. */
export class LogSearch {
  readonly #buffer: LogBuffer;
  readonly #pattern: Pattern;
  readonly #shown: ShownLines | undefined;
  readonly #lines: Search;
  /** Results of markers that were tested. */
  readonly #tested = new WeakMap<Marker, boolean>();
  /** Ids of the markers that match, in order, in a version of the buffer: markers are few, but may be corrected. */
  #markers: {readonly ids: readonly number[]; readonly version: number} = {ids: [], version: -1};

  /** `shown`: lines to search; undefined: all. */
  constructor(buffer: LogBuffer, pattern: Pattern, shown?: ShownLines) {
    this.#buffer = buffer;
    this.#pattern = pattern;
    this.#shown = shown;
    this.#lines = new Search(buffer, pattern, shown);
  }

  /** Number of matches that are held. */
  get count(): number {
    return this.#lines.count + this.#shownMarkers().length;
  }

  /** Lines from this id on have not been searched. */
  get searchedTo(): number {
    return this.#lines.countExactUpTo;
  }

  /** The match's place among the matches, from 1; undefined for an entry that is no match. */
  rankOf(id: number): number | undefined {
    const markers = this.#shownMarkers();
    const before = markers.filter((marker) => marker < id).length;
    const rank = this.#lines.rankOf(id);
    if (rank !== undefined) return rank + before;
    return markers.includes(id) ? this.#lines.countBelow(id) + before + 1 : undefined;
  }

  /** The first match after `id`, which need not be a match itself. */
  nextAfter(id: number): number | undefined {
    const line = this.#lines.nextAfter(id);
    const marker = this.#shownMarkers().find((each) => each > id);
    return line === undefined || marker === undefined ? (line ?? marker) : Math.min(line, marker);
  }

  /**
   * The match after or before an entry. Lines from `endId` on, which came later, are not waited for. `isFiltering`: filters
   * may leave more lines than were searched. A pattern that is stopped goes to the matches that it has found.
   */
  nearest(
    direction: Direction,
    from: number,
    {endId, isFiltering}: {readonly endId: number; readonly isFiltering: boolean},
  ): NearMatch {
    const {isStopped} = this.#pattern;
    const searchedTo = isStopped ? Number.POSITIVE_INFINITY : this.searchedTo;
    const isAll = isStopped || (!isFiltering && searchedTo >= endId);
    const isNext = direction === 'next';
    if (!isNext && searchedTo < from) return 'unsearched';
    const near = isNext ? this.nextAfter(from) : this.previousBefore(from);
    // Markers are found at once.
    if (near !== undefined) return near < searchedTo ? {id: near, isWrapped: false} : 'unsearched';
    if (!isAll) return 'unsearched';
    const id = isNext ? this.nextAfter(-1) : this.previousBefore(Number.MAX_SAFE_INTEGER);
    return id === undefined ? 'none' : {id, isWrapped: true};
  }

  previousBefore(id: number): number | undefined {
    const line = this.#lines.previousBefore(id);
    const marker = this.#shownMarkers().findLast((each) => each < id);
    return line === undefined || marker === undefined ? (line ?? marker) : Math.max(line, marker);
  }

  /** Tests about `maxBytes` more bytes. True: nothing is left, or the pattern is too slow. */
  step(maxBytes: number): boolean {
    const {version} = this.#buffer;
    if (this.#markers.version !== version) this.#markers = {ids: this.#matchingMarkers(), version};
    return this.#lines.step(maxBytes);
  }

  #matchingMarkers(): readonly number[] {
    const ids: number[] = [];
    for (const [id, marker] of this.#buffer.markers()) if (this.#matches(marker)) ids.push(id);
    return ids;
  }

  #matches(marker: Marker): boolean {
    const tested = this.#tested.get(marker);
    if (tested !== undefined) return tested;
    // Its words on the screen.
    const text = markerText(marker);
    const matches = this.#pattern.guard(text.length, () => this.#pattern.test(text)) === true;
    this.#tested.set(marker, matches);
    return matches;
  }

  #shownMarkers(): readonly number[] {
    const {firstId} = this.#buffer;
    return this.#markers.ids.filter((id) => id >= firstId && (this.#shown?.includes(id) ?? true));
  }
}
