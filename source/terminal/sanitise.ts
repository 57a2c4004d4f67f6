import {emojiControl, hangulSyllable, joiningVirama, mark, suspect} from './characters.ts';
import {applySgr, readSgr} from './sgr.ts';
import {noStyle, type Style} from './style.ts';
import {plain, type StyledText, StyledTextBuilder} from './styled-text.ts';
import {textWidth} from './width.ts';

/** What stands in for a character that must not reach the terminal: `^G`, `<U+202E>`. */
const standInStyle: Style = {inverse: true};

/** Marks on one base. Real text has up to about four; a line could pile up thousands, over the rows above it. */
const maxMarks = 8;

const tabStop = 8;

/**
 * Makes decoded log text safe to show. SGR sequences become style runs. Every other control, format or otherwise
 * invisible character becomes visible text, painted inverse so that it differs from the same text written out: C0 and
 * DEL in caret notation (`^[`, `^?`), the rest as `<U+009B>`, lone surrogates as U+FFFD. Tabs become spaces up to the
 * next multiple of 8 cells; a carriage return at the very end is dropped (CRLF). Of emoji sequences only the visible
 * parts stay (see `characters.ts`). The text of the result is unchanged when it is sanitised again.
 */
export function sanitise(text: string): StyledText {
  if (!/[^\x20-\x7e]/.test(text)) return plain(text);
  const builder = new StyledTextBuilder();
  const end = text.endsWith('\r') ? text.length - 1 : text.length;
  let style = noStyle;
  /** How many marks the base right before `at` carries; undefined where no base is. */
  let marks: number | undefined;
  /** What was shown since the last tab: a rope of its own, since measuring flattens it and the whole would grow. */
  let sinceTab = '';
  let at = 0;
  const show = (shown: string, look: Style) => {
    builder.add(shown, look);
    sinceTab += shown;
  };
  while (at < end) {
    const next = Math.min(nextSuspect(text, at), end);
    if (next > at) {
      show(text.slice(at, next), style);
      marks = 0;
      at = next;
      continue;
    }
    const code = text.codePointAt(at) ?? 0;
    const sgr = code === 0x1b ? readSgr(text, at) : undefined;
    if (sgr !== undefined) {
      style = applySgr(style, sgr.parameters);
      marks = undefined;
      at = sgr.end;
      continue;
    }
    if (code === 0x09) {
      builder.add(' '.repeat(tabStop - (textWidth(sinceTab) % tabStop)), style);
      sinceTab = '';
      marks = undefined;
      at++;
      continue;
    }
    if (code >= 0x300) {
      if (matchLength(emojiControl, text, at) > 0) {
        at++;
        continue;
      }
      const markLength = marks === undefined || marks >= maxMarks ? 0 : markAt(text, at);
      const length = markLength + matchLength(hangulSyllable, text, at);
      if (length > 0) {
        show(text.slice(at, at + length), style);
        marks = markLength > 0 && marks !== undefined ? marks + 1 : 0;
        at += length;
        continue;
      }
    }
    if (code >= 0xd800 && code <= 0xdfff) show('\ufffd', style);
    else show(standIn(code), style.inverse ? noStyle : standInStyle);
    marks = undefined;
    at += code > 0xffff ? 2 : 1;
  }
  return builder.finish();
}

function nextSuspect(text: string, at: number): number {
  suspect.lastIndex = at;
  return suspect.exec(text)?.index ?? text.length;
}

function markAt(text: string, at: number): number {
  return matchLength(joiningVirama, text, at) > 0 ? 0 : matchLength(mark, text, at);
}

/** How long the match of a sticky pattern at `at` is; 0 for none. */
function matchLength(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex - at : 0;
}

function standIn(code: number): string {
  if (code < 0x20 || code === 0x7f) return `^${String.fromCharCode(code ^ 0x40)}`;
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}
