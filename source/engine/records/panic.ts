import {newline} from '../buffer/segment.ts';
import {colon} from './bytes.ts';
import {levelIn} from './line-head.ts';
import {isRunnerLine, kindIn} from './line-kind.ts';

/** Bytes of a panic's text, at most. */
const mostText = 512;
/** In the message of `WorkerPanic` (Feldera's `dbsp::circuit::runtime`), which has the panic's message and backtrace. */
const reportWords = Buffer.from('worker threads terminated unexpectedly');
/** Bytes of a line in which the words are searched: they follow the head, or in JSON the service. */
const wordsWithin = 1024;
/** Entries between a panic and its report, at most. */
const mostBetween = 1000;

/**
 * By which panics are told apart and shown: the line `thread '…' panicked at …` and, after a newline, the first line of
 * the message, at most 512 bytes. `next`: the line of the record that follows the thread's.
 */
export function panicText(threadLine: Uint8Array, next?: Uint8Array): Uint8Array {
  const hasMessage = next && awaitsMessage(threadLine) && isPanicMessage(next);
  const text = hasMessage ? Buffer.concat([threadLine, Buffer.of(newline), next]) : Uint8Array.from(threadLine);
  return text.subarray(0, mostText);
}

/** Older Rust writes the message into the thread's line, and a stack that overflows has none. */
export function awaitsMessage(threadLine: Uint8Array): boolean {
  return threadLine.at(-1) === colon;
}

/** Returns whether the line after a panic's is its message: no backtrace, note or line of another record. */
function isPanicMessage(line: Uint8Array): boolean {
  if (levelIn(line, 0, line.length) !== undefined) return false;
  const kind = kindIn(line, 0, line.length);
  return kind === 'plain' || kind === 'indented';
}

/**
 * Which errors only report a panic again. Rust prints a panic to stderr; then Feldera logs it as an error with a second
 * backtrace, and once more with each request that it refuses.
 */
export class PanicReports {
  #panic: {readonly id: number; readonly head: number} | undefined;

  /** Adds a panic's line `thread '…' panicked at …`. `head`: the first line of its record. */
  addPanic(id: number, head: number): void {
    this.#panic = {id, head};
  }

  /** The head of the last panic. */
  get panic(): number | undefined {
    return this.#panic?.head;
  }

  /** Another process begins. */
  clear(): void {
    this.#panic = undefined;
  }

  /** The head of the panic that the line of level ERROR reports; undefined if it reports none. */
  panicFor(id: number, bytes: Uint8Array, start: number, end: number): number | undefined {
    const panic = this.#panic;
    if (!panic || id - panic.id > mostBetween) return undefined;
    const length = Math.min(end - start, wordsWithin);
    const hasWords = Buffer.from(bytes.buffer, bytes.byteOffset + start, length).includes(reportWords);
    return hasWords && !isRunnerLine(bytes, start, end) ? panic.head : undefined;
  }
}
