import {type Level, levels} from './level.ts';
import {LongRecords} from './long-records.ts';
import {longestReach} from './open-records.ts';

/** A value from this on is the code of a head plus `headMark`, a smaller value the distance to a head. */
const headMark = longestReach + 1;
const chunkBits = 12;
const chunkEntries = 1 << chunkBits;

type Chunk = {
  readonly values: Uint16Array;
  errors: number;
  hasTimes: boolean;
  /** Id of the last line of all records that begin in the chunk. */
  reach: number;
};

/** Records whose heads are in `[first, last]`; of their lines, those in `[first, to)`. */
export type RecordRange = {readonly first: number; readonly last: number; readonly to: number};

/** Numbers of records, and of the errors and warnings among them. */
export type RecordCounts = {readonly records: number; readonly errors: number; readonly warnings: number};

const everyEntry: (id: number) => number = () => -1;

/**
 * The record of each entry in two bytes: a head has a code, the other lines of its record their distance to it. Entries
 * are added at the end and dropped at the start. The code of a dropped head stays while lines of its record are held.
 */
export class RecordTable {
  /** The panics and configurations. */
  readonly long = new LongRecords();
  readonly #chunks: Chunk[] = [];
  /** Id of the first entry of the first chunk; a multiple of the chunk's size. */
  #origin = 0;
  #firstId: number;
  #endId: number;
  #errors = 0;

  constructor(firstId: number) {
    this.#firstId = firstId;
    this.#endId = firstId;
    this.#origin = firstId - (firstId % chunkEntries);
  }

  get firstId(): number {
    return this.#firstId;
  }

  get endId(): number {
    return this.#endId;
  }

  /** Number of held heads of errors. */
  get errors(): number {
    return this.#errors;
  }

  /** Adds the entry `endId` as a head. */
  addHead(code: number): void {
    const chunk = this.#newest();
    chunk.values[this.#endId & (chunkEntries - 1)] = headMark + code;
    if (code >= firstError) this.#count(chunk, 1);
    if (hasTime(code)) chunk.hasTimes = true;
    this.#endId += 1;
  }

  /** Adds the entry `endId` to the record of `head`, at most `longestReach` entries before it. */
  addMember(head: number): void {
    const chunk = this.#newest();
    chunk.values[this.#endId & (chunkEntries - 1)] = this.#endId - head;
    const first = this.#chunkOf(head);
    if (first) first.reach = this.#endId;
    if (head >= this.#firstId && isLong(this.#codeAt(head))) this.long.add(head, this.#endId);
    this.#endId += 1;
  }

  removeLast(): void {
    const code = this.#codeAt(this.#endId - 1);
    const chunk = this.#chunkOf(this.#endId - 1);
    if (chunk && code !== undefined && code >= firstError) this.#count(chunk, -1);
    this.#endId -= 1;
    this.long.removeLast(this.#endId);
  }

  /** The head of the entry's record; the id itself if the table does not have the entry. */
  headOf(id: number): number {
    const value = this.#valueAt(id);
    return value === undefined || value >= headMark ? id : id - value;
  }

  /** Level of the entry's record; undefined for markers and plain text. */
  levelAt(id: number): Level | undefined {
    return levelsOfCodes[this.#codeAt(this.headOf(id)) ?? plainCode];
  }

  isPanic(head: number): boolean {
    return this.#codeAt(head) === panicCode;
  }

  /** It is the head of a record and has a time: not that of a panic. */
  hasTimeAt(id: number): boolean {
    return hasTime(this.#codeAt(id) ?? plainCode);
  }

  /** Ids of the held lines of a record, in order. `isMixed`: lines of other records may be between them. */
  linesOf(head: number, isMixed: boolean): readonly number[] {
    if (this.long.get(head)) return this.long.linesOf(head);
    const lines = head >= this.#firstId ? [head] : [];
    const code = this.#codeAt(head);
    if (code === undefined || !(acceptsLines(code) || isLong(code) || isMixed)) return lines;
    const reach = Math.max(this.#chunkOf(head)?.reach ?? head, head);
    const end = Math.min(reach, head + longestReach, this.#endId - 1);
    for (let id = head + 1; id <= end; id++) {
      const other = this.#codeAt(id);
      if (other === undefined) {
        if (id >= this.#firstId && this.headOf(id) === head) lines.push(id);
      } else if (!isLong(code) && acceptsLines(other) && !isMixed) break;
    }
    return lines;
  }

  /** The first head in `[id, to)` that has a time. */
  timedFrom(id: number, to: number): number | undefined {
    return this.#firstFrom(id, to, ({hasTimes}) => hasTimes, hasTime);
  }

  /** The first head of an error from `id` on. */
  errorFrom(id: number): number | undefined {
    return this.#firstFrom(
      id,
      this.#endId,
      ({errors}) => errors > 0,
      (code) => code >= firstError,
    );
  }

  /** The first head in `[id, to)` that `isFound`, which a chunk may have that `mayHave` one. */
  #firstFrom(
    id: number,
    to: number,
    mayHave: (chunk: Chunk) => boolean,
    isFound: (code: number) => boolean,
  ): number | undefined {
    for (let at = Math.max(id, this.#firstId); at < to; at += chunkEntries - (at % chunkEntries)) {
      const chunk = this.#chunkOf(at);
      if (!chunk || !mayHave(chunk)) continue;
      const end = Math.min(to, at - (at % chunkEntries) + chunkEntries);
      for (let entry = at; entry < end; entry++) {
        if (isFound((chunk.values[entry & (chunkEntries - 1)] ?? 0) - headMark)) return entry;
      }
    }
    return undefined;
  }

  /**
   * Counts the records whose heads are in a range, and their lines, 1,000,000 entries in 3 ms; markers are neither. `wordAt`:
   * the entries to count, as the 32 bits around an id; default: all.
   */
  count({first, last, to}: RecordRange, wordAt = everyEntry): RecordCounts & {readonly lines: number} {
    let [records, lines, errors, warnings] = [0, 0, 0, 0];
    const end = Math.min(to, this.#endId);
    for (let at = Math.max(first, this.#firstId); at < end; ) {
      const chunk = this.#chunkOf(at);
      const wordEnd = Math.min(end, at - (at % 32) + 32);
      const word = chunk ? wordAt(at) : 0;
      for (; at < wordEnd; at++) {
        if (!chunk || (word & (1 << (at % 32))) === 0) continue;
        const value = chunk.values[at & (chunkEntries - 1)] ?? 0;
        const code = value - headMark;
        const head = code < 0 ? at - value : at;
        if (head < first || head > last || code === markerCode) continue;
        lines += 1;
        if (code < 0) continue;
        records += 1;
        if (code >= firstError) errors += 1;
        else if (code === openWarning || code === singleWarning) warnings += 1;
      }
    }
    return {records, lines, errors, warnings};
  }

  /** The last head of an error up to `id`, which is included. */
  errorUpTo(id: number): number | undefined {
    let at = Math.min(id, this.#endId - 1);
    while (at >= this.#firstId) {
      const chunk = this.#chunkOf(at);
      const start = Math.max(this.#firstId, at - (at % chunkEntries));
      if (chunk && chunk.errors > 0) {
        for (let entry = at; entry >= start; entry--) {
          if ((chunk.values[entry & (chunkEntries - 1)] ?? 0) >= headMark + firstError) return entry;
        }
      }
      at = start - 1;
    }
    return undefined;
  }

  /** Drops entries below `firstId`. If these are all entries, the next one to add is `firstId`. */
  dropBefore(firstId: number): void {
    this.long.dropBefore(firstId);
    if (firstId > this.#endId) {
      this.#chunks.length = 0;
      this.#errors = 0;
      this.#endId = firstId;
      this.#firstId = firstId;
      this.#origin = firstId - (firstId % chunkEntries);
      return;
    }
    while (this.#firstId < firstId) this.#dropInChunk(firstId);
    while (this.#isSpent(this.#chunks[0])) {
      this.#chunks.shift();
      this.#origin += chunkEntries;
    }
  }

  /** Drops the entries of one chunk that are below `firstId`. */
  #dropInChunk(firstId: number): void {
    const chunk = this.#chunkOf(this.#firstId);
    const chunkEnd = this.#firstId - (this.#firstId % chunkEntries) + chunkEntries;
    const end = Math.min(firstId, chunkEnd);
    if (chunk && chunk.errors > 0) {
      let errors = 0;
      for (let id = this.#firstId; id < end; id++) {
        if ((chunk.values[id & (chunkEntries - 1)] ?? 0) >= headMark + firstError) errors += 1;
      }
      this.#count(chunk, -errors);
    }
    this.#firstId = end;
  }

  #isSpent(oldest: Chunk | undefined): boolean {
    return oldest !== undefined && this.#origin + chunkEntries <= this.#firstId && oldest.reach < this.#firstId;
  }

  #count(chunk: Chunk, errors: number): void {
    chunk.errors += errors;
    this.#errors += errors;
  }

  #newest(): Chunk {
    const existing = this.#chunkOf(this.#endId);
    if (existing) return existing;
    const chunk = {values: new Uint16Array(chunkEntries), errors: 0, hasTimes: false, reach: -1};
    this.#chunks.push(chunk);
    return chunk;
  }

  #chunkOf(id: number): Chunk | undefined {
    return id < this.#origin ? undefined : this.#chunks[(id - this.#origin) >> chunkBits];
  }

  /** The code of a head; undefined for other lines, and if the table does not have the entry. */
  #codeAt(id: number): number | undefined {
    const value = this.#valueAt(id);
    return value === undefined || value < headMark ? undefined : value - headMark;
  }

  #valueAt(id: number): number | undefined {
    if (id >= this.#endId) return undefined;
    return this.#chunkOf(id)?.values[id & (chunkEntries - 1)];
  }
}

/**
 * Codes of heads, below 16. `open`: the head accepts the lines that follow; `single`: it is a whole record. Errors have
 * the highest codes, so that one comparison finds them.
 */
export const plainCode = 0;
export const markerCode = 1;
export const configurationCode = 2;
const firstSingle = 3;
const firstOpen = 7;
const firstError = 11;
const openError = 11;
const singleError = 12;
export const panicCode = 13;
const singleWarning = firstSingle + levels.indexOf('WARN');
const openWarning = firstOpen + levels.indexOf('WARN');

const levelsOfCodes: readonly (Level | undefined)[] = [
  undefined,
  undefined,
  undefined,
  ...levels.slice(0, -1),
  ...levels.slice(0, -1),
  'ERROR',
  'ERROR',
  'ERROR',
];

export function recordCode(level: Level, isOpen: boolean): number {
  if (level === 'ERROR') return isOpen ? openError : singleError;
  return (isOpen ? firstOpen : firstSingle) + levels.indexOf(level);
}

/** The following lines belong to the head, and not to an earlier one. */
function acceptsLines(code: number): boolean {
  return code >= firstOpen && code <= openError;
}

/** A panic or a configuration: of each of the two, only one at a time gets lines. */
function isLong(code: number | undefined): boolean {
  return code === panicCode || code === configurationCode;
}

function hasTime(code: number): boolean {
  return code >= firstSingle && code < panicCode;
}
