import type {Clock} from '../../lib/clock.ts';
import {count} from '../../lib/format.ts';
import type {MarkerKind} from '../buffer/markers.ts';
import {newline} from '../buffer/segment.ts';
import type {Collection} from '../opened/find-bundle.ts';
import {type FindOptions, findLogs} from '../opened/find-logs.ts';
import type {FoundLog} from '../opened/found-log.ts';
import {OpenError} from '../opened/open-error.ts';
import {nothingUnpacked, type PackedPart, unpack} from '../opened/unpack.ts';
import type {RecordedPiece} from '../recording/read-recording.ts';
import {Stitch, type StitchSink} from '../stitch/stitch.ts';

export type FindOpenedOptions = FindOptions & {
  /** Receives a line every few seconds while the logs in a large bundle are compared. */
  readonly progress?: {readonly clock: Pick<Clock, 'monotonic'>; readonly tell: (line: string) => void};
};

/** Milliseconds between two lines. */
const tellEvery = 2000;

/** Finds logs as `findLogs` does, with its errors. A bundle is one log for each group of collections that overlap. */
export async function findOpened(what: string, options: FindOpenedOptions = {}): Promise<readonly FoundLog[]> {
  const logs: FoundLog[] = [];
  for (const found of await findLogs(what, options)) {
    if (found.kind !== 'bundle') logs.push(found);
    else for (const collections of await overlapping(found, options)) logs.push({...found, collections});
  }
  return logs;
}

/**
 * Groups overlapping collections, oldest first. One without a log joins those before it, or the first ones after it.
 */
async function overlapping(
  {collections, name}: Extract<FoundLog, {kind: 'bundle'}>,
  {signal, progress}: FindOpenedOptions,
): Promise<readonly (readonly Collection[])[]> {
  if (collections.filter(logOf).length < 2) return [collections];
  const groups: Collection[][] = [];
  let compared = 0;
  let toldAt = progress?.clock.monotonic() ?? 0;
  try {
    for await (const piece of stitched(collections, {signal})) {
      if (!('collection' in piece)) continue;
      const {collection, isEpochStart} = piece;
      const group = groups.at(-1);
      if (group && !isEpochStart) group.push(collection);
      else groups.push([collection]);
      compared += 1;
      if (!progress || progress.clock.monotonic() - toldAt < tellEvery) continue;
      toldAt = progress.clock.monotonic();
      progress.tell(`${name}: ${count(compared)} of ${count(collections.length)} collections are compared`);
    }
  } catch (error) {
    if (!(error instanceof OpenError)) throw error;
    // Where it is read, it is read up to there.
    groups.push([...(groups.pop() ?? []), ...collections.slice(compared)]);
  }
  return groups;
}

type BundleOptions = {
  readonly signal?: AbortSignal | undefined;
  /** Returns a function that is called with the number of bytes of a log that were read. */
  readonly read?: (log: PackedPart) => ((bytes: number) => void) | undefined;
};

/** Yields the log in collections of one bundle: what several have is in it once. Throws `OpenError`. */
export async function* bundlePieces(
  collections: readonly Collection[],
  options?: BundleOptions,
): AsyncGenerator<RecordedPiece> {
  for await (const piece of stitched(collections, options)) if (!('collection' in piece)) yield piece;
}

/** Returns the logs of collections, in the order in which they are read. */
export function logsOf(collections: readonly Collection[]): readonly PackedPart[] {
  return collections.flatMap((collection) => logOf(collection) ?? []);
}

function logOf({files}: Collection): PackedPart | undefined {
  return files.get('logs.txt');
}

/** The end of what one collection adds. `isEpochStart`: none of it was in those before. */
type Added = {readonly collection: Collection; readonly isEpochStart: boolean};

/**
 * Yields the stitched logs of collections, oldest first. Each has what the server held at its time, as a connection
 * replays it: so they are stitched like the bodies of connections.
 */
async function* stitched(
  collections: readonly Collection[],
  {signal, read}: BundleOptions = {},
): AsyncGenerator<RecordedPiece | Added> {
  const sink = new PieceSink();
  const stitch = new Stitch({sink, clock: sink});
  const total = nothingUnpacked();
  let isFirst = true;
  for (const collection of collections) {
    const log = logOf(collection);
    const {at = sink.at} = collection;
    const downMs = isFirst ? 0 : Math.max(0, at - sink.at);
    sink.at = at;
    // What is undecided at the end was all there before.
    sink.isEpochStart = false;
    const hasBefore = !isFirst;
    if (log) {
      stitch.start({cause: 'collected-again', downMs});
      let isEmpty = true;
      for await (const piece of unpack(log, {signal, total, onRead: read?.(log)})) {
        isEmpty = false;
        if ('bytes' in piece) stitch.append(piece.bytes);
        else sink.pieces.push(piece);
        yield* sink.take();
      }
      // A first line that has no end.
      if (isFirst && !isEmpty && !stitch.decided) stitch.append(Buffer.of(newline));
      if (stitch.end().hasEndMarker) sink.addMarker({kind: 'ended', because: 'unknown'});
      isFirst &&= isEmpty;
    }
    yield* sink.take();
    yield {collection, isEpochStart: hasBefore && sink.isEpochStart};
  }
}

/** Keeps what the stitch writes until it is taken. */
class PieceSink implements StitchSink {
  /** Unix time in ms. */
  at = 0;
  isEpochStart = false;
  pieces: RecordedPiece[] = [];
  #isOpen = false;

  wall(): number {
    return this.at;
  }

  *take(): Generator<RecordedPiece> {
    const {pieces} = this;
    this.pieces = [];
    yield* pieces;
  }

  append(bytes: Uint8Array): void {
    this.#isOpen = bytes.at(-1) !== newline;
    this.pieces.push({bytes: Buffer.from(bytes)});
  }

  cutLine(): void {
    if (!this.#isOpen) return;
    this.append(Buffer.of(newline));
    this.addMarker({kind: 'line-cut'});
  }

  addMarker(marker: MarkerKind): void {
    this.pieces.push({marker: {...marker, at: this.at}});
  }

  onPlaced({isEpochStart}: {readonly isEpochStart: boolean}): void {
    this.isEpochStart = isEpochStart;
  }
}
