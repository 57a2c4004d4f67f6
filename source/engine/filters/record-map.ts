import {IdSet, type Journal} from '../buffer/id-set.ts';
import {fingerprintOf} from '../records/fingerprint.ts';
import type {RecordIndex} from '../records/record-index.ts';
import {endpointIn} from '../records/suppressed.ts';

/**
 * The entries of each record. A record has its head, the lines up to the next head except loose entries, and its strays:
 * its lines after the head of a later record.
 */
export class RecordMap {
  readonly heads: IdSet;
  /** Markers, and the strays of all records. */
  readonly loose: IdSet;
  readonly #withStrays: IdSet;
  readonly #index: RecordIndex;
  /** One past the last added entry: the next entry to add. */
  end: number;

  constructor(index: RecordIndex, firstId: number, journal: Journal) {
    this.#index = index;
    this.end = firstId;
    this.heads = new IdSet(firstId, journal);
    this.loose = new IdSet(firstId, journal);
    this.#withStrays = new IdSet(firstId, journal);
  }

  addMarker(): void {
    this.loose.add(this.end);
    this.end += 1;
  }

  addHead(): void {
    this.heads.add(this.end);
    this.end += 1;
  }

  /** Adds a line that continues a record. True: it is a stray. */
  addLine(head: number): boolean {
    const id = this.end;
    this.end += 1;
    // A line before all held heads is no stray: its record's head was dropped.
    const isStray = (this.heads.previousTo(id) ?? head) !== head;
    if (!isStray) return false;
    this.loose.add(id);
    this.#withStrays.add(head);
    return true;
  }

  hasStrays(head: number): boolean {
    return this.#withStrays.has(head);
  }

  /** One past the lines between the head and the next head. */
  endOf(head: number): number {
    return this.heads.nextFrom(head + 1) ?? this.end;
  }

  straysOf(head: number): readonly number[] {
    if (!this.hasStrays(head)) return [];
    return this.#index.linesOf(head).filter((id) => id < this.end && this.loose.has(id));
  }

  dropBelow(id: number): void {
    this.end = Math.max(this.end, id);
    for (const set of [this.heads, this.loose, this.#withStrays]) set.dropBelow(id);
  }
}

/**
 * Fingerprints of records, by their first line with text, of panics by place and message. The last two are cached:
 * folds compare neighbours.
 */
export class Fingerprints {
  readonly #index: RecordIndex;
  #last = {head: -1, fingerprint: 0};
  #lastButOne = this.#last;

  constructor(index: RecordIndex) {
    this.#index = index;
  }

  /** `head` must be held. */
  of(head: number): number {
    if (this.#last.head === head) return this.#last.fingerprint;
    if (this.#lastButOne.head === head) return this.#lastButOne.fingerprint;
    const line = this.#index.firstTextOf(head);
    this.#lastButOne = this.#last;
    this.#last = {head, fingerprint: line ? fingerprintOf(line) : 0};
    return this.#last.fingerprint;
  }

  /** Returns whether two held records are similar. Errors of two connectors, whose names are in quotes, are not. */
  areAlike(first: number, second: number): boolean {
    if (this.of(first) !== this.of(second)) return false;
    return this.#index.levelAt(second) !== 'ERROR' || this.#connectorOf(first) === this.#connectorOf(second);
  }

  /** Clears the cache: the last lines may have changed. */
  clear(): void {
    this.#last = {head: -1, fingerprint: 0};
    this.#lastButOne = this.#last;
  }

  #connectorOf(head: number): string | undefined {
    const line = this.#index.firstTextOf(head);
    return line && endpointIn(line);
  }
}
