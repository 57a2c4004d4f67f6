import {visibleBytes} from '../buffer/visible-text.ts';
import {bytesOf} from './bytes.ts';
import {JsonAsText} from './json-as-text.ts';
import {levelStartIn, levelWordAt, openingBrace, skipBlank} from './line-head.ts';
import {ShapeWriter} from './shape-writer.ts';

const space = 0x20;
const colon = 0x3a;
const carriageReturn = 0x0d;

/** One for all calls, so that none allocates: each begins anew and is over before the next. */
const writer = new ShapeWriter();
const asText = new JsonAsText();

/**
 * What lines that say the same have in common: a hash, 32 bits, of a line's level, target and text without the name, the
 * time, colours, and with numbers, ids and quoted values left out. A line in JSON has the shape of the line that begins
 * the same record in text form. Of a long line the first 64 KiB.
 */
export function shapeOf(line: Uint8Array): number {
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
  writeShape(line, kept);
  writer.end();
  return new TextDecoder().decode(kept.subarray(0, writer.length));
}

function writeShape(line: Uint8Array, kept?: Uint8Array): void {
  const start = levelStartIn(line, 0, line.length);
  const level = start === undefined ? undefined : levelWordAt(line, start);
  if (start === undefined || level === undefined) {
    writer.begin(line, kept);
    writer.text(0, visibleEnd(line, line.length));
    return;
  }
  if (line[0] === openingBrace) writeJson(line, start, start + level.length, kept);
  else writeText(line, {start, levelEnd: start + level.length, length: line.length}, kept);
}

/** Writes the text of a record from its level on. */
function writeText(
  bytes: Uint8Array,
  {start, levelEnd, length}: {start: number; levelEnd: number; length: number},
  kept: Uint8Array | undefined,
): void {
  writer.begin(bytes, kept);
  writer.copy(start, levelEnd);
  writer.put(space);
  writer.text(skipBlank(bytes, levelEnd), visibleEnd(bytes, length));
}

function writeJson(line: Uint8Array, start: number, levelEnd: number, kept: Uint8Array | undefined): void {
  if (!asText.look(line)) {
    const length = asText.write(line, start, levelEnd);
    writeText(asText.bytes, {start: 0, levelEnd: levelEnd - start, length}, kept);
    return;
  }
  // Most lines: nothing need be copied.
  const {target, message} = asText;
  writer.begin(line, kept);
  writer.copy(start, levelEnd);
  writer.put(space);
  writer.text(target.start, target.end);
  writer.put(colon);
  writer.put(space);
  writer.put(space);
  writer.text(message.start, message.end);
}

/** Where the text ends of which the first 64 KiB count. */
function visibleEnd(bytes: Uint8Array, length: number): number {
  const visible = Math.min(length, visibleBytes);
  return bytes[visible - 1] === carriageReturn ? visible - 1 : visible;
}
