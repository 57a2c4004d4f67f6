import {IdSet, type Journal} from '../buffer/id-set.ts';
import type {Fingerprints, RecordMap} from './record-map.ts';

/** Neighbouring records in one row, the first begins at `head`. `open`: each record has its own rows instead. */
export type Fold = {readonly head: number; readonly records: number; readonly open: boolean};

/** The part of `ShownRecords` that is folded. */
type Unfolded = {
  readonly records: IdSet;
  readonly lines: IdSet;
  readonly matches: IdSet;
};

/**
 * Rows in which neighbouring records of one fingerprint, and of one connector, are folded into the head line of the
 * first. Two records with a marker or a stray (see `RecordMap`) between them are not folded together, nor are a match and
 * the records around it. A record with strays is never folded.
 */
export class Folds {
  /** Entries that have a row. */
  readonly rows: IdSet;
  readonly #shown: Unfolded;
  readonly #map: RecordMap;
  readonly #fingerprints: Fingerprints;
  /** Heads of folds; a record that is not folded is a fold of one. */
  readonly #leaders: IdSet;
  readonly #opened: Set<number>;
  /** Heads of folds opened or closed since the last `onRollback`. */
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

  get opened(): ReadonlySet<number> {
    return this.#opened;
  }

  /** The fold of a record; undefined if the record is not shown. */
  foldOf(head: number): Fold | undefined {
    const leader = this.#shown.records.has(head) ? this.#leaders.previousTo(head) : undefined;
    if (leader === undefined) return undefined;
    const count = this.#shown.records.countFrom(leader) - this.#shown.records.countFrom(this.endOf(leader));
    return {head: leader, records: count, open: count > 1 && this.#opened.has(leader)};
  }

  /** One past the last entry of the fold that begins at `leader`. */
  endOf(leader: number): number {
    return this.#leaders.nextFrom(leader + 1) ?? this.#map.end;
  }

  /** All lines of the records of the fold, in order. It has several records, none of them with strays. */
  *linesOf(head: number): Generator<number> {
    const {lines} = this.#shown;
    const end = this.endOf(head);
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

  /** Restores the rows of folds opened or closed since the journal started: the rollback has undone them. */
  onRollback(): void {
    for (const head of this.#toggled) this.#refresh(head);
    this.#toggled = [];
  }

  /** Adds a shown record, whose head is the last entry so far. */
  append(head: number): void {
    const previous = this.#shown.records.previousTo(head - 1);
    if (previous === undefined || !this.#areFolded(previous, head)) {
      this.#leaders.add(head);
      this.rows.add(head);
      return;
    }
    // In a closed fold of two or more the record gets no row.
    if (this.#leaders.has(previous)) this.#refresh(previous);
    else if (this.#opened.size > 0 && this.#isUnfolded(this.#leaders.previousTo(previous))) this.rows.add(head);
  }

  /** Updates a record that is shown or hidden now, or that is shown and began or ceased to match. `lines` has its lines. */
  update(head: number): void {
    const isShown = this.#shown.records.has(head);
    const strays = this.#map.straysOf(head);
    for (const id of strays) this.rows.set(id, isShown);
    if (!isShown) {
      this.#leaders.delete(head);
      this.rows.rewrite(head, this.#map.endOf(head), (row, at) => row & this.#map.loose.wordAt(at));
    }
    this.#relink(head, strays);
  }

  /** Adds a line of a shown record, the last entry so far. */
  extend(head: number, id: number, isStray: boolean): void {
    if (isStray) {
      this.rows.add(id);
      // The first one separates the record from its neighbours.
      this.#relink(head, []);
    } else if (this.#isUnfolded(this.#leaders.previousTo(head))) this.rows.add(id);
  }

  /** Drops ids below `id`. The rest of a fold is a fold of its own, open if the fold was. */
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

  /** Updates the folds around `head` and its `strays`: which records begin them, and their rows. */
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
      this.#leaders.set(each, previous === undefined || !this.#areFolded(previous, each));
    }
    const changed = [head, ...heads];
    // Of a closed fold of a million records only the changed one and its neighbours can have other rows.
    const isOpen = changed.some(
      (each) => this.#opened.has(each) || this.#opened.has(this.#leaders.previousTo(each - 1) ?? -1),
    );
    for (const each of changed) {
      this.#refresh(each - 1, isOpen);
      this.#refresh(each, isOpen);
    }
  }

  /** Updates the rows of the last shown record up to `id`, or of all its fold. */
  #refresh(id: number, isWhole = true): void {
    const head = this.#shown.records.previousTo(id);
    const leader = head === undefined ? undefined : this.#leaders.previousTo(head);
    if (head === undefined || leader === undefined) return;
    const {lines} = this.#shown;
    const {loose} = this.#map;
    const [from, to] = isWhole ? [leader, this.endOf(leader)] : [head, this.#map.endOf(head)];
    const isUnfolded = this.#isUnfolded(leader);
    // Loose entries keep their rows: markers, and strays, whose records are never folded.
    this.rows.rewrite(from, to, (_, at) => lines.wordAt(at) & (isUnfolded ? -1 : loose.wordAt(at)));
    if (from === leader) this.rows.add(leader);
  }

  #areFolded(first: number, second: number): boolean {
    const {matches, lines} = this.#shown;
    if (matches.has(first) !== matches.has(second)) return false;
    if (this.#map.hasStrays(first) || this.#map.hasStrays(second)) return false;
    const {loose} = this.#map;
    for (let id = loose.nextFrom(first); id !== undefined && id < second; id = loose.nextFrom(id + 1)) {
      if (lines.has(id)) return false;
    }
    return this.#fingerprints.areAlike(first, second);
  }

  #isUnfolded(leader: number | undefined): boolean {
    if (leader === undefined || this.#opened.has(leader)) return true;
    const end = this.endOf(leader);
    return (this.#shown.records.nextFrom(leader + 1) ?? end) >= end;
  }
}
