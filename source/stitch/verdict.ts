import {newline} from '../buffer/segment.ts';
import {EntryCount, type Range} from './log-position.ts';
import type {Overlap} from './overlap.ts';
import type {RunnerForm} from './server-lines.ts';

/** What happened to the log between the tail and a replay. */
export type Verdict =
  /** The same epoch, and nothing between: the replay is new after its first `oldBytes` bytes. */
  | {readonly kind: 'proved'; readonly oldBytes: number}
  /**
   * Nothing proves the epoch. In the same epoch, `lost` entries are missing before what is new, and up to `mayRepeat` lines
   * of what is new may be old.
   */
  | {readonly kind: 'unproved'; readonly oldBytes: number; readonly lost: Range; readonly mayRepeat: number}
  /**
   * The log was cleared: the index is lower than in the same epoch, and the bytes do not continue the tail; or nothing
   * proves the same epoch, and by its id the pipeline is another one.
   */
  | {readonly kind: 'new-epoch'};

/** What a replay is judged by. Indexes and counts are entries. */
export type Evidence = {
  /** Absolute index of the replay's first entry. */
  readonly index: number;
  /** Of the replay. */
  readonly form: RunnerForm;
  /** Index of the first entry that was not received in full. */
  readonly had: Range;
  /** The tail ends within a line. */
  readonly cut: boolean;
  readonly overlap: Overlap;
  /** The replay begins with the fresh start line of our epoch. */
  readonly sameEpoch: boolean;
  /** By the caller's id, the replay is of another pipeline. */
  readonly isDoubted: boolean;
  /** How many lines with unique dates the replay shares with the tail, up to two. */
  readonly dates: number;
};

/** The epoch is proved, and the overlap: by two dates, or since all of an undiscarded epoch is in the tail. */
export function isProved({overlap, sameEpoch, dates}: Evidence): boolean {
  return overlap.longest > 0 && (sameEpoch || dates === 2);
}

/** Whether what came of the replay is old: proved, or by the index, which a date confirms. */
export function isOld(evidence: Evidence): boolean {
  return isProved(evidence) || (evidence.dates > 0 && !lossWithoutOverlap(evidence));
}

/**
 * The entries that are lost by the index if, in the same epoch, the replay does not overlap the tail: the cut line, at
 * least. Undefined: it must overlap.
 */
function lossWithoutOverlap({index, had, cut}: Evidence): Range | undefined {
  const min = Math.max(cut ? 1 : 0, index - had.max);
  const max = index - had.min;
  return min <= max ? {min, max} : undefined;
}

/**
 * The end of the tail that the ring may still hold, by the index alone: in the same epoch the replay overlaps at most
 * `entries`, and an entry is a line or more. With the newline in front of its first line; empty if nothing fits.
 */
export function reachableTail(tail: Uint8Array, entries: number, form: RunnerForm): Uint8Array {
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength);
  let start = bytes.indexOf(newline);
  if (entries < 0 || start === -1) return tail.subarray(tail.length);
  const whole = new EntryCount(0, form);
  whole.append(bytes.subarray(start + 1));
  const before = new EntryCount(0, form);
  while (whole.range.min - before.minWithOpen > entries) {
    const next = bytes.indexOf(newline, start + 1);
    before.append(bytes.subarray(start + 1, next + 1));
    start = next;
  }
  return bytes.subarray(start);
}

/** Judges a replay whose overlaps are complete. The bytes decide; where they prove nothing, the index chooses. */
export function judge(evidence: Evidence): Verdict {
  const {overlap} = evidence;
  if (isProved(evidence)) return {kind: 'proved', oldBytes: overlap.longest};
  if (evidence.isDoubted) return {kind: 'new-epoch'};

  const fitting = fittingOverlaps(evidence);
  const lost = lossWithoutOverlap(evidence);
  if (!fitting) return lost ? {kind: 'unproved', oldBytes: 0, lost, mayRepeat: 0} : {kind: 'new-epoch'};

  // Several overlaps agree with the index: use the one that keeps the most.
  const oldBytes = lost ? 0 : fitting.shortest;
  const mayRepeat = countLines(overlap.replay.subarray(oldBytes, fitting.longest));
  return {kind: 'unproved', oldBytes, lost: {min: 0, max: lost?.max ?? 0}, mayRepeat};
}

/** Judges a replay that fell quiet while it still agreed with the tail: every line may be new, and may be old. */
export function judgeUnfinished({index, had, overlap, isDoubted}: Evidence): Verdict {
  if (isDoubted) return {kind: 'new-epoch'};
  const lost = {min: 0, max: Math.max(0, index - had.min)};
  return {kind: 'unproved', oldBytes: 0, lost, mayRepeat: countLines(overlap.candidate)};
}

/** The overlaps, in bytes of the replay, after which the index is one that `had` may have; without the empty one. */
function fittingOverlaps({index, form, had, overlap}: Evidence): {shortest: number; longest: number} | undefined {
  const count = new EntryCount(index, form);
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

/** Lines in `bytes`, an unfinished last one included. */
function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (const byte of bytes) if (byte === newline) lines++;
  return bytes.length > 0 && bytes.at(-1) !== newline ? lines + 1 : lines;
}
