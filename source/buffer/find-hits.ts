import {type CoreText, coreTexts, foldsBeyondAscii} from './core-texts.ts';
import type {LogBuffer} from './log-buffer.ts';
import type {Pattern} from './pattern.ts';
import {newline, type SegmentView} from './segment.ts';
import {decodeVisible, visibleBytes, visibleText} from './visible-text.ts';

/**
 * Bytes looked at at once: fewer calls than line by line, and the text stays in the processor's cache. A string of 128
 * KiB is a large object to the engine, which makes decoding and searching 163 MB take 190 ms instead of 65.
 */
const blockBytes = 64 * 1024;
const carriageReturn = 0x0d;
/** Where more lines than this share are candidates it is quicker to decode the block than each of them. */
const mostCandidates = 0.25;

/** Some entries of one segment, `[first, last)` as indexes into its starts, and their bytes. */
type Block = {readonly segment: SegmentView; readonly first: number; readonly last: number; readonly bytes: Buffer};

/**
 * Looks for lines that match in `[from, to)`, which must be held and without the open line, and stops after about
 * `maxBytes`. Answers the ids in order, and the id to go on with.
 *
 * What every match contains is looked for in the bytes first, and only lines with it are decoded, freed of styles and
 * tested. Measured on 163 MB with colours: 70 to 170 ms, and once 180 to 290 ms for the facts of the text; testing every
 * line took 440 to 510 ms each time.
 */
export function findHits(
  {buffer, pattern}: {buffer: LogBuffer; pattern: Pattern},
  range: {from: number; to: number; maxBytes: number},
): {hits: number[]; next: number} {
  const hits: number[] = [];
  let next = range.from;
  let left = range.maxBytes;
  while (next < range.to && left > 0) {
    const segment = buffer.segmentAt(next);
    if (!segment) break;
    const block = blockAt(segment, next - segment.firstId, Math.min(segment.endId, range.to) - segment.firstId);
    if (!findByCores(block, pattern, hits)) findText(block, pattern, hits);
    next = segment.firstId + block.last;
    left -= block.bytes.length;
  }
  return {hits, next};
}

/** A long line is a block of its own, cut to what is visible of it. */
function blockAt(segment: SegmentView, first: number, limit: number): Block {
  const {starts, bytes} = segment;
  const startOf = (index: number) => starts[index] ?? bytes.length;
  const from = startOf(first);
  if (startOf(first + 1) - from > visibleBytes) {
    return {segment, first, last: first + 1, bytes: bytes.subarray(from, from + visibleBytes)};
  }
  let last = first + 1;
  while (last < limit && startOf(last) - from < blockBytes && startOf(last + 1) - startOf(last) <= visibleBytes) last++;
  return {segment, first, last, bytes: bytes.subarray(from, startOf(last))};
}

/** False, and no hits: the lines of the block must be tested one by one. */
function findByCores(block: Block, pattern: Pattern, hits: number[]): boolean {
  const {segment, last} = block;
  segment.facts.update(segment.bytes, segment.starts[last] ?? segment.bytes.length);
  return coreTexts(pattern, segment.facts).some((core) => findByCore(block, core, {pattern, hits}));
}

function findByCore(block: Block, core: CoreText, {pattern, hits}: {pattern: Pattern; hits: number[]}): boolean {
  const {segment, first, last, bytes} = block;
  const offsetFrom = pattern.caseSensitive ? offsetsOf(bytes, core.text) : offsetsOfEitherCase(bytes, core.text);
  const most = core.isProof ? last - first : Math.ceil((last - first) * mostCandidates);
  const candidates = offsetFrom && linesAt(block, offsetFrom, most);
  if (!candidates) return false;
  for (const index of candidates) {
    if (core.isProof || pattern.test(visibleText(lineOf(segment, index)))) hits.push(segment.firstId + index);
  }
  return true;
}

/** Answers the offset of the next place that is at or after the one given; -1: there is none. */
type NextOffset = (from: number) => number;

function offsetsOf(bytes: Buffer, text: string): NextOffset {
  const needle = Buffer.from(text);
  return (from) => bytes.indexOf(needle, from);
}

/** Undefined if that would miss some. */
function offsetsOfEitherCase(bytes: Buffer, text: string): NextOffset | undefined {
  if (foldsBeyondAscii(text, bytes)) return undefined;
  // One character a byte: offsets stay the same, and no character of Latin-1 is another case of one of ASCII.
  const latin = bytes.toString('latin1');
  const regExp = new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gi');
  return (from) => {
    regExp.lastIndex = from;
    return regExp.exec(latin)?.index ?? -1;
  };
}

/** The lines, as indexes into the starts, in which something stands; undefined if they are more than `most`. */
function linesAt({segment, first, last}: Block, offsetFrom: NextOffset, most: number): number[] | undefined {
  const {starts} = segment;
  const base = starts[first] ?? 0;
  const lines: number[] = [];
  let index = first;
  for (let at = offsetFrom(0); at !== -1; at = offsetFrom((starts[index] ?? 0) - base)) {
    if (lines.length === most) return undefined;
    index = lineAtOffset(starts, base + at, {low: index, high: last - 1});
    lines.push(index);
    index += 1;
    if (index === last) break;
  }
  return lines;
}

function lineOf({starts, bytes}: SegmentView, index: number): Buffer {
  return withoutNewline(bytes.subarray(starts[index], starts[index + 1] ?? bytes.length));
}

/** The last entry that starts at or before `offset`. Of entries that start together it is the line: markers are empty. */
function lineAtOffset(starts: Uint32Array, offset: number, {low, high}: {low: number; high: number}): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) from = middle;
    else to = middle - 1;
  }
  return from;
}

function findText({segment, first, last, bytes}: Block, pattern: Pattern, hits: number[]): void {
  const {starts, firstId} = segment;
  if (last === first + 1) {
    if (bytes.length > 0 && pattern.test(visibleText(withoutNewline(bytes)))) hits.push(firstId + first);
    return;
  }
  const text = decodeVisible(bytes);
  let at = 0;
  for (let index = first; index < last; index++) {
    // A marker has no bytes.
    if (starts[index] === (starts[index + 1] ?? segment.bytes.length)) continue;
    const stop = text.indexOf('\n', at);
    const end = stop > at && text.charCodeAt(stop - 1) === carriageReturn ? stop - 1 : stop;
    if (pattern.test(text.slice(at, end))) hits.push(firstId + index);
    at = stop + 1;
  }
}

function withoutNewline(bytes: Buffer): Buffer {
  return bytes[bytes.length - 1] === newline ? bytes.subarray(0, -1) : bytes;
}
