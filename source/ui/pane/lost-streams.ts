import type {LogBuffer} from '../../buffer/log-buffer.ts';
import type {OutputStream} from '../../buffer/markers.ts';

/**
 * Lost streams of the process, which nobody reads until the next start, as the markers of the newest run say: also those of a
 * recorded past, of which the stream does not know. What comes while the log is followed is in its snapshot.
 */
export class LostStreams {
  readonly #buffer: Pick<LogBuffer, 'markers' | 'lastMarker'>;
  #found: {firstId: number | undefined; lastId: number | undefined; streams: readonly OutputStream[]} | undefined;

  constructor(buffer: Pick<LogBuffer, 'markers' | 'lastMarker'>) {
    this.#buffer = buffer;
  }

  /** Those of the run that begins at `firstId`; none while it is not known that it is the newest. */
  in(firstId: number | undefined, isNewest: boolean): readonly OutputStream[] {
    const lastId = this.#buffer.lastMarker()?.id;
    if (this.#found?.firstId === firstId && this.#found?.lastId === lastId) return this.#found?.streams ?? [];
    if (!isNewest) return [];
    const markers = [...this.#buffer.markers()].filter(([id]) => firstId !== undefined && id >= firstId);
    // What the runner of another log reads is unknown, as for the stream.
    const ofRunner = markers.slice(markers.findLastIndex(([, {kind}]) => kind === 'new-life') + 1);
    const streams = ofRunner.flatMap(([, marker]) => (marker.kind === 'unread' ? marker.stream : []));
    this.#found = {firstId, lastId, streams: [...new Set(streams)]};
    return this.#found.streams;
  }
}
