import {bisect} from '../../lib/bisect.ts';
import {stepCost} from './cold-segments.ts';
import type {LogBuffer} from './log-buffer.ts';
import type {Pattern} from './pattern.ts';
import {newline, type SegmentView} from './segment.ts';
import {decodeVisible, type StyleJoints, visibleBytes, visibleText} from './style-joints.ts';

/** Some entries of a segment, `[first, last)` as indexes into its starts, and their bytes. */
type Block = {readonly segment: SegmentView; readonly first: number; readonly last: number; readonly bytes: Buffer};

/** Lines of a block that may match, as indexes into the starts; undefined: any line may. */
type Candidates = {
  readonly block: Block;
  readonly lines: readonly number[] | undefined;
  /** They match: no test is needed. */
  readonly areProved: boolean;
};

/** A text in every match that no style interrupts, to search in the bytes. `isProof`: only matches contain it. */
type CoreText = {readonly text: string; readonly isProof: boolean};

/** Offset of the next occurrence at or after `from`; -1: there is none. */
type NextOffset = (from: number) => number;

/** A string of 128 KiB is a large object to the engine: searching 163 MB takes 190 ms with it, and 65 with 64 KiB. */
const blockBytes = 64 * 1024;
const carriageReturn = 0x0d;
/** If a larger share of the lines are candidates, decoding the whole block is faster. */
const mostCandidates = 0.25;

/** Text that may be the middle or the end of a style: `[1;31m`. */
const inStyle = /^\[?[\d:;]*(?:m|$)/;
const kelvinSign = '\u212a';
const longS = '\u017f';
/** Each costs a search of all bytes, if those before are in too many lines. */
const mostCores = 2;

/** The last result for a set of joints: it takes 4 µs, and each block of a segment needs it. */
const lastCores = new WeakMap<
  StyleJoints['joints'],
  {readonly pattern: Pattern; readonly cores: readonly CoreText[]}
>();

/**
 * Finds matching lines in `[from, to)`: held entries without the open line. Stops after about `maxBytes`, or when the
 * pattern has enough to test. `next`: the id to continue with; undefined: the tests took too long.
 *
 * First the bytes are searched for a text that every match contains. Only lines with it are decoded, freed of styles
 * and tested, all at once, since a time limit costs as much as a step. 163 MB with colours take 70 to 170 ms, and once
 * 180 to 290 ms for the style joints; testing every line takes 440 to 510 ms.
 */
export function findMatches(
  {buffer, pattern}: {buffer: LogBuffer; pattern: Pattern},
  range: {from: number; to: number; maxBytes: number},
): {matches: number[]; next: number} | undefined {
  const candidates: Candidates[] = [];
  let next = range.from;
  let left = range.maxBytes;
  const mostToTest = pattern.mostAtOnce;
  let longest = 0;
  let total = 0;
  while (next < range.to && left > 0 && total < mostToTest) {
    const segment = buffer.segmentAt(next);
    if (!segment) break;
    const limit = Math.min(segment.endId, range.to) - segment.firstId;
    const block = blockAt(segment, {first: next - segment.firstId, limit, mostBytes: mostToTest});
    const found = candidatesIn(block, pattern);
    candidates.push(found);
    const extent = extentOf(found);
    total += extent.total;
    longest = Math.max(longest, extent.longest);
    left -= stepCost(buffer, next, block.bytes.length);
    next = segment.firstId + block.last;
  }
  const matches = pattern.guardMany({total, longest}, () => candidates.flatMap((each) => matchesAmong(each, pattern)));
  return matches && {matches, next};
}

/** A long line is a block of its own, cut to its visible part. */
function blockAt(segment: SegmentView, range: {first: number; limit: number; mostBytes: number}): Block {
  const {starts, bytes} = segment;
  const {first, limit} = range;
  const mostBytes = Math.min(blockBytes, range.mostBytes);
  const startOf = (index: number) => starts[index] ?? bytes.length;
  const from = startOf(first);
  if (startOf(first + 1) - from > visibleBytes) {
    return {segment, first, last: first + 1, bytes: bytes.subarray(from, from + visibleBytes)};
  }
  let last = lineAtOffset(starts, from + mostBytes - 1, {low: first, high: limit - 1}) + 1;
  // Only the last line can be long: the others end within the block, which has at most `visibleBytes`.
  if (last > first + 1 && startOf(last) - startOf(last - 1) > visibleBytes) last -= 1;
  return {segment, first, last, bytes: bytes.subarray(from, startOf(last))};
}

function candidatesIn(block: Block, pattern: Pattern): Candidates {
  const {segment, last} = block;
  const {styleJoints} = segment;
  styleJoints.update(segment.bytes, segment.starts[last] ?? segment.bytes.length);
  for (const core of coreTexts(pattern, styleJoints)) {
    const lines = linesWith(core, block, pattern);
    if (lines) return {block, lines, areProved: core.isProof};
  }
  return {block, lines: undefined, areProved: false};
}

/** Bytes of the candidates that must be tested. */
function extentOf({block, lines, areProved}: Candidates) {
  let longest = 0;
  let total = 0;
  if (areProved) return {total, longest};
  const {starts, bytes} = block.segment;
  const add = (index: number) => {
    const length = Math.min(visibleBytes, (starts[index + 1] ?? bytes.length) - (starts[index] ?? 0));
    total += length;
    if (length > longest) longest = length;
  };
  if (lines) for (const index of lines) add(index);
  else for (let index = block.first; index < block.last; index++) add(index);
  return {total, longest};
}

function matchesAmong({block, lines, areProved}: Candidates, pattern: Pattern): number[] {
  if (!lines) return findText(block, pattern);
  const {segment} = block;
  const matching = areProved ? lines : lines.filter((index) => pattern.test(visibleText(lineOf(segment, index))));
  return matching.map((index) => segment.firstId + index);
}

/** Finds lines with the text; undefined: it is in too many to be of use, or some would be missed. */
function linesWith(core: CoreText, block: Block, pattern: Pattern): number[] | undefined {
  const {first, last, bytes} = block;
  const offsetFrom = pattern.caseSensitive ? offsetsOf(bytes, core.text) : offsetsOfEitherCase(bytes, core.text);
  const most = core.isProof ? last - first : Math.ceil((last - first) * mostCandidates);
  return offsetFrom && linesAt(block, offsetFrom, most);
}

function offsetsOf(bytes: Buffer, text: string): NextOffset {
  const needle = Buffer.from(text);
  return (from) => bytes.indexOf(needle, from);
}

/** Returns undefined if occurrences would be missed. */
function offsetsOfEitherCase(bytes: Buffer, text: string): NextOffset | undefined {
  if (foldsBeyondAscii(text, bytes)) return undefined;
  // One character a byte: offsets stay the same, and no character of Latin-1 is another case of one of ASCII.
  const latin = bytes.toString('latin1');
  const regExp = new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gi');
  return (from) => {
    regExp.lastIndex = from;
    // `exec` would make an object for each occurrence.
    return regExp.test(latin) ? regExp.lastIndex - text.length : -1;
  };
}

/** Indexes of lines with an occurrence; undefined if they are more than `most`. */
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

/** The last entry that starts at or before `offset`: of entries with one start the line, since markers are empty. */
function lineAtOffset(starts: Uint32Array, offset: number, {low, high}: {low: number; high: number}): number {
  return bisect(low + 1, high + 1, (index) => (starts[index] ?? 0) <= offset) - 1;
}

function lineOf({starts, bytes}: SegmentView, index: number): Buffer {
  return withoutNewline(bytes.subarray(starts[index], starts[index + 1] ?? bytes.length));
}

function findText({segment, first, last, bytes}: Block, pattern: Pattern): number[] {
  const {starts, firstId} = segment;
  if (last === first + 1) {
    return bytes.length > 0 && pattern.test(visibleText(withoutNewline(bytes))) ? [firstId + first] : [];
  }
  const matches: number[] = [];
  const text = decodeVisible(bytes);
  let at = 0;
  for (let index = first; index < last; index++) {
    // A marker has no bytes.
    if (starts[index] === (starts[index + 1] ?? segment.bytes.length)) continue;
    const stop = text.indexOf('\n', at);
    const end = stop > at && text.charCodeAt(stop - 1) === carriageReturn ? stop - 1 : stop;
    if (pattern.test(text.slice(at, end))) matches.push(firstId + index);
    at = stop + 1;
  }
  return matches;
}

function withoutNewline(bytes: Buffer): Buffer {
  return bytes[bytes.length - 1] === newline ? bytes.subarray(0, -1) : bytes;
}

/** The fastest to find, best first. */
function coreTexts(pattern: Pattern, styleJoints: StyleJoints): readonly CoreText[] {
  const last = lastCores.get(styleJoints.joints);
  if (last?.pattern === pattern) return last.cores;
  const {needed, needle, caseSensitive} = pattern;
  const cores = needed
    .flatMap((text) => uninterrupted(text, caseSensitive, styleJoints))
    .sort((a, b) => speedOf(b) - speedOf(a))
    .slice(0, mostCores)
    .map((text) => ({text, isProof: text === needle && !(styleJoints.hasStyles && inStyle.test(text))}));
  lastCores.set(styleJoints.joints, {pattern, cores});
  return cores;
}

/** Bytes that a search skips at once, roughly: more for rare characters (`CONNECT, ` 51 ms, ` identical` 97). */
function speedOf(text: string): number {
  return text.length + text.replace(/[a-z ]/g, '').length;
}

/** The parts of a text between the places where a style may be. */
function uninterrupted(text: string, caseSensitive: boolean, styleJoints: StyleJoints): string[] {
  const cases = (character: string) =>
    (caseSensitive ? [character] : [character.toLowerCase(), character.toUpperCase()]).map((each) =>
      each.charCodeAt(0),
    );
  const parts = [''];
  for (const character of text) {
    const part = parts.at(-1) ?? '';
    const before = part === '' ? [] : cases(part.slice(-1));
    const isCut = before.some((a) => cases(character).some((b) => styleJoints.isJoint(a, b)));
    if (isCut) parts.push(character);
    else parts[parts.length - 1] = part + character;
  }
  return parts;
}

/** Returns whether a kelvin sign or a long s in the bytes may match a `k` or an `s` of `core`. */
function foldsBeyondAscii(core: string, bytes: Buffer): boolean {
  return (/k/i.test(core) && bytes.includes(kelvinSign)) || (/s/i.test(core) && bytes.includes(longS));
}
