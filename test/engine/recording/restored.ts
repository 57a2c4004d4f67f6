import {type BufferOptions, WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import type {TapPosition} from '../../../source/engine/recording/buffer-tap.ts';
import type {RecordedPast} from '../../../source/engine/recording/past.ts';

/** A buffer that begins with what was recorded, as the log sink fills it, and where new lines follow the recording. */
export function restored(past: RecordedPast, options: BufferOptions): {buffer: WritableLogBuffer; start: TapPosition} {
  const buffer = new WritableLogBuffer(options);
  let firstInMemory = 0;
  for (const piece of past.pieces()) {
    if ('marker' in piece) buffer.addMarker(piece.marker);
    else if ('rest' in piece) buffer.append(piece.rest);
    else {
      buffer.addPast(piece.block);
      firstInMemory = buffer.endId;
    }
  }
  return {buffer, start: past.positionIn(buffer, firstInMemory)};
}
