import {stepCost} from '../buffer/cold-segments.ts';
import {IdSet, Journal} from '../buffer/id-set.ts';
import type {Entries, LogBuffer} from '../buffer/log-buffer.ts';
import type {RecordIndex} from '../records/record-index.ts';
import type {SuppressedErrors} from '../records/suppressed.ts';
import type {FilterEntry} from './filter.ts';
import type {Fold} from './folds.ts';
import {FilterMatches, isBetween} from './match.ts';
import {Fingerprints, RecordMap} from './record-map.ts';
import {ShownRecords} from './shown-records.ts';

export type ShownLinesOptions = {
  readonly buffer: LogBuffer;
  readonly index: RecordIndex;
  /** A record must pass all that are on, in any order. */
  readonly filters: readonly FilterEntry[];
  /** Number of records shown before and after each match, within the `between` filters. */
  readonly around: number;
  readonly fold: boolean;
  /** Heads of the folds that are open. */
  readonly opened?: Iterable<number>;
  /** Errors of the same log, for its folds; absent: nobody asks how many their rows stand for. */
  readonly suppressed?: SuppressedErrors | undefined;
  /** Shown lines of the same log: their results are reused for the filters that both have. */
  readonly earlier?: ShownLines | undefined;
};

/**
 * The entries of a log that filters and folds show, found in steps while the log grows and drops lines. A record is
 * shown or hidden as a whole; markers are always shown, except outside a `between` filter. When a head is dropped, the
 * held lines of its record stay shown or hidden, and the record is no longer counted.
 *
 * Needs about one bit an entry for each filter and seven more, and keeps no text.
 */
export class ShownLines implements Entries {
  /** Without `earlier`, which would keep all earlier ones in memory. */
  readonly #options: Omit<ShownLinesOptions, 'earlier' | 'opened' | 'suppressed'>;
  readonly #suppressed: SuppressedErrors | undefined;
  #pass: FilterPass;
  #tooSlow: readonly number[] = [];
  #hasRestarted = false;

  constructor(options: ShownLinesOptions) {
    const {earlier, opened = [], suppressed, ...kept} = options;
    this.#options = kept;
    this.#suppressed = suppressed;
    this.#pass = this.#newPass(opened, earlier?.pass);
  }

  /** Results for the `earlier` of later shown lines. */
  get pass(): FilterPass {
    return this.#pass;
  }

  readonly atOrAfter = (id: number): number | undefined => this.#pass.shown.rows.nextFrom(id);
  readonly atOrBefore = (id: number): number | undefined => this.#pass.shown.rows.previousTo(id);
  readonly countFrom = (id: number): number => this.#pass.shown.rows.countFrom(id);

  get caughtUp(): boolean {
    return this.#pass.caughtUp;
  }

  /** Ids of the filters with a pattern that takes too long: they hide nothing. */
  get tooSlow(): readonly number[] {
    return this.#tooSlow;
  }

  /** Number of held heads of records that the filter alone would hide. */
  hiddenBy(filterId: number): number {
    return this.#pass.matches.find(({id}) => id === filterId)?.hiddenCount(this.#options.buffer.firstId) ?? 0;
  }

  /** Returns whether the entry is shown, in its own row or that of a fold. */
  includes(id: number): boolean {
    return this.#pass.shown.lines.has(id);
  }

  /** Returns which of the 32 entries around an id are shown, in their own rows or those of folds: a bit each. */
  wordAt(id: number): number {
    return this.#pass.shown.lines.wordAt(id);
  }

  /** The lowest id shown or hidden since the last call, maybe far back; Infinity if there was none. For one caller. */
  drainChangedFrom(): number {
    const changedFrom = this.#pass.shown.lines.drainChangedFrom();
    const hasRestarted = this.#hasRestarted;
    this.#hasRestarted = false;
    return hasRestarted ? 0 : changedFrom;
  }

  /** Returns whether the entry is shown only because it is near a match. */
  isAround(id: number): boolean {
    const {records, matches} = this.#pass.shown;
    const head = this.#options.index.headOf(id);
    return records.has(head) && !matches.has(head);
  }

  /** Some rows stand for several records. */
  get hasFolded(): boolean {
    const {rows, lines} = this.#pass.shown;
    return rows.countFrom(0) < lines.countFrom(0);
  }

  /** Number of records in the row `id`. */
  foldedAt(id: number): number {
    const fold = this.#pass.shown.folds?.foldOf(id);
    return fold && fold.head === id && !fold.open ? fold.records : 1;
  }

  /** Counts the errors, not in the log, that the records in the row `id` stand for; 0 without folds. */
  suppressedAt(id: number): number {
    const {folds, records} = this.#pass.shown;
    const fold = folds?.foldOf(id);
    if (!folds || fold?.head !== id || fold.open) return 0;
    return this.#suppressed?.between(id, folds.endOf(id), (head) => records.has(head)) ?? 0;
  }

  /** The fold of a shown line, maybe of one record; undefined without folds. */
  foldOf(id: number): Fold | undefined {
    return this.#pass.shown.folds?.foldOf(this.#options.index.headOf(id));
  }

  /** All lines of the records in the row `id`; `id` alone if nothing is folded there. */
  foldLines(id: number): Iterable<number> {
    const {folds} = this.#pass.shown;
    return folds && this.foldedAt(id) > 1 ? folds.linesOf(id) : [id];
  }

  get opened(): ReadonlySet<number> {
    return this.#pass.shown.folds?.opened ?? new Set();
  }

  setOpen(id: number, isOpen: boolean): void {
    const fold = this.foldOf(id);
    if (fold) this.#pass.shown.folds?.setOpen(fold.head, isOpen);
  }

  /** Reads about `maxBytes` more bytes, first for the record index. True: all held entries have been read. */
  step(maxBytes: number): boolean {
    if (!this.#options.index.step(maxBytes)) return false;
    if (this.caughtUp) return true;
    if (!this.#pass.step(maxBytes)) this.#restart();
    return this.caughtUp;
  }

  /** Starts again without the filters that are too slow. */
  #restart(): void {
    const {matches, shown} = this.#pass;
    this.#tooSlow = [...this.#tooSlow, ...matches.filter(({tooSlow}) => tooSlow).map(({id}) => id)];
    this.#pass = this.#newPass(shown.folds?.opened ?? [], this.#pass);
    this.#hasRestarted = true;
  }

  #newPass(opened: Iterable<number>, earlier: FilterPass | undefined): FilterPass {
    const filters = this.#options.filters.filter(({id, on}) => on && !this.#tooSlow.includes(id));
    return new FilterPass({...this.#options, filters, opened}, earlier);
  }
}

/** Least cost of an entry in bytes, so that a step over empty lines takes no longer. */
const leastEntryBytes = 128;

/** `filters`: only filters that are on. */
type FilterPassOptions = Required<Omit<ShownLinesOptions, 'earlier' | 'suppressed'>>;

/**
 * One pass of the filters over the entries of a log, in order. Unsettled entries, an open line and an empty line before
 * it, are added too, and removed before the next step.
 */
class FilterPass {
  readonly map: RecordMap;
  readonly matches: readonly FilterMatches[];
  readonly #options: FilterPassOptions;
  readonly #journal = new Journal();
  readonly #fingerprints: Fingerprints;
  readonly #shown: ShownRecords;
  #floor: number;
  /** All entries below are final. */
  #settledTo: number;
  #doneVersion: number | undefined;

  constructor(options: FilterPassOptions, earlier: FilterPass | undefined) {
    const {buffer, index} = options;
    const firstId = buffer.firstId;
    this.#options = options;
    this.#floor = firstId;
    this.#settledTo = firstId;
    this.#fingerprints = new Fingerprints(index);
    const log = {buffer, index, fingerprints: this.#fingerprints};
    this.matches = options.filters.map((entry) => {
      const found = earlier?.settled(entry, buffer, this.#journal);
      return new FilterMatches(entry, log, found ?? {hidden: new IdSet(firstId, this.#journal), matchedTo: firstId});
    });
    this.map = new RecordMap(index, firstId, this.#journal);
    this.#shown = new ShownRecords(
      {map: this.map, fingerprints: this.#fingerprints},
      {...options, firstId, journal: this.#journal, isWithin: (id) => this.#isWithin(id)},
    );
    this.#drop();
  }

  get shown(): ShownRecords {
    if (this.#options.buffer.firstId > this.#floor) this.#drop();
    return this.#shown;
  }

  get caughtUp(): boolean {
    return this.#doneVersion === this.#options.buffer.version;
  }

  /** Adds about `maxBytes` of the entries that the index has read. False if a pattern is too slow. */
  step(maxBytes: number): boolean {
    const {buffer, index} = this.#options;
    this.#rollback();
    const settled = Math.max(this.#settledTo, index.settledTo);
    for (let left = maxBytes; left > 0 && this.#settledTo < settled; this.#settledTo = this.map.end) {
      const cost = this.#addEntries(settled, Math.max(1, Math.floor(left / leastEntryBytes)));
      if (cost === undefined) return this.#isFast;
      left -= cost;
    }
    if (this.#settledTo < settled) return true;
    this.#journal.start();
    while (this.map.end < buffer.endId) if (this.#addEntries(buffer.endId, 1) === undefined) return this.#isFast;
    this.#doneVersion = buffer.version;
    return true;
  }

  /** The records below `#settledTo` that a filter hides; undefined if this pass has no result for the filter. */
  settled(entry: FilterEntry, buffer: LogBuffer, journal: Journal): {hidden: IdSet; matchedTo: number} | undefined {
    const matches = this.matches.find(({filter}) => filter === entry.filter);
    if (!matches || matches.tooSlow || buffer !== this.#options.buffer) return undefined;
    return {hidden: matches.copyHidden(this.#journal, journal), matchedTo: this.#settledTo};
  }

  /** Removes unsettled entries, and entries that the log has dropped. */
  #rollback(): void {
    this.#doneVersion = undefined;
    this.#journal.rollback();
    this.#fingerprints.clear();
    this.map.end = this.#settledTo;
    this.#drop();
    this.#shown.folds?.onRollback();
  }

  #drop(): void {
    this.#floor = this.#options.buffer.firstId;
    this.#settledTo = Math.max(this.#settledTo, this.#floor);
    this.map.dropBelow(this.#floor);
    this.#shown.dropBelow(this.#floor);
    for (const matches of this.matches) matches.dropBelow(this.#floor);
  }

  get #isFast(): boolean {
    return !this.matches.some(({tooSlow}) => tooSlow);
  }

  /** Adds at most `max` entries below `to`, of one segment. Returns their cost in bytes; undefined ends the step. */
  #addEntries(to: number, max: number): number | undefined {
    const from = this.map.end;
    const segment = this.#options.buffer.segmentAt(from);
    if (!segment) return undefined;
    const {firstId, bytes, starts} = segment;
    let end = Math.min(to, segment.endId, from + max);
    for (const matches of this.matches) {
      const searchedTo = matches.search(from, end);
      if (searchedTo === undefined) return undefined;
      end = searchedTo;
    }
    for (let id = from; id < end; id++) {
      const isMarker = starts[id - firstId] === (starts[id - firstId + 1] ?? bytes.length);
      if (isMarker) this.#addMarker(id);
      else this.#addLine(id);
    }
    const size = (starts[end - firstId] ?? bytes.length) - (starts[from - firstId] ?? 0);
    return stepCost(this.#options.buffer, from, Math.max(size, (end - from) * leastEntryBytes));
  }

  #addMarker(id: number): void {
    this.map.addMarker();
    if (this.#isWithin(id)) this.#shown.addMarker(id);
  }

  #addLine(id: number): void {
    const head = this.#options.index.headOf(id);
    if (head === id) {
      this.map.addHead();
      for (const matches of this.matches) matches.addHead(id);
      this.#shown.addHead(id, this.#passes(id));
      return;
    }
    const isStray = this.map.addLine(head);
    if (head < this.#floor) {
      const passes = this.matches.every((matches) => matches.passesOrphan(head, id));
      this.#shown.addOrphanLine({id, isStray}, this.#previousOf(head, id), passes);
      return;
    }
    for (const matches of this.matches) matches.addLine(head, id);
    const changesKind = this.#options.index.isPanicMessage(head, id);
    if (changesKind) {
      this.#fingerprints.clear();
      for (const matches of this.matches) matches.changeKind(head, id);
    }
    this.#shown.addLine(head, {id, isStray, isMatch: this.#passes(head)});
    if (changesKind && this.#shown.records.has(head)) this.#shown.folds?.update(head);
  }

  #passes(head: number): boolean {
    return this.matches.every((matches) => matches.passes(head));
  }

  /** Returns whether `between` filters allow markers, and records around a match, at an entry. */
  #isWithin(id: number): boolean {
    return this.matches.every(({filter}) => filter.kind !== 'between' || isBetween(id, filter));
  }

  /** The record's line before `id`; undefined if it is not held. */
  #previousOf(head: number, id: number): number | undefined {
    const {index} = this.#options;
    if (id > this.#floor && index.headOf(id - 1) === head) return id - 1;
    return index.linesOf(head).findLast((line) => line < id);
  }
}
