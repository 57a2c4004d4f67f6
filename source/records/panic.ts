import {colon, newline} from './bytes.ts';
import {levelIn} from './line-head.ts';
import {kindIn} from './line-kind.ts';

/** Bytes of a panic's text, at most. */
const mostText = 512;

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

/** Whether the line after a panic's is its message: not the backtrace, the note or a line of another record. */
export function isPanicMessage(line: Uint8Array): boolean {
  if (levelIn(line, 0, line.length) !== undefined) return false;
  const kind = kindIn(line, 0, line.length);
  return kind === 'plain' || kind === 'indented';
}
