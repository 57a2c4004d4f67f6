import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import type {Log} from '../../engine/logs/log.ts';
import {hasCaughtUp} from '../../engine/logs/log-snapshot.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import type {Clock} from '../../lib/clock.ts';
import {SliceRunner} from '../../lib/slices.ts';
import {stripSgr} from '../terminal/sgr.ts';
import {timeNear} from '../viewport/time-column.ts';

/** A time in Unix milliseconds and perhaps the record there, by its hash (`hashOfRecord`). */
export type WantedPlace = {readonly at: number; readonly hash: string | undefined};

/**
 * `found`: the record itself. `changed`: a record of that time has other lines. `gone`: there is none of that time.
 * `time`: no record was asked for. `id`: where that is in the log; undefined: there is nothing at that time or later.
 */
export type FoundPlace = {
  readonly kind: 'found' | 'changed' | 'gone' | 'time';
  readonly id: number | undefined;
};

/** Milliseconds by which the time of the record may differ, where it is written with fewer digits than it was sent. */
export const tolerance = 1;
/** Milliseconds: times have microseconds, and are numbers that round them. */
const sameTimeWithin = 0.0006;
/** Entries at that time or soon after it, of which one may be the record: a busy pipeline logs thousands a second. */
const mostSearched = 5_000;

/**
 * Returns eight hex digits that tell the record that begins at `head` from others: FNV-1a, 32 bits, of all its lines without
 * colours, so that a file that has lost its colours has the same record.
 */
export function hashOfRecord(buffer: LogBuffer, index: RecordIndex, head: number): string {
  let hash = 0x811c9dc5;
  for (const id of index.linesOf(head)) {
    for (const byte of stripSgr(buffer.lineAt(id) ?? new Uint8Array())) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Looks for the place in a log that is indexed. */
export function findPlace(buffer: LogBuffer, index: RecordIndex, {at, hash}: WantedPlace): FoundPlace {
  const first = index.idAtTime(at - tolerance);
  const next = index.idAtTime(at);
  if (hash === undefined) return {kind: 'time', id: next};
  let sameTime: number | undefined;
  const end = Math.min(buffer.endId, (first ?? buffer.endId) + mostSearched);
  for (let id = first ?? buffer.endId; id < end; id++) {
    if (index.headOf(id) !== id || buffer.markerAt(id)) continue;
    const time = index.timeAt(id);
    // Records without a time are at that of the one before them.
    // Threads write records a little out of order.
    if (time !== undefined && time > at + tolerance) continue;
    if (hashOfRecord(buffer, index, id) === hash) return {kind: 'found', id};
    if (time !== undefined && Math.abs(time - at) < sameTimeWithin) sameTime ??= id;
  }
  return sameTime === undefined ? {kind: 'gone', id: next} : {kind: 'changed', id: sameTime};
}

/** A line in any copy of its log: its record, and which of the record's lines it is. */
export type LinePlace = {readonly at: number; readonly hash: string; readonly line: number};

/** The place of an entry; of a marker and of the open line that of the line before. Undefined: no time is near. */
export function linePlace(buffer: LogBuffer, index: RecordIndex, id: number): LinePlace | undefined {
  let line = Math.min(id, buffer.endedTo - 1);
  while (line >= buffer.firstId && buffer.markerAt(line)) line -= 1;
  if (line < buffer.firstId) return undefined;
  const head = Math.max(buffer.firstId, index.headOf(line));
  const at = timeNear(buffer, index, {id: head, step: -1});
  const hash = hashOfRecord(buffer, index, head);
  return at === undefined ? undefined : {at, hash, line: Math.max(0, index.linesOf(head).indexOf(line))};
}

/**
 * Calls `then` once a log has caught up, has lines, and all of them are indexed. Returns a function that ends the wait.
 * `indexOf`: asked as late as that.
 */
export function onceIndexed(
  {log, clock, indexOf}: {readonly log: Log; readonly clock: Clock; readonly indexOf: () => RecordIndex | undefined},
  then: (index: RecordIndex) => void,
): () => void {
  let stop = () => {};
  const check = () => {
    const snapshot = log.snapshot.get();
    const index = hasCaughtUp(snapshot) && snapshot.lineCount > 0 ? indexOf() : undefined;
    if (!index) return;
    stop();
    const runner = new SliceRunner({
      clock,
      step: (maxBytes) => index.step(maxBytes),
      onSlice(isDone) {
        if (!isDone) return;
        runner.dispose();
        then(index);
      },
    });
    stop = () => runner.dispose();
    runner.wake();
  };
  stop = log.snapshot.subscribe(check);
  check();
  return () => stop();
}
