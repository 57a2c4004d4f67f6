import {readFileSync, statSync} from 'node:fs';
import type {Marker} from '../buffer/marker.ts';
import {mapOf, RecordedBytes} from './recorded-bytes.ts';
import type {RecordingMap} from './recording-map.ts';
import {indexFile, logFile} from './recording-names.ts';

/** Bytes read at once where there are no blocks yet. */
const pieceBytes = 256 * 1024;

/** What a recording holds, in order. `missing`: so many bytes were deleted while it was read. */
export type RecordedPiece = {readonly bytes: Buffer} | {readonly marker: Marker} | {readonly missing: number};

/** Where a recording begins and ends now; also while another program writes it. */
export type RecordedLog = {
  /** Bytes that were deleted to make room. */
  readonly deletedBytes: number;
  readonly pieces: Iterable<RecordedPiece>;
};

/** Opens a recording to read it once from its beginning to its end as it is now. Throws what the file system says. */
export function openRecordedLog(folder: string): RecordedLog {
  const map = mapOf(readFileSync(indexFile(folder), 'utf8'));
  const size = sizeOf(folder, map);
  map.endAt(size);
  return {deletedBytes: map.firstOffset, pieces: piecesOf(map, new RecordedBytes(folder, map), size)};
}

function sizeOf(folder: string, map: RecordingMap): number {
  const file = map.files.at(-1);
  if (!file) return 0;
  return file.offset + (statSync(logFile(folder, file.number), {throwIfNoEntry: false})?.size ?? 0);
}

function* piecesOf(map: RecordingMap, bytes: RecordedBytes, size: number): Generator<RecordedPiece> {
  let nextMarker = 0;
  let nextBlock = 0;
  const {blocks, markers} = map;
  for (let at = map.firstOffset; at < size; ) {
    const block = blocks[nextBlock];
    const end = block ? block.offset + block.length : Math.min(size, at + pieceBytes);
    nextBlock += 1;
    const piece = bytes.read(at, end - at);
    if (!piece) yield {missing: end - at};
    let from = at;
    for (let marker = markers[nextMarker]; marker && marker.offset < end; marker = markers[++nextMarker]) {
      if (piece && marker.offset > from) yield {bytes: piece.subarray(from - at, marker.offset - at)};
      yield {marker: marker.marker};
      from = marker.offset;
    }
    if (piece && end > from) yield {bytes: piece.subarray(from - at)};
    at = end;
  }
  for (; nextMarker < markers.length; nextMarker++) {
    const marker = markers[nextMarker];
    if (marker) yield {marker: marker.marker};
  }
}
