import {IdSet, type Journal} from '../buffer/id-set.ts';
import {Folds} from './folds.ts';
import type {Fingerprints, RecordMap} from './record-map.ts';

/**
 * The shown records: those that match, and `around` more on each side of a match, where `isWithin` allows them. A later
 * line of a record may change whether it matches, which shows or hides the whole record.
 */
export class ShownRecords {
  /** Heads of records that match. */
  readonly matches: IdSet;
  /** Heads of the shown records, including those around a match. */
  readonly records: IdSet;
  /** Lines of the shown records, and markers. */
  readonly lines: IdSet;
  readonly folds: Folds | undefined;
  readonly #map: RecordMap;
  readonly #around: number;
  readonly #isWithin: (id: number) => boolean;

  constructor(
    log: {readonly map: RecordMap; readonly fingerprints: Fingerprints},
    options: {
      firstId: number;
      journal: Journal;
      around: number;
      isWithin: (id: number) => boolean;
      fold: boolean;
      opened: Iterable<number>;
    },
  ) {
    const {firstId, journal} = options;
    this.#map = log.map;
    this.#around = options.around;
    this.#isWithin = options.isWithin;
    this.matches = new IdSet(firstId, journal);
    this.records = new IdSet(firstId, journal);
    this.lines = new IdSet(firstId, journal);
    this.folds = options.fold ? new Folds(this, log, options) : undefined;
  }

  get rows(): IdSet {
    return this.folds?.rows ?? this.lines;
  }

  addMarker(id: number): void {
    this.lines.add(id);
    this.folds?.rows.add(id);
  }

  /** Adds a record whose head is the last entry so far. `isMatch`: it matches. */
  addHead(head: number, isMatch: boolean): void {
    if (isMatch) {
      this.matches.add(head);
      for (const near of this.#near(head, -1))
        if (!this.records.has(near) && this.#isWithin(near)) this.#set(near, true);
    }
    if (!isMatch && !this.#isAround(head)) return;
    this.records.add(head);
    this.lines.add(head);
    this.folds?.append(head);
  }

  /** Adds a line, the last entry so far, to a record. `isMatch`: the record now matches. */
  addLine(head: number, line: {id: number; isStray: boolean; isMatch: boolean}): void {
    if (this.records.has(head)) {
      this.lines.add(line.id);
      this.folds?.extend(head, line.id, line.isStray);
    }
    if (this.matches.has(head) === line.isMatch) return;
    this.matches.set(head, line.isMatch);
    if (!this.#update(head)) this.folds?.update(head);
    for (const near of [...this.#near(head, -1), ...this.#near(head, 1)]) this.#update(near);
  }

  /** Adds a line of a record whose head is not held. `previous`: the record's line before it, if that is held. */
  addOrphanLine(line: {id: number; isStray: boolean}, previous: number | undefined, passes: boolean): void {
    const isShown = previous === undefined ? passes : this.lines.has(previous);
    this.lines.set(line.id, isShown);
    const hasRow = line.isStray || previous === undefined || this.rows.has(previous);
    this.folds?.rows.set(line.id, isShown && hasRow);
  }

  /** Drops ids below `id`. Hides records that were shown only because they were near a dropped match. */
  dropBelow(id: number): void {
    this.folds?.dropBelow(id);
    for (const set of [this.matches, this.records, this.lines]) set.dropBelow(id);
    for (const near of this.#near(id - 1, 1)) this.#update(near);
  }

  /** Shows or hides the record. True: it changed. */
  #update(head: number): boolean {
    const toShow = this.matches.has(head) || this.#isAround(head);
    if (this.records.has(head) === toShow) return false;
    this.#set(head, toShow);
    return true;
  }

  #set(head: number, isShown: boolean): void {
    this.records.set(head, isShown);
    const {loose} = this.#map;
    const change = (word: number, at: number) => (isShown ? word | ~loose.wordAt(at) : word & loose.wordAt(at));
    this.lines.rewrite(head, this.#map.endOf(head), change);
    for (const id of this.#map.straysOf(head)) this.lines.set(id, isShown);
    this.folds?.update(head);
  }

  #isAround(head: number): boolean {
    return this.#around > 0 && this.#isWithin(head) && (this.#isNearMatch(head, -1) || this.#isNearMatch(head, 1));
  }

  // Called for each record that does not match: makes no array, unlike `#near`.
  #isNearMatch(head: number, by: 1 | -1): boolean {
    let at = this.#next(head, by);
    for (let place = 0; place < this.#around && at !== undefined; place++) {
      if (this.matches.has(at)) return true;
      at = this.#next(at, by);
    }
    return false;
  }

  /** The records before (`by`: -1) or after one that are near enough. */
  #near(head: number, by: 1 | -1): readonly number[] {
    const near: number[] = [];
    for (let at = this.#next(head, by); at !== undefined && near.length < this.#around; at = this.#next(at, by))
      near.push(at);
    return near;
  }

  #next(head: number, by: 1 | -1): number | undefined {
    const {heads} = this.#map;
    return by === 1 ? heads.nextFrom(head + 1) : heads.previousTo(head - 1);
  }
}
