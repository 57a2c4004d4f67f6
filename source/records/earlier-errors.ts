import type {LogBuffer} from '../buffer/log-buffer.ts';
import {newlinesIn} from '../buffer/segment.ts';
import {ErrorLog} from './error-log.ts';

/**
 * Counts the errors among lines that were added to a log before those whose errors were counted as they came: in steps,
 * since a large file has millions of them.
 */
export class EarlierErrors {
  readonly #buffer: LogBuffer;
  readonly #errors: ErrorLog;
  readonly #earlier: ErrorLog;
  readonly #to: number;
  #next = 0;
  #isAdded = false;

  /** `to`: the first entry that `errors` has counted. `wall`: Unix time in ms, for lines without a time. */
  constructor(options: {buffer: LogBuffer; errors: ErrorLog; to: number; wall: () => number}) {
    const {buffer, errors, to, wall} = options;
    this.#buffer = buffer;
    this.#errors = errors;
    this.#to = to;
    const endId = () => this.#next;
    const counted = {
      get endId() {
        return endId();
      },
      lineAt: (id: number) => buffer.lineAt(id),
    };
    this.#earlier = new ErrorLog({buffer: counted, wall});
  }

  /** Reads about `maxBytes` more bytes. True: all were read, and `errors` has them. */
  step(maxBytes: number): boolean {
    for (let left = maxBytes; left > 0; ) {
      this.#next = Math.max(this.#next, this.#buffer.firstId);
      if (this.#next >= this.#to) {
        this.#add();
        return true;
      }
      // Undefined: it cannot be read back, and is gone with all before it.
      const segment = this.#buffer.segmentAt(this.#next);
      if (!segment) continue;
      this.#next = segment.endId;
      this.#earlier.append(segment.bytes, newlinesIn(segment.bytes));
      left -= segment.bytes.length;
    }
    return false;
  }

  #add(): void {
    if (!this.#isAdded) this.#errors.addEarlier(this.#earlier);
    this.#isAdded = true;
  }
}
