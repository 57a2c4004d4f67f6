import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {Marker} from '../buffer/markers.ts';
import type {SegmentView} from '../buffer/segment.ts';
import {LogStates} from './log-states.ts';

type Loss = {readonly id: number; readonly marker: Extract<Marker, {kind: 'unread'}>};

/**
 * Finds in steps which streams a log that is read again leaves lost: after a marker of a loss, the next start brings all
 * streams back, and has no marker. Undefined: none is lost. `last`: the newest loss.
 */
export function findLostStreams(
  buffer: LogBuffer,
  onFound: (states: LogStates, last: Loss) => void,
): Pick<StepwiseReader, 'step'> | undefined {
  const losses = lastLosses(buffer);
  const last = losses.at(-1);
  if (!last) return undefined;
  const states = new LogStates();
  const to = buffer.endedTo;
  states.runner = buffer.runnerAt(to);
  const onRead = (bytes: Uint8Array, newlines: Uint32Array) => {
    states.append(bytes, newlines);
    leaveOut();
  };
  const reader = new StepwiseReader({buffer, to, onRead});
  // From a start to the next loss there may be weeks, none of which matters.
  const leaveOut = () => {
    if (states.lostStreams.length > 0) return;
    const next = losses.find(({id}) => id >= reader.next);
    if (next) states.addLostStream(next.marker.stream);
    reader.skipTo(next ? next.id + 1 : to);
  };
  leaveOut();
  return {
    step(maxBytes) {
      const isRead = reader.step(maxBytes);
      if (isRead) onFound(states, last);
      return isRead;
    },
  };
}

/** The last loss of each stream since the log was new, as its markers say, the oldest first. */
function lastLosses(buffer: LogBuffer): readonly Loss[] {
  const markers = [...buffer.markers()];
  const ofLog = markers.slice(markers.findLastIndex(([, {kind}]) => kind === 'new-life') + 1);
  const losses = ofLog.flatMap(([id, marker]) => (marker.kind === 'unread' ? [{id, marker}] : []));
  return [...new Map(losses.map((loss) => [loss.marker.stream, loss])).values()].sort((a, b) => a.id - b.id);
}

type Options = {
  readonly buffer: LogBuffer;
  /** The entries `[from, to)` are read. Default: from the first of all. */
  readonly from?: number;
  readonly to: number;
  /** Receives the lines. `newlines`: their offsets. `firstId`: of the first entry. */
  readonly onRead: (bytes: Uint8Array, newlines: Uint32Array, firstId: number) => void;
};

/** Reads entries that have ended in steps, also those on a disk: a recording has millions of them. */
export class StepwiseReader {
  readonly #buffer: LogBuffer;
  readonly #to: number;
  readonly #onRead: Options['onRead'];
  #next: number;

  constructor({buffer, from = 0, to, onRead}: Options) {
    this.#buffer = buffer;
    this.#to = to;
    this.#onRead = onRead;
    this.#next = from;
  }

  /** One past the last entry that was read, or left out. */
  get next(): number {
    return this.#next;
  }

  /** Entries before this one are not read any more. */
  skipTo(id: number): void {
    this.#next = Math.max(this.#next, id);
  }

  /** Reads about `maxBytes` more bytes. True: nothing is left. */
  step(maxBytes: number): boolean {
    for (let left = maxBytes; left > 0; ) {
      this.skipTo(this.#buffer.firstId);
      if (this.#next >= this.#to) return true;
      // Undefined: it cannot be read back, and is gone with all before it.
      const found = this.#buffer.segmentAt(this.#next);
      if (!found) continue;
      const segment = entriesWithin(found, this.#next, this.#to);
      this.#next = segment.endId;
      this.#onRead(segment.bytes, newlinesOf(segment), segment.firstId);
      left -= segment.bytes.length;
    }
    return false;
  }
}

/** Returns the offsets of newlines, from where lines begin: that was found when they were read back. */
function newlinesOf({starts, bytes}: SegmentView): Uint32Array {
  const offsets = new Uint32Array(starts.length);
  let count = 0;
  for (let index = 0; index < starts.length; index++) {
    const end = starts[index + 1] ?? bytes.length;
    // A marker has no bytes.
    if (end === starts[index]) continue;
    offsets[count] = end - 1;
    count += 1;
  }
  return offsets.subarray(0, count);
}

/** The entries `[from, to)` of a segment, which has some of them. */
function entriesWithin(segment: SegmentView, from: number, to: number): SegmentView {
  const firstId = Math.max(from, segment.firstId);
  const endId = Math.min(to, segment.endId);
  const [first, last] = [firstId - segment.firstId, endId - segment.firstId];
  if (first === 0 && last === segment.starts.length) return segment;
  const {length} = segment.bytes;
  const [start = length, end = length] = [segment.starts[first], segment.starts[last]];
  const starts = segment.starts.subarray(first, last).map((each) => each - start);
  return {...segment, firstId, endId, starts, bytes: segment.bytes.subarray(start, end)};
}
