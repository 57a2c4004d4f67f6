import {newlinesIn} from '../../source/engine/buffer/segment.ts';

/** Bytes, and where newlines are in them: what the parts of the way from the socket to the scrollback are given. */
export function withNewlines(bytes: Uint8Array): [bytes: Uint8Array, newlines: Uint32Array] {
  return [bytes, newlinesIn(bytes)];
}
