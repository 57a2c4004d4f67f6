import type {OtherFormat} from '../buffer/log-buffer.ts';
import {newline} from '../buffer/segment.ts';
import {openingBrace} from './bytes.ts';
import {FormatSample} from './format-sample.ts';
import {felderas} from './line-formats.ts';
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
  /** The first lines of a log that another logger may have written, until its format is chosen. */
  #sample: FormatSample | undefined;
  #other: OtherFormat | undefined;

  /** `others`: another logger than Feldera's may have written the log, which no pipeline's is. */
  constructor({others}: {readonly others?: {readonly now: number} | undefined} = {}) {
    this.#sample = others && new FormatSample(others.now);
  }

  /** Tells whether a line with a time and a level, or a panic's, has come; undefined: no line has. */
  get isRecognised(): boolean | undefined {
    return this.#isRecognised;
  }

  /** The format of another logger, chosen once; undefined: the lines are Feldera's, or not recognised. */
  get other(): OtherFormat | undefined {
    return this.#other;
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
    this.#choose();
    if (this.#isRecognised) return;
    // In JSON of another logger the rest may change what it is.
    if (!this.#sample || text[start] !== openingBrace) this.#readOwn(text, start, text.length);
    this.#open = Buffer.from(text.subarray(start, start + longestLine));
  }

  /** No more comes of the open line. */
  endLine(): void {
    if (!this.#sample || this.#isRecognised || this.#open.length === 0) return;
    this.#read(this.#open, 0, this.#open.length);
    this.#open = Buffer.alloc(0);
    this.#choose();
  }

  #read(text: Buffer, start: number, end: number): void {
    // A log that begins with a line of Feldera is Feldera's.
    const isFirst = this.#sample?.isEmpty === true && text[start] !== openingBrace;
    if (!this.#sample || isFirst) this.#readOwn(text, start, end);
    if (!this.#sample || this.#isRecognised) return;
    this.#sample.add(text.subarray(start, end));
    if (end > start) this.#isRecognised ??= false;
    if (this.#sample.isFull) this.#choose();
  }

  #readOwn(text: Buffer, start: number, end: number): void {
    if (levelIn(text, start, end) !== undefined || isPanicLine(text, start, end)) this.#isRecognised = true;
    else if (end > start) this.#isRecognised ??= false;
  }

  /** Chooses the format once a line is recognised; without one in the first lines, only Feldera's is still looked for. */
  #choose(): void {
    if (!this.#sample || this.#isRecognised === true) return;
    const chosen = this.#sample.chosen;
    if (chosen) this.#isRecognised = true;
    if (chosen !== felderas) this.#other = chosen;
    if (chosen || this.#sample.isFull) this.#sample = undefined;
  }
}
