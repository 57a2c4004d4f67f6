import {visibleText} from '../buffer/style-joints.ts';
import {endsManagerEntry, maxProtocolLine} from '../stitch/server-lines.ts';
import {bytesOf, carriageReturn, colon, isAt, isDigit, offsetOf, openingBrace, quote, space, tab} from './bytes.ts';
import {JsonMembers, stringEnd} from './json-members.ts';
import {levelAfterTime, levelStartIn, levelWordAt} from './line-head.ts';
import {parseRecord} from './parse-record.ts';

/**
 * What a line without a head looks like. Its record depends on the lines before it: `OpenRecords` has the rules. When a
 * thread panics, Rust (std::panicking, std::backtrace) prints the following to stderr, a write for each line, so that
 * lines of other threads may come between:
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
const placeWord = bytesOf('at ');
const notes = [bytesOf('note: run with `RUST_BACKTRACE'), bytesOf('note: Some details are omitted')];
/** Bytes for the name of a thread and its id. */
const longestThread = 200;
const frameWidth = 4;
const placeIndent = 6;

const tag = bytesOf('[manager] ');
/** The tag of the runner before Feldera 0.207 (2025-12): no target, no suffix; in JSON no service. */
const oldTag = bytesOf('[control-plane] ');
const separator = bytesOf('",');
const targetNext = bytesOf('","target":"');
const serviceKey = bytesOf('"feldera-service":"');
const jsonService = bytesOf('feldera-service');
const jsonTarget = bytesOf('target');
const jsonPipeline = bytesOf('pipeline');
const runnerService = bytesOf('runner');
const runnerModules = bytesOf('pipeline_manager::');
const controlPlane = bytesOf('control-plane');

/** The kind of a line `[start, end)` that is no head. */
export function kindIn(bytes: Uint8Array, start: number, end: number): LineKind {
  const first = bytes[start];
  if (start === end || (first === carriageReturn && start + 1 === end)) return 'empty';
  if (first === tab) return 'indented';
  if (first === space) return indentedKind(bytes, start, end);
  if (isPanicLine(bytes, start, end)) return 'panic';
  if (isAt(bytes, start, backtrace)) return 'backtrace';
  if (notes.some((note) => isAt(bytes, start, note))) return 'note';
  return isDigit(first) && frameNumberIn(bytes, start, end) !== undefined ? 'frame' : 'plain';
}

/** `thread '…' (id) panicked at …`, or `… has overflowed its stack`. */
export function isPanicLine(bytes: Uint8Array, start: number, end: number): boolean {
  if (!isAt(bytes, start, thread)) return false;
  const limit = Math.min(end, start + longestThread);
  for (let gap = offsetOf(bytes, space, start + thread.length, limit); gap !== undefined; ) {
    if (isAt(bytes, gap, panicked) || isAt(bytes, gap, overflowed)) return true;
    gap = offsetOf(bytes, space, gap + 1, limit);
  }
  return false;
}

/** The number of the backtrace frame on the line; undefined if it is no frame. */
export function frameNumberIn(bytes: Uint8Array, start: number, end: number): number | undefined {
  let position = start;
  while (bytes[position] === space && position < end) position += 1;
  let number = 0;
  const digits = position;
  for (; isDigit(bytes[position]) && position < end; position++) number = number * 10 + (bytes[position] ?? 0) - 0x30;
  const isPadded = position > digits && position - start >= frameWidth;
  return isPadded && bytes[position] === colon && bytes[position + 1] === space ? number : undefined;
}

/**
 * Whether a head line is the runner's. In text its tag and a single space before its message prove it (a pipeline may be
 * called `manager`, but its lines have two), in JSON its service. Before Feldera 0.207 its tag and a missing target (a
 * pipeline may be called `control-plane`, but its lines have one), in JSON without a service `"pipeline":"control-plane"`
 * or the module that logged (parse-record.ts has the same rule).
 */
export function isRunnerLine(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] === openingBrace) return isRunnerJsonLine(bytes, start, end);
  if (isOldRunnerLine(bytes, start)) return hasNoTarget(bytes, start, end);
  if (!isAt(bytes, start, tag)) return false;
  const level = levelEndIn(bytes, start, end);
  const targetEnd = level === undefined ? undefined : offsetOf(bytes, space, level + 1, end);
  return targetEnd !== undefined && bytes[targetEnd - 1] === colon && bytes[targetEnd + 1] !== space;
}

/** Whether a line of the runner has the text form from before Feldera 0.207. */
export function isOldRunnerLine(bytes: Uint8Array, start: number): boolean {
  return isAt(bytes, start, oldTag);
}

/**
 * Whether a head line of the runner is its whole record, or its end cannot be told. A line in JSON is always whole; in text
 * the suffix marks the end, which lines before Feldera 0.207 do not have.
 */
export function isWholeRecord(line: Uint8Array): boolean {
  return line[0] === openingBrace || isOldRunnerLine(line, 0) || endsManagerEntry(line);
}

/** The message of a whole record of the runner, without its suffix. */
export function runnerMessage(line: Buffer): string | undefined {
  if (line.length > maxProtocolLine) return undefined;
  const text = visibleText(line);
  const record = parseRecord(text);
  if (record?.source !== 'manager') return undefined;
  if (record.format === 'json') return record.message;
  if (record.fieldsStart === undefined && record.target !== '') return undefined;
  return text.slice(record.messageStart, record.fieldsStart);
}

function indentedKind(bytes: Uint8Array, start: number, end: number): LineKind {
  let text = start;
  while (bytes[text] === space && text < end) text += 1;
  if (text - start >= placeIndent && isAt(bytes, text, placeWord)) return 'place';
  return frameNumberIn(bytes, start, end) === undefined ? 'indented' : 'frame';
}

function hasNoTarget(bytes: Uint8Array, start: number, end: number): boolean {
  // The runner's lines have no colours.
  const levelEnd = isDigit(bytes[start + oldTag.length]) ? levelEndIn(bytes, start, end) : undefined;
  if (levelEnd === undefined) return false;
  const word = levelEnd + 1;
  const wordEnd = offsetOf(bytes, space, word, end) ?? end;
  return wordEnd > word && bytes[wordEnd - 1] !== colon && offsetOf(bytes, openingBrace, word, wordEnd) === undefined;
}

/** One for all calls: each starts anew and ends before the next. */
const members = new JsonMembers();

function isRunnerJsonLine(bytes: Uint8Array, start: number, end: number): boolean {
  const service = serviceByOrder(bytes, start, end);
  if (service !== undefined)
    return isAt(bytes, service, runnerService) && bytes[service + runnerService.length] === quote;
  let isOfManager = false;
  members.start(bytes, start, end);
  while (members.next()) {
    if (members.isNamed(jsonService)) return members.hasText(runnerService);
    if (members.isNamed(jsonTarget)) isOfManager ||= members.isString && isAt(bytes, members.value, runnerModules);
    else if (members.isNamed(jsonPipeline)) isOfManager ||= members.hasText(controlPlane);
  }
  return isOfManager;
}

/** Where the service begins in the two orders that servers write: first, or after time, level and target. */
function serviceByOrder(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (isAt(bytes, start + 1, serviceKey)) return start + 1 + serviceKey.length;
  const level = levelAfterTime(bytes, start, end);
  const levelEnd = level === undefined ? undefined : offsetOf(bytes, quote, level, end);
  if (levelEnd === undefined || !isAt(bytes, levelEnd, targetNext)) return undefined;
  const targetEnd = stringEnd(bytes, levelEnd + targetNext.length, end);
  const service = targetEnd + separator.length;
  return isAt(bytes, targetEnd, separator) && isAt(bytes, service, serviceKey)
    ? service + serviceKey.length
    : undefined;
}

function levelEndIn(bytes: Uint8Array, start: number, end: number): number | undefined {
  const at = levelStartIn(bytes, start, end);
  const level = at === undefined ? undefined : levelWordAt(bytes, at);
  return at === undefined || level === undefined ? undefined : at + level.length;
}
