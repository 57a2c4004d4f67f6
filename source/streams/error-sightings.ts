import {ErrorShapes} from '../attention/error-shapes.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import {timeOfBytes} from '../records/time-text.ts';
import {ErrorCounter} from './error-counter.ts';

/** A panic has no time: it is that of a line above, which is rarely further away. */
const linesAbove = 50;

/** Finds the errors among the bytes that a buffer has taken: how many, and which, by shape. */
export class ErrorSightings {
  readonly shapes = new ErrorShapes();
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
  push(bytes: Uint8Array, hadOpenLine: boolean, newlines: Uint32Array): void {
    const errors = this.#counter.push(bytes, newlines);
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
