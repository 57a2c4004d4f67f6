import type {LogBuffer} from '../../buffer/log-buffer.ts';
import type {Marker} from '../../buffer/markers.ts';
import {counted} from '../../lib/format.ts';
import type {LineOutput} from '../../system/line-output.ts';
import {stripSgr} from '../../terminal/sgr.ts';
import {markerText, markerTone} from '../../words/markers.ts';
import type {Ending} from './catch-up.ts';
import type {RecordPrinter} from './record-printer.ts';

/** Bytes handed over at once: a pipe's own size, so that a slow reader is noticed soon. */
const batchBytes = 64 * 1024;
const newline = Buffer.from('\n');

/** A marker and where it stands in the log. */
export type PlacedMarker = {readonly id: number; readonly marker: Marker};

/** Words that are due once every line below `id` was printed. */
type Note = {readonly id: number; readonly text: string; readonly kind?: 'failure'};

/**
 * Prints one pipeline's log from its buffer: the log's bytes to the output, line by line, markers in words to `note`.
 * The buffer is the queue. Lines that were printed are freed; when a slow reader lets it overflow, that is said.
 */
export class LogPrinter {
  readonly #buffer: LogBuffer;
  readonly #maxBytes: number;
  readonly #prefix: Buffer | undefined;
  readonly #stripColor: boolean;
  readonly #way: RecordPrinter | undefined;
  readonly #note: (text: string, kind?: 'failure') => void;
  /** Everything below was printed or given up. */
  #nextId = 0;
  /** Lines printed or given up. */
  #lines = 0;
  /** Markers below were looked at: they are said even if a slow reader costs the lines around them. */
  #lookedId = 0;
  #lastMarker: PlacedMarker | undefined;
  readonly #notes: Note[] = [];
  /** Nothing from here on is printed. */
  #endId: number | undefined;
  /** Everything below is of the catch-up; known when that is over. */
  #caughtUpTo: number | undefined;

  constructor(options: {
    readonly buffer: LogBuffer;
    /** The buffer's own bound. */
    readonly maxBytes: number;
    /** Stands in front of each line. */
    readonly prefix: string | undefined;
    readonly stripColor: boolean;
    /** Where records, not lines, are printed: which, and how. Then the two above mean nothing. */
    readonly way?: RecordPrinter | undefined;
    readonly note: (text: string, kind?: 'failure') => void;
  }) {
    this.#buffer = options.buffer;
    this.#maxBytes = options.maxBytes;
    this.#prefix = options.prefix === undefined ? undefined : Buffer.from(options.prefix);
    this.#stripColor = options.stripColor;
    this.#way = options.way;
    this.#note = options.note;
  }

  /** Everything up to the end was printed and said. */
  get done(): boolean {
    const isPrinted = this.#endId !== undefined && this.#nextId >= this.#endId && this.#notes.length === 0;
    return isPrinted && this.#way?.hasEnded !== false;
  }

  /** The record that ends it all was printed. */
  get isOver(): boolean {
    return this.#way?.isOver === true;
  }

  /** Lines wait because their record may go on: `letGo` prints them. */
  get hasPending(): boolean {
    return this.#way?.hasPending === true;
  }

  /** A pattern takes too long. */
  get tooSlow(): boolean {
    return this.#way?.tooSlow === true;
  }

  flush(): void {
    this.#way?.flush();
  }

  /** The catch-up is over. */
  caughtUp(): void {
    this.#way?.flush();
    this.#caughtUpTo = this.#printableEnd;
  }

  /** Nothing more is printed, from here on. */
  abandon(say: string): void {
    this.end({failed: true, from: this.#nextId, say});
  }

  /** Takes in what is new in the buffer, unless the end is known. Answers the markers among it. */
  check(): readonly PlacedMarker[] {
    if (this.#endId !== undefined) return [];
    this.#way?.check();
    const changed = this.#changedMarker();
    const found = changed ? [changed] : [];
    for (; this.#lookedId < this.#buffer.endId; this.#lookedId++) {
      const marker = this.#buffer.markerAt(this.#lookedId);
      if (marker) found.push({id: this.#lookedId, marker});
    }
    this.#lastMarker = this.#buffer.lastMarker();
    for (const {id, marker} of found) {
      this.#notes.push({id, text: textOf(marker)});
      if (markerTone(marker) !== 'quiet') this.#way?.addGap(textOf(marker));
    }
    return found;
  }

  /**
   * Nothing more comes, or nothing from the id `from` on is wanted: what the last look found before that is still
   * printed. A line that has not ended is printed as far as it was received, or left out when the log goes on without
   * us (`midway`).
   */
  end({from, midway = false, say, failed}: Ending & {readonly from?: number | undefined}): void {
    if (this.isOver) return;
    this.#way?.closeGate();
    const {endId, hasOpenLine} = this.#buffer;
    const id = from ?? (midway ? this.#printableEnd : endId);
    this.#endId = id;
    while ((this.#notes.at(-1)?.id ?? 0) > id) this.#notes.pop();
    if (hasOpenLine && id === endId) {
      this.#notes.push({id, text: 'the last line printed is incomplete: its rest had not come'});
    }
    if (say !== undefined) this.#notes.push({id, text: say, ...(failed && {kind: 'failure'})});
  }

  /** Prints some lines, or says one note; the output has room. False: there is nothing to print. */
  printSome(output: LineOutput): boolean {
    this.#giveUpDropped();
    const [note] = this.#notes;
    if (note && note.id <= this.#nextId) {
      this.#notes.shift();
      this.#note(note.text, note.kind);
      return true;
    }
    if (this.#way && this.#nextId >= (this.#caughtUpTo ?? Number.POSITIVE_INFINITY)) {
      this.#caughtUpTo = undefined;
      return write(output, this.#way.caughtUp());
    }
    const known = this.#endId === undefined ? this.#way?.completeTo : undefined;
    const end = Math.min(this.#printableEnd, note?.id ?? Number.POSITIVE_INFINITY, known ?? Number.POSITIVE_INFINITY);
    if (this.#nextId >= end) return this.#printEnd(output);
    const bytes = this.#way ? this.#takeRecords(this.#way, end) : this.#takeLines(end);
    this.#buffer.dropBefore(this.#nextId);
    return write(output, bytes);
  }

  /** A record has ended it all, here or in another log: prints what was to come at the end only. */
  cutShort(output: LineOutput): void {
    if (this.#way) write(output, this.#way.cutShort());
  }

  /** What stands behind all records, once. */
  #printEnd(output: LineOutput): boolean {
    if (!this.#way || this.#way.hasEnded || this.#nextId < (this.#endId ?? Number.POSITIVE_INFINITY)) return false;
    return write(output, this.#way.end());
  }

  /** A line that has not ended may go on: it is not printed before it is certain that it does not. */
  get #printableEnd(): number {
    const {hasOpenLine, endId} = this.#buffer;
    // Not beyond what was looked at: a marker there is not among the notes yet, and would be freed with its lines.
    return this.#endId ?? Math.min(this.#lookedId, hasOpenLine ? endId - 1 : endId);
  }

  #takeRecords(way: RecordPrinter, end: number): Uint8Array {
    const {next, bytes} = way.read(this.#nextId, end, batchBytes);
    for (let id = this.#nextId; id < next; id++) if (this.#buffer.lineAt(id)) this.#lines += 1;
    this.#nextId = next;
    if (way.isOver) {
      this.#endId = next;
      this.#notes.length = 0;
    }
    return bytes;
  }

  #takeLines(end: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let size = 0;
    for (; this.#nextId < end && size < batchBytes; this.#nextId++) {
      const line = this.#buffer.lineAt(this.#nextId);
      // A marker; its words are in the notes.
      if (!line) continue;
      this.#lines += 1;
      if (this.#prefix) parts.push(this.#prefix);
      parts.push(this.#stripColor ? stripSgr(line) : line, newline);
      size += line.length + 1;
    }
    return Buffer.concat(parts);
  }

  /**
   * The buffer overflowed and dropped lines that were not printed. What waits is given up down to a half with them: one
   * long gap, said once, is worth more than a thousand small ones.
   */
  #giveUpDropped(): void {
    const buffer = this.#buffer;
    if (buffer.firstId <= this.#nextId) return;
    let id = buffer.firstId;
    let kept = buffer.byteLength;
    for (let oldest = buffer.segmentAt(id); oldest && kept > this.#maxBytes / 2; oldest = buffer.segmentAt(id)) {
      kept -= oldest.bytes.length;
      id = oldest.endId;
    }
    buffer.dropBefore(id);
    const missed = buffer.droppedLines - this.#lines;
    this.#lines += missed;
    this.#nextId = buffer.firstId;
    this.#note(`the reader is too slow: ${counted(missed, 'line', 'lines')} dropped · --spill SIZE lets more wait`);
  }

  /**
   * The pane keeps a run of reconnects in one marker, and corrects a marker when it learns more. What was said cannot
   * be taken back, so the change is news, before all that came since the last look.
   */
  #changedMarker(): PlacedMarker | undefined {
    const before = this.#lastMarker;
    const last = this.#buffer.lastMarker();
    if (!before || !last || last.id >= this.#lookedId || last.marker === before.marker) return undefined;
    return {id: this.#lookedId, marker: whatIsNew(before.marker, last.marker)};
  }
}

function write(output: LineOutput, bytes: Uint8Array): true {
  if (bytes.length > 0) output.write(bytes);
  return true;
}

function whatIsNew(before: Marker, now: Marker): Marker {
  if (before.kind !== 'reconnected' || now.kind !== 'reconnected') return now;
  return {...now, times: now.times - before.times, downMs: now.downMs - before.downMs, since: now.at};
}

function textOf(marker: Marker): string {
  // There is no line above on stderr.
  return marker.kind === 'line-cut' ? 'the last line printed was cut: its rest is lost' : markerText(marker);
}
