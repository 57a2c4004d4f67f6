import {type FSWatcher, watch} from 'node:fs';
import {stat} from 'node:fs/promises';
import type {Marker} from '../../buffer/markers.ts';
import type {Clock} from '../../lib/clock.ts';
import {lockHolder, type Processes} from '../file-lock.ts';
import {bytesOfPath, NotRegularError, openFor, openRegular} from '../regular-file.ts';
import {ignoreMissing} from '../save-file.ts';
import {indexFile, indexLines, lastBelow, lockFile, logFile, RecordingMap, readIndex} from './index-file.ts';
import {logsOnDisk, tellsOf} from './logs-on-disk.ts';
import {piecesOf, RecordedBytes, type RecordedPiece} from './reader.ts';

/** What was added to a recording, in order. `corrects`: the marker stands for the one before. */
export type AddedPiece =
  | {readonly bytes: Buffer; readonly offset: number}
  | {readonly marker: Marker; readonly corrects: boolean};

/** Bytes that are read at once. */
const pieceBytes = 256 * 1024;
/** Milliseconds between two looks while it is written. */
const checkEvery = 50;

/** Whether a process that lives, on this machine, writes a recording. */
export async function isWritten(folder: string, processes: Pick<Processes, 'isAlive'>): Promise<boolean> {
  // Of a lock that cannot be read, nobody knows.
  return (await lockHolder(lockFile(folder), processes).catch(() => undefined)) !== undefined;
}

/** A recording that may be written: what it had when it was opened, and then what is added. */
export class FollowedRecording {
  readonly bytes: RecordedBytes;
  /** Where its blocks ended when it was opened: what is before is the past. */
  readonly pastEnd: number;
  readonly #folder: string;
  readonly #clock: Clock;
  #map: RecordingMap;
  #index: IndexPlace;
  /** Offset of the next byte. */
  #at: number;
  /** Number of the next marker. */
  #nextMarker = 0;
  readonly #watcher: FSWatcher | undefined;
  #onChange: () => void = () => {};
  #hasChanged = false;
  #checkedAt = Number.NEGATIVE_INFINITY;

  private constructor(options: {folder: string; clock: Clock; index: IndexPlace; map: RecordingMap; size: number}) {
    const {folder, clock, index, map, size} = options;
    this.#folder = folder;
    this.#clock = clock;
    this.#index = index;
    this.#map = map;
    this.bytes = new RecordedBytes(folder, map);
    // The index lists blocks before they are written.
    const block = map.blocks.findLast(({offset, length}) => offset + length <= size);
    this.pastEnd = block ? block.offset + block.length : map.firstOffset;
    this.#at = this.pastEnd;
    try {
      this.#watcher = watch(bytesOfPath(folder), {persistent: false}, () => this.#wake());
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // It cannot be watched: what changes is found by a check every second.
    }
  }

  /** Undefined: it was deleted, or is damaged, so that it can only be read. Rejects with errors of the file system. */
  static async open(folder: string, clock: Clock): Promise<FollowedRecording | undefined> {
    const logs = await logsOnDisk(folder);
    const map = new RecordingMap();
    let index: IndexPlace | undefined;
    for await (const {lines, place} of newLines(folder, undefined)) {
      index = place;
      for (const fact of readIndex(lines)) map.apply(fact);
    }
    if (!index || !tellsOf(map, logs) || !logs.every(({isRegular}) => isRegular)) return undefined;
    const file = map.files.at(-1);
    const fileSize = file ? await sizeOf(logFile(folder, file.number)) : 0;
    if (fileSize === undefined) return undefined;
    const size = (file?.offset ?? 0) + fileSize;
    return new FollowedRecording({folder, clock, index, map, size});
  }

  /** Offset of the first byte that is not deleted. */
  get firstOffset(): number {
    return this.#map.firstOffset;
  }

  /** What it had when it was opened, in whole lines. To be read before what was added. */
  async *past(): AsyncGenerator<RecordedPiece> {
    const map = this.#map;
    const next = yield* piecesOf({map, bytes: this.bytes, size: this.pastEnd});
    this.#nextMarker = map.markers[next]?.number ?? map.nextMarker;
  }

  /** What was added since the last call, to the present end. */
  async *added(): AsyncGenerator<AddedPiece> {
    this.#hasChanged = false;
    this.#checkedAt = this.#clock.monotonic();
    for (;;) {
      const file = this.#map.files.at(-1);
      // First: what the index says then is about all of these bytes.
      const size = file && (await sizeOf(logFile(this.#folder, file.number)));
      yield* this.#readIndex();
      const {files} = this.#map;
      const next = file && files.find(({number}) => number > file.number);
      const end = next?.offset ?? (file && size !== undefined ? file.offset + size : this.#at);
      yield* this.#piecesTo(end);
      if (files.at(-1)?.number === file?.number) return;
    }
  }

  /**
   * Resolves when something may have been added, at the latest after `pollEvery` milliseconds, since watching has limits,
   * and sees nothing on network disks; or when the signal is aborted.
   */
  async changed(signal: AbortSignal, pollEvery: number): Promise<void> {
    await this.#sleep(this.#checkedAt + checkEvery - this.#clock.monotonic(), signal);
    if (this.#hasChanged) return;
    const woken = new AbortController();
    this.#onChange = () => woken.abort();
    await this.#sleep(pollEvery, AbortSignal.any([signal, woken.signal]));
  }

  close(): void {
    this.#watcher?.close();
  }

  #wake(): void {
    this.#hasChanged = true;
    this.#onChange();
  }

  async #sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (milliseconds > 0) await this.#clock.sleep(milliseconds, signal).catch(() => {});
  }

  async *#readIndex(): AsyncGenerator<AddedPiece> {
    let isFirst = true;
    for await (const {lines, place, isAnother} of newLines(this.#folder, this.#index)) {
      this.#index = place;
      if (isAnother && isFirst) this.#map = new RecordingMap();
      isFirst = false;
      for (const fact of readIndex(lines)) {
        this.#map.apply(fact);
        if (fact.kind === 'marker' && fact.number === this.#nextMarker - 1 && !isAnother) {
          yield {marker: fact.marker, corrects: true};
        }
        // What could not be written whole was removed, and is written again.
        if (fact.kind === 'end' && fact.offset < this.#at) {
          this.#at = fact.offset;
          this.#nextMarker = this.#map.nextMarker;
          yield {marker: {kind: 'file', turn: 'truncated', at: fact.at}, corrects: false};
        }
      }
    }
    this.bytes.follow(this.#map);
  }

  /** What is missing in a row is one marker. */
  async *#piecesTo(end: number): AsyncGenerator<AddedPiece> {
    let lost = 0;
    const takeLost = (): AddedPiece[] => {
      const bytes = lost;
      lost = 0;
      return bytes > 0 ? [{marker: unreadable(bytes, this.#clock.wall()), corrects: false}] : [];
    };
    for (;;) {
      const {markers} = this.#map;
      const marker = markers[lastBelow(markers, ({number}) => number, this.#nextMarker) + 1];
      if (marker && marker.offset <= this.#at) {
        yield* takeLost();
        this.#nextMarker = marker.number + 1;
        yield {marker: marker.marker, corrects: false};
        continue;
      }
      const offset = this.#at;
      const limit = Math.min(end, marker?.offset ?? end);
      if (limit <= offset) break;
      const next = await this.bytes.readOn(offset, Math.min(limit, offset + pieceBytes));
      this.#at = Math.min(next.end, limit);
      if (next.bytes) {
        yield* takeLost();
        yield {bytes: next.bytes, offset};
      } else lost += this.#at - offset;
    }
    yield* takeLost();
  }
}

function unreadable(bytes: number, at: number): Marker {
  return {kind: 'unreadable', bytes, because: 'deleted-or-damaged', at};
}

/** Undefined: there is none. */
async function sizeOf(file: string): Promise<number | undefined> {
  return (await stat(bytesOfPath(file)).catch(ignoreMissing))?.size;
}

/** `end`: offset up to which the index was read, in whole lines. */
type IndexPlace = {readonly ino: number; readonly end: number};
type NewLines = {readonly lines: string; readonly place: IndexPlace; readonly isAnother: boolean};

/** The lines of the index that were added since, some at a time; all if it was written anew. None: there is no index. */
async function* newLines(folder: string, before: IndexPlace | undefined): AsyncGenerator<NewLines> {
  await using handle = await openRegular(indexFile(folder), openFor.readOwn).catch((error: unknown) =>
    error instanceof NotRegularError ? undefined : ignoreMissing(error),
  );
  if (!handle) return;
  const {ino, size} = await handle.stat();
  const isAnother = before?.ino !== ino || size < before.end;
  const start = isAnother ? 0 : before.end;
  // It may have no whole line yet.
  yield {lines: '', place: {ino, end: start}, isAnother};
  for await (const {lines, end} of indexLines(handle, start)) yield {lines, place: {ino, end}, isAnother};
}
