import {IdSet, type Journal} from './id-set.ts';
import type {Fingerprints, RecordMap} from './record-map.ts';

/** Records in one row: the one that begins at `head` and those after it. `open`: each record has its own rows. */
export type Fold = {readonly head: number; readonly records: number; readonly open: boolean};

/** The shown entries before they are folded. */
type Unfolded = {
  /** Heads of the records shown. */
  readonly records: IdSet;
  /** All lines of those records, and the markers. */
  readonly lines: IdSet;
  /** Of the records shown, those that match; the others are around one. */
  readonly hits: IdSet;
};

/**
 * Rows in which neighbouring records of one fingerprint are folded into the head line of the first. Entries between two
 * records on the screen keep them apart: a marker, or a line of a record that is scattered among others; such a record is
 * never folded. A match and the records around it are not folded together.
 */
export class Folds {
  /** Entries that have a row. */
  readonly rows: IdSet;
  readonly #shown: Unfolded;
  readonly #map: RecordMap;
  readonly #fingerprints: Fingerprints;
  /** Shown records that begin a fold, maybe of a single record. */
  readonly #leaders: IdSet;
  readonly #opened: Set<number>;
  /** Folds opened or closed since `onRollback`. */
  #toggled: number[] = [];

  constructor(
    shown: Unfolded,
    log: {readonly map: RecordMap; readonly fingerprints: Fingerprints},
    {firstId, journal, opened}: {firstId: number; journal: Journal; opened: Iterable<number>},
  ) {
    this.#shown = shown;
    this.#map = log.map;
    this.#fingerprints = log.fingerprints;
    this.#opened = new Set(opened);
    this.rows = new IdSet(firstId, journal);
    this.#leaders = new IdSet(firstId, journal);
  }

  /** Heads of the folds that are open. */
  get opened(): ReadonlySet<number> {
    return this.#opened;
  }

  /** The fold of the record `head`; undefined if the record is not shown. */
  foldOf(head: number): Fold | undefined {
    const leader = this.#shown.records.has(head) ? this.#leaders.previousTo(head) : undefined;
    if (leader === undefined) return undefined;
    const count = this.#shown.records.countFrom(leader) - this.#shown.records.countFrom(this.#endOf(leader));
    return {head: leader, records: count, open: count > 1 && this.#opened.has(leader)};
  }

  /** All lines of the records of the fold `head`, in order. It has several records, none of them with strays. */
  *linesOf(head: number): Generator<number> {
    const {lines} = this.#shown;
    const end = this.#endOf(head);
    for (let id = lines.nextFrom(head); id !== undefined && id < end; id = lines.nextFrom(id + 1)) {
      if (!this.#map.loose.has(id)) yield id;
    }
  }

  setOpen(head: number, isOpen: boolean): void {
    if (isOpen) this.#opened.add(head);
    else this.#opened.delete(head);
    this.#toggled.push(head);
    this.#refresh(head);
  }

  /** After a rollback, which also undid the rows of folds that were opened or closed meanwhile. */
  onRollback(): void {
    for (const head of this.#toggled) this.#refresh(head);
    this.#toggled = [];
  }

  /** The record, the last entry so far, is shown. */
  append(head: number): void {
    const previous = this.#shown.records.previousTo(head - 1);
    if (previous === undefined || !this.#join(previous, head)) {
      this.#leaders.add(head);
      this.rows.add(head);
      return;
    }
    // Otherwise it is hidden in a fold of two or more.
    if (this.#leaders.has(previous)) this.#refresh(previous);
    else if (this.#opened.size > 0 && this.#isUnfolded(this.#leaders.previousTo(previous))) this.rows.add(head);
  }

  /** The record is now shown, or no longer only around a match. Its lines are among the shown lines. */
  change(head: number): void {
    const strays = this.#map.straysOf(head);
    for (const id of strays) this.rows.add(id);
    this.#relink(head, strays);
  }

  /** The record is no longer shown. */
  remove(head: number): void {
    const strays = this.#map.straysOf(head);
    for (const id of strays) this.rows.delete(id);
    this.#leaders.delete(head);
    this.rows.rewrite(head, this.#map.endOf(head), (row, at) => row & this.#map.loose.wordAt(at));
    this.#relink(head, strays);
  }

  /** A shown record got one more line, the last entry so far. */
  extend(head: number, id: number, isStray: boolean): void {
    if (isStray) {
      this.rows.add(id);
      // After its first stray the record is apart from its neighbours, and nothing else changes.
      if (!this.#isApart(head)) this.#relink(head, []);
    } else if (this.#isUnfolded(this.#leaders.previousTo(head))) this.rows.add(id);
  }

  /** Drops ids below `id`. The rest of a fold continues under its first record, open if it was. */
  dropBelow(id: number): void {
    const first = this.#shown.records.nextFrom(id);
    const leader = first === undefined ? undefined : this.#leaders.previousTo(first);
    if (first !== undefined && leader !== undefined && this.#opened.has(leader)) this.#opened.add(first);
    for (const head of this.#opened) if (head < id) this.#opened.delete(head);
    this.#leaders.dropBelow(id);
    this.rows.dropBelow(id);
    if (first === undefined || this.#leaders.has(first)) return;
    this.#leaders.add(first);
    this.#refresh(first);
  }

  /** Updates the rows of the fold around `id`. */
  #refresh(id: number): void {
    const leader = this.#leaders.previousTo(id);
    if (leader === undefined) return;
    const {lines} = this.#shown;
    const end = this.#endOf(leader);
    if (this.#isUnfolded(leader)) {
      this.rows.rewrite(leader, end, (_, at) => lines.wordAt(at));
      return;
    }
    // A loose entry in it is a marker, or of a record that is never folded.
    this.rows.rewrite(leader, end, (_, at) => lines.wordAt(at) & this.#map.loose.wordAt(at));
    this.rows.add(leader);
  }

  /** Updates which records around `head` and its `strays` begin a fold, and the rows of these folds. */
  #relink(head: number, strays: readonly number[]): void {
    const {records} = this.#shown;
    const heads = new Set<number>();
    if (records.has(head)) heads.add(head);
    for (const id of [head, ...strays]) {
      const next = records.nextFrom(id + 1);
      if (next !== undefined) heads.add(next);
    }
    for (const each of heads) {
      const previous = records.previousTo(each - 1);
      this.#leaders.set(each, previous === undefined || !this.#join(previous, each));
    }
    this.#refresh(head);
    for (const each of heads) {
      this.#refresh(each - 1);
      this.#refresh(each);
    }
  }

  /** Whether two shown neighbours belong to one fold. */
  #join(first: number, second: number): boolean {
    const {hits, lines} = this.#shown;
    if (hits.has(first) !== hits.has(second)) return false;
    if (this.#map.hasStrays(first) || this.#map.hasStrays(second)) return false;
    const {loose} = this.#map;
    for (let id = loose.nextFrom(first); id !== undefined && id < second; id = loose.nextFrom(id + 1)) {
      if (lines.has(id)) return false;
    }
    return this.#fingerprints.of(first) === this.#fingerprints.of(second);
  }

  #isApart(head: number): boolean {
    const next = this.#shown.records.nextFrom(head + 1);
    return this.#leaders.has(head) && (next === undefined || this.#leaders.has(next));
  }

  #isUnfolded(leader: number | undefined): boolean {
    return leader === undefined || this.#opened.has(leader) || !this.#hasMembers(leader, this.#endOf(leader));
  }

  #hasMembers(leader: number, end: number): boolean {
    return (this.#shown.records.nextFrom(leader + 1) ?? end) < end;
  }

  #endOf(leader: number): number {
    return this.#leaders.nextFrom(leader + 1) ?? this.#map.end;
  }
}
