const chunkIds = 4096;

/**
 * Ids in ascending order, which come at the end and leave at the beginning. In chunks: an array of 1,000,000 takes up to
 * 10 ms where it grows, and moves all of them whenever the first one leaves.
 */
export class SortedIds {
  /** All are full but the last one. */
  readonly #chunks: Float64Array[] = [];
  /** How many places at the beginning of the first chunk have been left. */
  #left = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** By its place, from 0. */
  at(index: number): number | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    const place = this.#left + index;
    return this.#chunks[Math.floor(place / chunkIds)]?.[place % chunkIds];
  }

  /** Adds an id above all others. */
  push(id: number): void {
    const place = this.#left + this.#length;
    const index = Math.floor(place / chunkIds);
    let chunk = this.#chunks[index];
    if (!chunk) {
      chunk = new Float64Array(chunkIds);
      this.#chunks.push(chunk);
    }
    chunk[place % chunkIds] = id;
    this.#length += 1;
  }

  /** How many are below `id`: the place of the first that is not. */
  countBelow(id: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.at(middle) ?? 0) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  dropBelow(id: number): void {
    if ((this.at(0) ?? id) >= id) return;
    const count = this.countBelow(id);
    const left = this.#left + count;
    this.#chunks.splice(0, Math.floor(left / chunkIds));
    this.#left = left % chunkIds;
    this.#length -= count;
  }

  /** Those from `id` on leave. */
  dropFrom(id: number): void {
    this.#length = this.countBelow(id);
    this.#chunks.length = Math.ceil((this.#left + this.#length) / chunkIds);
  }

  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (let index = 0; index < this.#length; index++) yield this.at(index) ?? 0;
  }
}
