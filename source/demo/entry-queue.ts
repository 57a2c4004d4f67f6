/** A first-in first-out queue of entries that refuses to hold more than its limit. */
export class EntryQueue {
  readonly #limit: number;
  #slots: (Uint8Array | undefined)[] = new Array(64);
  #head = 0;
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#length;
  }

  /** False, and nothing is added, when the queue is full. */
  push(entry: Uint8Array): boolean {
    if (this.#length >= this.#limit) return false;
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = entry;
    this.#length += 1;
    return true;
  }

  shift(): Uint8Array | undefined {
    const entry = this.#slots[this.#head];
    if (this.#length === 0) return undefined;
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length -= 1;
    return entry;
  }

  clear(): void {
    this.#slots = new Array(64);
    this.#head = 0;
    this.#length = 0;
  }

  /** The size stays a power of two, so that an index wraps with a mask. */
  #grow(): void {
    const larger: (Uint8Array | undefined)[] = new Array(this.#slots.length * 2);
    for (let index = 0; index < this.#length; index++) {
      larger[index] = this.#slots[(this.#head + index) & (this.#slots.length - 1)];
    }
    this.#slots = larger;
    this.#head = 0;
  }
}
