import {readBlocks} from '../../source/engine/buffer/copy-lines.ts';

/** What `readBlocks` yields, in one piece. */
export function copyBytes(...parameters: Parameters<typeof readBlocks>): Buffer {
  return Buffer.concat([...readBlocks(...parameters)]);
}
