import type {Clock} from '../../lib/clock.ts';
import {FrameBatch} from '../../lib/frames.ts';
import {SliceRunner} from '../../lib/slices.ts';
import type {ReadableStore} from '../../lib/store.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';

/** Bytes at the end of a log that never leave memory, if all have room for them: four times the server's ring. */
export const alwaysKept = 4 * 1024 * 1024;
/** Only whole segments leave memory. */
const segmentBytes = 256 * 1024;
/** A line up to this length is not broken, however many tabs there are: the server's ring has none that is longer. */
const longestLine = 1024 * 1024;
/** Checks a second while logs change. */
const checksASecond = 4;
/** When this part of the budget came since the last check, the next one is at once: 64 tabs bring 25 MB between two. */
const growthShare = 1 / 16;

/** Bytes that all logs may take where no container limits them, and the least that they may take. */
const usualBudget = 256 * 1024 * 1024;
const leastBudget = 16 * 1024 * 1024;
/** Share of a container's memory: the program itself takes 70 to 100 MiB. */
const containerShare = 1 / 8;

/** The budget that no option has set. `limit`: of the memory of the container; 0, undefined or huge: there is none. */
export function budgetWithin(limit: number | undefined): number {
  return limit ? Math.min(usualBudget, Math.max(leastBudget, limit * containerShare)) : usualBudget;
}

export type Share = {
  readonly name: string;
  /** `LogBuffer.takenBytes`, and `tailBytes`. */
  readonly bytes: number;
  /** Rises with every view of a tab: the log with the highest number is on the screen, or was last. */
  readonly viewedAt: number;
};

/** Bytes that each log has to free for all to fit into `budget`: first the logs that were viewed longest ago. */
export function bytesToFree(shares: readonly Share[], budget: number): ReadonlyMap<string, number> {
  let excess = shares.reduce((sum, {bytes}) => sum + bytes, 0) - budget;
  const least = leastOf(shares.length, budget) + segmentBytes;
  const freed = new Map<string, number>();
  for (const {name, bytes} of shares.toSorted((one, other) => one.viewedAt - other.viewedAt)) {
    const surplus = Math.min(excess, bytes - least);
    if (surplus <= 0) continue;
    freed.set(name, surplus);
    excess -= surplus;
  }
  return freed;
}

/** Bytes that each of `count` logs keeps: no more than what all of them have room for. */
export function leastOf(count: number, budget: number): number {
  return Math.max(0, Math.min(alwaysKept, Math.floor(budget / count) - segmentBytes));
}

type BudgetedLog = {
  readonly name: string;
  readonly buffer: Pick<LogBuffer, 'memoryBytes' | 'takenBytes' | 'isViewed' | 'onMoved' | 'packOlder' | 'limitLines'>;
  /** Notifies of every change. */
  readonly snapshot: Pick<ReadableStore<unknown>, 'subscribe'>;
  /** Bytes of memory that the log needs for a reconnect. Default: nothing. */
  readonly tailBytes?: number;
  /** Compresses what the log keeps for a reconnect, within 2 ms. Returns true once nothing is left to compress. */
  readonly packTail?: () => boolean;
  /** Drops its oldest lines until it holds about `bytes`, and at least `newest`. */
  readonly shrinkTo: (bytes: number, newest: number) => void;
};

/**
 * Keeps all open logs within one budget, and those that are not on the screen compressed. Checks four times a second
 * while logs change, and when much has come. What a log cannot give (its tail, the newest segment, an open line) is bounded,
 * and taken from what the others hold.
 */
export class MemoryBudget {
  readonly #budget: number;
  readonly #batch: FrameBatch;
  readonly #packing: SliceRunner;
  readonly #logs = new Map<BudgetedLog, {readonly leave: () => void; viewedAt: number}>();
  #views = 0;
  /** Bytes that came since the last check, roughly. */
  #grown = 0;
  /** The log that is on the screen. */
  #viewed: string | undefined;

  /** `budget`: bytes of all logs together. */
  constructor({clock, budget}: {clock: Clock; budget: number}) {
    this.#budget = budget;
    this.#batch = new FrameBatch({clock, fps: checksASecond, flush: () => this.#balance()});
    this.#packing = new SliceRunner({
      clock,
      step: () => [...this.#logs.keys()].every((log) => log.buffer.packOlder() && this.#packTail(log)),
    });
  }

  add(log: BudgetedLog): void {
    const isViewed = log.name === this.#viewed;
    log.buffer.isViewed = isViewed;
    log.buffer.onMoved = () => this.#onMoved();
    const leave = log.snapshot.subscribe(() => this.#batch.request());
    this.#logs.set(log, {leave, viewedAt: isViewed ? this.#views : 0});
  }

  remove(log: BudgetedLog): void {
    this.#logs.get(log)?.leave();
    log.buffer.onMoved = () => {};
    this.#logs.delete(log);
    if (this.#logs.size === 0) this.#batch.drop();
  }

  setViewed(name: string): void {
    this.#views += 1;
    this.#viewed = name;
    for (const [log, known] of this.#logs) {
      const isViewed = log.name === name;
      log.buffer.isViewed = isViewed;
      if (isViewed) known.viewedAt = this.#views;
    }
    this.#packing.wake();
  }

  /** Leaves the log on the screen alone, which may be in a flood. */
  #packTail(log: BudgetedLog): boolean {
    return log.name === this.#viewed || (log.packTail?.() ?? true);
  }

  #onMoved(): void {
    const most = this.#budget * growthShare;
    const isDue = this.#grown < most && this.#grown + segmentBytes >= most;
    this.#grown += segmentBytes;
    // Once the log is written.
    if (isDue) queueMicrotask(() => this.#balance());
  }

  #balance(): void {
    this.#packing.wake();
    const shares = [...this.#logs].map(([{name, buffer, tailBytes = 0}, {viewedAt}]) => ({
      name,
      viewedAt,
      bytes: buffer.takenBytes + tailBytes,
    }));
    const freed = bytesToFree(shares, this.#budget);
    const count = this.#logs.size;
    for (const log of this.#logs.keys()) {
      const {buffer, name, tailBytes = 0} = log;
      // An open line cannot leave memory, and all logs may have one.
      buffer.limitLines(Math.max(longestLine, this.#budget / count / 2));
      const bytes = freed.get(name);
      // The room beside the lines cannot be given, too.
      const {memoryBytes, takenBytes} = buffer;
      const least = Math.max(0, leastOf(count, this.#budget) - tailBytes - (takenBytes - memoryBytes));
      if (bytes !== undefined) log.shrinkTo(memoryBytes - bytes, least);
    }
    this.#grown = 0;
  }
}
