import type {Marker} from '../buffer/marker.ts';
import {endsManagerEntry} from '../stitch/protocol-lines.ts';
import {openingBrace} from './line-head.ts';
import {frameNumberIn, kindIn} from './line-kind.ts';
import {levelIn} from './line-level.ts';
import {OpenRecords} from './open-records.ts';
import {codeOf, markerCode, panicCode, plainCode} from './record-code.ts';
import {RecordTable} from './record-table.ts';
import {isOldRunnersIn, isRunnersIn, isWholeEntry, runnersMessage} from './runner-line.ts';
import {Runs} from './runs.ts';
import {timeOfBytes} from './time-text.ts';

/** Told the entries of a log one by one, in order: adds each to the table of records and to the runs. */
export class EntryReader {
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
