import type {Entries} from '../buffer/log-buffer.ts';
import type {LongRecord} from '../records/long-records.ts';
import type {RecordIndex} from '../records/record-index.ts';
import {unhiddenEntries} from './unhidden-entries.ts';

/** Long records, panics and configurations, each in the row of its first line until the user opens it. */
export class FoldedRecords {
  readonly #index: RecordIndex;
  /** Heads of the open ones. */
  readonly #opened = new Set<number>();

  constructor(index: RecordIndex) {
    this.#index = index;
  }

  get opened(): ReadonlySet<number> {
    return this.#opened;
  }

  /** The long record of a line; undefined if its record is short. */
  at(id: number): (LongRecord & {readonly open: boolean}) | undefined {
    const head = this.#index.headOf(id);
    const record = this.#index.long.get(head);
    return record && {...record, open: this.#opened.has(head)};
  }

  /** The entry in whose row a line is: the first one of its record if that is closed. */
  rowOf(id: number): number {
    const record = this.at(id);
    return record && !record.open ? record.head : id;
  }

  /** The closed record in the row `id`; undefined if the row is that of one line. */
  closedAt(id: number): LongRecord | undefined {
    return this.#opened.has(id) ? undefined : this.#index.long.get(id);
  }

  /** `head`: first line of a long record. */
  setOpen(head: number, isOpen: boolean): void {
    const {long} = this.#index;
    for (const opened of this.#opened) if (!long.get(opened)) this.#opened.delete(opened);
    if (isOpen) this.#opened.add(head);
    else this.#opened.delete(head);
  }

  /** Returns those of `unfolded` that have a row. Follows its changes, and those of this. */
  entries(unfolded: Entries): Entries {
    return unhiddenEntries(
      unfolded,
      (id) => this.#hiddenAt(id),
      (id) => this.#hiddenFrom(id, unfolded),
    );
  }

  #hiddenAt(id: number) {
    const lines = this.#index.long.rangeAt(id);
    return lines && !this.#opened.has(lines.head) ? lines : undefined;
  }

  /** Number of the `unfolded` entries from `id` on that have no row. */
  #hiddenFrom(id: number, unfolded: Entries): number {
    let hidden = 0;
    for (const {head, from, to} of this.#index.long.rangesFrom(id)) {
      // A filter shows all lines of a record or none, except that it may not have read the last ones.
      if (this.#opened.has(head) || unfolded.atOrAfter(from) !== from) continue;
      const isRead = unfolded.atOrBefore(to - 1) === to - 1;
      hidden += isRead ? to - from : unfolded.countFrom(from) - unfolded.countFrom(to);
    }
    return hidden;
  }
}
