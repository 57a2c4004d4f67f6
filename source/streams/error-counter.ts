import {openingBrace} from '../records/line-head.ts';
import {isPanicIn} from '../records/line-kind.ts';
import {levelIn} from '../records/line-level.ts';

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
  push(bytes: Uint8Array, newlines: Uint32Array): readonly number[] {
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
