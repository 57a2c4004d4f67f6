import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {Clock} from '../lib/clock.ts';
import {FrameBatch} from '../lib/frames.ts';
import type {ReadableStore} from '../lib/store.ts';

/** The newest part of a log, in bytes, that is never given up: four times what a server keeps of it. */
export const neverGiven = 4 * 1024 * 1024;
/** Logs give whole segments: what is asked of them leaves room for the one that would cut into that part. */
const leastLeft = neverGiven + 256 * 1024;

/** What one log holds in memory. */
export type Share = {
  readonly name: string;
  /** As the bound of its scrollback counts them. */
  readonly bytes: number;
  /** Grows with every look at a tab: the log with the highest one is on the screen, or was last. */
  readonly lookedAt: number;
};

/**
 * How many bytes each log has to give for all of them together to fit into `budget`: those that were not looked at for
 * longest first, each down to a little more than `neverGiven`. Where that is not enough, everything above it is given.
 */
export function bytesToGive(shares: readonly Share[], budget: number): ReadonlyMap<string, number> {
  let excess = shares.reduce((sum, {bytes}) => sum + bytes, 0) - budget;
  const given = new Map<string, number>();
  for (const {name, bytes} of shares.toSorted((one, other) => one.lookedAt - other.lookedAt)) {
    const gives = Math.min(excess, bytes - leastLeft);
    if (gives <= 0) continue;
    given.set(name, gives);
    excess -= gives;
  }
  return given;
}

/** A log that shares the budget. */
type BudgetedLog = {
  readonly name: string;
  readonly buffer: Pick<LogBuffer, 'memoryBytes'>;
  /** Tells of every change. */
  readonly snapshot: Pick<ReadableStore<unknown>, 'subscribe'>;
  /** Drops its oldest lines until it holds about `bytes`, and at least `newest`. */
  readonly shrinkTo: (bytes: number, newest: number) => void;
};

/** Holds all open logs together within one budget. It looks once a second while logs change, and not while they rest. */
export class MemoryBudget {
  readonly #budget: number;
  readonly #batch: FrameBatch;
  readonly #logs = new Map<BudgetedLog, () => void>();
  readonly #lookedAt = new Map<string, number>();
  #looks = 0;

  /** `budget`: bytes of all logs together. */
  constructor({clock, budget}: {clock: Clock; budget: number}) {
    this.#budget = budget;
    this.#batch = new FrameBatch({clock, fps: 1, flush: () => this.#balance()});
  }

  add(log: BudgetedLog): void {
    this.#logs.set(
      log,
      log.snapshot.subscribe(() => this.#batch.request()),
    );
  }

  remove(log: BudgetedLog): void {
    this.#logs.get(log)?.();
    this.#logs.delete(log);
    this.#lookedAt.delete(log.name);
    if (this.#logs.size === 0) this.#batch.drop();
  }

  /** The log of this name is on the screen now. */
  setViewed(name: string): void {
    this.#looks += 1;
    this.#lookedAt.set(name, this.#looks);
  }

  #balance(): void {
    const shares = [...this.#logs.keys()].map(({name, buffer}) => ({
      name,
      bytes: buffer.memoryBytes,
      lookedAt: this.#lookedAt.get(name) ?? 0,
    }));
    const given = bytesToGive(shares, this.#budget);
    for (const log of this.#logs.keys()) {
      const gives = given.get(log.name);
      if (gives !== undefined) log.shrinkTo(log.buffer.memoryBytes - gives, neverGiven);
    }
  }
}
