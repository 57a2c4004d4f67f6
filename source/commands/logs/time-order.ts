import type {LineOutput} from '../../system/line-output.ts';
import type {RecordShape} from './record-shapes.ts';

/** Bytes in one write. */
const batchBytes = 64 * 1024;

/** Collects what several logs print, and writes it in order of time. Each log keeps its own order. */
export class TimeOrder {
  readonly #printed: {readonly at: number; readonly bytes: Uint8Array}[] = [];

  /** The shape of one log. */
  collecting(shape: RecordShape): RecordShape {
    // A record without a time is printed with the one before it, and so is one that is older.
    let at = Number.NEGATIVE_INFINITY;
    return {
      ...shape,
      print: (record) => {
        at = Math.max(at, record.time?.at ?? at);
        this.#printed.push({at, bytes: shape.print(record)});
        return Buffer.of();
      },
    };
  }

  /** Writes what was collected since the last call. */
  write(output: LineOutput): void {
    let batch: Uint8Array[] = [];
    let size = 0;
    for (const {bytes} of this.#printed.splice(0).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))) {
      batch.push(bytes);
      size += bytes.length;
      if (size < batchBytes) continue;
      output.write(Buffer.concat(batch));
      batch = [];
      size = 0;
    }
    if (size > 0) output.write(Buffer.concat(batch));
  }
}
