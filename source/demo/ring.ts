/** How much of a pipeline's log the server keeps; the limit that is reached first applies. */
export type RingLimits = {
  /** Bytes, the newline of each entry not counted. */
  readonly bytes: number;
  readonly entries: number;
};

/** The limits of Feldera 0.337.0. */
export const feldera: RingLimits = {bytes: 1_000_000, entries: 50_000};

/**
 * The server's memory of one pipeline's log. An entry is what was logged at once, with its final newline; it may have
 * several lines. Entries have absolute indices from 0; `discarded` is the index of the first one kept.
 */
export class Ring {
  readonly #limits: RingLimits;
  readonly #slots: (Uint8Array | undefined)[] = [];
  #discarded = 0;
  #next = 0;
  #bytes = 0;

  constructor(limits: RingLimits = feldera) {
    this.#limits = limits;
  }

  /** Entries that are no longer kept: the N of the discard notice. */
  get discarded(): number {
    return this.#discarded;
  }

  /** Index of the next entry. */
  get next(): number {
    return this.#next;
  }

  /** Bytes kept, newlines not counted. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds an entry that ends in a newline. One larger than the whole ring empties it and is not kept. */
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

  /** The kept entries, oldest first. */
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
