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
  {markers, tally = newTally()}: CopyOptions = {},
): Generator<Buffer, void, undefined> {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let segment: SegmentView | undefined;
  let visited = 0;
  for (const id of ids) {
    // The buffer, and so the view, can only change after a yield.
    if (!segment || id < segment.firstId || id >= segment.endId) segment = buffer.segmentAt(id);
    const entry = segment ? entryIn(segment, id) : undefined;
    if (!entry) tally.missing += 1;
    else if (entry.length > 0) {
      tally.lines += 1;
      pieces.push(entry);
      if (segment?.open && id === segment.endId - 1) pieces.push(endOfLine);
    } else {
      const marker = markers && buffer.markerAt(id);
      if (marker) pieces.push(Buffer.from(`── ${markers(marker)} ──\n`));
    }
    bytes += entry?.length ?? 0;
    visited += 1;
    if (bytes < blockBytes && visited < blockIds) continue;
    yield* blocksOf(Buffer.concat(pieces));
    pieces = [];
    bytes = 0;
    segment = undefined;
    visited = 0;
  }
  if (visited > 0) yield* blocksOf(Buffer.concat(pieces));
}

/** Without their `\n`. Views: each is valid until the next change of the buffer. */
export function* readLines(buffer: LogBuffer, ids: Iterable<number>): Generator<Buffer, void, undefined> {
  for (const id of ids) {
    const line = buffer.lineAt(id);
    if (line) yield line;
  }
}

/** The bytes of an entry with its newline; none of a marker. */
function entryIn({firstId, starts, bytes}: SegmentView, id: number): Buffer {
  const index = id - firstId;
  return bytes.subarray(starts[index] ?? 0, starts[index + 1] ?? bytes.length);
}

function* blocksOf(bytes: Buffer): Generator<Buffer, void, undefined> {
  let at = 0;
  // More than one block only for a line that is longer than a block.
  do {
    yield bytes.subarray(at, at + blockBytes);
    at += blockBytes;
  } while (at < bytes.length);
}
