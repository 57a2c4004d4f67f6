import type {Entries, LogBuffer} from './log-buffer.ts';
import type {Marker} from './markers.ts';
import type {SegmentView} from './segment.ts';

/** One write to a file or a pipe, short beside a slice of 8 ms. */
const blockBytes = 1024 * 1024;
/** 16,384 short lines, or ids that are no longer held, take 1 to 2 ms. */
const blockIds = 16 * 1024;
const endOfLine = Buffer.from('\n');

type CopyOptions = {
  /** Writes markers between the lines, as `── words ──`; undefined: they are skipped. */
  readonly markers?: (marker: Marker) => string;
  readonly tally?: CopyCount;
};

/** The entries copied so far. */
export type CopyCount = {
  lines: number;
  /** Entries that left the buffer before their turn. */
  missing: number;
};

export function newTally(): CopyCount {
  return {lines: 0, missing: 0};
}

/** The ids of the shown entries in `[from, end)`. Lazy: `entries` may change meanwhile. */
export function* idsIn(entries: Entries, from: number, end: number): Generator<number> {
  let id = entries.atOrAfter(from);
  while (id !== undefined && id < end) {
    yield id;
    id = entries.atOrAfter(id + 1);
  }
}

/**
 * The lines under `ids` (ascending) as received, each with `\n`, the open line too. Blocks of at most 1 MiB are copies,
 * since the buffer may change between them. Yields after 16,384 ids at the latest, even an empty block.
 */
export function* readBlocks(
  buffer: LogBuffer,
  ids: Iterable<number>,
  options: CopyOptions = {},
): Generator<Buffer, void, undefined> {
  const tally = options.tally ?? newTally();
  const pieces = new Pieces();
  let segment: SegmentView | undefined;
  let visited = 0;
  for (const id of ids) {
    // The buffer, and so the view, can only change after a yield.
    if (!segment || id < segment.firstId || id >= segment.endId) segment = buffer.segmentAt(id);
    if (segment) addEntry(pieces, segment, id, buffer, options, tally);
    else tally.missing += 1;
    visited += 1;
    if (pieces.bytes < blockBytes && visited < blockIds) continue;
    yield* blocksOf(pieces.drain());
    segment = undefined;
    visited = 0;
  }
  if (visited > 0) yield* blocksOf(pieces.drain());
}

/** Without their `\n`. Views: each is valid until the next change of the buffer. */
export function* readLines(buffer: LogBuffer, ids: Iterable<number>): Generator<Buffer, void, undefined> {
  for (const id of ids) {
    const line = buffer.lineAt(id);
    if (line) yield line;
  }
}

function addEntry(
  pieces: Pieces,
  segment: SegmentView,
  id: number,
  buffer: LogBuffer,
  {markers}: CopyOptions,
  tally: CopyCount,
): void {
  const index = id - segment.firstId;
  const start = segment.starts[index] ?? 0;
  const end = segment.starts[index + 1] ?? segment.bytes.length;
  if (start === end) {
    const marker = markers && buffer.markerAt(id);
    if (marker) pieces.add(Buffer.from(`── ${markers(marker)} ──\n`));
    return;
  }
  tally.lines += 1;
  pieces.addRange(segment.bytes, start, end);
  if (segment.open && id === segment.endId - 1) pieces.add(endOfLine);
}

function* blocksOf(bytes: Buffer): Generator<Buffer, void, undefined> {
  let at = 0;
  // More than one block only for a line that is longer than a block.
  do {
    yield bytes.subarray(at, at + blockBytes);
    at += blockBytes;
  } while (at < bytes.length);
}

/** Joins neighbouring ranges, so that whole segments are copied at once. */
class Pieces {
  bytes = 0;
  #pieces: Uint8Array[] = [];
  #source: Buffer | undefined;
  #start = 0;
  #end = 0;

  addRange(source: Buffer, start: number, end: number): void {
    this.bytes += end - start;
    if (source === this.#source && start === this.#end) {
      this.#end = end;
      return;
    }
    this.#endRange();
    this.#source = source;
    this.#start = start;
    this.#end = end;
  }

  add(piece: Uint8Array): void {
    this.#endRange();
    this.bytes += piece.length;
    this.#pieces.push(piece);
  }

  /** Returns a copy of all pieces and removes them. */
  drain(): Buffer {
    this.#endRange();
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.bytes = 0;
    return all;
  }

  #endRange(): void {
    if (this.#source) this.#pieces.push(this.#source.subarray(this.#start, this.#end));
    this.#source = undefined;
  }
}
