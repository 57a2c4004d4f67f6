import {bytesOf, isDigit, offsetOf, standsAt} from './bytes.ts';

/**
 * What a line without a head looks like. Which record it belongs to depends on what stood before it: `OpenRecords` has
 * the rules. What Rust prints when a thread panics (std::panicking, std::backtrace), one write after the other to
 * stderr, so that whole lines of other threads may stand between:
 *
 *     (an empty line)
 *     thread 'dbsp-worker-0' (26334) panicked at src/main.rs:56:15:
 *     the message, of any number of lines
 *     stack backtrace:
 *        0: core::panicking::panic_fmt
 *                  at ./src/panicking.rs:80:14
 *           [... omitted 3 frames ...]
 *     note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.
 */
export type LineKind =
  /** Begins a record of its own. */
  | 'panic'
  /** `stack backtrace:` */
  | 'backtrace'
  /** `  12: core::panicking::panic_fmt`; the number is padded to four cells. */
  | 'frame'
  /** `             at ./src/main.rs:1:2` */
  | 'place'
  /** The advice that ends a panic. */
  | 'note'
  | 'empty'
  /** Any other line that begins with a blank. */
  | 'indented'
  | 'plain';

const thread = bytesOf("thread '");
const panicked = bytesOf(' panicked at ');
const overflowed = bytesOf(' has overflowed its stack');
const backtrace = bytesOf('stack backtrace:');
const at = bytesOf('at ');
const notes = [bytesOf('note: run with `RUST_BACKTRACE'), bytesOf('note: Some details are omitted')];
/** The name of a thread and its id stand in so many bytes. */
const longestThread = 200;
const frameWidth = 4;
const placeIndent = 6;

const space = 0x20;
const tab = 0x09;
const carriageReturn = 0x0d;
const colon = 0x3a;

/** Looks at a line `[start, end)` that is not the head of a record. */
export function kindIn(bytes: Uint8Array, start: number, end: number): LineKind {
  const first = bytes[start];
  if (start === end || (first === carriageReturn && start + 1 === end)) return 'empty';
  if (first === tab) return 'indented';
  if (first === space) return indentedKind(bytes, start, end);
  if (isPanicIn(bytes, start, end)) return 'panic';
  if (standsAt(bytes, start, backtrace)) return 'backtrace';
  if (notes.some((note) => standsAt(bytes, start, note))) return 'note';
  return isDigit(first) && frameNumberIn(bytes, start, end) !== undefined ? 'frame' : 'plain';
}

/** `thread '…' (id) panicked at …`, and the same of a stack that overflowed. */
export function isPanicIn(bytes: Uint8Array, start: number, end: number): boolean {
  if (!standsAt(bytes, start, thread)) return false;
  const limit = Math.min(end, start + longestThread);
  for (let gap = offsetOf(bytes, space, start + thread.length, limit); gap !== undefined; ) {
    if (standsAt(bytes, gap, panicked) || standsAt(bytes, gap, overflowed)) return true;
    gap = offsetOf(bytes, space, gap + 1, limit);
  }
  return false;
}

/** The number of a backtrace's frame that the line begins. */
export function frameNumberIn(bytes: Uint8Array, start: number, end: number): number | undefined {
  let position = start;
  while (bytes[position] === space && position < end) position += 1;
  let number = 0;
  const digits = position;
  for (; isDigit(bytes[position]) && position < end; position++) number = number * 10 + (bytes[position] ?? 0) - 0x30;
  const isPadded = position > digits && position - start >= frameWidth;
  return isPadded && bytes[position] === colon && bytes[position + 1] === space ? number : undefined;
}

function indentedKind(bytes: Uint8Array, start: number, end: number): LineKind {
  let text = start;
  while (bytes[text] === space && text < end) text += 1;
  if (text - start >= placeIndent && standsAt(bytes, text, at)) return 'place';
  return frameNumberIn(bytes, start, end) === undefined ? 'indented' : 'frame';
}
