import {type Entries, type LogBuffer, stepCost} from '../buffer/log-buffer.ts';
import type {FilterEntry} from './filter.ts';
import type {Fold} from './folds.ts';
import {IdSet, Journal} from './id-set.ts';
import {FilterMatches, isBetween} from './match.ts';
import {Fingerprints, RecordMap, type RecordSource} from './record-map.ts';
import {ShownRecords} from './shown-records.ts';

export type ShownLinesOptions = {
  readonly buffer: LogBuffer;
  readonly index: RecordSource;
  /** Only those that are on are heeded. All of them must let a record pass; their order means nothing. */
  readonly filters: readonly FilterEntry[];
  /** So many records before and after each match are shown as well. `between` filters are not overruled so. */
  readonly around: number;
  /** Neighbouring records of one shape are shown in one row. */
  readonly fold: boolean;
  /** Heads of the folds that are open. */
  readonly opened?: Iterable<number>;
  /** What filters found that these lines share with others, of the same log, is taken from there. */
  readonly earlier?: ShownLines | undefined;
};

/**
 * The entries of a log that filters and folds leave, worked out in steps and kept true while the log grows and drops
 * lines. Records are shown whole or not at all; markers always, but for those outside a `between` filter. Of a record
 * whose head the log has dropped, the lines that are left stay shown or hidden, and are not counted.
 *
 * Costs about a bit an entry for each filter and seven more, and keeps no text.
 */
export class ShownLines implements Entries {
  /** Without `earlier`: each would keep the one before it alive. */
  readonly #options: Omit<ShownLinesOptions, 'earlier' | 'opened'>;
  #intake: Intake;
  #tooSlow: readonly number[] = [];
  #isAnew = false;

  constructor(options: ShownLinesOptions) {
    const {earlier, opened = [], ...kept} = options;
    this.#options = kept;
    this.#intake = this.#newIntake(opened, earlier?.intake);
  }

  /** For shown lines that go on from these. */
  get intake(): Intake {
    return this.#intake;
  }

  readonly atOrAfter = (id: number): number | undefined => this.#intake.shown.rows.nextFrom(id);
  readonly atOrBefore = (id: number): number | undefined => this.#intake.shown.rows.previousTo(id);
  readonly countFrom = (id: number): number => this.#intake.shown.rows.countFrom(id);

  /** Everything that the log holds was looked at. */
  get caughtUp(): boolean {
    return this.#intake.caughtUp;
  }

  /** Records that match, of those whose head is held. */
  get matches(): number {
    return this.#intake.shown.hits.countFrom(0);
  }

  /** Records that are not shown, not even around a match, of those whose head is held. */
  get hidden(): number {
    const {records} = this.#intake.shown;
    return this.#intake.map.heads.countFrom(0) - records.countFrom(0);
  }

  /** Ids of the filters whose pattern takes too long: everything passes them. */
  get tooSlow(): readonly number[] {
    return this.#tooSlow;
  }

  /** Records that the filter alone would hide, of those whose head is held. */
  hiddenBy(filterId: number): number {
    return this.#intake.verdicts.find(({id}) => id === filterId)?.refusedCount(this.#options.buffer.firstId) ?? 0;
  }

  /** The line is shown, in a row of its own or in that of a fold; markers likewise. */
  includes(id: number): boolean {
    return this.#intake.shown.lines.has(id);
  }

  /**
   * The lowest id that was shown or hidden, in rows or folds, since this was last asked; Infinity: none was. A later
   * line may show or hide a whole record, and those that are near it. For one reader at a time.
   */
  drainChangedFrom(): number {
    const changedFrom = this.#intake.shown.lines.drainChangedFrom();
    const isAnew = this.#isAnew;
    this.#isAnew = false;
    return isAnew ? 0 : changedFrom;
  }

  /** The entry is shown only for its nearness to a match. */
  isAround(id: number): boolean {
    const {records, hits} = this.#intake.shown;
    const head = this.#options.index.headOf(id);
    return records.has(head) && !hits.has(head);
  }

  /** How many records the row `id` stands for. */
  foldedAt(id: number): number {
    const fold = this.#intake.shown.folds?.foldOf(id);
    return fold && fold.head === id && !fold.open ? fold.records : 1;
  }

  /** The fold that a shown line is in, be it of a single record; undefined where nothing is folded. */
  foldOf(id: number): Fold | undefined {
    return this.#intake.shown.folds?.foldOf(this.#options.index.headOf(id));
  }

  /** All lines of the records that the row `id` stands for: what is copied of it. Just `id` where nothing is folded. */
  foldLines(id: number): Iterable<number> {
    const {folds} = this.#intake.shown;
    return folds && this.foldedAt(id) > 1 ? folds.linesOf(id) : [id];
  }

  /** Heads of the folds that are open. */
  get opened(): ReadonlySet<number> {
    return this.#intake.shown.folds?.opened ?? new Set();
  }

  /** Opens or closes the fold of a shown line. */
  setOpen(id: number, isOpen: boolean): void {
    const fold = this.foldOf(id);
    if (fold) this.#intake.shown.folds?.setOpen(fold.head, isOpen);
  }

  /**
   * Looks at about `maxBytes` more bytes; true: everything held was looked at. The records of those bytes are looked
   * at first, if they were not yet.
   */
  step(maxBytes: number): boolean {
    if (!this.#options.index.step(maxBytes)) return false;
    if (this.caughtUp) return true;
    if (!this.#intake.step(maxBytes)) this.#giveUp();
    return this.caughtUp;
  }

  /** Begins anew, without the filters that are too slow. */
  #giveUp(): void {
    const {verdicts, shown} = this.#intake;
    this.#tooSlow = [...this.#tooSlow, ...verdicts.filter(({tooSlow}) => tooSlow).map(({id}) => id)];
    this.#intake = this.#newIntake(shown.folds?.opened ?? [], this.#intake);
    this.#isAnew = true;
  }

  #newIntake(opened: Iterable<number>, earlier: Intake | undefined): Intake {
    const filters = this.#options.filters.filter(({id, on}) => on && !this.#tooSlow.includes(id));
    return new Intake({...this.#options, filters, opened}, earlier);
  }
}

/** Entries count as at least so many bytes of a step, so that one over empty lines takes no longer. */
const leastEntryBytes = 128;

type IntakeOptions = {
  readonly buffer: LogBuffer;
  readonly index: RecordSource;
  readonly filters: readonly FilterEntry[];
  readonly around: number;
  readonly fold: boolean;
  readonly opened: Iterable<number>;
};

/**
 * Takes the entries of a log in, in order: has the filters judge them and shows what passes. What is not settled, an
 * open line and an empty one before it, is taken in as it stands, and taken back before the next step.
 */
class Intake {
  readonly map: RecordMap;
  readonly verdicts: readonly FilterMatches[];
  readonly #options: IntakeOptions;
  readonly #journal = new Journal();
  readonly #fingerprints: Fingerprints;
  readonly #shown: ShownRecords;
  #floor: number;
  /** Every entry below was taken in for good. */
  #settledTo: number;
  #doneVersion: number | undefined;

  /** What `earlier` found by the same filters in the same log is not looked for again. */
  constructor(options: IntakeOptions, earlier: Intake | undefined) {
    const {buffer, index} = options;
    const firstId = buffer.firstId;
    this.#options = options;
    this.#floor = firstId;
    this.#settledTo = firstId;
    this.#fingerprints = new Fingerprints(buffer);
    const log = {buffer, index, fingerprints: this.#fingerprints};
    this.verdicts = options.filters.map((entry) => {
      const known = earlier?.settled(entry, buffer, this.#journal);
      return new FilterMatches(entry, log, known ?? {refused: new IdSet(firstId, this.#journal), upTo: firstId});
    });
    this.map = new RecordMap(index, firstId, this.#journal);
    this.#shown = new ShownRecords(
      {map: this.map, fingerprints: this.#fingerprints},
      {...options, firstId, journal: this.#journal, isWithin: (id) => this.#isWithin(id)},
    );
    this.#drop();
  }

  /** What is shown, without what the log has dropped since. */
  get shown(): ShownRecords {
    if (this.#options.buffer.firstId > this.#floor) this.#drop();
    return this.#shown;
  }

  /** Everything that the log holds was taken in. */
  get caughtUp(): boolean {
    return this.#doneVersion === this.#options.buffer.version;
  }

  /** Takes in about `maxBytes` of those entries whose records are known to the index. False if a pattern is too slow. */
  step(maxBytes: number): boolean {
    const {buffer, index} = this.#options;
    this.#takeBack();
    const settled = Math.max(this.#settledTo, index.settledTo);
    for (let left = maxBytes; left > 0 && this.#settledTo < settled; this.#settledTo = this.map.end) {
      const taken = this.#takePart(settled, Math.max(1, Math.floor(left / leastEntryBytes)));
      if (taken === undefined) return this.#isSane;
      left -= taken;
    }
    if (this.#settledTo < settled) return true;
    this.#journal.begin();
    while (this.map.end < buffer.endId) if (this.#takePart(buffer.endId, 1) === undefined) return this.#isSane;
    this.#doneVersion = buffer.version;
    return true;
  }

  /** What the filter has refused among the entries taken in for good; undefined if it is not one of these. */
  settled(entry: FilterEntry, buffer: LogBuffer, journal: Journal): {refused: IdSet; upTo: number} | undefined {
    const verdicts = this.verdicts.find(({filter}) => filter === entry.filter);
    if (!verdicts || verdicts.tooSlow || buffer !== this.#options.buffer) return undefined;
    return {refused: verdicts.refusedCopy(this.#journal, journal), upTo: this.#settledTo};
  }

  /** Takes back what was not settled, and drops what the log has dropped. */
  #takeBack(): void {
    this.#doneVersion = undefined;
    this.#journal.rollback();
    this.#fingerprints.forget();
    this.map.end = this.#settledTo;
    this.#drop();
    this.#shown.folds?.settle();
  }

  #drop(): void {
    this.#floor = this.#options.buffer.firstId;
    this.#settledTo = Math.max(this.#settledTo, this.#floor);
    this.map.dropBelow(this.#floor);
    this.#shown.dropBelow(this.#floor);
    for (const verdicts of this.verdicts) verdicts.dropBelow(this.#floor);
  }

  /** No pattern is too slow. */
  get #isSane(): boolean {
    return !this.verdicts.some(({tooSlow}) => tooSlow);
  }

  /**
   * Takes in entries of one segment, at most `most` and below `to`. Answers what they count of a step's bytes; undefined:
   * none could be, and the step ends.
   */
  #takePart(to: number, most: number): number | undefined {
    const from = this.map.end;
    const segment = this.#options.buffer.segmentAt(from);
    if (!segment) return undefined;
    const {firstId, bytes, starts} = segment;
    let end = Math.min(to, segment.endId, from + most);
    for (const verdicts of this.verdicts) {
      const searchedTo = verdicts.search(from, end);
      if (searchedTo === undefined) return undefined;
      end = searchedTo;
    }
    for (let id = from; id < end; id++) {
      const isMarker = starts[id - firstId] === (starts[id - firstId + 1] ?? bytes.length);
      if (isMarker) this.#takeMarker(id);
      else this.#takeLine(id);
    }
    const size = (starts[end - firstId] ?? bytes.length) - (starts[from - firstId] ?? 0);
    return stepCost(this.#options.buffer, from, Math.max(size, (end - from) * leastEntryBytes));
  }

  #takeMarker(id: number): void {
    this.map.addMarker();
    if (this.#isWithin(id)) this.#shown.addMarker(id);
  }

  #takeLine(id: number): void {
    const head = this.#options.index.headOf(id);
    if (head === id) {
      this.map.addHead();
      for (const verdicts of this.verdicts) verdicts.begin(id);
      this.#shown.begin(id, this.#passes(id));
      return;
    }
    const isStray = this.map.addLine(head);
    if (head < this.#floor) {
      const passes = this.verdicts.every((verdicts) => verdicts.passesOrphan(head, id));
      this.#shown.goOnOrphan({id, isStray}, this.#previousOf(head, id), passes);
      return;
    }
    for (const verdicts of this.verdicts) verdicts.goOn(head, id);
    this.#shown.goOn(head, {id, isStray, isHit: this.#passes(head)});
  }

  #passes(head: number): boolean {
    return this.verdicts.every((verdicts) => verdicts.passes(head));
  }

  /** Whether an entry is where markers, and records around a match, are shown. */
  #isWithin(id: number): boolean {
    return this.verdicts.every(({filter}) => filter.kind !== 'between' || isBetween(id, filter));
  }

  /** The line of the record before the line `id`, if it is held. */
  #previousOf(head: number, id: number): number | undefined {
    const {index} = this.#options;
    if (id > this.#floor && index.headOf(id - 1) === head) return id - 1;
    return index.linesOf(head).findLast((line) => line < id);
  }
}
