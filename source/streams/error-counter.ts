import {isPanicIn} from '../records/line-kind.ts';
import {levelIn} from '../records/line-level.ts';

const newline = 0x0a;
/** A level stands in the first 200 bytes of a line, after name, time and colours, and so does the word of a panic. */
const headBytes = 256;

/** The lines that ended in one piece of the stream: how many, and which of them, from 0, are errors. */
export type Judged = {readonly ended: number; readonly errors: readonly number[]};

/** Counts the error records of a stream of bytes, panics too, each when its line ends. Nothing is decoded. */
export class ErrorCounter {
  #count = 0;
  /** The head of the line that has not ended. */
  readonly #head = Buffer.allocUnsafe(headBytes);
  #headLength = 0;

  get count(): number {
    return this.#count;
  }

  /** The next bytes of the stream, cut anywhere. */
  push(bytes: Uint8Array): Judged {
    const errors: number[] = [];
    let ended = 0;
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      if (this.#endsInError(bytes, start, end)) errors.push(ended);
      ended += 1;
      start = end + 1;
    }
    if (start < bytes.length) this.#keep(bytes.subarray(start));
    return {ended, errors};
  }

  /** The line ends here, without a newline. Answers whether it is an error. */
  endLine(): boolean {
    const isError = this.#headLength > 0 && this.#judge(this.#head, 0, this.#headLength);
    this.#headLength = 0;
    return isError;
  }

  // No line is cut out of its bytes: that would be a third of what judging it costs.
  #endsInError(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#headLength === 0) return this.#judge(bytes, start, end);
    this.#keep(bytes.subarray(start, end));
    return this.endLine();
  }

  #keep(bytes: Uint8Array): void {
    const part = bytes.subarray(0, headBytes - this.#headLength);
    this.#head.set(part, this.#headLength);
    this.#headLength += part.length;
  }

  #judge(bytes: Uint8Array, start: number, end: number): boolean {
    const isError = levelIn(bytes, start, end) === 'ERROR' || isPanicIn(bytes, start, end);
    if (isError) this.#count += 1;
    return isError;
  }
}
