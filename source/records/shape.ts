import {visibleBytes} from '../buffer/visible-text.ts';
import {bytesOf, offsetOf, standsAt} from './bytes.ts';
import {levelStartIn, levelWordAt, openingBrace, skipBlank} from './line-head.ts';
import {closingQuote} from './quotes.ts';
import {ShapeWriter} from './shape-writer.ts';

const jsonTarget = bytesOf('","target":"');
const jsonFields = bytesOf('"fields":{');
const jsonMessages = [bytesOf('"message":"'), bytesOf('"line":"')];
const logTarget = bytesOf('log');
const jsonLogTarget = bytesOf('"log.target":"');
const quote = 0x22;
const space = 0x20;
const colon = 0x3a;
const carriageReturn = 0x0d;

/** One for all calls, so that none allocates: each begins anew and is over before the next. */
const writer = new ShapeWriter();

/**
 * What lines that say the same have in common: a hash, 32 bits, of a line's level, target and text without the name, the
 * time, colours, and with numbers, ids and quoted values left out. Of a line in JSON the message and the fields count.
 * Of a long line the first 64 KiB.
 */
export function shapeOf(line: Uint8Array): number {
  writer.begin(line);
  writeShape(line);
  return writer.end();
}

/**
 * The same as text to read, `INFO a::b:  step # finished in # ms`: two lines have one shape text exactly if they have one
 * shape. `text` is the line's visible text.
 */
export function shapeText(text: string): string {
  const line = bytesOf(text);
  const kept = new Uint8Array(line.length * 2 + 16);
  writer.begin(line, kept);
  writeShape(line);
  writer.end();
  return new TextDecoder().decode(kept.subarray(0, writer.length));
}

function writeShape(line: Uint8Array): void {
  const visible = Math.min(line.length, visibleBytes);
  const end = line[visible - 1] === carriageReturn ? visible - 1 : visible;
  const levelStart = levelStartIn(line, 0, end);
  const level = levelStart === undefined ? undefined : levelWordAt(line, levelStart);
  if (levelStart === undefined || level === undefined) {
    writer.text(0, end, false);
    return;
  }
  const levelEnd = levelStart + level.length;
  writer.copy(levelStart, levelEnd);
  writer.put(space);
  if (line[0] === openingBrace) writeJson(line, levelEnd, end);
  else writer.text(skipBlank(line, levelEnd), end, false);
}

/** Writes the rest of a JSON line from the end of its level on. */
function writeJson(line: Uint8Array, levelEnd: number, end: number): void {
  const target = standsAt(line, levelEnd, jsonTarget) ? levelEnd + jsonTarget.length : levelEnd;
  const targetEnd = offsetOf(line, quote, target, end);
  const fields = targetEnd === undefined ? undefined : offsetAfter(line, jsonFields, targetEnd, end);
  if (targetEnd === undefined || fields === undefined) {
    writer.text(levelEnd, end, true);
    return;
  }
  writeTarget(line, {target, targetEnd, fields, end});
  writer.put(colon);
  const key = jsonMessages.find((message) => standsAt(line, fields, message));
  const message = key ? fields + key.length : fields;
  const messageEnd = key ? (closingQuote(line, message, end) ?? end) : fields;
  writer.put(space);
  writer.put(space);
  writer.text(message, messageEnd, true);
  const rest = key ? messageEnd + 1 : fields;
  // Two braces end a line without more fields.
  if (end - rest > 2) writer.text(rest, end, true);
}

/** Lines that come through the `log` crate all have the target `log`: the true one is a field. */
function writeTarget(
  line: Uint8Array,
  {target, targetEnd, fields, end}: {target: number; targetEnd: number; fields: number; end: number},
): void {
  const isLog = targetEnd - target === logTarget.length && standsAt(line, target, logTarget);
  const own = isLog ? offsetAfter(line, jsonLogTarget, fields, end) : undefined;
  const start = own ?? target;
  writer.text(start, own === undefined ? targetEnd : (closingQuote(line, start, end) ?? end), true);
}

/** Past the first `part`, which begins with a quote, at or after `start`. */
function offsetAfter(line: Uint8Array, part: Uint8Array, start: number, end: number): number | undefined {
  for (let at = start; at < end; at++) if (line[at] === quote && standsAt(line, at, part)) return at + part.length;
  return undefined;
}
