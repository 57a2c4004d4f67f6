import {StyleJoints} from './style-joints.ts';

const bits = 13;
const kelvinSign = '\u212a';
const longS = '\u017f';

/** Upper-case letters of ASCII as lower-case ones, other bytes as they are. */
const folded = Uint8Array.from({length: 256}, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));
/** One byte for each hash while a block is read: setting bits would take twice as long. */
const found = new Uint8Array(1 << bits);

/** What a search knows of a segment without reading it; kept while the segment is in memory, compressed or not. */
export class SearchFacts {
  readonly styleJoints = new StyleJoints();
  /** Undefined: not worked out yet, or the segment may still grow. */
  texts: BlockTexts | undefined;

  /** `bytes`: of the whole segment, which does not grow any more. */
  complete(bytes: Buffer): void {
    this.styleJoints.update(bytes, bytes.length);
    this.texts ??= new BlockTexts(bytes);
  }
}

/**
 * What a block of a log does not contain: one bit for each hash of three bytes in a row, in either case. 1 KiB for 256
 * KiB, worked out in 0.3 ms. A Feldera log sets a sixth of the bits, so that a text of ten characters that is not in a
 * block is missed there once in a million times.
 */
export class BlockTexts {
  readonly #hashes: Uint8Array;
  /** Signs of other alphabets may match a `k` or an `s` if the case does not count. */
  readonly #foldsBeyondAscii: boolean;

  constructor(bytes: Buffer) {
    this.#foldsBeyondAscii = bytes.includes(kelvinSign) || bytes.includes(longS);
    found.fill(0);
    let three = 0;
    for (let at = 0; at < bytes.length; at++) {
      three = (three << 8) | (folded[bytes[at] ?? 0] ?? 0);
      found[hashOf(three)] = 1;
    }
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
      three = (three << 8) | (folded[text.charCodeAt(at)] ?? 0);
      if (at < 2) continue;
      const hash = hashOf(three);
      if (((this.#hashes[hash >> 3] ?? 0) & (1 << (hash & 7))) === 0) return false;
    }
    return true;
  }
}

/** Of the last three bytes. */
function hashOf(three: number): number {
  return Math.imul(three & 0xffffff, 0x9e3779b1) >>> (32 - bits);
}
