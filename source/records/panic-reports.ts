import {bytesOf, isAt} from './bytes.ts';
import {isRunnerLine} from './line-kind.ts';

/** In the message of `WorkerPanic` (Feldera's `dbsp::circuit::runtime`), which has the panic's message and backtrace. */
const reportWords = bytesOf('worker threads terminated unexpectedly');
/** Bytes of a line in which the words are searched: they follow the head, or in JSON the service. */
const wordsWithin = 1024;
/** Entries between a panic and its report, at most. */
const longestWait = 1000;

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
    if (!panic || id - panic.id > longestWait) return undefined;
    const isReport = hasWords(bytes, start, Math.min(end, start + wordsWithin)) && !isRunnerLine(bytes, start, end);
    return isReport ? panic.head : undefined;
  }
}

function hasWords(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at + reportWords.length <= end; at++) if (isAt(bytes, at, reportWords)) return true;
  return false;
}
