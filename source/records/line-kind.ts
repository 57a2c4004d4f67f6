import {visibleText} from '../buffer/style-joints.ts';
import {endsManagerEntry, maxProtocolLine} from '../stitch/server-lines.ts';
import {bytesOf, isAt, isDigit, offsetOf} from './bytes.ts';
import {JsonMembers, stringEnd} from './json-members.ts';
import {levelAfterTime, levelStartIn, levelWordAt, openingBrace} from './line-head.ts';
import {parseRecord} from './parse-record.ts';

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
  if (isAt(bytes, start, backtrace)) return 'backtrace';
  if (notes.some((note) => isAt(bytes, start, note))) return 'note';
  return isDigit(first) && frameNumberIn(bytes, start, end) !== undefined ? 'frame' : 'plain';
}

/** `thread '…' (id) panicked at …`, and the same of a stack that overflowed. */
export function isPanicIn(bytes: Uint8Array, start: number, end: number): boolean {
  if (!isAt(bytes, start, thread)) return false;
  const limit = Math.min(end, start + longestThread);
  for (let gap = offsetOf(bytes, space, start + thread.length, limit); gap !== undefined; ) {
    if (isAt(bytes, gap, panicked) || isAt(bytes, gap, overflowed)) return true;
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
  if (text - start >= placeIndent && isAt(bytes, text, at)) return 'place';
  return frameNumberIn(bytes, start, end) === undefined ? 'indented' : 'frame';
}

const tag = bytesOf('[manager] ');
/** Of the runner before Feldera 0.207 (2025-12): no target, no suffix; in JSON no service. */
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

const brace = 0x7b;
const quote = 0x22;

/** One for all calls: each begins anew and is over before the next. */
const members = new JsonMembers();

/**
 * Whether a head line is the runner's: in text its tag and the single space before its message (a pipeline may be called
 * `manager`; its lines have two), in JSON its service, wherever that stands. Before Feldera 0.207 its tag and that it
 * names no target (a pipeline may be called `control-plane`; its lines name one), in JSON `"pipeline":"control-plane"` or
 * the module that logged, where no service stands (parse-record.ts has the same rule).
 */
export function isRunnersIn(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] === openingBrace) return isRunnersJson(bytes, start, end);
  if (isOldRunnersIn(bytes, start)) return namesNoTarget(bytes, start, end);
  if (!isAt(bytes, start, tag)) return false;
  const level = levelEndIn(bytes, start, end);
  const targetEnd = level === undefined ? undefined : offsetOf(bytes, space, level + 1, end);
  return targetEnd !== undefined && bytes[targetEnd - 1] === colon && bytes[targetEnd + 1] !== space;
}

/** Whether a line of the runner is one in text from before Feldera 0.207. */
export function isOldRunnersIn(bytes: Uint8Array, start: number): boolean {
  return isAt(bytes, start, oldTag);
}

function namesNoTarget(bytes: Uint8Array, start: number, end: number): boolean {
  // The runner has no colours.
  const levelEnd = isDigit(bytes[start + oldTag.length]) ? levelEndIn(bytes, start, end) : undefined;
  if (levelEnd === undefined) return false;
  const word = levelEnd + 1;
  const wordEnd = offsetOf(bytes, space, word, end) ?? end;
  return wordEnd > word && bytes[wordEnd - 1] !== colon && offsetOf(bytes, brace, word, wordEnd) === undefined;
}

function isRunnersJson(bytes: Uint8Array, start: number, end: number): boolean {
  const service = serviceByOrder(bytes, start, end);
  if (service !== undefined)
    return isAt(bytes, service, runnerService) && bytes[service + runnerService.length] === quote;
  let isOfManager = false;
  members.begin(bytes, start, end);
  while (members.next()) {
    if (members.is(jsonService)) return members.says(runnerService);
    if (members.is(jsonTarget)) isOfManager ||= members.isString && isAt(bytes, members.value, runnerModules);
    else if (members.is(jsonPipeline)) isOfManager ||= members.says(controlPlane);
  }
  return isOfManager;
}

/** Where the service stands in the two orders that there are: first, or behind time, level and target. */
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

/**
 * Whether the runner's entry that the line begins is complete with it, or does not tell its end. One in JSON always is
 * complete; before Feldera 0.207 none in text tells.
 */
export function isWholeEntry(line: Uint8Array): boolean {
  return line[0] === openingBrace || isOldRunnersIn(line, 0) || endsManagerEntry(line);
}

/** What a whole entry of the runner says, without its suffix. */
export function runnersMessage(line: Buffer): string | undefined {
  if (line.length > maxProtocolLine) return undefined;
  const text = visibleText(line);
  const record = parseRecord(text);
  if (record?.source !== 'manager') return undefined;
  if (record.format === 'json') return record.message;
  if (record.fieldsStart === undefined && record.target !== '') return undefined;
  return text.slice(record.messageStart, record.fieldsStart);
}
