import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import type {StitchSink} from '../../../source/engine/stitch/stitch.ts';

/** Writes a stitched log into a buffer, as a tab does. */
export class BufferSink implements StitchSink {
  readonly buffer = new WritableLogBuffer({maxBytes: 64 * 1024 * 1024});
  #readTo = 0;

  append(bytes: Uint8Array, newlines: Uint32Array): void {
    this.buffer.append(bytes, newlines);
  }

  cutLine(): void {
    this.buffer.closeLine({cut: {kind: 'line-cut', at: 0}});
  }

  addMarker(marker: Parameters<StitchSink['addMarker']>[0]): void {
    this.buffer.addMarker({...marker, at: 0});
  }

  onPlaced(_place: {readonly isEpochStart: boolean}): void {}

  /** The log, a cut line ended with `cutEnd`. */
  text(cutEnd = '\n'): string {
    const {buffer} = this;
    let text = '';
    for (let id = buffer.firstId; id < buffer.endId; id++) {
      if (buffer.markerAt(id)) continue;
      const isOpen = buffer.hasOpenLine && id === buffer.endId - 1;
      const isCut = buffer.markerAt(id + 1)?.kind === 'line-cut';
      text += buffer.lineAt(id)?.toString('latin1');
      if (!isOpen) text += isCut ? cutEnd : '\n';
    }
    return text;
  }

  /** The markers since the last call. */
  drainMarkers(): Marker[] {
    const found = [...this.buffer.markers()].filter(([id]) => id >= this.#readTo);
    this.#readTo = this.buffer.endId;
    return found.map(([, marker]) => marker);
  }
}
