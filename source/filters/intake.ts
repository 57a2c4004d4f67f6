import type {LogBuffer} from '../buffer/log-buffer.ts';
import {stepCost} from '../buffer/step-cost.ts';
import type {FilterEntry} from './filter.ts';
import {RecordShapes} from './head-facts.ts';
import {IdSet} from './id-set.ts';
import {Journal} from './journal.ts';
import {RecordMap} from './record-map.ts';
import type {RecordSource} from './record-source.ts';
import {ShownRecords} from './shown-records.ts';
import {isBetween, Verdicts} from './verdicts.ts';

/** Entries count as at least so many bytes of a step, so that one over empty lines takes no longer. */
const leastEntryBytes = 128;

export type IntakeOptions = {
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
export class Intake {
  readonly map: RecordMap;
  readonly verdicts: readonly Verdicts[];
  readonly #options: IntakeOptions;
  readonly #journal = new Journal();
  readonly #shapes: RecordShapes;
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
    this.#shapes = new RecordShapes(buffer);
    const log = {buffer, index, shapes: this.#shapes};
    this.verdicts = options.filters.map((entry) => {
      const known = earlier?.settled(entry, buffer, this.#journal);
      return new Verdicts(entry, log, known ?? {refused: new IdSet(firstId, this.#journal), upTo: firstId});
    });
    this.map = new RecordMap(index, firstId, this.#journal);
    this.#shown = new ShownRecords(
      {map: this.map, shapes: this.#shapes},
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
    this.#shapes.forget();
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
