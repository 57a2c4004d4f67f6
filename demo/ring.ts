/** How much of a pipeline's log the server keeps; the limit that is reached first applies. */
export type RingLimits = {
  /** Without the newline of each entry. */
  readonly bytes: number;
  readonly entries: number;
};

/** The limits of Feldera 0.337.0. */
export const feldera: RingLimits = {bytes: 1_000_000, entries: 50_000};

/** An entry is what was logged at once: one or several lines with the final newline. Entries are numbered from 0. */
export class Ring {
  readonly #limits: RingLimits;
  readonly #slots: (Uint8Array | undefined)[] = [];
  #discarded = 0;
  #next = 0;
  #bytes = 0;

  constructor(limits: RingLimits = feldera) {
    this.#limits = limits;
  }

  /** Number of entries no longer kept, as in the discard notice, and index of the first one kept. */
  get discarded(): number {
    return this.#discarded;
  }

  /** Index of the next entry. */
  get next(): number {
    return this.#next;
  }

  /** Bytes kept, without the newline of each entry. */
  get bytes(): number {
    return this.#bytes;
  }

  /** An entry larger than the whole ring empties it and is not kept. */
  append(entry: Uint8Array): void {
    const size = entry.length - 1;
    if (size > this.#limits.bytes) {
      while (this.#discarded < this.#next) this.#discardOne();
      this.#next += 1;
      this.#discarded = this.#next;
      return;
    }
    while (this.#bytes + size > this.#limits.bytes || this.#next - this.#discarded >= this.#limits.entries) {
      this.#discardOne();
    }
    this.#slots[this.#next % this.#limits.entries] = entry;
    this.#next += 1;
    this.#bytes += size;
  }

  /** Oldest first. */
  *entries(): Generator<Uint8Array, void, void> {
    for (let index = this.#discarded; index < this.#next; index++) {
      const entry = this.#slots[index % this.#limits.entries];
      if (entry) yield entry;
    }
  }

  #discardOne(): void {
    const slot = this.#discarded % this.#limits.entries;
    this.#bytes -= (this.#slots[slot]?.length ?? 1) - 1;
    this.#slots[slot] = undefined;
    this.#discarded += 1;
  }
}
