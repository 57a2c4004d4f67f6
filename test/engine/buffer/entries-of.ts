import type {LogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import type {Marker} from '../../../source/engine/buffer/markers.ts';

type Readable = Pick<LogBuffer, 'firstId' | 'endId' | 'lineAt' | 'markerAt'>;

type Options = {
  /** Default: the oldest entry. */
  readonly from?: number;
  readonly encoding?: 'utf8' | 'latin1';
  /** Default: its kind. */
  readonly wordOf?: (marker: Marker) => string;
};

/** The entries of a buffer: the texts of lines, the words of markers in angle brackets, `?` where nothing can be read. */
export function entriesOf(buffer: Readable, {from = buffer.firstId, ...options}: Options = {}): string[] {
  return idsOf(buffer, from).map((id) => entryAt(buffer, id, options));
}

/** The same, each of which was read before those in front of it. */
export function entriesFromBehind(buffer: Readable, {from = buffer.firstId, ...options}: Options = {}): string[] {
  const entries = idsOf(buffer, from)
    .toReversed()
    .map((id) => entryAt(buffer, id, options));
  return entries.reverse();
}

function idsOf(buffer: Readable, from: number): readonly number[] {
  return Array.from({length: buffer.endId - from}, (_, index) => from + index);
}

function entryAt(buffer: Readable, id: number, {encoding, wordOf = ({kind}) => kind}: Options): string {
  const marker = buffer.markerAt(id);
  return marker ? `<${wordOf(marker)}>` : (buffer.lineAt(id)?.toString(encoding) ?? '?');
}
