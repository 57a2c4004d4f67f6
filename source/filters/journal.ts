/** What a journal can put back: a word of 32 bits that stood at an id. */
export type Restorable = {readonly restore: (at: number, word: number) => void};

/**
 * Remembers what changes replace, so that they can be taken back. The newest lines of a log are shown as soon as they
 * arrive, but what they are is settled only by what follows: they are taken in, and taken back before the next look.
 */
export class Journal {
  #inForce = false;
  #entries: {readonly set: Restorable; readonly at: number; readonly word: number}[] = [];

  /** Changes are being written down. */
  get inForce(): boolean {
    return this.#inForce;
  }

  /** From now on, until `rollback`. */
  begin(): void {
    this.#inForce = true;
  }

  note(set: Restorable, at: number, word: number): void {
    this.#entries.push({set, at, word});
  }

  /** Puts everything back as it was at `begin`. */
  rollback(): void {
    this.#inForce = false;
    const entries = this.#entries;
    this.#entries = [];
    for (const {set, at, word} of entries.toReversed()) set.restore(at, word);
  }

  /** Puts a copy of `set` into the state that the set had at `begin`. */
  restoreCopy(copy: Restorable, set: Restorable): void {
    for (const entry of this.#entries.toReversed()) if (entry.set === set) copy.restore(entry.at, entry.word);
  }
}
