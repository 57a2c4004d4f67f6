import type {RunnerMark} from '../buffer/log-buffer.ts';
import {visibleText} from '../buffer/style-joints.ts';
import {endsManagerEntry, maxProtocolLine} from '../stitch/entry-count.ts';
import {bytesOf, carriageReturn, colon, isAt, isDigit, offsetOf, openingBrace, space} from './bytes.ts';
import {JsonMembers} from './json-members.ts';
import {levelStartIn, levelWordAt} from './line-head.ts';
import {parseRecord} from './parse-record.ts';
import {errorIn} from './transitions.ts';

/**
 * The kind of a line without a head. `OpenRecords` decides which record it belongs to. When a thread panics, Rust
 * (std::panicking, std::backtrace) prints this to stderr, line by line: lines of other threads may come in between.
 *
 *     (an empty line)                                                  empty
 *     thread 'dbsp-worker-0' (26334) panicked at src/main.rs:56:15:    panic; also `… has overflowed its stack`
 *     the message, of any number of lines                              plain
 *     stack backtrace:                                                 backtrace
 *        0: core::panicking::panic_fmt                                 frame; its number is padded to four cells
 *                  at ./src/panicking.rs:80:14                         place
 *           [... omitted 3 frames ...]                                 indented: all others after a space or tab
 *     note: run with `RUST_BACKTRACE=1` to display a backtrace         note; also `note: Some details are omitted, …`
 */
export type LineKind = 'panic' | 'backtrace' | 'frame' | 'place' | 'note' | 'empty' | 'indented' | 'plain';

const tab = 0x09;
const thread = bytesOf("thread '");
const panicked = bytesOf(' panicked at ');
const overflowed = bytesOf(' has overflowed its stack');
const backtrace = bytesOf('stack backtrace:');
const placeWord = bytesOf('at ');
const notes = [bytesOf('note: run with `RUST_BACKTRACE'), bytesOf('note: Some details are omitted')];
/** Bytes at most up to the word after a thread's name and id. */
const longestThread = 200;
const frameWidth = 4;
const placeIndent = 6;

const tag = bytesOf('[manager] ');
/** Behind the name of a container. */
const containerTag = bytesOf('[manager container=');
const jsonService = bytesOf('feldera-service');
const runnerService = bytesOf('runner');
const jsonTarget = bytesOf('target');
const jsonId = bytesOf('pipeline-id');
const runnerModules = bytesOf('pipeline_manager::');

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

export function isPanicLine(bytes: Uint8Array, start: number, end: number): boolean {
  return threadEndIn(bytes, start, end) !== undefined;
}

/** Returns where the name and the id of the thread end in a panic's line; undefined for other lines. */
export function threadEndIn(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (!isAt(bytes, start, thread)) return undefined;
  const limit = Math.min(end, start + longestThread);
  for (let gap = offsetOf(bytes, space, start + thread.length, limit); gap !== undefined; ) {
    if (isAt(bytes, gap, panicked) || isAt(bytes, gap, overflowed)) return gap;
    gap = offsetOf(bytes, space, gap + 1, limit);
  }
  return undefined;
}

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
 * Returns whether a head line is the runner's; parse-record.ts has the same rules. The tag alone does not prove it, as
 * a pipeline may have the same name. The runner's lines have in text the tag `manager` and one space before the message
 * (a pipeline's have two), in JSON the service `runner`, one of the runner's modules as target, and the pipeline's id.
 */
export function isRunnerLine(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] === openingBrace) return isRunnerJsonLine(bytes, start, end);
  // The first letter shows that nearly every line is a pipeline's.
  if (bytes[start + 1] !== tag[1] || !(isAt(bytes, start, tag) || isAt(bytes, start, containerTag))) return false;
  const level = levelEndIn(bytes, start, end);
  const targetEnd = level === undefined ? undefined : offsetOf(bytes, space, level + 1, end);
  return targetEnd !== undefined && bytes[targetEnd - 1] === colon && bytes[targetEnd + 1] !== space;
}

/** Returns whether the line is a whole record of the runner: in JSON, or with its suffix. */
export function isWholeRecord(line: Uint8Array): boolean {
  return line[0] === openingBrace || endsManagerEntry(line);
}

/**
 * Returns whether a whole record can be of this runner: a program that imitates it may have another id, or another
 * format. A runner of which nothing is known can be any.
 */
export function isOfRunner(line: Buffer, runner: RunnerMark | undefined): boolean {
  if (!runner) return true;
  const {pipelineId, isJson} = runner;
  return line.includes(pipelineId) && (isJson === undefined || isJson === (line[0] === openingBrace));
}

/** The message of a whole record of the runner, without its suffix; undefined if it is too long or not understood. */
export function runnerMessage(line: Buffer): string | undefined {
  if (line.length > maxProtocolLine) return undefined;
  const text = visibleText(line);
  const record = parseRecord(text);
  if (record?.source !== 'manager') return undefined;
  if (record.format === 'json') return record.message;
  if (record.fieldsStart === undefined) return undefined;
  return text.slice(record.messageStart, record.fieldsStart);
}

/** Returns whether the runner reports the error that ended the pipeline. `head`: the line, or its beginning. */
export function reportsEnd(head: Buffer, runner?: RunnerMark): boolean {
  if (!isRunnerLine(head, 0, head.length) || (isWholeRecord(head) && !isOfRunner(head, runner))) return false;
  const text = visibleText(head);
  const record = parseRecord(text);
  const message = record?.format === 'json' ? record.message : text.slice(record?.messageStart ?? text.length);
  return errorIn(message) !== undefined;
}

function indentedKind(bytes: Uint8Array, start: number, end: number): LineKind {
  let text = start;
  while (bytes[text] === space && text < end) text += 1;
  if (text - start >= placeIndent && isAt(bytes, text, placeWord)) return 'place';
  return frameNumberIn(bytes, start, end) === undefined ? 'indented' : 'frame';
}

const members = new JsonMembers();

function isRunnerJsonLine(bytes: Uint8Array, start: number, end: number): boolean {
  let found = 0;
  members.start(bytes, start, end);
  while (members.next()) {
    if (members.isNamed(jsonService)) {
      // Nearly every line is a pipeline's, which has it first.
      if (!members.hasText(runnerService)) return false;
      found |= 1;
    } else if (members.isNamed(jsonTarget) && members.isString && isAt(bytes, members.value, runnerModules)) found |= 2;
    else if (members.isNamed(jsonId) && members.isString) found |= 4;
  }
  return found === 7;
}

function levelEndIn(bytes: Uint8Array, start: number, end: number): number | undefined {
  const at = levelStartIn(bytes, start, end);
  const level = at === undefined ? undefined : levelWordAt(bytes, at);
  return at === undefined || level === undefined ? undefined : at + level.length;
}
