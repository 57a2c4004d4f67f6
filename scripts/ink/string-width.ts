import stringWidth from 'string-width';
import {simpleWidth} from '../../source/lib/simple-text.ts';

/** Replaces `string-width` in the bundle, see `faster-ink.mjs`. */
export default function width(text: string, options?: Parameters<typeof stringWidth>[1]): number {
  return (options === undefined ? simpleWidth(text) : undefined) ?? stringWidth(text, options);
}
