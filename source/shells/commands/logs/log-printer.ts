import type {LogBuffer} from '../../../engine/buffer/log-buffer.ts';
import {isDamage, type Marker} from '../../../engine/buffer/markers.ts';
import {newline, newlinesIn} from '../../../engine/buffer/segment.ts';
import type {Ending} from '../../../kit/shell/catch-up.ts';
import type {Over, RecordSelector} from '../../../kit/shell/record-selector.ts';
import type {ConvertLines} from '../../../kit/shell/record-shapes.ts';
import type {FaultKind, LineOutput} from '../../../kit/system/line-output.ts';
import {markerText} from '../../../kit/words/marker-words.ts';
import type {Clock} from '../../../lib/clock.ts';
import {counted} from '../../../lib/format.ts';
import {RecordPrinter, type RecordPrinterOptions} from './record-printer.ts';
import type {CaughtUp} from './tail-wait.ts';

/** Capacity of a pipe (Linux). */
const pipeBytes = 64 * 1024;

type PlacedMarker = {readonly id: number; readonly marker: Marker};

type LogPrinterOptions = {
  readonly buffer: LogBuffer;
  /** The buffer's bound. */
  readonly maxBytes: number;
  readonly prefix: () => string | undefined;
  /** Returns what is printed of whole lines; default: as sent. */
  readonly convert?: ConvertLines | undefined;
  /** Prints records, not lines; `prefix` and `convert` have no effect then. */
  readonly records?: RecordPrinterOptions | undefined;
  /** Writes one line about the log; `kind`: it is the reason for an exit code. */
  readonly note: (text: string, kind?: FaultKind) => void;
  /** Bytes in one write; default: a pipe's capacity, so that a slow reader is noticed soon. */
  readonly batchBytes?: number;
  /** Nothing is printed now, whatever has come. */
  readonly isHeld?: () => boolean;
  /** Nothing that comes is printed any more: by a record (`--exit-on`, `--fail-on`, `--until`), or a problem. */
  readonly onOver?: () => void;
};

/** Printed after every line below `id`. */
type Note = {readonly id: number; readonly text: string; readonly kind?: FaultKind};

/**
 * Prints one log from the buffer of a stream or a recording: lines or records to the output, marker words to `note`.
 * The buffer is the queue: printed lines are freed; after an overflow by a slow reader a note counts the dropped lines.
 */
export class LogPrinter {
  readonly #options: LogPrinterOptions;
  readonly #batchBytes: number;
  readonly #records: RecordPrinter | undefined;
  /** Everything below was printed or dropped. */
  #nextId = 0;
  #lines = 0;
  /** Markers below are in `#notes`: they are printed even if the lines around them are dropped. */
  #checkedId = 0;
  #lastMarker: PlacedMarker | undefined;
  readonly #notes: Note[] = [];
  /** Nothing from here on is printed. */
  #endId: number | undefined;
  #isOver = false;
  /** End of the catch-up (`to`: an id); undefined until it is over, and once it was printed. */
  #caughtUp: {readonly to: number; readonly mayBeLive: number} | undefined;
  /** The bytes after which `flushLater` waits. */
  #restingAt: number | undefined;
  #cancelFlush = () => {};

  constructor(options: LogPrinterOptions) {
    this.#options = options;
    this.#batchBytes = options.batchBytes ?? pipeBytes;
    this.#records = options.records && new RecordPrinter(options.buffer, options.records);
  }

  /** All lines and notes up to the end were printed. */
  get done(): boolean {
    const isPrinted = this.#endId !== undefined && this.#nextId >= this.#endId && this.#notes.length === 0;
    return isPrinted && (this.#records?.hasEnded !== false || this.problem !== undefined);
  }

  /** Nothing that comes is printed any more: by a record, or a problem. */
  get hasEnded(): boolean {
    return this.#isOver;
  }

  /** The record that ends everything (`--exit-on`, `--fail-on`) was printed. */
  get over(): Over | undefined {
    return this.#records?.over;
  }

  /** See `RecordSelector.allBefore`. */
  get allBefore(): RecordSelector['allBefore'] {
    return this.#records?.selector.allBefore;
  }

  /** Why nothing more can be printed, in one line; undefined: it can. */
  get problem(): string | undefined {
    return this.#records?.problem;
  }

  /** Prints what has come as it is: lines do not wait for more of their record. */
  flush(): void {
    this.#records?.selector.flush();
  }

  /** Flushes once no byte has come for `rest` milliseconds. */
  flushLater(clock: Clock, rest: number, onFlush: () => void): void {
    const {totalBytes} = this.#options.buffer;
    if (totalBytes === this.#restingAt || this.#records?.selector.hasPending !== true || this.#endId !== undefined)
      return;
    this.#cancelFlush();
    this.#restingAt = totalBytes;
    this.#cancelFlush = clock.after(rest, () => {
      this.#restingAt = undefined;
      if (this.#options.buffer.totalBytes === totalBytes) this.flush();
      onFlush();
    });
  }

  /** The catch-up is over: prints what waited for that. */
  caughtUp({isQuiet, mayBeLive}: CaughtUp): void {
    if (!this.#records || this.problem !== undefined) return;
    if (isQuiet) this.#records.selector.flush();
    this.#caughtUp = {to: Math.min(this.#printableEnd, this.#records.selector.completeTo), mayBeLive};
  }

  /** Reads what is new in the buffer, unless the end is set. Returns new and changed markers. */
  check(): readonly PlacedMarker[] {
    if (this.#endId !== undefined) return [];
    this.#records?.selector.check();
    const {buffer} = this.#options;
    const changed = this.#changedMarker();
    const found = changed ? [changed] : [];
    const last = buffer.lastMarker();
    for (let id = this.#checkedId; id < buffer.endId && id <= (last?.id ?? -1); id++) {
      const marker = buffer.markerAt(id);
      if (marker) found.push({id, marker});
    }
    this.#checkedId = buffer.endId;
    this.#lastMarker = last;
    for (const {id, marker} of found)
      this.#notes.push({id, text: noteOf(marker), ...(isDamage(marker) && {kind: 'failure'})});
    this.#endIfOver();
    return found;
  }

  /**
   * Prints what the last `check` found below the id `from`, and ends. An open line is printed as far as it came, but
   * left out when the log continues without us (`continues`).
   */
  end({from, continues = false, say, failed}: Ending & {readonly from?: number | undefined}): void {
    if (this.over || this.#endId !== undefined) return;
    this.#cancelFlush();
    this.#records?.selector.closeLog();
    const {endId, hasOpenLine} = this.#options.buffer;
    const id = from ?? (continues ? this.#printableEnd : endId);
    this.#endId = id;
    while ((this.#notes.at(-1)?.id ?? 0) > id) this.#notes.pop();
    if (hasOpenLine && id === endId) {
      this.#notes.push({id, text: 'the last line printed is incomplete: the rest had not arrived'});
    }
    if (say !== undefined) this.#notes.push({id, text: say, ...(failed && {kind: 'failure'})});
  }

  /** Prints some lines or one note; `output` must have room. False: there is nothing to print. */
  printSome(output: LineOutput): boolean {
    if (this.#options.isHeld?.()) return false;
    const hasPrinted = this.#printNext(output);
    this.#endIfOver();
    return hasPrinted;
  }

  #endIfOver(): void {
    const {problem} = this;
    const isOver = problem !== undefined || this.over !== undefined || this.#records?.selector.isPastEnd === true;
    if (this.#isOver || !isOver) return;
    this.#isOver = true;
    this.#cancelFlush();
    if (this.over === 'failed') this.#options.note('a record has matched --fail-on', 'failure');
    else if (problem !== undefined) {
      this.#endId = undefined;
      this.end({failed: true, from: this.#nextId, say: problem});
    }
    this.#options.onOver?.();
  }

  #printNext(output: LineOutput): boolean {
    this.#skipDropped();
    const [note] = this.#notes;
    if (note && note.id <= this.#nextId) {
      this.#notes.shift();
      this.#options.note(note.text, note.kind);
      return true;
    }
    if (this.#records && this.#caughtUp && this.#nextId >= this.#caughtUp.to) {
      const {mayBeLive} = this.#caughtUp;
      this.#caughtUp = undefined;
      return write(output, this.#records.caughtUp(mayBeLive));
    }
    const bytes = this.#records
      ? this.#readRecords(this.#records, note?.id)
      : this.#readLines(Math.min(this.#printableEnd, note?.id ?? Number.POSITIVE_INFINITY));
    if (!bytes) return this.#printEnd(output);
    this.#options.buffer.dropBefore(this.#nextId);
    return write(output, bytes);
  }

  /** Prints the records that were held to the end, once. */
  #printEnd(output: LineOutput): boolean {
    const records = this.#records;
    const isWhole = this.#nextId >= (this.#endId ?? Number.POSITIVE_INFINITY);
    if (!records || records.hasEnded || this.problem !== undefined || !isWhole) return false;
    const {missingRun} = records;
    if (missingRun) this.#options.note(missingRunWords(missingRun), 'failure');
    return write(output, records.end());
  }

  /** An open line may continue: it is printed only once the end is set. */
  get #printableEnd(): number {
    // Not beyond the last check: a marker there is not in `#notes` yet, and would be freed with its lines.
    return this.#endId ?? Math.min(this.#checkedId, this.#options.buffer.endedTo);
  }

  /** Whole records that begin before the next note: a quiet marker within a record is reported after it. */
  #readRecords(records: RecordPrinter, noteId = Number.POSITIVE_INFINITY): Uint8Array | undefined {
    const complete = this.#endId === undefined ? records.selector.completeTo : Number.POSITIVE_INFINITY;
    const end = Math.min(this.#printableEnd, complete);
    if (this.#nextId >= Math.min(end, noteId)) return undefined;
    const {next, lines, bytes} = records.read({from: this.#nextId, stop: noteId, end, maxBytes: this.#batchBytes});
    this.#nextId = next;
    this.#lines += lines;
    if (records.over) {
      this.#endId = next;
      this.#notes.length = 0;
    }
    if (records.selector.isPastEnd) {
      this.#endId = next;
      while ((this.#notes.at(-1)?.id ?? 0) > next) this.#notes.pop();
    }
    return bytes;
  }

  /** A copy of lines of one segment: the buffer may reuse its memory. */
  #readLines(end: number): Uint8Array | undefined {
    const {buffer, convert} = this.#options;
    const segment = this.#nextId < end ? buffer.segmentAt(this.#nextId) : undefined;
    if (!segment) return undefined;
    const {firstId, endId, starts, open} = segment;
    const offsetOf = (id: number) => starts[id - firstId] ?? segment.bytes.length;
    const from = offsetOf(this.#nextId);
    const ends: number[] = [];
    let id = this.#nextId;
    for (let size = 0; id < Math.min(end, endId) && size < this.#batchBytes; id++) {
      const lineEnd = offsetOf(id + 1) - from;
      // A marker has no bytes; its words are in the notes.
      if (lineEnd > size) ends.push(lineEnd);
      size = lineEnd;
    }
    this.#nextId = id;
    this.#lines += ends.length;
    const bytes = segment.bytes.subarray(from, offsetOf(id));
    const isLastOpen = open && id === endId;
    if (isLastOpen) ends.push((ends.pop() ?? 0) + 1);
    const lines = isLastOpen ? Buffer.concat([bytes, Buffer.of(newline)]) : bytes;
    const converted = convert ? convert(lines) : lines;
    const text = this.#options.prefix();
    const prefix = text === undefined ? undefined : Buffer.from(text);
    if (converted === lines) return prefixed(lines, prefix, ends);
    return prefixed(converted, prefix, prefix ? newlinesIn(converted).map((at) => at + 1) : []);
  }

  /** After an overflow half of what waits is dropped, too: one long gap is better than many small ones. */
  #skipDropped(): void {
    const {buffer, maxBytes, note} = this.#options;
    if (buffer.firstId <= this.#nextId) return;
    let id = buffer.firstId;
    let kept = buffer.byteLength;
    for (let oldest = buffer.segmentAt(id); oldest && kept > maxBytes / 2; oldest = buffer.segmentAt(id)) {
      kept -= oldest.bytes.length;
      id = oldest.endId;
    }
    buffer.dropBefore(id);
    const missed = buffer.droppedLines - this.#lines;
    this.#lines += missed;
    this.#nextId = buffer.firstId;
    note(`the reader is too slow: ${counted(missed, 'line', 'lines')} dropped`);
  }

  /**
   * The writer of a log extends a marker of reconnects, and corrects a marker when it learns more. As a printed note
   * stays, the change is another note, before all that came since the last check.
   */
  #changedMarker(): PlacedMarker | undefined {
    const before = this.#lastMarker;
    const last = this.#options.buffer.lastMarker();
    if (!before || !last || last.id >= this.#checkedId || last.marker === before.marker) return undefined;
    return {id: this.#checkedId, marker: whatIsNew(before.marker, last.marker)};
  }
}

function missingRunWords({run, runs}: {readonly run: number; readonly runs: number}): string {
  const has = runs === 0 ? 'no run' : `only ${counted(runs, 'run', 'runs')}`;
  return `there is no run ${run}: the log has ${has}`;
}

/** A marker in words for stderr, where no line is above. */
export function noteOf(marker: Marker): string {
  return marker.kind === 'line-cut' ? 'the last line printed was cut: its rest is lost' : markerText(marker);
}

/** A copy of the lines, each after the prefix. `ends`: the offset after each line. */
function prefixed(lines: Uint8Array, prefix: Buffer | undefined, ends: ArrayLike<number> & Iterable<number>): Buffer {
  if (!prefix) return Buffer.from(lines);
  const all = Buffer.allocUnsafe(lines.length + ends.length * prefix.length);
  let from = 0;
  let at = 0;
  for (const end of ends) {
    all.set(prefix, at);
    all.set(lines.subarray(from, end), at + prefix.length);
    at += prefix.length + end - from;
    from = end;
  }
  return all;
}

function write(output: LineOutput, bytes: Uint8Array): true {
  if (bytes.length > 0) output.write(bytes);
  return true;
}

function whatIsNew(before: Marker, now: Marker): Marker {
  if (before.kind !== 'reconnected' || now.kind !== 'reconnected') return now;
  return {...now, times: now.times - before.times, downMs: now.downMs - before.downMs, since: now.at};
}
