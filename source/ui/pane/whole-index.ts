import type {LogBuffer} from '../../buffer/log-buffer.ts';
import type {Clock} from '../../lib/clock.ts';
import {SliceRunner} from '../../lib/slices.ts';
import {RecordIndex} from '../../records/record-index.ts';

/** The index of all lines of a large file, which is made once they are counted: until then there is one of its end. */
export class WholeIndex {
  readonly index: RecordIndex;
  readonly #buffer: LogBuffer;
  readonly #runner: SliceRunner;

  /** `restMs`: see `SliceRunner`. */
  constructor(
    buffer: LogBuffer,
    options: {readonly clock: Clock; readonly restMs: () => number; readonly onSlice: (isDone: boolean) => void},
  ) {
    this.#buffer = buffer;
    this.index = new RecordIndex(buffer);
    const step = (maxBytes: number) => {
      buffer.freeRead();
      return this.index.step(maxBytes);
    };
    this.#runner = new SliceRunner({...options, step});
    this.#runner.wake();
  }

  /** How much of the log it has, from 0 to 1. */
  get share(): number {
    const {firstId, endId} = this.#buffer;
    return Math.max(0, this.index.indexedTo - firstId) / (endId - firstId);
  }

  dispose(): void {
    this.#runner.dispose();
  }
}
