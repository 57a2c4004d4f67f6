/** Large beside what a chunk costs itself, small beside the segment of 256 KiB that its entries stand in. */
const chunkSize = 4096;

/** Which source each entry of a merged log came from: one byte an entry, freed along with the entries. */
export class EntryOrigins {
  /** Of `chunkSize` entries each, from entry `#firstId` on: 0 for an entry of no source, else its origin + 1. */
  readonly #chunks: Uint8Array[] = [];
  #firstId = 0;
  #endId = 0;

  /** One past the last entry added. */
  get endId(): number {
    return this.#endId;
  }

  /** The next `count` entries came from `origin` (0 to 254), or from no source. */
  add(origin: number | undefined, count: number): void {
    const code = origin === undefined ? 0 : origin + 1;
    for (let left = count; left > 0; ) {
      const offset = (this.#endId - this.#firstId) % chunkSize;
      if (offset === 0) this.#chunks.push(new Uint8Array(chunkSize));
      const fits = Math.min(left, chunkSize - offset);
      this.#chunks.at(-1)?.fill(code, offset, offset + fits);
      this.#endId += fits;
      left -= fits;
    }
  }

  /** Undefined for an entry of no source and for one that was never added or has been dropped. */
  at(id: number): number | undefined {
    const index = id - this.#firstId;
    const code = this.#chunks[Math.floor(index / chunkSize)]?.[index % chunkSize];
    return code ? code - 1 : undefined;
  }

  /** Entries below `id` are held no more. Their origins may still be answered until a whole chunk can be freed. */
  dropBefore(id: number): void {
    while (this.#firstId + chunkSize <= Math.min(id, this.#endId)) {
      this.#chunks.shift();
      this.#firstId += chunkSize;
    }
  }
}
