import {bisect} from '../../lib/bisect.ts';
import {stepCost} from '../buffer/cold-segments.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import {losesLines, type Marker} from '../buffer/markers.ts';
import type {SegmentView} from '../buffer/segment.ts';
import {endsManagerEntry} from '../stitch/entry-count.ts';
import {openingBrace, space} from './bytes.ts';
import {Configurations, isConfigurationLine, opensConfiguration} from './configuration-lines.ts';
import {failedStartIn} from './failed-start.ts';
import type {Level} from './level.ts';
import {levelIn, timeOfBytes} from './line-head.ts';
import {frameNumberIn, isOfRunner, isRunnerLine, isWholeRecord, kindIn, runnerMessage} from './line-kind.ts';
import type {LongRecords} from './long-records.ts';
import {longestReach, OpenRecords} from './open-records.ts';
import {segmentToRead, streamAt} from './other-lines.ts';
import {PanicReports, panicText} from './panic.ts';
import {
  configurationCode,
  markerCode,
  panicCode,
  plainCode,
  type RecordCounts,
  RecordTable,
  recordCode,
} from './record-table.ts';
import {type LogFacts, Repeats} from './repeats.ts';
import {type Run, Runs} from './runs.ts';

/** Cost of an entry in bytes, added to its own bytes: a flood of empty lines takes time, too. */
const entryCost = 32;
/** Cost of a line of the runner in bytes: its message is read as text, in 2 µs; other lines take 0.1 µs. */
const runnerCost = 2048;
/** Other entries since its head, at most, while a panic or a configuration is probably not complete. */
const mostOthers = 200;

/**
 * The record of each entry of a buffer, and the runs, found in steps while the buffer grows and drops entries. Needs two
 * bytes an entry.
 *
 * The record of an open line may change, and also that of an empty last line, which belongs to a panic in the next line.
 * Entries below `settledTo` are final.
 */
export class RecordIndex {
  readonly #buffer: LogBuffer;
  readonly #table: RecordTable;
  readonly #runs = new Runs();
  readonly #open = new OpenRecords();
  readonly #configurations = new Configurations();
  readonly #reports = new PanicReports();
  readonly #repeats: Repeats;
  /** All entries below are complete and in the table, which may also have the open line. */
  #next: number;
  /** At the last call of `#drop`. */
  readonly #dropped = {firstId: -1, next: -1};
  /** The last complete entry is an empty line. */
  #endsEmpty = false;
  /** The newest marker that was read, as it was then: it may be replaced. */
  #lastMarker: {readonly id: number; readonly marker: Marker} | undefined;
  /** Version of the buffer when all of it was read. */
  #doneVersion: number | undefined;

  constructor(buffer: LogBuffer, facts: LogFacts = {}) {
    this.#buffer = buffer;
    this.#repeats = new Repeats(buffer, facts);
    this.#next = buffer.firstId;
    this.#table = new RecordTable(this.#next);
  }

  /** Entries below this id were dropped. */
  get indexedFrom(): number {
    return this.#table.firstId;
  }

  /** Entries from this id on have not been read. */
  get indexedTo(): number {
    return this.#doneVersion === this.#buffer.version ? this.#buffer.endId : this.#next;
  }

  /** Entries below this id keep their record and level. The record may still get lines. */
  get settledTo(): number {
    return this.#endsEmpty ? this.#next - 1 : this.#next;
  }

  /** Reads about `maxBytes` more bytes. True: all held entries have been read. */
  step(maxBytes: number): boolean {
    const {version, endedTo: to, hasOpenLine} = this.#buffer;
    if (this.#doneVersion === version) return true;
    if (this.#table.endId > this.#next) this.#table.removeLast();
    this.#drop();
    this.#readReplaced();
    let left = maxBytes;
    while (this.#next < to && left > 0) {
      const segment = segmentToRead(this.#buffer, this.#next, left);
      if (!segment) break;
      const from = this.#next;
      this.#open.turnTo(segment.stream);
      const cost = this.#readSegment(segment, Math.min(to, segment.endId), left);
      left -= stepCost(this.#buffer, from, segment.cost ?? cost);
    }
    if (this.#next < to) return false;
    const openLine = hasOpenLine ? this.#buffer.canonicalAt(to) : undefined;
    this.#open.turnTo(streamAt(this.#buffer, to));
    if (openLine) this.#addOpenLine(to, openLine);
    this.#doneVersion = version;
    return true;
  }

  /** Id of the head of the entry's record; the id itself for markers, heads and unread entries. */
  headOf(id: number): number {
    return this.#table.headOf(id);
  }

  /** Returns whether the entry continues a record whose head has a time and a level: not those of a panic. */
  isContinuation(id: number): boolean {
    const head = this.#table.headOf(id);
    return head !== id && this.#table.hasTimeAt(head);
  }

  /** Ids of the held lines of a record, in order. */
  linesOf(head: number): readonly number[] {
    this.#drop();
    const {format} = this.#buffer;
    const isMixed = format?.streamOf !== undefined || format?.partBefore !== undefined;
    return this.#table.linesOf(head, isMixed);
  }

  /** Counts of records, and the heads of errors. */
  get table(): Pick<RecordTable, 'count' | 'errorFrom' | 'errorUpTo' | 'errors'> {
    this.#drop();
    return this.#table;
  }

  /** The panics and configurations. */
  get long(): LongRecords {
    this.#drop();
    return this.#table.long;
  }

  /** The records with the text of the one before. */
  get repeats(): Repeats {
    this.#drop();
    return this.#repeats;
  }

  /** The head of the oldest panic or configuration that is probably not complete; `endId` of the buffer without one. */
  get growingFrom(): number {
    const {firstId, endId} = this.#buffer;
    const heads = [...this.#configurations.heads, this.#reports.panic ?? endId];
    const others = (head: number) => this.#next - head - (this.long.get(head)?.lines ?? 1);
    return Math.min(endId, ...heads.filter((head) => head >= firstId && others(head) <= mostOthers));
  }

  /**
   * Returns the bytes that show the kind of a record: its head or, if that is empty, its first line with text; of a
   * panic also its message (`panicText`).
   */
  firstTextOf(head: number): Uint8Array | undefined {
    if (this.#table.isPanic(head)) return this.#panicTextOf(head);
    const line = this.#buffer.canonicalAt(head);
    if (!line || hasText(line)) return line;
    for (const id of this.linesOf(head)) {
      const other = this.#buffer.canonicalAt(id);
      if (other && hasText(other)) return other;
    }
    return line;
  }

  #panicTextOf(head: number): Uint8Array | undefined {
    const ids = this.long.get(head)?.first ?? [head];
    const [line, next] = ids
      .flatMap((id) => this.#buffer.canonicalAt(id) ?? [])
      .filter((each, at) => at > 0 || hasText(each));
    return line && panicText(line, next);
  }

  /** Returns whether a line may be the message of the panic at `head`, and so changes its `firstTextOf`. */
  isPanicMessage(head: number, id: number): boolean {
    return this.#table.isPanic(head) && this.long.get(head)?.first.includes(id) === true;
  }

  /** Level of the entry's record; undefined for markers and plain text. */
  levelAt(id: number): Level | undefined {
    return this.#table.levelAt(id);
  }

  /**
   * Unix time in ms; undefined if the head has none or was dropped. A panic has the time of its first report, else that
   * of the last head before it.
   */
  timeAt(id: number): number | undefined {
    const own = this.datingLine(id);
    if (own) return timeOfBytes(own);
    const head = this.#table.headOf(id);
    if (!this.#table.isPanic(head)) return undefined;
    const first = Math.max(this.#buffer.firstId, head - longestReach);
    for (let before = head - 1; before >= first; before--) {
      if (this.#table.hasTimeAt(before)) return this.#timeOfHead(before);
    }
    return undefined;
  }

  /** The line of the entry's record with its time: its head, or the first report of a panic. */
  datingLine(id: number): Buffer | undefined {
    const head = this.#table.headOf(id);
    const lines = this.#table.isPanic(head) ? this.linesOf(head) : this.#table.hasTimeAt(head) ? [head] : [];
    for (const each of lines) {
      const line = this.#buffer.canonicalAt(each);
      if (line && timeOfBytes(line) !== undefined) return line;
    }
    return undefined;
  }

  /** Counts the records that begin in `[from, to)`. `wordAt`: see `RecordTable`; default: all of them. */
  countByLevel(from: number, to: number, wordAt?: (id: number) => number): RecordCounts {
    this.#drop();
    const {records, errors, warnings} = this.#table.count({first: from, last: to - 1, to}, wordAt);
    return {records, errors, warnings};
  }

  /** The first head in `[id, to)` with a time, Unix time in ms. */
  timedFrom(id: number, to: number): {readonly id: number; readonly at: number} | undefined {
    const next = (from: number) => this.#table.timedFrom(from, to);
    for (let head = next(id); head !== undefined; head = next(head + 1)) {
      const at = this.#timeOfHead(head);
      if (at !== undefined) return {id: head, at};
    }
    return undefined;
  }

  /** The first head at this Unix time in ms or later. Binary search: where times are not in order, any such head. */
  idAtTime(time: number): number | undefined {
    const end = this.indexedTo;
    const id = bisect(this.#buffer.firstId, end, (from) => {
      const head = this.#table.timedFrom(from, end);
      return head !== undefined && (this.#timeOfHead(head) ?? time) < time;
    });
    return this.#table.timedFrom(id, end);
  }

  /** The runs with held entries, oldest first. The list changes in place; its runs do not. */
  get runs(): readonly Run[] {
    this.#drop();
    return this.#runs.list;
  }

  /** The entry's run; undefined for unread entries, for an open line that begins a run, and where nothing has started. */
  runAt(id: number): Run | undefined {
    return id < this.indexedTo && id >= this.#buffer.firstId ? this.#runs.at(id) : undefined;
  }

  /** Reads entries below `to`, about `maxBytes`. Returns their cost in bytes. */
  #readSegment({bytes, starts, firstId, endId, open}: SegmentView, to: number, maxBytes: number): number {
    let cost = 0;
    while (this.#next < to && cost < maxBytes) {
      const id = this.#next;
      const start = starts[id - firstId] ?? 0;
      const end = id + 1 < endId ? (starts[id + 1 - firstId] ?? 0) : bytes.length;
      cost += end - start + entryCost;
      if (start === end) this.#addMarker(id, this.#buffer.markerAt(id));
      else if (this.#addLine(id, bytes, start, end - (open && id + 1 === endId ? 0 : 1))) cost += runnerCost;
      this.#next = id + 1;
    }
    this.#repeats.release();
    return cost;
  }

  /** Drops what the buffer has dropped. Called for each row that is drawn: it must cost nothing while nothing changes. */
  #drop(): void {
    const {firstId} = this.#buffer;
    if (firstId === this.#dropped.firstId && this.#next === this.#dropped.next) return;
    if (firstId > this.#next) {
      this.#next = firstId;
      this.#open.clear();
      this.#configurations.cut();
      this.#reports.clear();
      this.#runs.reset();
      this.#lastMarker = undefined;
      this.#endsEmpty = false;
    }
    this.#table.dropBefore(firstId);
    this.#repeats.dropBelow(firstId);
    this.#runs.dropBefore(firstId);
    this.#dropped.firstId = firstId;
    this.#dropped.next = this.#next;
  }

  #timeOfHead(head: number): number | undefined {
    const line = this.#table.hasTimeAt(head) ? this.#buffer.canonicalAt(head) : undefined;
    return line && timeOfBytes(line);
  }

  #addMarker(id: number, marker: Marker | undefined): void {
    const ends = marker !== undefined && this.#runs.addMarker(id, marker);
    if (ends || (marker && losesLines(marker))) {
      this.#open.clear();
      this.#configurations.cut();
    }
    this.#open.addMarker();
    if (marker !== undefined) this.#lastMarker = {id, marker};
    this.#table.addHead(markerCode);
    this.#endsEmpty = false;
  }

  /** The last marker may have been corrected since it was read: a log that seemed to go on is of a deleted pipeline. */
  #readReplaced(): void {
    const last = this.#lastMarker;
    const marker = last && this.#buffer.markerAt(last.id);
    if (!last || !marker || marker === last.marker) return;
    this.#runs.addMarker(last.id, marker);
    this.#lastMarker = {id: last.id, marker};
  }

  /** Adds a complete line, `[start, end)` without its newline. True: it is the runner's. */
  #addLine(id: number, bytes: Buffer, start: number, end: number): boolean {
    const level = levelIn(bytes, start, end);
    if (level === undefined) {
      this.#runs.addEntry(id, true);
      this.#endsEmpty = this.#addContinuation(id, bytes, start, end);
      return false;
    }
    this.#endsEmpty = false;
    const isRunner = isRunnerLine(bytes, start, end);
    const isWhole = isRunner && isWholeRecord(bytes.subarray(start, end));
    const isImitated = isWhole && !isOfRunner(bytes.subarray(start, end), this.#buffer.runnerAt(id));
    this.#runs.addEntry(id, !isRunner || isImitated);
    const isOpen = isRunner ? !isWhole : bytes[start] !== openingBrace;
    const panic = level === 'ERROR' ? this.#panicFor(id, bytes, start, end) : undefined;
    if (panic !== undefined) this.#runs.addWorkerPanic(panic);
    else if (level === 'ERROR' && !isRunner && this.#runs.mayFailToStart(id)) {
      if (failedStartIn(bytes.subarray(start, end)) !== undefined) this.#runs.addFailedStart(id);
    }
    if (isOpen) this.#open.addHead(panic ?? id, isRunner);
    else this.#open.addSingle(panic ?? id);
    if (isOpen || !isRunner) this.#configurations.setWhole();
    if (panic === undefined) {
      this.#table.addHead(recordCode(level, isOpen));
      this.#repeats.add(id, bytes, start, end, level === 'ERROR');
    } else this.#table.addMember(panic);
    if (isWhole && !isImitated) this.#readRunnerMessage(id, bytes.subarray(start, end));
    return isRunner;
  }

  #readRunnerMessage(id: number, line: Buffer): void {
    const message = runnerMessage(line);
    if (message === undefined || !this.#runs.addMessage(id, message, timeOfBytes(line))) return;
    this.#open.clear();
    this.#configurations.setWhole();
  }

  /** The panic that an error reports, if its level is still stored. */
  #panicFor(id: number, bytes: Uint8Array, start: number, end: number): number | undefined {
    const panic = this.#reports.panicFor(id, bytes, start, end);
    return panic !== undefined && this.#table.isPanic(panic) ? panic : undefined;
  }

  /** Adds a line without a head. True: it is empty. */
  #addContinuation(id: number, bytes: Buffer, start: number, end: number): boolean {
    const begun = this.#headOfParts(id);
    if (begun === undefined && isConfigurationLine(bytes, start, end)) {
      this.#addConfiguration(id, opensConfiguration(bytes, end));
      return false;
    }
    const joined = begun ?? this.#configurations.add(id, bytes, start, end);
    if (joined !== undefined) {
      this.#open.addOther(joined);
      this.#addToRecord(id, joined, configurationCode);
      this.#repeats.extend(joined);
      return false;
    }
    const kind = kindIn(bytes, start, end);
    if (kind === 'panic') {
      this.#addPanic(id);
      return false;
    }
    const isLast = this.#open.awaitsSuffix && endsManagerEntry(bytes.subarray(start, end));
    const frame = kind === 'frame' ? frameNumberIn(bytes, start, end) : undefined;
    const head = isLast ? this.#open.addSuffixLine(id) : this.#open.addLine(id, kind, frame);
    this.#addToRecord(id, head, plainCode);
    if (head === id) this.#repeats.add(id, bytes, start, end, false);
    else this.#repeats.extend(head);
    return kind === 'empty';
  }

  /** The head of the record with the part of a line that is continued at `id`; undefined: no line is. */
  #headOfParts(id: number): number | undefined {
    const part = this.#buffer.partBefore(id);
    const head = part === undefined ? id : this.#table.headOf(part);
    return head < id && id - head <= longestReach ? head : undefined;
  }

  /** `code`: that of the line if it is itself the head. */
  #addToRecord(id: number, head: number, code: number): void {
    if (head === id) this.#table.addHead(code);
    else this.#table.addMember(head);
  }

  #addPanic(id: number): void {
    const head = this.#endsEmpty && this.#table.firstId < id ? id - 1 : id;
    if (head < id) {
      this.#table.removeLast();
      this.#table.addHead(panicCode);
      this.#table.addMember(head);
    } else this.#table.addHead(panicCode);
    this.#open.addPanic(head);
    this.#reports.addPanic(id, head);
  }

  #addConfiguration(id: number, hasMore: boolean): void {
    this.#open.addSingle(id);
    this.#reports.clear();
    if (hasMore) this.#configurations.start(id);
    this.#table.addHead(hasMore ? configurationCode : plainCode);
  }

  /** Adds the open line to the table, until the next step. It changes no state but the table until it is complete. */
  #addOpenLine(id: number, line: Buffer): void {
    const level = levelIn(line, 0, line.length);
    if (level === undefined) {
      this.#addOpenContinuation(id, line);
      return;
    }
    const panic = level === 'ERROR' ? this.#panicFor(id, line, 0, line.length) : undefined;
    this.#addToRecord(id, panic ?? id, recordCode(level, line[0] !== openingBrace));
  }

  #addOpenContinuation(id: number, line: Buffer): void {
    const begun = this.#headOfParts(id);
    const joined = begun ?? this.#configurations.headFor(id, line, 0, line.length);
    const kind = kindIn(line, 0, line.length);
    if (begun === undefined && isConfigurationLine(line, 0, line.length))
      this.#table.addHead(opensConfiguration(line, line.length) ? configurationCode : plainCode);
    else if (joined !== undefined) this.#addToRecord(id, joined, configurationCode);
    else if (kind === 'panic') this.#table.addHead(panicCode);
    else {
      const saved = this.#open.save();
      const frame = kind === 'frame' ? frameNumberIn(line, 0, line.length) : undefined;
      this.#addToRecord(id, this.#open.addLine(id, kind, frame), plainCode);
      this.#open.restore(saved);
    }
  }
}

/** Returns whether a line has more than spaces and control characters. */
function hasText(line: Uint8Array): boolean {
  return line.some((byte) => byte > space);
}
