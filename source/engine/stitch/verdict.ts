import {newline} from '../buffer/segment.ts';
import {EntryCount, type Range} from './entry-count.ts';
import type {Overlap} from './overlap.ts';

/** Finding about the log between the tail and a replay. */
export type Verdict =
  /** The epoch is the same, and nothing is between: the replay is new after its first `oldBytes` bytes. */
  | {readonly kind: 'proved'; readonly oldBytes: number}
  /**
   * Nothing proves the epoch. If it is the same, `lost` entries are missing before what is new, and up to `mayRepeat`
   * lines of what is new may be old.
   */
  | {readonly kind: 'unproved'; readonly oldBytes: number; readonly lost: Range; readonly mayRepeat: number}
  /** The log was cleared: the index is too low for the same epoch, and the bytes do not continue the tail. */
  | {readonly kind: 'new-epoch'};

/** Indexes and counts are entries. */
export type Evidence = {
  /** Absolute index of the replay's first entry. */
  readonly index: number;
  /** Index of the first entry that was not received in full. */
  readonly had: Range;
  /** The tail ends within a line. */
  readonly cut: boolean;
  readonly overlap: Overlap;
  /** The replay begins with the fresh start line of our epoch. */
  readonly sameEpoch: boolean;
  /** Lines with unique dates that the replay shares with the tail, up to two. */
  readonly dates: number;
};

/** By two dates, or by our fresh start: nothing was discarded, so the tail has all that we received of the epoch. */
export function isProved({overlap, sameEpoch, dates}: Evidence): boolean {
  return overlap.longest > 0 && (sameEpoch || dates === 2);
}

/** Returns whether the replay so far is old: proved, or by the index and one date. */
export function isOld(evidence: Evidence): boolean {
  return isProved(evidence) || (evidence.dates > 0 && !lossWithoutOverlap(evidence));
}

/** Entries lost by the index in the same epoch without overlap; a cut line counts. Undefined: it must overlap. */
function lossWithoutOverlap({index, had, cut}: Evidence): Range | undefined {
  const min = Math.max(cut ? 1 : 0, index - had.max);
  const max = index - had.min;
  return min <= max ? {min, max} : undefined;
}

/** The end of the tail that overlaps at most `entries` entries, with the newline before it; empty if nothing fits. */
export function reachableTail(tail: Uint8Array, entries: number): Uint8Array {
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength);
  let start = bytes.indexOf(newline);
  if (entries < 0 || start === -1) return tail.subarray(tail.length);
  const whole = new EntryCount(0);
  whole.append(bytes.subarray(start + 1));
  const before = new EntryCount(0);
  while (whole.range.min - before.range.min > entries) {
    const next = bytes.indexOf(newline, start + 1);
    before.append(bytes.subarray(start + 1, next + 1));
    start = next;
  }
  return bytes.subarray(start);
}

/** Judges a replay whose overlaps are complete. Where the bytes prove nothing, the index chooses. */
export function judge(evidence: Evidence): Verdict {
  const {overlap} = evidence;
  if (isProved(evidence)) return {kind: 'proved', oldBytes: overlap.longest};

  const fitting = fittingOverlaps(evidence);
  const lost = lossWithoutOverlap(evidence);
  if (!fitting) return lost ? {kind: 'unproved', oldBytes: 0, lost, mayRepeat: 0} : {kind: 'new-epoch'};

  // Of the overlaps that agree with the index, use the one that keeps the most.
  const oldBytes = lost ? 0 : fitting.shortest;
  const mayRepeat = countLines(overlap.replay.subarray(oldBytes, fitting.longest));
  return {kind: 'unproved', oldBytes, lost: {min: 0, max: lost?.max ?? 0}, mayRepeat};
}

/** Judges a replay that fell quiet while it agreed with the tail: every line may be new, and may be old. */
export function judgeUnfinished({index, had, overlap}: Evidence): Verdict {
  const lost = {min: 0, max: Math.max(0, index - had.min)};
  return {kind: 'unproved', oldBytes: 0, lost, mayRepeat: countLines(overlap.candidate)};
}

/** The overlaps, in bytes of the replay, whose index is within `had`; without the empty one. */
function fittingOverlaps({index, had, overlap}: Evidence): {shortest: number; longest: number} | undefined {
  const count = new EntryCount(index);
  let counted = 0;
  let fitting: {shortest: number; longest: number} | undefined;
  for (const length of [...overlap.all()].reverse()) {
    count.append(overlap.replay.subarray(counted, length));
    counted = length;
    const {min, max} = count.range;
    if (length === 0 || max < had.min) continue;
    if (min > had.max) break;
    fitting = {shortest: fitting?.shortest ?? length, longest: length};
  }
  return fitting;
}

/** An unfinished last line counts. */
function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (const byte of bytes) if (byte === newline) lines++;
  return bytes.length > 0 && bytes.at(-1) !== newline ? lines + 1 : lines;
}
