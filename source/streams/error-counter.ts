import {isPanicIn} from '../records/line-kind.ts';
import {levelOfBytes} from '../records/line-level.ts';

const newline = 0x0a;
/** A level stands in the first 200 bytes of a line, after name, time and colours, and so does the word of a panic. */
const headBytes = 256;

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
  push(bytes: Uint8Array): void {
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      if (this.#headLength === 0) this.#judge(bytes.subarray(start, end));
      else {
        this.#keep(bytes.subarray(start, end));
        this.endLine();
      }
      start = end + 1;
    }
    if (start < bytes.length) this.#keep(bytes.subarray(start));
  }

  /** The line ends here, without a newline. */
  endLine(): void {
    if (this.#headLength > 0) this.#judge(this.#head.subarray(0, this.#headLength));
    this.#headLength = 0;
  }

  #keep(bytes: Uint8Array): void {
    const part = bytes.subarray(0, headBytes - this.#headLength);
    this.#head.set(part, this.#headLength);
    this.#headLength += part.length;
  }

  #judge(line: Uint8Array): void {
    if (levelOfBytes(line) === 'ERROR' || isPanicIn(line, 0, line.length)) this.#count += 1;
  }
}
