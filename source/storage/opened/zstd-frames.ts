import {isSkippable} from './file-form.ts';

const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
/** Bytes of the dictionary's id, and of the content's size, in a header: two bits of its first byte are the index. */
const dictionaryBytes = [0, 1, 2, 4];
const contentBytes = [0, 2, 4, 8];

/**
 * Finds where frames of Zstandard end (RFC 8878, 3.1), in bytes that come in any pieces: Node 24 reads one frame a write.
 * Headers tell how much follows; nothing is unpacked.
 */
export class ZstdFrames {
  /** Of the header that is read. */
  readonly #head: number[] = [];
  /** Bytes until the next header. */
  #left = 0;
  #part: 'frame' | 'block' | 'end' = 'frame';
  #hasChecksum = false;
  /** What came is no frame: zlib tells why. */
  #isUnknown = false;

  /** How many of the bytes belong to the frame that is read: up to its end, or all; 0 if no frame begins with them. */
  take(bytes: Uint8Array): number {
    for (let at = 0; at < bytes.length && !this.#isUnknown; ) {
      if (this.#left > 0) {
        const passed = Math.min(this.#left, bytes.length - at);
        at += passed;
        this.#left -= passed;
      } else {
        this.#head.push(bytes[at] ?? 0);
        this.#readHead();
        if (this.#isUnknown && this.#head.length === 1) return 0;
        at += 1;
      }
      if (this.#part === 'end' && this.#left === 0) {
        this.#part = 'frame';
        return at;
      }
    }
    return bytes.length;
  }

  #readHead(): void {
    const head = Buffer.from(this.#head);
    const isSkipped = isSkippable(head);
    if (this.#part === 'block') this.#readBlock(head);
    // Zeros behind the last frame are none from their first byte on.
    else if (head.length <= 4) this.#isUnknown = !isSkipped && !isBeginning(head);
    else if (isSkipped && head.length === 8) this.#follow('end', head.readUInt32LE(4));
    else if (!isSkipped) this.#readDescriptor(head[4] ?? 0);
  }

  #readDescriptor(descriptor: number): void {
    const isSingle = ((descriptor >> 5) & 1) === 1;
    const content = contentBytes[descriptor >> 6] ?? 0;
    this.#hasChecksum = ((descriptor >> 2) & 1) === 1;
    const window = isSingle ? 0 : 1;
    this.#follow(
      'block',
      window + (dictionaryBytes[descriptor & 3] ?? 0) + (isSingle ? Math.max(1, content) : content),
    );
  }

  #readBlock(head: Buffer): void {
    if (head.length < 3) return;
    const block = head.readUIntLE(0, 3);
    // A block of equal bytes has one of them.
    const length = ((block >> 1) & 3) === 1 ? 1 : block >> 3;
    const isLast = (block & 1) === 1;
    this.#follow(isLast ? 'end' : 'block', length + (isLast && this.#hasChecksum ? 4 : 0));
  }

  #follow(part: 'block' | 'end', left: number): void {
    this.#head.length = 0;
    this.#part = part;
    this.#left = left;
  }
}

function isBeginning(head: Buffer): boolean {
  return head.equals(magic.subarray(0, head.length)) || (head.length < 4 && (head[0] ?? 0) >> 4 === 5);
}
