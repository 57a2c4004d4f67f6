import type {LogBuffer} from '../buffer/log-buffer.ts';
import {openingBrace} from './bytes.ts';
import {fingerprintOf} from './fingerprint.ts';
import {withShortMessage} from './json-members.ts';
import {levelIn, timeOfBytes} from './line-head.ts';
import {isPanicLine} from './line-kind.ts';

/** The errors of one log with the same fingerprint. Times are Unix time in ms, ids those of the log's entries. */
export type ErrorGroup = {
  /** `fingerprintOf` of the lines, the same in every log; `watchedKey` for lines that match the watched pattern. */
  readonly key: number;
  /** The first line as received, its first 512 bytes; a longer line in JSON loses only the end of its message. */
  readonly example: Uint8Array;
  readonly count: number;
  readonly firstId: number;
  readonly lastId: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** How many came since `markSeen`, and the first of them. */
  readonly unseen: number;
  readonly unseenId: number;
  readonly unseenAt: number;
};

/** No fingerprint has this value: fingerprints are signed integers of 32 bits. */
export const watchedKey = 2 ** 31;

/** Five hundred ways to fail are more than anyone reads; 500 examples are 250 kB at most. */
const defaultMaxGroups = 500;
const exampleBytes = 512;

/** The level is in the first 200 bytes of a line, after name, time and colours, and so is the word of a panic. */
const headBytes = 256;
/** In JSON the level may follow the message. The server has no longer line. */
const maxJsonBytes = 1024 * 1024;

/** Finding this word takes 0.15 ns a byte; reading the head of every line would take ten times as long. */
const errorWord = Buffer.from('ERROR');
/** A panic's line begins with it: `thread '…' panicked at …`. */
const letterT = 0x74;

/** A panic has no time of its own: it gets that of a line above, which is rarely further away than this. */
const maxLinesAbove = 50;

/** Counted in place: a new object for each error would be half of the cost of an error. */
type CountedGroup = {-readonly [Field in keyof ErrorGroup]: ErrorGroup[Field]} & {
  /** Grows with every error of the log: orders groups by their last one. */
  order: number;
  /** The copy in the last snapshot; undefined once the group has changed. */
  copy: ErrorGroup | undefined;
};

/**
 * The errors of one log: lines of level ERROR and panics, counted as their bytes arrive and grouped by fingerprint. Lines
 * are not decoded, and no bytes are kept but an example of each group.
 */
export class ErrorLog {
  readonly #options: {readonly buffer: LogBuffer; readonly wall: () => number; readonly maxGroups?: number};
  readonly #groups = new Map<number, CountedGroup>();
  #snapshot: ReadonlyMap<number, ErrorGroup> | undefined;
  /** Errors in all groups, dropped ones included, and how many of them were seen. */
  #added = 0;
  #seen = 0;
  #dropped = 0;
  /** The entry in which the open line began. */
  #openId = 0;
  /** The head of the open line; in JSON all of it. */
  #head = Buffer.allocUnsafe(headBytes);
  #headLength = 0;

  /** `wall`: the time now, for lines without a time. */
  constructor(options: {buffer: LogBuffer; wall: () => number; maxGroups?: number}) {
    this.#options = options;
  }

  /** Groups that were dropped for newer ones. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The groups by key, the one with the newest error last. The same map until something in it changes. */
  get byKey(): ReadonlyMap<number, ErrorGroup> {
    if (!this.#snapshot) {
      const groups = [...this.#groups.values()].sort((a, b) => a.order - b.order);
      this.#snapshot = new Map(groups.map((group) => [group.key, copyOf(group)]));
    }
    return this.#snapshot;
  }

  /** Finds the errors among bytes that were just appended to the buffer, cut anywhere. `newlines`: their offsets. */
  append(bytes: Uint8Array, newlines: Uint32Array): void {
    const {endId} = this.#options.buffer;
    const isOpen = (newlines.at(-1) ?? -1) + 1 < bytes.length;
    const firstId = (isOpen ? endId - 1 : endId) - newlines.length;
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let word = view.indexOf(errorWord);
    let start = 0;
    for (let index = 0; index < newlines.length; index++) {
      const end = newlines[index] ?? 0;
      const hasWord = word !== -1 && word < end;
      if (index === 0 && this.#headLength > 0) {
        this.#appendHead(bytes.subarray(0, end));
        this.endLine();
      } else if ((hasWord || bytes[start] === letterT) && isErrorIn(bytes, start, end)) {
        this.#addLine(bytes.subarray(start, end), firstId + index);
      }
      if (hasWord) word = view.indexOf(errorWord, end);
      start = end + 1;
    }
    if (!isOpen) return;
    if (this.#headLength === 0) this.#openId = endId - 1;
    this.#appendHead(bytes.subarray(start));
  }

  /** The open line ends here. */
  endLine(): void {
    const head = this.#head.subarray(0, this.#headLength);
    this.#headLength = 0;
    if (this.#head.length > headBytes) this.#head = Buffer.allocUnsafe(headBytes);
    if (head.length === 0 || !isErrorIn(head, 0, head.length)) return;
    // Its id cannot be counted back from the end: markers may follow it. A very long line has left the buffer.
    this.#addLine(this.#options.buffer.lineAt(this.#openId) ?? head, this.#openId);
  }

  /** Counts the line of entry `id`, logged at `at` (Unix time in ms), in its group. The bytes are not kept. */
  add(line: Uint8Array, {id, at, key = fingerprintOf(line)}: {id: number; at: number; key?: number}): void {
    const group = this.#groups.get(key);
    this.#snapshot = undefined;
    this.#added += 1;
    if (!group) {
      const example = Uint8Array.from(withShortMessage(line, exampleBytes).subarray(0, exampleBytes));
      const place = {firstId: id, firstAt: at, unseenId: id, unseenAt: at, lastId: id, lastAt: at};
      this.#groups.set(key, {key, example, count: 1, unseen: 1, ...place, order: this.#added, copy: undefined});
      if (this.#groups.size > (this.#options.maxGroups ?? defaultMaxGroups)) this.#dropOldest();
      return;
    }
    group.copy = undefined;
    group.order = this.#added;
    group.count += 1;
    group.lastId = id;
    group.lastAt = at;
    group.unseen += 1;
    if (group.unseen > 1) return;
    group.unseenId = id;
    group.unseenAt = at;
  }

  /** Errors added since `markSeen`, without those of the `muted` groups; dropped groups count, too. */
  unseenCount(muted: ReadonlySet<number>): number {
    let count = this.#added - this.#seen;
    for (const key of muted) count -= this.#groups.get(key)?.unseen ?? 0;
    return count;
  }

  markSeen(): void {
    this.#seen = this.#added;
    for (const group of this.#groups.values()) {
      if (group.unseen === 0) continue;
      group.unseen = 0;
      group.copy = undefined;
      this.#snapshot = undefined;
    }
  }

  #addLine(line: Uint8Array, id: number): void {
    this.add(line, {id, at: timeOfBytes(line) ?? this.#timeAbove(id)});
  }

  #timeAbove(id: number): number {
    const {buffer, wall} = this.#options;
    for (let above = id - 1; above > id - maxLinesAbove; above--) {
      const line = buffer.lineAt(above);
      const time = line && timeOfBytes(line);
      if (time !== undefined) return time;
    }
    return wall();
  }

  #dropOldest(): void {
    let oldest: CountedGroup | undefined;
    for (const group of this.#groups.values()) if (!oldest || group.order < oldest.order) oldest = group;
    if (oldest && this.#groups.delete(oldest.key)) this.#dropped += 1;
  }

  #appendHead(bytes: Uint8Array): void {
    const first = this.#headLength > 0 ? this.#head[0] : bytes[0];
    if (first === openingBrace) this.#growHead(this.#headLength + bytes.length);
    const part = bytes.subarray(0, this.#head.length - this.#headLength);
    this.#head.set(part, this.#headLength);
    this.#headLength += part.length;
  }

  #growHead(length: number): void {
    if (length <= this.#head.length || this.#head.length === maxJsonBytes) return;
    const head = Buffer.allocUnsafe(Math.min(maxJsonBytes, Math.max(length, 2 * this.#head.length)));
    head.set(this.#head.subarray(0, this.#headLength));
    this.#head = head;
  }
}

function isErrorIn(bytes: Uint8Array, start: number, end: number): boolean {
  return levelIn(bytes, start, end) === 'ERROR' || isPanicLine(bytes, start, end);
}

function copyOf(group: CountedGroup): ErrorGroup {
  if (!group.copy) {
    const {order: _order, copy: _copy, ...fields} = group;
    group.copy = fields;
  }
  return group.copy;
}
