import type {Random} from './random.ts';

/** Says where the next chunk of a body ends: a count of bytes from 1 to `available`. */
export type Chunker = (available: number) => number;

/** The proxy in front of the log cuts long lines here. */
export const maxChunk = 32_768;

/** One chunk an entry, long ones cut, as recorded. */
export const wholeEntries: Chunker = (available) => Math.min(available, maxChunk);

/** Cuts entries anywhere, inside lines and UTF-8 sequences too: about one entry in four, into a few pieces. */
export function raggedEntries(random: Random): Chunker {
  return (available) =>
    random.chance(0.25) ? 1 + random.integer(Math.min(available, maxChunk)) : wholeEntries(available);
}

/** The bytes of one chunk on the wire. */
export function frame(bytes: Uint8Array): Buffer {
  const head = `${bytes.length.toString(16).toUpperCase()}\r\n`;
  const framed = Buffer.allocUnsafe(head.length + bytes.length + 2);
  framed.write(head, 0, 'latin1');
  framed.set(bytes, head.length);
  framed[framed.length - 2] = 13;
  framed[framed.length - 1] = 10;
  return framed;
}
