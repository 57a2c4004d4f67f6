import {toAscii} from './fit.ts';
import {sanitise} from './sanitise.ts';
import {paint} from './sgr.ts';

const newline = 0x0a;
const esc = 0x1b;
const openingBracket = 0x5b;
const decoder = new TextDecoder('utf-8', {ignoreBOM: true});

/**
 * Whole lines of a log for a terminal: only SGR sequences pass, closed at the end of each line, or none without
 * `colors`. The rest is shown as on the screen (`sanitise`). Lines of printable ASCII with plain SGR are not changed, and
 * cost only a scan of their bytes. May return `lines` itself.
 */
export function terminalLines(
  lines: Uint8Array,
  {colors, isUtf8}: {readonly colors: boolean; readonly isUtf8: boolean},
): Uint8Array {
  const parts: Uint8Array[] = [];
  let copiedTo = 0;
  for (let start = 0; start < lines.length; ) {
    const found = lines.indexOf(newline, start);
    const end = found === -1 ? lines.length : found;
    if (!isHarmless(lines, start, end, colors)) {
      const safe = sanitise(decoder.decode(lines.subarray(start, end)));
      const text = colors ? paint(safe, 'truecolor') : safe.text;
      parts.push(lines.subarray(copiedTo, start), Buffer.from(isUtf8 ? text : toAscii(text)));
      copiedTo = end;
    }
    start = end + 1;
  }
  return copiedTo === 0 ? lines : Buffer.concat([...parts, lines.subarray(copiedTo)]);
}

/** Returns whether a line is printable ASCII; with `colors` also attributes and foregrounds reset before its end. */
function isHarmless(bytes: Uint8Array, start: number, end: number, colors: boolean): boolean {
  let isStyled = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x20 && byte < 0x7f) continue;
    if (byte !== esc || !colors) return false;
    const last = plainSgrEnd(bytes, at, end);
    if (last === undefined) return false;
    isStyled = !isReset(bytes, at, last);
    at = last;
  }
  return !isStyled;
}

/** Finds the `m` of the SGR sequence at `at`; undefined for other sequences, and parameters that can hide text. */
function plainSgrEnd(bytes: Uint8Array, at: number, end: number): number | undefined {
  if (bytes[at + 1] !== openingBracket) return undefined;
  let code = 0;
  for (let next = at + 2; next < end; next++) {
    const byte = bytes[next] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) {
      code = code * 10 + byte - 0x30;
      continue;
    }
    if (!isPlainCode(code)) return undefined;
    if (byte === 0x6d) return next;
    if (byte !== 0x3b) return undefined;
    code = 0;
  }
  return undefined;
}

/** Bold to underline, inverse, struck, their ends, and foregrounds: not blinking, concealed text or backgrounds. */
function isPlainCode(code: number): boolean {
  if (code <= 9) return code <= 4 || code === 7 || code === 9;
  if (code <= 29) return (code >= 22 && code <= 24) || code === 27 || code === 29;
  return (code >= 30 && code <= 37) || code === 39 || (code >= 90 && code <= 97);
}

/** `ESC [ m` and `ESC [ 0 m`. */
function isReset(bytes: Uint8Array, at: number, last: number): boolean {
  return last === at + 2 || (last === at + 3 && bytes[at + 2] === 0x30);
}
