import {newline} from '../buffer/segment.ts';
import {levelIn} from './line-head.ts';
import {isPanicLine} from './line-kind.ts';

/** Words about a log that has lines, but none whose time and level pipetail reads. */
export const notRecognised = "this log's format is not recognised: no times, no levels";

/** Bytes of an open line that are kept: in JSON, time and level may be the last members. */
const longestLine = 64 * 1024;

/** Finds out whether pipetail reads a log's times and levels: at the first line that has both, or is a panic's. */
export class LogFormat {
  #isRecognised: boolean | undefined;
  #open = Buffer.alloc(0);

  /** Tells whether a line with a time and a level, or a panic's, has come; undefined: no line has. */
  get isRecognised(): boolean | undefined {
    return this.#isRecognised;
  }

  append(bytes: Uint8Array): void {
    if (this.#isRecognised === true || bytes.length === 0) return;
    const text =
      this.#open.length === 0
        ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
        : Buffer.concat([this.#open, bytes]);
    let start = 0;
    for (let end = text.indexOf(newline); end !== -1; end = text.indexOf(newline, start)) {
      this.#read(text, start, end);
      if (this.#isRecognised) return;
      start = end + 1;
    }
    this.#read(text, start, text.length);
    this.#open = Buffer.from(text.subarray(start, start + longestLine));
  }

  #read(text: Buffer, start: number, end: number): void {
    if (levelIn(text, start, end) !== undefined || isPanicLine(text, start, end)) this.#isRecognised = true;
    else if (end > start) this.#isRecognised ??= false;
  }
}
