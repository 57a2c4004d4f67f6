import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {SegmentView} from '../buffer/segment.ts';
import {ErrorLog} from './error-log.ts';

type Options = {
  readonly buffer: LogBuffer;
  readonly errors: ErrorLog | undefined;
  /** The first entry that is read. Default: the first of all. */
  readonly from?: number;
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
  readonly #buffer: LogBuffer;
  readonly #onRead: Options['onRead'];
  readonly #onEnd: Options['onEnd'];
  readonly #errors: ErrorLog | undefined;
  readonly #earlier: ErrorLog;
  readonly #to: number;
  #next: number;
  /** Memory of `#newlinesOf`. */
  #offsets = new Uint32Array(4096);
  #isAdded = false;

  constructor({buffer, errors, from = 0, to, wall, onRead, onEnd}: Options) {
    this.#onRead = onRead;
    this.#onEnd = onEnd;
    this.#buffer = buffer;
    this.#errors = errors;
    this.#next = from;
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
      const found = this.#buffer.segmentAt(this.#next);
      if (!found) continue;
      const segment = entriesFrom(found, this.#next);
      this.#next = segment.endId;
      const newlines = this.#newlinesOf(segment);
      this.#earlier.append(segment.bytes, newlines);
      this.#onRead?.(segment.bytes, newlines, segment.firstId);
      left -= segment.bytes.length;
    }
    return false;
  }

  /** Their offsets, valid until the next call: where lines begin was found when they were read back. */
  #newlinesOf({starts, bytes}: SegmentView): Uint32Array {
    if (this.#offsets.length < starts.length) this.#offsets = new Uint32Array(starts.length);
    let count = 0;
    for (let index = 0; index < starts.length; index++) {
      const end = starts[index + 1] ?? bytes.length;
      // A marker has no bytes.
      if (end === starts[index]) continue;
      this.#offsets[count] = end - 1;
      count += 1;
    }
    return this.#offsets.subarray(0, count);
  }

  #add(): void {
    if (this.#isAdded) return;
    this.#isAdded = true;
    const {endedTo} = this.#buffer;
    for (let id = this.#to; this.#earlier.awaitsMessage && id < endedTo; id++) {
      const line = this.#buffer.lineAt(id);
      if (line) this.#earlier.readMessage(line, id);
    }
    this.#errors?.addEarlier(this.#earlier);
    this.#onEnd?.();
  }
}

/** The entries of a segment from `id` on. */
function entriesFrom(segment: SegmentView, id: number): SegmentView {
  const skipped = id - segment.firstId;
  if (skipped <= 0) return segment;
  const start = segment.starts[skipped] ?? segment.bytes.length;
  const starts = segment.starts.subarray(skipped).map((each) => each - start);
  return {...segment, firstId: id, starts, bytes: segment.bytes.subarray(start)};
}
