import {type Colors, styleToSgr} from './style.ts';
import type {StyledText} from './styled-text.ts';

const extending = /[\p{Mn}\p{Me}\u1160-\u11ff]+/vy;

/**
 * The text with SGR sequences, and no other control characters if the text was sanitised. All styles are closed at its
 * end; text without styles comes back as it is.
 */
export function paint({text, runs}: StyledText, colors: Colors): string {
  if (runs.length === 0) return text;
  let painted = '';
  let at = 0;
  let open = '';
  for (const run of runs) {
    const start = afterMarks(text, run.start);
    const end = afterMarks(text, run.end);
    if (start >= end) continue;
    const parameters = styleToSgr(run.style, colors);
    if (start > at) painted += transition(open, '') + text.slice(at, start);
    painted += transition(start > at ? '' : open, parameters) + text.slice(start, end);
    open = parameters;
    at = end;
  }
  return painted + transition(open, '') + text.slice(at);
}

/** The sequence that leads from one set of parameters to another. */
function transition(from: string, to: string): string {
  if (from === to) return '';
  if (from === '') return `\x1b[${to}m`;
  if (to === '') return '\x1b[0m';
  return to.startsWith(`${from};`) ? `\x1b[${to.slice(from.length + 1)}m` : `\x1b[0;${to}m`;
}

/** A sequence between a base and its marks would part them in some terminals, so the style changes after the marks. */
function afterMarks(text: string, offset: number): number {
  if (!(text.charCodeAt(offset) >= 0x300)) return offset;
  extending.lastIndex = offset;
  return extending.test(text) ? extending.lastIndex : offset;
}
