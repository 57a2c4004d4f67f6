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
    for (let left = maxBytes; left > 0 && this.#next < this.#to; ) {
      this.#next = Math.max(this.#next, this.#buffer.firstId);
      const segment = this.#buffer.segmentAt(this.#next);
      if (!segment || segment.firstId >= this.#to) break;
      this.#next = segment.endId;
      this.#earlier.append(segment.bytes, newlinesIn(segment.bytes));
      left -= segment.bytes.length;
      if (left > 0) continue;
      return this.#next >= this.#to && this.#add();
    }
    return this.#add();
  }

  #add(): true {
    if (!this.#isAdded) this.#errors.addEarlier(this.#earlier);
    this.#isAdded = true;
    return true;
  }
}
