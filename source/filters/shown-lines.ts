import type {Entries} from '../buffer/entries.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {FilterEntry} from './filter.ts';
import type {Fold} from './folds.ts';
import {Intake} from './intake.ts';
import type {RecordSource} from './record-source.ts';

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
  takeChangedFrom(): number {
    const changedFrom = this.#intake.shown.lines.takeChangedFrom();
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
