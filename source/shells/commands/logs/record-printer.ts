import type {LogBuffer} from '../../../engine/buffer/log-buffer.ts';
import {type Over, RecordSelector, type Selected, type Selecting} from '../../../kit/shell/record-selector.ts';
import type {RecordShape} from '../../../kit/shell/record-shapes.ts';

const tooSlowWords = 'a pattern takes too long for these lines · write it without a repeat inside a repeat';

/** Bytes of held records: a run of a recording may be of any length. */
const mostOfRun = 512 * 1024 * 1024;

export type RecordPrinterOptions = {
  readonly selecting: Selecting;
  readonly shape: RecordShape;
  /** Number of the last records before `caughtUp` that are printed; undefined: all. */
  readonly tail: number | undefined;
  /** Number of records before and after each selected one that are printed, too. */
  readonly around?: number;
  /** The number of the only run that is printed; below 0 it counts from the last one, which is -1. */
  readonly run?: number | undefined;
};

/** Returns whether records wait for the end of the catch-up, which says which of them are the last. */
export function waitsForEnd({tail, run = 1}: Pick<RecordPrinterOptions, 'tail' | 'run'>): boolean {
  return tail !== undefined || run < 0;
}

/** Prints the records of one log: those that are selected, the last ones of the catch-up, in their shape. */
export class RecordPrinter {
  readonly selector: RecordSelector;
  readonly #shape: RecordShape;
  readonly #tail: number | undefined;
  readonly #run: number | undefined;
  readonly #near: NearRecords | undefined;
  /** Records that wait for the end of the catch-up; undefined: none has to. */
  #held: Selected[] | undefined;
  #heldBytes = 0;
  #trimAt = mostHeld;
  #over: Over | undefined;
  #hasEnded = false;
  #hasPrinted = false;

  constructor(buffer: LogBuffer, options: RecordPrinterOptions) {
    const {selecting, shape, tail, around = 0, run} = options;
    const form = {joinsLines: shape.joinsLines === true, hasNear: around > 0, hasRuns: run !== undefined};
    this.selector = new RecordSelector(buffer, selecting, form);
    this.#near = around > 0 ? new NearRecords(around) : undefined;
    this.#shape = shape;
    this.#tail = tail;
    this.#run = run;
    this.#held = waitsForEnd(options) ? [] : undefined;
  }

  /** The record that ends everything was printed: nothing follows. */
  get over(): Over | undefined {
    return this.#over;
  }

  /** The run that is asked for is not in the log; undefined: it is, or none is. */
  get missingRun(): {readonly run: number; readonly runs: number} | undefined {
    const {runCount: runs} = this.selector;
    const run = this.#run;
    return run === undefined || (run > 0 ? run : -run) <= runs ? undefined : {run, runs};
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Why nothing more can be printed, in one line; undefined: it can. */
  get problem(): string | undefined {
    if (this.selector.tooSlow) return tooSlowWords;
    if (this.#heldBytes <= mostOfRun) return undefined;
    const way = `name it by its number, such as --run ${this.selector.runCount}`;
    return `a run is too long to wait for the end of the log · ${way}`;
  }

  /** Prints records that begin in [`from`, `stop`), lines below `end`, about `maxBytes`. `lines`: printed or not. */
  read(range: {readonly from: number; readonly stop: number; readonly end: number; readonly maxBytes: number}): {
    readonly next: number;
    readonly lines: number;
    readonly bytes: Uint8Array;
  } {
    const stop = Math.min(range.stop, range.end);
    const parts: Uint8Array[] = [];
    let next = range.from;
    let lines = 0;
    for (let size = 0; next < stop && size < range.maxBytes && !this.#over; ) {
      const selected = this.selector.read(next, range.end);
      if (this.selector.isPastEnd) break;
      next = selected.next;
      lines += selected.lines;
      if (!selected.record) continue;
      for (const record of this.#near?.take(selected.record) ?? [selected.record]) {
        const bytes = this.#print(record);
        size += bytes.length;
        parts.push(bytes);
      }
    }
    return {next, lines, bytes: Buffer.concat(parts)};
  }

  /**
   * The catch-up is over: prints its last records. `mayBeLive`: also those that are at most this many milliseconds older
   * than the last one, since they may have come live; none of these is left out.
   */
  caughtUp(mayBeLive = 0): Uint8Array {
    const held = (this.#held ?? []).filter((record) => this.#isOfRun(record));
    this.#held = undefined;
    const first = firstPieces(held);
    const from = this.#tailStart(held);
    const lastTime = held.findLast(({time}) => time !== undefined)?.time?.at;
    // Without any time it is unknown what was there before.
    const liveFrom = lastTime === undefined ? undefined : lastTime - mayBeLive;
    const isLive = ({time}: Selected) =>
      mayBeLive > 0 && (liveFrom === undefined || (time !== undefined && time.at >= liveFrom));
    const isPrinted = (record: Selected, at: number) =>
      (record.lines.length === 0 ? at : (first.get(record.head) ?? at)) >= from || isLive(record);
    return Buffer.concat(held.filter(isPrinted).map((record) => this.#print(record)));
  }

  /** Nothing more comes: prints what is left. */
  end(): Uint8Array {
    if (this.#hasEnded) return Buffer.of();
    this.#hasEnded = true;
    return this.caughtUp();
  }

  /** Returns whether it is of the run, as far as is known: a later run may begin. */
  #mayBeOfRun({run}: Selected): boolean {
    if (this.#run === undefined) return true;
    return this.#run > 0 ? run === this.#run : run >= this.selector.runCount + 1 + this.#run;
  }

  /** At the end of the catch-up, when the last run is known. */
  #isOfRun(record: Selected): boolean {
    const isLater = record.run > this.selector.runCount + 1 + (this.#run ?? 0);
    return this.#mayBeOfRun(record) && (this.#run === undefined || this.#run >= -1 || !isLater);
  }

  #print(record: Selected): Uint8Array {
    if (this.#over || !this.#mayBeOfRun(record)) return Buffer.of();
    if (!this.#held) {
      this.#over = record.over;
      if (record.lines.length === 0) return Buffer.of();
      const isFirst = !this.#hasPrinted;
      this.#hasPrinted = true;
      return this.#shape.print(isFirst ? {...record, startsGroup: false} : record);
    }
    // Copied: the buffer frees what was read.
    this.#held.push({...record, lines: record.lines.map((line) => Buffer.from(line))});
    this.#heldBytes += record.lines.reduce((sum, line) => sum + line.length, recordCost);
    if (this.#heldBytes >= this.#trimAt) this.#trim(this.#held);
    return Buffer.of();
  }

  /** Only a recording is that long: all of it but the tail is past. Not one by one: each `splice` moves the array. */
  #trim(held: Selected[]): void {
    const ofRun = held.findIndex((record) => this.#mayBeOfRun(record));
    const passed = Math.max(this.#tailStart(held), ofRun === -1 ? held.length : ofRun);
    for (const {lines} of held.splice(0, passed)) {
      this.#heldBytes -= lines.reduce((sum, line) => sum + line.length, recordCost);
    }
    this.#trimAt = mostHeld + 2 * this.#heldBytes;
  }

  /** Returns where the last records begin that are to be printed. */
  #tailStart(held: readonly Selected[]): number {
    if (this.#tail === undefined) return 0;
    const starts = [...firstPieces(held).values()];
    const start = starts.length >= this.#tail ? (starts[starts.length - this.#tail] ?? held.length) : 0;
    return this.#near ? startWithNear(held, start) : start;
  }
}

/** Bytes of held records, many times a catch-up. */
const mostHeld = 16 * 1024 * 1024;
/** Bytes that a record takes besides its lines. */
const recordCost = 200;

/** Returns where the group begins in which the record at `start` is. */
function startWithNear(held: readonly Selected[], start: number): number {
  let from = start;
  while (from > 0 && held[from]?.startsGroup !== true && held[from - 1]?.isNear === true) from -= 1;
  return from;
}

/** Returns where each record begins. One that only ends everything has no lines, and uses no place of the tail. */
function firstPieces(held: readonly Selected[]): ReadonlyMap<number, number> {
  const starts = new Map<number, number>();
  for (const [at, {head, lines, isNear}] of held.entries()) {
    if (lines.length > 0 && isNear !== true && !starts.has(head)) starts.set(head, at);
  }
  return starts;
}

/** Finds the records before and after each selected one (`--around`), as grep finds lines: each once, in groups. */
export class NearRecords {
  readonly #around: number;
  /** Records that were not selected, and may be before one that is, in their order. */
  #before: Selected[] = [];
  /** Number of records that are not selected and still printed. */
  #after = 0;
  /** First line of the last record that is printed because it is near. */
  #lastNear: number | undefined;
  /** Something between two printed records is left out. */
  #isGap = false;

  constructor(around: number) {
    this.#around = around;
  }

  /** Takes each record, selected or not. Returns what is printed now, and what ends everything, printed or not. */
  take(record: Selected): readonly Selected[] {
    const taken = this.#take(record);
    return record.over === undefined || taken.includes(record) ? taken : [...taken, {...record, lines: []}];
  }

  #take(record: Selected): readonly Selected[] {
    if (record.isNear !== true) {
      const all = [...this.#before, record];
      this.#before = [];
      this.#after = this.#around;
      return this.#printed(all);
    }
    if (!record.startsHere) return this.#takeMore(record);
    if (this.#after > 0) {
      this.#after -= 1;
      this.#lastNear = record.head;
      return this.#printed([record]);
    }
    this.#wait(record);
    this.#forget();
    return [];
  }

  /** More lines of a record that came before: they go where it went. */
  #takeMore(record: Selected): readonly Selected[] {
    if (record.head === this.#lastNear) return this.#printed([record]);
    if (this.#before.some(({head}) => head === record.head)) this.#wait(record);
    else this.#isGap = true;
    return [];
  }

  /** Copied: the buffer uses its memory again. */
  #wait(record: Selected): void {
    this.#before.push({...record, lines: record.lines.map((line) => Buffer.from(line))});
  }

  /** Forgets the waiting ones that are too far away: all but the last. */
  #forget(): void {
    const starts = this.#before.filter(({startsHere}) => startsHere);
    const first = starts.at(-this.#around);
    if (!first || starts.length <= this.#around) return;
    this.#before = this.#before.filter(({head}) => head >= first.head);
    this.#isGap = true;
  }

  #printed(records: readonly Selected[]): readonly Selected[] {
    const [first, ...others] = records;
    const startsGroup = this.#isGap;
    this.#isGap = false;
    return first && startsGroup ? [{...first, startsGroup}, ...others] : records;
  }
}
