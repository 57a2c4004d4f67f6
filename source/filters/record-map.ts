import {IdSet} from './id-set.ts';
import type {Journal} from './journal.ts';
import type {RecordSource} from './record-source.ts';

/**
 * Which entries make which record, as far as they were taken in. A record is its head and the lines up to the next
 * head, but for what stands loose between them, and its own lines among those of later records: its strays.
 */
export class RecordMap {
  /** Lines that begin a record. */
  readonly heads: IdSet;
  /** Markers, and strays of any record. */
  readonly loose: IdSet;
  readonly #withStrays: IdSet;
  readonly #index: RecordSource;
  /** One past the last entry taken in. */
  end: number;

  constructor(index: RecordSource, firstId: number, journal: Journal) {
    this.#index = index;
    this.end = firstId;
    this.heads = new IdSet(firstId, journal);
    this.loose = new IdSet(firstId, journal);
    this.#withStrays = new IdSet(firstId, journal);
  }

  /** Takes in the entry `end`. */
  addMarker(): void {
    this.loose.add(this.end);
    this.end += 1;
  }

  /** Takes in the line `end`, which begins a record. */
  addHead(): void {
    this.heads.add(this.end);
    this.end += 1;
  }

  /** Takes in the line `end`, which goes on with a record; true: it is a stray. */
  addLine(head: number): boolean {
    const id = this.end;
    this.end += 1;
    // Before all heads that are held stands what is left of a record whose head is not.
    const isStray = (this.heads.previousTo(id) ?? head) !== head;
    if (!isStray) return false;
    this.loose.add(id);
    this.#withStrays.add(head);
    return true;
  }

  hasStrays(head: number): boolean {
    return this.#withStrays.has(head);
  }

  /** Where the lines end that follow the head before any other head. */
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
