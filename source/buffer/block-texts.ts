import {StyleJoints} from './style-joints.ts';

const bits = 13;
const kelvinSign = '\u212a';
const longS = '\u017f';

/** Makes capital letters of ASCII small. Other characters become equal to others, too: a block is read in vain more often. */
const caseBit = 0x20;
const caseBits = 0x20202020;
/** One byte for each hash while a block is read: setting bits would take twice as long. */
const hashCount = 1 << bits;
/** All zero: for the next block. */
let spare: Uint8Array | undefined;

/** What a search knows of a segment without reading it; kept while the segment is in memory, compressed or not. */
export class SearchFacts {
  readonly styleJoints = new StyleJoints();
  #texts: BlockTexts | undefined;
  #found: Uint8Array | undefined;
  #hasFolds = false;
  #to = 0;

  /** Undefined: the segment has not been read to its end, or may still grow. */
  get texts(): BlockTexts | undefined {
    return this.#texts;
  }

  /** Bytes that have been read: whole lines. */
  get readTo(): number {
    return this.#to;
  }

  /** Reads the segment's bytes up to `to`, where a line ends, each once. */
  read(bytes: Buffer, to: number): void {
    this.styleJoints.update(bytes, to);
    if (this.#texts || to <= this.#to) return;
    if (!this.#found) [this.#found, spare] = [spare ?? new Uint8Array(hashCount), undefined];
    // No text that is searched crosses lines.
    const read = bytes.subarray(this.#to, to);
    addHashes(this.#found, read);
    this.#hasFolds ||= read.includes(kelvinSign) || read.includes(longS);
    this.#to = to;
  }

  /** All of it has been read, and no more will come. */
  end(): void {
    if (this.#texts) return;
    // Of a segment that has nothing but markers no bytes were read.
    const found = this.#found ?? new Uint8Array(hashCount);
    this.#texts = new BlockTexts(found, this.#hasFolds);
    spare = found.fill(0);
    this.#found = undefined;
  }
}

/**
 * What a block of a log does not contain: one bit for each hash of three bytes in a row, in either case. 1 KiB for 256
 * KiB, worked out in 0.3 ms. A Feldera log sets a sixth of the bits, so that a text of ten characters that is not in a
 * block is missed there once in a million times.
 */
class BlockTexts {
  readonly #hashes: Uint8Array;
  /** Signs of other alphabets may match a `k` or an `s` if the case does not count. */
  readonly #foldsBeyondAscii: boolean;

  /** `found`: see `addHashes`. */
  constructor(found: Uint8Array, foldsBeyondAscii: boolean) {
    this.#foldsBeyondAscii = foldsBeyondAscii;
    this.#hashes = new Uint8Array(found.length >> 3);
    for (let hash = 0; hash < found.length; hash++) {
      if (found[hash] === 1) this.#hashes[hash >> 3] = (this.#hashes[hash >> 3] ?? 0) | (1 << (hash & 7));
    }
  }

  /** In memory. */
  get byteLength(): number {
    return this.#hashes.byteLength;
  }

  /** False: the block does not contain `text`, which is ASCII. */
  mayHave(text: string, {caseSensitive}: {readonly caseSensitive: boolean}): boolean {
    if (!caseSensitive && this.#foldsBeyondAscii && /[ks]/i.test(text)) return true;
    let three = 0;
    for (let at = 0; at < text.length; at++) {
      three = (three >>> 8) | ((text.charCodeAt(at) | caseBit) << 16);
      if (at < 2) continue;
      const hash = hashOf(three);
      if (((this.#hashes[hash >> 3] ?? 0) & (1 << (hash & 7))) === 0) return false;
    }
    return true;
  }
}

/** Words of four bytes for one call: a loop over a whole segment is left, and with it its compiled code, each time. */
const spanWords = 1024;

/** Sets the hash of every three bytes in a row: four at a time, in half the time. */
function addHashes(found: Uint8Array, bytes: Buffer): void {
  // Words begin at multiples of four in memory; the bytes beside them are read one by one.
  const head = -bytes.byteOffset & 3;
  const count = Math.max(0, bytes.length - head) >> 2;
  const words = new Int32Array(bytes.buffer, count > 0 ? bytes.byteOffset + head : 0, count);
  const last = Math.max(0, words.length - 1);
  for (let first = 0; first < last; first += spanWords)
    addHashesOf(found, words, first, Math.min(last, first + spanWords));
  for (let at = 0; at < Math.min(head, bytes.length); at++) found[hashAt(bytes, at)] = 1;
  for (let at = head + 4 * last; at < bytes.length - 2; at++) found[hashAt(bytes, at)] = 1;
}

/** Those that begin in the words [`first`, `last`), of which there is one more. */
function addHashesOf(found: Uint8Array, words: Int32Array, first: number, last: number): void {
  let word = (words[first] ?? 0) | caseBits;
  for (let index = first; index < last; index++) {
    const next = (words[index + 1] ?? 0) | caseBits;
    found[hashOf(word)] = 1;
    found[hashOf(word >>> 8)] = 1;
    found[hashOf((word >>> 16) | (next << 16))] = 1;
    found[hashOf((word >>> 24) | (next << 8))] = 1;
    word = next;
  }
}

function hashAt(bytes: Buffer, at: number): number {
  return hashOf((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | caseBits);
}

/** Of three bytes, the first one lowest. */
function hashOf(three: number): number {
  return Math.imul(three & 0xffffff, 0x9e3779b1) >>> (32 - bits);
}
