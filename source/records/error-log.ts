import type {LogBuffer} from '../buffer/log-buffer.ts';
import {withShortMessage} from './json-members.ts';
import {levelIn, openingBrace, timeOfBytes} from './line-head.ts';
import {isPanicIn} from './line-kind.ts';
import {shapeOf} from './shape.ts';

/** Lines that say the same, of one log. Times are wall milliseconds, ids those of the log's entries. */
export type ErrorShape = {
  /** `shapeOf` of the lines: the same in every log. `watchedKey`: lines that match the watched pattern. */
  readonly key: number;
  /** The first line as received, its first 512 bytes; of a longer one in JSON all but the end of its message. */
  readonly example: Uint8Array;
  readonly count: number;
  readonly firstId: number;
  readonly lastId: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** How many came since the log was last looked at, and the first of them. */
  readonly unseen: number;
  readonly unseenId: number;
  readonly unseenAt: number;
};

/** No shape has this key: shapes are whole numbers of 32 bits, signed. */
export const watchedKey = 2 ** 31;

/** Five hundred ways to fail are more than anyone reads; 500 examples are 250 kB at most. */
const mostShapes = 500;
const exampleBytes = 512;

/** The same, counted on in place: an object for each error would be half of what an error costs. */
type Counted = {-readonly [Field in keyof ErrorShape]: ErrorShape[Field]} & {
  /** How many errors the log had when this one was heard last. */
  heard: number;
  /** As it was last told of; undefined: it has changed since. */
  told: ErrorShape | undefined;
};

/** The errors of one log by what they say. Of too many shapes the one that was silent for longest gives way. */
export class ErrorLog {
  readonly #most: number;
  readonly #shapes = new Map<number, Counted>();
  #heard = 0;
  #unseen = 0;
  #dropped = 0;
  #snapshot: ReadonlyMap<number, ErrorShape> | undefined;

  constructor({most = mostShapes}: {most?: number} = {}) {
    this.#most = most;
  }

  /** Shapes that gave way to others. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The shapes by key, the one that was heard last at the end. The same map until something in it changes. */
  get byKey(): ReadonlyMap<number, ErrorShape> {
    if (!this.#snapshot) {
      const shapes = [...this.#shapes.values()].sort((a, b) => a.heard - b.heard);
      this.#snapshot = new Map(shapes.map((shape) => [shape.key, told(shape)]));
    }
    return this.#snapshot;
  }

  /** Counts the line of entry `id`, logged at `at` (wall milliseconds). The bytes are not kept. */
  add(line: Uint8Array, {id, at, key = shapeOf(line)}: {id: number; at: number; key?: number}): void {
    const known = this.#shapes.get(key);
    this.#snapshot = undefined;
    this.#heard += 1;
    this.#unseen += 1;
    if (!known) {
      const example = Uint8Array.from(withShortMessage(line, exampleBytes).subarray(0, exampleBytes));
      const place = {firstId: id, firstAt: at, unseenId: id, unseenAt: at, lastId: id, lastAt: at};
      this.#shapes.set(key, {key, example, count: 1, unseen: 1, ...place, heard: this.#heard, told: undefined});
      if (this.#shapes.size > this.#most) this.#dropOldest();
      return;
    }
    known.told = undefined;
    known.heard = this.#heard;
    known.count += 1;
    known.lastId = id;
    known.lastAt = at;
    known.unseen += 1;
    if (known.unseen > 1) return;
    known.unseenId = id;
    known.unseenAt = at;
  }

  /** Lines added since `markSeen`, without those of the `muted` shapes; also of shapes that gave way. */
  unseenCount(muted: ReadonlySet<number>): number {
    let count = this.#unseen;
    for (const key of muted) count -= this.#shapes.get(key)?.unseen ?? 0;
    return count;
  }

  /** The log was looked at: nothing of it is unseen. */
  markSeen(): void {
    this.#unseen = 0;
    for (const shape of this.#shapes.values()) {
      if (shape.unseen === 0) continue;
      shape.unseen = 0;
      shape.told = undefined;
      this.#snapshot = undefined;
    }
  }

  #dropOldest(): void {
    let oldest: Counted | undefined;
    for (const shape of this.#shapes.values()) if (!oldest || shape.heard < oldest.heard) oldest = shape;
    if (oldest && this.#shapes.delete(oldest.key)) this.#dropped += 1;
  }
}

function told(shape: Counted): ErrorShape {
  if (!shape.told) {
    const {heard: _heard, told: _told, ...facts} = shape;
    shape.told = facts;
  }
  return shape.told;
}

/** A panic has no time: it is that of a line above, which is rarely further away. */
const linesAbove = 50;

/** Finds the errors among the bytes that a buffer has taken: how many, and which, by shape. */
export class ErrorSightings {
  readonly shapes = new ErrorLog();
  readonly #buffer: LogBuffer;
  readonly #wall: () => number;
  readonly #counter = new ErrorCounter();
  /** The entry of the line that has not ended: the one that it began under. */
  #openId = 0;

  /** `wall`: milliseconds since the epoch, for lines that say no time. */
  constructor({buffer, wall}: {buffer: LogBuffer; wall: () => number}) {
    this.#buffer = buffer;
    this.#wall = wall;
  }

  /** Lines of level ERROR so far, and panics. */
  get count(): number {
    return this.#counter.count;
  }

  /** The buffer has taken these bytes. `hadOpenLine`: its last line had not ended before. `newlines`: where they are. */
  append(bytes: Uint8Array, hadOpenLine: boolean, newlines: Uint32Array): void {
    const errors = this.#counter.append(bytes, newlines);
    const ended = newlines.length;
    const {endId, hasOpenLine} = this.#buffer;
    const end = hasOpenLine ? endId - 1 : endId;
    for (const index of errors) {
      // Markers may stand between a line that was open and the next: of that one alone the id is known from before.
      if (index === 0 && hadOpenLine) this.#noteOpenLine();
      else
        this.#note(
          bytes.subarray(index === 0 ? 0 : (newlines[index - 1] ?? 0) + 1, newlines[index]),
          end - (ended - index),
        );
    }
    if (hasOpenLine && (ended > 0 || !hadOpenLine)) this.#openId = endId - 1;
  }

  /** The open line ends here, without a newline. */
  endLine(): void {
    if (this.#counter.endLine()) this.#noteOpenLine();
  }

  /** It came in several pieces, and may be out of the buffer again. */
  #noteOpenLine(): void {
    const line = this.#buffer.lineAt(this.#openId);
    if (line) this.#note(line, this.#openId);
  }

  #note(line: Uint8Array, id: number): void {
    this.shapes.add(line, {id, at: timeOfBytes(line) ?? this.#timeAbove(id)});
  }

  #timeAbove(id: number): number {
    for (let above = id - 1; above > id - linesAbove; above--) {
      const line = this.#buffer.lineAt(above);
      const time = line && timeOfBytes(line);
      if (time !== undefined) return time;
    }
    return this.#wall();
  }
}

/** A level stands in the first 200 bytes of a line, after name, time and colours, and so does the word of a panic. */
const headBytes = 256;
/** In JSON it may stand behind the message. The server holds no longer line. */
const mostJsonBytes = 1024 * 1024;

/** The level's word as a head has it; to find it takes 0.15 ns a byte, to judge the head of each line ten times that. */
const errorWord = Buffer.from('ERROR');
/** With this a panic's line begins: `thread '…' panicked at …`. */
const letterT = 0x74;

/** Counts the error records of a stream of bytes, panics too, each when its line ends. Nothing is decoded. */
export class ErrorCounter {
  #count = 0;
  /** The head of the line that has not ended; all of one in JSON. */
  #head = Buffer.allocUnsafe(headBytes);
  #headLength = 0;

  get count(): number {
    return this.#count;
  }

  /**
   * The next bytes of the stream, cut anywhere. `newlines`: where they are in the bytes. Answers which of the lines that
   * end here, from 0, are errors.
   */
  append(bytes: Uint8Array, newlines: Uint32Array): readonly number[] {
    const errors: number[] = [];
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let word = view.indexOf(errorWord);
    let start = 0;
    for (let index = 0; index < newlines.length; index++) {
      const end = newlines[index] ?? 0;
      const hasWord = word !== -1 && word < end;
      if (index === 0 && this.#headLength > 0) {
        this.#keep(bytes.subarray(0, end));
        if (this.endLine()) errors.push(0);
      } else if ((hasWord || bytes[start] === letterT) && this.#judge(bytes, start, end)) {
        errors.push(index);
      }
      if (hasWord) word = view.indexOf(errorWord, end);
      start = end + 1;
    }
    if (start < bytes.length) this.#keep(bytes.subarray(start));
    return errors;
  }

  /** The line ends here, without a newline. Answers whether it is an error. */
  endLine(): boolean {
    const isError = this.#headLength > 0 && this.#judge(this.#head, 0, this.#headLength);
    this.#headLength = 0;
    if (this.#head.length > headBytes) this.#head = Buffer.allocUnsafe(headBytes);
    return isError;
  }

  #keep(bytes: Uint8Array): void {
    const first = this.#headLength > 0 ? this.#head[0] : bytes[0];
    if (first === openingBrace) this.#makeRoom(this.#headLength + bytes.length);
    const part = bytes.subarray(0, this.#head.length - this.#headLength);
    this.#head.set(part, this.#headLength);
    this.#headLength += part.length;
  }

  #makeRoom(length: number): void {
    if (length <= this.#head.length || this.#head.length === mostJsonBytes) return;
    const head = Buffer.allocUnsafe(Math.min(mostJsonBytes, Math.max(length, 2 * this.#head.length)));
    head.set(this.#head.subarray(0, this.#headLength));
    this.#head = head;
  }

  #judge(bytes: Uint8Array, start: number, end: number): boolean {
    const isError = levelIn(bytes, start, end) === 'ERROR' || isPanicIn(bytes, start, end);
    if (isError) this.#count += 1;
    return isError;
  }
}
