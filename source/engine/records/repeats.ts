import {IdSet} from '../buffer/id-set.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import {isDigit} from './bytes.ts';
import {longestTime, timeRangeIn} from './line-head.ts';

/** Consecutive records that are alike: entries `[head, end)`. `last`: the head of the newest. */
export type RepeatRun = {readonly head: number; readonly end: number; readonly last: number; readonly records: number};

/** Facts that only those who hold the log know. */
export type LogFacts = {
  /** The error that closely follows a line of the limiter (`SuppressedErrors`). */
  readonly errorAfter?: (id: number) => number | undefined;
  /** The pipeline of an entry of a merged log. */
  readonly originAt?: ((id: number) => number | undefined) | undefined;
};

/** `bytes`: held only while its segment is read. */
type Line = {id: number; length: number; start: number; bytes: Uint8Array | undefined; isError: boolean};

/**
 * The records of one line that have the text of the record before them, beyond its time and, of errors, beyond numbers;
 * a line of the limiter may be between two such errors. Only repeats take memory: two bits each.
 */
export class Repeats {
  readonly #buffer: Pick<LogBuffer, 'lineAt'>;
  readonly #facts: LogFacts;
  /** Repeats, and the lines of the limiter between them. */
  readonly #entries: IdSet;
  /** Repeats alone. */
  readonly #heads: IdSet;
  #last = noLine();
  #before = noLine();
  /** Object of the next line: three in turn, since lines come by the million. */
  #spare = noLine();

  constructor(buffer: Pick<LogBuffer, 'lineAt' | 'firstId'>, facts: LogFacts) {
    this.#buffer = buffer;
    this.#facts = facts;
    this.#entries = new IdSet(buffer.firstId);
    this.#heads = new IdSet(buffer.firstId);
  }

  /** Heads of the records that repeat the one before. */
  get heads(): Pick<IdSet, 'has' | 'nextFrom' | 'previousTo' | 'countFrom' | 'countShared'> {
    return this.#heads;
  }

  /** The run of an entry; undefined if nothing repeats its record. */
  runOf(id: number): RepeatRun | undefined {
    const head = this.#entries.previousOutside(id);
    const end = this.#entries.nextOutside(head + 1);
    // Most rows ask this of a record without repeats: no other one need be looked for.
    if (end === head + 1) return undefined;
    const last = this.#heads.previousTo(end - 1);
    if (last === undefined || last <= head) return undefined;
    return {head, end, last, records: 1 + this.#heads.countFrom(head) - this.#heads.countFrom(end)};
  }

  /** Adds a head, `[start, end)` without its newline. Entries come in order. */
  add(id: number, bytes: Uint8Array, start: number, end: number, isError: boolean): void {
    const [line, before, last] = [this.#spare, this.#before, this.#last];
    line.id = id;
    line.length = end - start;
    line.start = start;
    line.bytes = bytes;
    line.isError = isError;
    if (end > start && last.id === id - 1) {
      if (this.#isAlike(last, line)) this.#put(id);
      else if (before.id === id - 2 && this.#facts.errorAfter?.(id - 1) === id && this.#isAlike(before, line)) {
        this.#entries.add(id - 1);
        this.#put(id);
      }
    }
    this.#spare = before;
    this.#before = last;
    this.#last = line;
  }

  /** The record gets another line: it is no longer the text of the one before. */
  extend(head: number): void {
    if (!this.#heads.has(head)) return;
    this.#heads.delete(head);
    this.#entries.delete(head);
    if (!this.#heads.has(head - 1)) this.#entries.delete(head - 1);
  }

  /** Releases the bytes of the last lines, which may be a view of what was read from a disk. */
  release(): void {
    this.#last.bytes = undefined;
    this.#before.bytes = undefined;
  }

  /** Drops ids below `floor`. The first that is left of a run begins it. */
  dropBelow(floor: number): void {
    this.#entries.dropBelow(floor);
    this.#heads.dropBelow(floor);
    if (!this.#entries.has(floor)) return;
    const head = this.#heads.nextFrom(floor) ?? floor;
    this.#entries.rewrite(floor, head + 1, () => 0);
    this.#heads.delete(head);
  }

  #put(id: number): void {
    this.#entries.add(id);
    this.#heads.add(id);
  }

  #isAlike(other: Line, line: Line): boolean {
    const areErrors = other.isError && line.isError;
    if (other.length !== line.length && !areErrors) return false;
    const held = other.bytes ?? this.#buffer.lineAt(other.id);
    const {bytes, start} = line;
    if (!held || !bytes) return false;
    const from = other.bytes ? other.start : 0;
    const isSame = other.length === line.length && isSameText(held, from, bytes, start, line.length);
    if (!isSame && !(areErrors && differInNumbers(held, from, other.length, bytes, start, line.length))) return false;
    const {originAt} = this.#facts;
    return !originAt || originAt(other.id) === originAt(line.id);
  }
}

function noLine(): Line {
  return {id: -1, length: 0, start: 0, bytes: undefined, isError: false};
}

/** Compares two lines of one length. From the end: most lines of a kind differ there. */
function isSameText(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number, length: number): boolean {
  let last = length - 1;
  while (last >= 0 && a[aStart + last] === b[bStart + last]) last -= 1;
  if (last < 0) return true;
  let first = 0;
  while (a[aStart + first] === b[bStart + first]) first += 1;
  // Finding the time costs more than all else.
  if (last - first >= longestTime) return false;
  const time = timeRangeIn(b, bStart, bStart + length);
  return time !== undefined && first >= time.start - bStart && last < time.end - bStart;
}

const beforeNumbers: ReadonlySet<number | undefined> = new Set(Buffer.from(' (['));

/**
 * Returns whether two lines differ, beyond their times, only in numbers that stand by themselves: after a space or an
 * opening bracket. Others are parts of names, as in `broker-2`, of addresses and of ports.
 */
function differInNumbers(
  a: Uint8Array,
  aStart: number,
  aLength: number,
  b: Uint8Array,
  bStart: number,
  bLength: number,
): boolean {
  const [aEnd, bEnd] = [aStart + aLength, bStart + bLength];
  const [aTime, bTime] = [timeRangeIn(a, aStart, aEnd), timeRangeIn(b, bStart, bEnd)];
  if (!aTime || !bTime) return false;
  let [i, j] = [aStart, bStart];
  while (i < aEnd && j < bEnd) {
    if (i === aTime.start && j === bTime.start) {
      i = aTime.end;
      j = bTime.end;
    } else if (isDigit(a[i]) && isDigit(b[j]) && beforeNumbers.has(a[i - 1])) {
      while (isDigit(a[i])) i += 1;
      while (isDigit(b[j])) j += 1;
    } else if (a[i++] !== b[j++]) return false;
  }
  return i === aEnd && j === bEnd;
}
