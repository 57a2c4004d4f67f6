import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {Clock} from '../lib/clock.ts';
import {FrameBatch} from '../lib/frame-batch.ts';
import type {ReadableStore} from '../lib/store.ts';
import {bytesToGive, neverGiven} from './memory-budget.ts';

/** A log that shares the budget. */
export type BudgetedLog = {
  readonly name: string;
  readonly buffer: Pick<LogBuffer, 'memoryBytes'>;
  /** Tells of every change. */
  readonly snapshot: Pick<ReadableStore<unknown>, 'subscribe'>;
  /** Drops its oldest lines until it holds about `bytes`, and at least `newest`. */
  readonly shrinkTo: (bytes: number, newest: number) => void;
};

/** Holds all open logs together within one budget. It looks once a second while logs change, and not while they rest. */
export class MemoryKeeper {
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
  lookAt(name: string): void {
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
