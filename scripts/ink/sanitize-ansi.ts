import sanitizeAnsi from '../../node_modules/ink/build/sanitize-ansi.js';
import {simpleWidth} from '../../source/terminal/simple-text.ts';

/** Stands in for Ink's own in the bundle, see `faster-ink.mjs`: takes simple rows, in which nothing is to be changed, as they are. */
export default function sanitize(text: string): string {
  return simpleWidth(text) === undefined ? sanitizeAnsi(text) : text;
}
