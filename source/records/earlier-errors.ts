import type {LogBuffer} from '../buffer/log-buffer.ts';
import {StepwiseReader} from '../buffer/stepwise-reader.ts';
import {ErrorLog} from './error-log.ts';

type Options = {
  readonly buffer: LogBuffer;
  readonly errors: ErrorLog | undefined;
  /** The first entry that `errors` has counted. */
  readonly to: number;
  /** Unix time in ms, for lines without a time. */
  readonly wall: () => number;
  /** Receives all lines that are read. `newlines`: their offsets. `firstId`: of the first line. */
  readonly onRead?: (bytes: Uint8Array, newlines: Uint32Array, firstId: number) => void;
  /** All were read. */
  readonly onEnd?: () => void;
};

/**
 * Counts the errors among lines that were added to a log before those whose errors were counted as they came: in steps,
 * since a large file has millions of them.
 */
export class EarlierErrors {
  readonly #options: Options;
  readonly #earlier: ErrorLog;
  readonly #reader: StepwiseReader;
  #isAdded = false;

  constructor(options: Options) {
    const {buffer, to, wall, onRead} = options;
    this.#options = options;
    const reader = new StepwiseReader({
      ...{buffer, to},
      onRead: (bytes, newlines, firstId) => {
        this.#earlier.append(bytes, newlines);
        onRead?.(bytes, newlines, firstId);
      },
    });
    this.#reader = reader;
    const counted = {
      firstId: 0,
      get endId() {
        return reader.next;
      },
      lineAt: (id: number) => buffer.lineAt(id),
    };
    this.#earlier = new ErrorLog({buffer: counted, wall});
  }

  /** Reads about `maxBytes` more bytes. True: all were read, and `errors` has them. */
  step(maxBytes: number): boolean {
    if (!this.#reader.step(maxBytes)) return false;
    this.#add();
    return true;
  }

  #add(): void {
    if (this.#isAdded) return;
    this.#isAdded = true;
    const {buffer, errors, to, onEnd} = this.#options;
    for (let id = to; this.#earlier.awaitsMessage && id < buffer.endedTo; id++) {
      const line = buffer.lineAt(id);
      if (line) this.#earlier.readMessage(line, id);
    }
    errors?.addEarlier(this.#earlier);
    onEnd?.();
  }
}
