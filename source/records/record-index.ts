import {type LogBuffer, stepCost} from '../buffer/log-buffer.ts';
import type {Marker} from '../buffer/markers.ts';
import type {SegmentView} from '../buffer/segment.ts';
import {endsManagerEntry} from '../stitch/server-lines.ts';
import type {Level} from './level.ts';
import {levelIn, openingBrace, timeOfBytes} from './line-head.ts';
import {frameNumberIn, isOldRunnersIn, isRunnersIn, isWholeEntry, kindIn, runnersMessage} from './line-kind.ts';
import {longestReach, OpenRecords} from './open-records.ts';
import {
  acceptsLines,
  codeOf,
  hasTime,
  levelOfCode,
  markerCode,
  panicCode,
  plainCode,
  RecordTable,
} from './record-table.ts';
import {type Run, Runs} from './runs.ts';

/** What an entry counts towards the bytes of a step beside its own: a flood of empty lines takes time too. */
const entryCost = 32;
/** What an entry of the runner counts: such a flood takes 2 µs an entry, other lines 0.1. */
const runnerCost = 2048;

/**
 * Which record each entry of a buffer belongs to, and the runs, worked out in steps and kept true while the buffer grows
 * and drops entries. Two bytes an entry.
 *
 * What is known of a line may change while it is open, and of an empty last line until the next one has ended, which may
 * begin a panic that the empty line belongs to: `settledTo` says up to where nothing will change any more.
 */
export class RecordIndex {
  readonly #buffer: LogBuffer;
  readonly #reader: EntryReader;
  /** Every entry below has ended and was looked at. */
  #next: number;
  #doneVersion: number | undefined;

  constructor(buffer: LogBuffer) {
    this.#buffer = buffer;
    this.#next = buffer.firstId;
    this.#reader = new EntryReader(this.#next);
  }

  /** Entries from this id on have not been looked at. */
  get indexedTo(): number {
    return this.#doneVersion === this.#buffer.version ? this.#buffer.endId : this.#next;
  }

  /** What is known of the entries below this id does not change any more, save that a record may get more lines. */
  get settledTo(): number {
    return this.#reader.endsEmpty ? this.#next - 1 : this.#next;
  }

  /** Looks at about `maxBytes` more bytes. True: everything held was looked at. */
  step(maxBytes: number): boolean {
    const {version, endId, hasOpenLine} = this.#buffer;
    if (this.#doneVersion === version) return true;
    if (this.#reader.table.endId > this.#next) this.#reader.table.removeLast();
    this.#forget();
    const to = hasOpenLine ? endId - 1 : endId;
    let left = maxBytes;
    while (this.#next < to && left > 0) {
      const segment = this.#buffer.segmentAt(this.#next);
      if (!segment) break;
      const from = this.#next;
      left -= stepCost(this.#buffer, from, this.#readSegment(segment, Math.min(to, segment.endId), left));
    }
    if (this.#next < to) return false;
    const openLine = hasOpenLine ? this.#buffer.lineAt(to) : undefined;
    if (openLine) this.#reader.openLine(to, openLine);
    this.#doneVersion = version;
    return true;
  }

  /** Id of the line that the entry's record begins with; the id itself for markers, heads and what was not looked at. */
  headOf(id: number): number {
    return this.#reader.table.headOf(id);
  }

  /** Ids of the lines of the record that begins at `head`, as far as they are held, in order. */
  linesOf(head: number): readonly number[] {
    const {firstId} = this.#buffer;
    const lines = head >= firstId ? [head] : [];
    const code = this.#reader.table.codeAt(head);
    if (code === undefined || !(acceptsLines(code) || code === panicCode)) return lines;
    const end = this.#reader.table.reachOf(head);
    for (let id = head + 1; id <= end; id++) {
      const other = this.#reader.table.codeAt(id);
      if (other === undefined) {
        if (id >= firstId && this.#reader.table.headOf(id) === head) lines.push(id);
      } else if (code === panicCode ? other === panicCode : acceptsLines(other)) break;
    }
    return lines;
  }

  /** Level of the record that the entry belongs to; undefined for markers and plain text. */
  levelAt(id: number): Level | undefined {
    return levelOfCode(this.#reader.table.codeAt(this.#reader.table.headOf(id)) ?? plainCode);
  }

  /**
   * When the record was logged: wall milliseconds, microseconds as fraction. Undefined if it does not say, or its head
   * was dropped. A panic has the time of the last head before it, if that is near.
   */
  timeAt(id: number): number | undefined {
    const head = this.#reader.table.headOf(id);
    if (this.#reader.table.codeAt(head) !== panicCode) return this.#timeOfHead(head);
    const first = Math.max(this.#buffer.firstId, head - longestReach);
    for (let before = head - 1; before >= first; before--) {
      if (hasTime(this.#reader.table.codeAt(before) ?? plainCode)) return this.#timeOfHead(before);
    }
    return undefined;
  }

  /** Head of the next error record after `after`. */
  nextError(after: number): number | undefined {
    this.#forget();
    return this.#reader.table.errorFrom(after + 1);
  }

  /** Head of the last error record before `before`. */
  previousError(before: number): number | undefined {
    this.#forget();
    return this.#reader.table.errorUpTo(before - 1);
  }

  /** Error records whose heads are held. */
  get errorCount(): number {
    this.#forget();
    return this.#reader.table.errors;
  }

  /**
   * The first head that was logged at `time` (wall milliseconds) or later; undefined if all are earlier. Found by
   * halving: where the times are not in order (clocks of several hosts, a clock set back) one such head of several.
   */
  idAtTime(time: number): number | undefined {
    let low = this.#buffer.firstId;
    let high = this.indexedTo;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const head = this.#reader.table.timedFrom(middle, high);
      if (head === undefined || (this.#timeOfHead(head) ?? time) >= time) high = middle;
      else low = head + 1;
    }
    return this.#reader.table.timedFrom(low, this.indexedTo);
  }

  /** The runs that are held at least in part, oldest first. The list changes in place; a run in it does not. */
  get runs(): readonly Run[] {
    this.#forget();
    return this.#reader.runs.list;
  }

  /** The run that an entry is part of; undefined for what was not looked at, and for an open line that begins one. */
  runAt(id: number): Run | undefined {
    return id < this.indexedTo && id >= this.#buffer.firstId ? this.#reader.runs.at(id) : undefined;
  }

  /** Reads entries up to `to`, at most about `maxBytes`. Answers what they cost. */
  #readSegment({bytes, starts, firstId, endId, open}: SegmentView, to: number, maxBytes: number): number {
    let cost = 0;
    while (this.#next < to && cost < maxBytes) {
      const id = this.#next;
      const start = starts[id - firstId] ?? 0;
      const end = id + 1 < endId ? (starts[id + 1 - firstId] ?? 0) : bytes.length;
      cost += end - start + entryCost;
      if (start === end) this.#reader.marker(id, this.#buffer.markerAt(id));
      else if (this.#reader.line(id, bytes, start, end - (open && id + 1 === endId ? 0 : 1))) cost += runnerCost;
      this.#next = id + 1;
    }
    return cost;
  }

  /** Leaves out what the buffer has dropped. */
  #forget(): void {
    const {firstId} = this.#buffer;
    if (firstId > this.#next) {
      this.#next = firstId;
      this.#reader.skipTo(firstId);
    } else this.#reader.forgetBefore(firstId);
  }

  #timeOfHead(head: number): number | undefined {
    const line = hasTime(this.#reader.table.codeAt(head) ?? plainCode) ? this.#buffer.lineAt(head) : undefined;
    return line && timeOfBytes(line);
  }
}

/** Told the entries of a log one by one, in order: adds each to the table of records and to the runs. */
class EntryReader {
  readonly table: RecordTable;
  readonly runs = new Runs();
  readonly #open = new OpenRecords();
  #endsEmpty = false;

  constructor(firstId: number) {
    this.table = new RecordTable(firstId);
  }

  /** The last entry is an empty line, which a panic may take. */
  get endsEmpty(): boolean {
    return this.#endsEmpty;
  }

  /** Entries were dropped before they were told: `firstId` is the next. */
  skipTo(firstId: number): void {
    this.#open.clear();
    this.runs.skip();
    this.#endsEmpty = false;
    this.forgetBefore(firstId);
  }

  /** Entries below `firstId` are held no more. */
  forgetBefore(firstId: number): void {
    this.table.forgetBefore(firstId);
    this.runs.forgetBefore(firstId);
  }

  /** The next entry is a marker. */
  marker(id: number, marker: Marker | undefined): void {
    const ends = marker !== undefined && this.runs.marker(id, marker);
    if (ends || (marker && losesLines(marker))) this.#open.clear();
    this.#open.marker();
    this.table.addHead(markerCode);
    this.#endsEmpty = false;
  }

  /**
   * The next entry is a line, `[start, end)` without its newline, that has ended. True: it is an entry of the runner,
   * whose message was read as text, which takes some twenty times as long as other lines do.
   */
  line(id: number, bytes: Buffer, start: number, end: number): boolean {
    const level = levelIn(bytes, start, end);
    if (level === undefined) {
      this.runs.entry(id, true);
      this.#endsEmpty = this.#readTail(id, bytes, start, end);
      return false;
    }
    this.#endsEmpty = false;
    const isRunners = isRunnersIn(bytes, start, end);
    this.runs.entry(id, !isRunners);
    const isWhole = isRunners && isWholeEntry(bytes.subarray(start, end));
    // What an older runner reports may have more lines; what it tells of a start stands before the process's own lines.
    const mayGoOn = isWhole && level !== 'INFO' && isOldRunnersIn(bytes, start);
    const takes = isRunners ? !isWhole || mayGoOn : bytes[start] !== openingBrace;
    if (takes) this.#open.head(id, isRunners && !isWhole);
    else this.#open.single(id);
    this.table.addHead(codeOf(level, takes));
    if (isWhole) this.#hearRunner(id, bytes.subarray(start, end));
    return isRunners;
  }

  #hearRunner(id: number, line: Buffer): void {
    const message = runnersMessage(line);
    if (message !== undefined && this.runs.message(id, message, timeOfBytes(line))) this.#open.clear();
  }

  /** Reads a line without a head. True: it is empty. */
  #readTail(id: number, bytes: Buffer, start: number, end: number): boolean {
    const kind = kindIn(bytes, start, end);
    if (kind === 'panic') {
      this.#readPanic(id);
      return false;
    }
    const isLast = this.#open.awaitsSuffix && endsManagerEntry(bytes.subarray(start, end));
    const frame = kind === 'frame' ? frameNumberIn(bytes, start, end) : undefined;
    const head = isLast ? this.#open.endOfEntry(id) : this.#open.line(id, kind, frame);
    if (head === id) this.table.addHead(plainCode);
    else this.table.addMember(head);
    return kind === 'empty';
  }

  #readPanic(id: number): void {
    const head = this.#endsEmpty && this.table.firstId < id ? id - 1 : id;
    if (head < id) {
      this.table.removeLast();
      this.table.addHead(panicCode);
      this.table.addMember(head);
    } else this.table.addHead(panicCode);
    this.#open.panic(head);
  }

  /** The next entry is a line that has not ended: adds it for now. What it begins counts once it has ended. */
  openLine(id: number, line: Buffer): void {
    const saved = this.#open.save();
    const level = levelIn(line, 0, line.length);
    if (level !== undefined) this.table.addHead(codeOf(level, line[0] !== openingBrace));
    else {
      const kind = kindIn(line, 0, line.length);
      const frame = kind === 'frame' ? frameNumberIn(line, 0, line.length) : undefined;
      const head = kind === 'panic' ? undefined : this.#open.line(id, kind, frame);
      if (head !== undefined && head !== id) this.table.addMember(head);
      else this.table.addHead(kind === 'panic' ? panicCode : plainCode);
    }
    this.#open.restore(saved);
  }
}

/** After such a marker a line may belong to one that is missing. */
function losesLines({kind}: Marker): boolean {
  return ['lost', 'line-cut', 'discarded', 'possible-repeat', 'not-merged', 'not-recorded'].includes(kind);
}
