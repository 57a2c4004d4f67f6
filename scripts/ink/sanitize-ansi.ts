import sanitizeAnsi from '../../node_modules/ink/build/sanitize-ansi.js';
import {simpleWidth} from '../../source/lib/simple-text.ts';

/** Replaces Ink's own in the bundle, see `faster-ink.mjs`: simple rows contain nothing to change. */
export default function sanitize(text: string): string {
  return simpleWidth(text) === undefined ? sanitizeAnsi(text) : text;
}
