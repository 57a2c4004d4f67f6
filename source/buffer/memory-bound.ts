import type {MemoryPart} from './memory-part.ts';
import type {OlderEntries} from './older-entries.ts';
import type {Segment} from './segment.ts';

/**
 * What leaves a log buffer's memory, and when: whole segments from the old end, once the memory costs more than
 * `maxBytes`. A segment that the cold store has still to keep waits for it, until that would be `waitingBytes` more.
 */
export class MemoryBound {
  readonly #memory: MemoryPart;
  readonly #older: OlderEntries;
  readonly #maxBytes: number;
  readonly #waitingBytes: number;

  constructor(options: {memory: MemoryPart; older: OlderEntries; maxBytes: number; waitingBytes: number}) {
    this.#memory = options.memory;
    this.#older = options.older;
    this.#maxBytes = options.maxBytes;
    this.#waitingBytes = options.waitingBytes;
  }

  trim(): void {
    while (this.#memory.cost > this.#maxBytes && this.#canTakeOldest) {
      const segment = this.#takeOldest();
      if (segment) this.#memory.reuse(segment);
    }
  }

  /** Goes below the bound, to about `bytes`, as long as `newest` bytes stay. Answers whether anything left. */
  shrinkTo(bytes: number, newest: number): boolean {
    const before = this.#memory.firstId;
    while (this.#memory.cost > bytes && this.#memory.costWithoutOldest >= newest && this.#canTakeOldest) {
      this.#takeOldest();
    }
    return this.#memory.firstId !== before;
  }

  /** Drops the whole segments below `id` that need not wait: nobody will ask for them, the cold store neither. */
  dropBefore(id: number): void {
    const end = Math.min(id, this.#older.keptTo);
    while (this.#memory.oldest && this.#memory.oldest.endId <= end) {
      const segment = this.#memory.removeOldest();
      if (!segment) return;
      this.#older.drop(segment);
      this.#memory.reuse(segment);
    }
  }

  get #canTakeOldest(): boolean {
    const {oldest, cost} = this.#memory;
    if (!oldest) return false;
    return oldest.endId <= this.#older.keptTo || cost > this.#maxBytes + this.#waitingBytes;
  }

  #takeOldest(): Segment | undefined {
    const segment = this.#memory.removeOldest();
    if (segment) this.#older.take(segment);
    return segment;
  }
}
