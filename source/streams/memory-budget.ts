import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {Clock} from '../lib/clock.ts';
import {FrameBatch} from '../lib/frames.ts';
import {SliceRunner} from '../lib/slices.ts';
import type {ReadableStore} from '../lib/store.ts';

/** Bytes at the end of a log that never leave memory: four times the server's ring. */
export const alwaysKept = 4 * 1024 * 1024;
/** One segment more, because only whole segments leave memory. */
const leastLeft = alwaysKept + 256 * 1024;

export type Share = {
  readonly name: string;
  /** `LogBuffer.memoryBytes`. */
  readonly bytes: number;
  /** Rises with every view of a tab: the log with the highest number is on the screen, or was last. */
  readonly viewedAt: number;
};

/** Bytes that each log has to free for all to fit into `budget`: first the logs that were viewed longest ago. */
export function bytesToFree(shares: readonly Share[], budget: number): ReadonlyMap<string, number> {
  let excess = shares.reduce((sum, {bytes}) => sum + bytes, 0) - budget;
  const freed = new Map<string, number>();
  for (const {name, bytes} of shares.toSorted((one, other) => one.viewedAt - other.viewedAt)) {
    const surplus = Math.min(excess, bytes - leastLeft);
    if (surplus <= 0) continue;
    freed.set(name, surplus);
    excess -= surplus;
  }
  return freed;
}

type BudgetedLog = {
  readonly name: string;
  readonly buffer: Pick<LogBuffer, 'memoryBytes' | 'isViewed' | 'packOlder'>;
  /** Notifies of every change. */
  readonly snapshot: Pick<ReadableStore<unknown>, 'subscribe'>;
  /** Compresses what the log keeps for a reconnect, within 2 ms. Returns true once nothing is left to compress. */
  readonly packTail?: () => boolean;
  /** Drops its oldest lines until it holds about `bytes`, and at least `newest`. */
  readonly shrinkTo: (bytes: number, newest: number) => void;
};

/**
 * Keeps all open logs within one budget, and those that are not on the screen compressed. Checks once a second while
 * logs change.
 */
export class MemoryBudget {
  readonly #budget: number;
  readonly #batch: FrameBatch;
  readonly #packing: SliceRunner;
  readonly #logs = new Map<BudgetedLog, () => void>();
  readonly #viewedAt = new Map<string, number>();
  #views = 0;
  /** The log that is on the screen. */
  #viewed: string | undefined;

  /** `budget`: bytes of all logs together. */
  constructor({clock, budget}: {clock: Clock; budget: number}) {
    this.#budget = budget;
    this.#batch = new FrameBatch({clock, fps: 1, flush: () => this.#balance()});
    this.#packing = new SliceRunner({
      clock,
      step: () => [...this.#logs.keys()].every((log) => log.buffer.packOlder() && this.#packTail(log)),
    });
  }

  add(log: BudgetedLog): void {
    log.buffer.isViewed = log.name === this.#viewed;
    this.#logs.set(
      log,
      log.snapshot.subscribe(() => this.#batch.request()),
    );
  }

  remove(log: BudgetedLog): void {
    this.#logs.get(log)?.();
    this.#logs.delete(log);
    this.#viewedAt.delete(log.name);
    if (this.#logs.size === 0) this.#batch.drop();
  }

  setViewed(name: string): void {
    this.#views += 1;
    this.#viewed = name;
    this.#viewedAt.set(name, this.#views);
    for (const log of this.#logs.keys()) log.buffer.isViewed = log.name === name;
    this.#packing.wake();
  }

  /** Leaves the log on the screen alone, which may be in a flood. */
  #packTail(log: BudgetedLog): boolean {
    return log.name === this.#viewed || (log.packTail?.() ?? true);
  }

  #balance(): void {
    this.#packing.wake();
    const shares = [...this.#logs.keys()].map(({name, buffer}) => ({
      name,
      bytes: buffer.memoryBytes,
      viewedAt: this.#viewedAt.get(name) ?? 0,
    }));
    const freed = bytesToFree(shares, this.#budget);
    for (const log of this.#logs.keys()) {
      const bytes = freed.get(log.name);
      if (bytes !== undefined) log.shrinkTo(log.buffer.memoryBytes - bytes, alwaysKept);
    }
  }
}
