const blockIds = 4096;
const blockWords = blockIds / 32;

type Block = {readonly words: Int32Array; count: number};

/**
 * A set of entry ids: one bit an entry, and no memory for a block of 4,096 ids that are not in the set. The oldest ids
 * can be dropped. A count, or a search for a neighbour, reads one number a block: 250 for 1,000,000 entries.
 */
export class IdSet {
  readonly #journal: Journal;
  /** Id of the first bit of the first block, a multiple of 4,096. */
  #base: number;
  #floor: number;
  #blocks: (Block | undefined)[] = [];
  #changedFrom = Number.POSITIVE_INFINITY;

  /** Ids below `floor` are never in the set. `journal`: records changes while it is open; default: nothing does. */
  constructor(floor: number, journal = new Journal()) {
    this.#floor = floor;
    this.#base = floor - (floor % blockIds);
    this.#journal = journal;
  }

  copy(journal: Journal): IdSet {
    const copy = new IdSet(this.#floor, journal);
    copy.#blocks = this.#blocks.map((block) => block && {words: block.words.slice(), count: block.count});
    return copy;
  }

  /** The lowest id added or deleted, but not dropped, since the last call; Infinity if there was none. */
  drainChangedFrom(): number {
    const changedFrom = this.#changedFrom;
    this.#changedFrom = Number.POSITIVE_INFINITY;
    return changedFrom;
  }

  has(id: number): boolean {
    return id >= this.#floor && (this.wordAt(id) & (1 << (id - this.#base))) !== 0;
  }

  add(id: number): void {
    this.set(id, true);
  }

  delete(id: number): void {
    this.set(id, false);
  }

  set(id: number, isIn: boolean): void {
    const bit = 1 << (id - this.#base);
    const word = this.wordAt(id);
    this.#put(id, isIn ? word | bit : word & ~bit);
  }

  /** The lowest member that is at least `id`. */
  nextFrom(id: number): number | undefined {
    const offset = Math.max(id, this.#floor) - this.#base;
    const first = Math.floor(offset / blockIds);
    for (let index = first; index < this.#blocks.length; index++) {
      const block = this.#blocks[index];
      if (!block || block.count === 0) continue;
      const bit = index === first ? offset % blockIds : 0;
      let mask = -1 << bit;
      for (let word = bit >> 5; word < blockWords; word++) {
        const bits = (block.words[word] ?? 0) & mask;
        if (bits !== 0) return this.#base + index * blockIds + word * 32 + lowestBit(bits);
        mask = -1;
      }
    }
    return undefined;
  }

  /** The highest member that is at most `id`. */
  previousTo(id: number): number | undefined {
    const offset = Math.min(id - this.#base, this.#blocks.length * blockIds - 1);
    const last = Math.floor(offset / blockIds);
    for (let index = last; index >= 0; index--) {
      const block = this.#blocks[index];
      if (!block || block.count === 0) continue;
      const bit = index === last ? offset % blockIds : blockIds - 1;
      let mask = -1 >>> (31 - (bit & 31));
      for (let word = bit >> 5; word >= 0; word--) {
        const bits = (block.words[word] ?? 0) & mask;
        if (bits !== 0) return this.#kept(this.#base + index * blockIds + word * 32 + highestBit(bits));
        mask = -1;
      }
    }
    return undefined;
  }

  /** The lowest id from `id` on that is no member. */
  nextOutside(id: number): number {
    let at = id;
    while (this.has(at)) {
      const isFull = (at - this.#base) % blockIds === 0 && this.#blockOf(at)?.count === blockIds;
      const free = ~this.wordAt(at) & (-1 << (at - this.#base));
      if (!isFull && free !== 0) return at - ((at - this.#base) & 31) + lowestBit(free);
      at += isFull ? blockIds : 32 - ((at - this.#base) & 31);
    }
    return at;
  }

  /** The highest id up to `id` that is no member. */
  previousOutside(id: number): number {
    let at = id;
    while (this.has(at)) {
      const place = (at - this.#base) & 31;
      const isFull = (at - this.#base) % blockIds === blockIds - 1 && this.#blockOf(at)?.count === blockIds;
      const free = ~this.wordAt(at) & (-1 >>> (31 - place));
      if (!isFull && free !== 0) return Math.max(at - place + highestBit(free), this.#floor - 1);
      at = Math.max(at - (isFull ? blockIds : place + 1), this.#floor - 1);
    }
    return at;
  }

  /** The members from `id` on, in order. */
  *members(id = 0): Generator<number, void, undefined> {
    for (let at = this.nextFrom(id); at !== undefined; at = this.nextFrom(at + 1)) yield at;
  }

  countFrom(id: number): number {
    const offset = Math.max(id, this.#floor) - this.#base;
    const first = Math.floor(offset / blockIds);
    let count = 0;
    for (let index = first + 1; index < this.#blocks.length; index++) count += this.#blocks[index]?.count ?? 0;
    const block = this.#blocks[first];
    if (!block || block.count === 0) return count;
    const bit = offset % blockIds;
    let mask = -1 << bit;
    for (let word = bit >> 5; word < blockWords; word++) {
      count += bitCount((block.words[word] ?? 0) & mask);
      mask = -1;
    }
    return count;
  }

  /** Counts the members in `[from, to)` that are in another set, of which `wordAt` has the words. */
  countShared(from: number, to: number, wordAt: (id: number) => number): number {
    let count = 0;
    for (let at = Math.max(from, this.#floor); at < to; ) {
      const bit = (at - this.#base) & 31;
      const end = Math.min(to, at - bit + 32);
      const word = this.wordAt(at);
      if (word !== 0) count += bitCount(word & wordAt(at) & bitsBetween(bit, bit + end - at));
      at = end;
    }
    return count;
  }

  /** The 32 bits around `id`. They begin at a multiple of 32, so that words of several sets can be combined. */
  wordAt(id: number): number {
    const offset = id - this.#base;
    if (offset < 0) return 0;
    return this.#blockOf(id)?.words[(offset >> 5) & (blockWords - 1)] ?? 0;
  }

  #blockOf(id: number): Block | undefined {
    return this.#blocks[Math.floor((id - this.#base) / blockIds)];
  }

  /** Replaces the bits of `[from, to)`, 32 at a time: `change` gets a word and one of its ids. */
  rewrite(from: number, to: number, change: (word: number, at: number) => number): void {
    for (let at = Math.max(from, this.#floor); at < to; ) {
      const bit = (at - this.#base) & 31;
      const end = Math.min(to, at - bit + 32);
      const mask = bitsBetween(bit, bit + end - at);
      const word = this.wordAt(at);
      this.#put(at, (word & ~mask) | (change(word, at) & mask));
      at = end;
    }
  }

  dropBelow(floor: number): void {
    if (floor <= this.#floor) return;
    this.#floor = floor;
    const blocks = Math.floor((floor - this.#base) / blockIds);
    if (blocks === 0) return;
    this.#blocks.splice(0, blocks);
    this.#base += blocks * blockIds;
  }

  /** Restores the word around `at`, for the journal. */
  restore(at: number, word: number): void {
    if (at >= this.#base) this.#write(at - this.#base, word);
  }

  #put(id: number, word: number): void {
    const old = this.wordAt(id);
    if (id < this.#floor || old === word) return;
    if (this.#journal.isOpen) this.#journal.record(this, id, old);
    this.#write(id - this.#base, word);
  }

  #write(offset: number, word: number): void {
    const index = Math.floor(offset / blockIds);
    // Arrays with holes are slower to read.
    while (this.#blocks.length < index) this.#blocks.push(undefined);
    const block = this.#blocks[index] ?? {words: new Int32Array(blockWords), count: 0};
    this.#blocks[index] = block;
    const place = (offset >> 5) & (blockWords - 1);
    const old = block.words[place] ?? 0;
    if (old === word) return;
    block.count += bitCount(word) - bitCount(old);
    block.words[place] = word;
    this.#changedFrom = Math.min(this.#changedFrom, this.#base + offset - (offset & 31) + lowestBit(old ^ word));
  }

  #kept(id: number): number | undefined {
    return id >= this.#floor ? id : undefined;
  }
}

type Restorable = {readonly restore: (at: number, word: number) => void};

/**
 * Records the words that changes replace, so that the changes can be undone. New lines are shown as soon as they arrive,
 * but their records are final only after the next lines: they are added, and removed before the next step.
 */
export class Journal {
  #isOpen = false;
  #entries: {readonly set: Restorable; readonly at: number; readonly word: number}[] = [];

  get isOpen(): boolean {
    return this.#isOpen;
  }

  start(): void {
    this.#isOpen = true;
  }

  record(set: Restorable, at: number, word: number): void {
    this.#entries.push({set, at, word});
  }

  /** Restores all sets as they were at `start`. */
  rollback(): void {
    this.#isOpen = false;
    const entries = this.#entries;
    this.#entries = [];
    for (const {set, at, word} of entries.toReversed()) set.restore(at, word);
  }

  /** Restores `copy`, a copy of `set`, as `set` was at `start`. */
  restoreCopy(copy: Restorable, set: Restorable): void {
    for (const entry of this.#entries.toReversed()) if (entry.set === set) copy.restore(entry.at, entry.word);
  }
}

function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The lowest set bit, 0 to 31. `word` is not 0. */
function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** The highest set bit, 0 to 31. `word` is not 0. */
function highestBit(word: number): number {
  return 31 - Math.clz32(word);
}

/** A word with the bits `[from, to)` set; `0 <= from < to <= 32`. */
function bitsBetween(from: number, to: number): number {
  return (-1 << from) & (-1 >>> (32 - to));
}
