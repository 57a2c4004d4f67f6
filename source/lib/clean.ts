import {textWidth} from './width.ts';

/** Marks on one base: real text has up to four; thousands would be painted over the rows above. */
const maxMarks = 8;

const tabStop = 8;

/** Receives a text piece by piece, as it may be shown. `placeholder`: stands for a character that may not be. */
type Pieces = {
  readonly onText: (text: string) => void;
  readonly onPlaceholder: (text: string) => void;
  /** The parameters of an SGR sequence. */
  readonly onSgr: (parameters: string) => void;
};

/**
 * Any text as one line that is safe to show, without styles. SGR sequences are left out. Other control, format and
 * invisible characters become visible text: C0 and DEL in caret notation (`^[`, `^?`), the rest as `<U+009B>`, lone
 * surrogates as U+FFFD. Tabs become spaces up to the next multiple of 8 cells; a carriage return at the end is dropped
 * (CRLF); of emoji sequences the visible parts stay.
 */
export function clean(text: string): string {
  if (isAscii(text)) return text;
  let shown = '';
  const add = (piece: string) => {
    shown += piece;
  };
  forEachPiece(text, {onText: add, onPlaceholder: add, onSgr: () => {}});
  return shown;
}

/** `clean` for text of several lines: their breaks stay. */
export function cleanLines(text: string): string {
  return text.replace(unclearLine, (line) => clean(line));
}

/** Finds the lines that may have to be changed: a text may have millions of others. */
const unclearLine = /^[\x20-\x7e]*[^\n\x20-\x7e][^\n]*/gm;

/**
 * `clean` for the name of a pipeline, which is also sent back to the server: one of letters and digits stays as it is in
 * any script, though a row shows some of their marks as `clean` does.
 */
export function cleanName(name: string): string {
  return isAscii(name) || nameOfLetters.test(name) ? name : clean(name);
}

const nameOfLetters = /^[[\p{L}\p{M}\p{N}_\-]--\p{Default_Ignorable_Code_Point}]{1,63}$/v;

/** Printable ASCII only, which is shown as it is. */
export function isAscii(text: string): boolean {
  return !/[^\x20-\x7e]/.test(text);
}

export function forEachPiece(text: string, {onText, onPlaceholder, onSgr}: Pieces): void {
  const end = text.endsWith('\r') ? text.length - 1 : text.length;
  /** Marks on the base right before `at`; undefined: there is no base. */
  let marks: number | undefined;
  const hasTabs = text.includes('\t');
  /** The text since the last tab: measuring from the start of the text at each tab would be quadratic. */
  let sinceTab = '';
  let at = 0;
  const show = (shown: string) => {
    onText(shown);
    if (hasTabs) sinceTab += shown;
  };
  while (at < end) {
    const next = Math.min(nextSuspect(text, at), end);
    if (next > at) {
      show(text.slice(at, next));
      marks = 0;
      at = next;
      continue;
    }
    const code = text.codePointAt(at) ?? 0;
    const sgr = code === 0x1b ? readSgr(text, at) : undefined;
    if (sgr !== undefined) {
      onSgr(sgr.parameters);
      marks = undefined;
      at = sgr.end;
      continue;
    }
    if (code === 0x09) {
      onText(' '.repeat(tabStop - (textWidth(sinceTab) % tabStop)));
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
        show(text.slice(at, at + length));
        marks = markLength > 0 && marks !== undefined ? marks + 1 : 0;
        at += length;
        continue;
      }
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      show('\ufffd');
    } else {
      const visible = placeholder(code);
      onPlaceholder(visible);
      sinceTab += visible;
    }
    marks = undefined;
    at += code > 0xffff ? 2 : 1;
  }
}

const afterEscape = /\[([\d:;]*)m/y;

/** Reads the SGR sequence whose ESC is at `offset`; undefined: it is another sequence. */
export function readSgr(text: string, offset: number): {readonly parameters: string; readonly end: number} | undefined {
  afterEscape.lastIndex = offset + 1;
  const parameters = afterEscape.exec(text)?.[1];
  return parameters === undefined ? undefined : {parameters, end: afterEscape.lastIndex};
}

function nextSuspect(text: string, at: number): number {
  suspect.lastIndex = at;
  return suspect.exec(text)?.index ?? text.length;
}

function markAt(text: string, at: number): number {
  return matchLength(joiningVirama, text, at) > 0 ? 0 : matchLength(mark, text, at);
}

/** Length of the match of a sticky pattern at `at`; 0: none. */
function matchLength(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex - at : 0;
}

function placeholder(code: number): string {
  if (code < 0x20 || code === 0x7f) return `^${String.fromCharCode(code ^ 0x40)}`;
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}

/*
 * A character may reach the terminal only if all terminals give it one width, be it those that add up the widths of
 * code points (xterm, VTE, tmux, xterm.js; Unicode tables of version 11, 2018, or later) or those that measure
 * graphemes, as Ink does. Others become visible placeholders. One exception keeps Indic text readable: a spacing mark
 * (Mc) counts one cell, while some terminals show none; a row is then narrower than counted, never wider.
 */

/** Controls, formats, unassigned code points, noncharacters, lone surrogates, and what is invisible by definition. */
const invisible = String.raw`[\p{C}--\p{Co}]\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}`;

/** Parts of emoji sequences: a terminal shows them on their own, or joined with the character before them. */
const emojiParts = String.raw`\p{Regional_Indicator}\p{Emoji_Modifier}\u20e3`;

/** Emoji that are text by default but can have a skin colour: tmux makes them wide (☝ ✌). */
const textEmoji = String.raw`[\p{Emoji_Modifier_Base}--\p{Emoji_Presentation}]`;

/** Emoji of Unicode 12.1 and later, and their neighbours: one cell in older tables, two in newer ones. */
const recentEmoji = String.raw`\u{1f6d6}-\u{1f6df}\u{1f6fb}-\u{1f6ff}\u{1f7f0}\u{1f90c}\u{1f93b}\u{1f946}\u{1f972}\u{1f977}-\u{1f979}\u{1f9a3}\u{1f9a4}\u{1f9ab}-\u{1f9ad}\u{1f9cb}\u{1f9cc}\u{1fa70}-\u{1faff}`;

/** Marks that are missing in tables of Unicode 11, and all marks outside the BMP, of which many tables have few. */
const recentMarks = String.raw`\u0897-\u089f\u08ca-\u08d2\u0b55\u0c3c\u0d81\u0ece\u1abf-\u1aff\u1dfa\ua82c[\p{M}&&[\u{10000}-\u{10ffff}]]`;

/** Letters and symbols that are narrow in some tables and wide in others, or spacing in some and combining in others. */
const disputed = String.raw`\u06de\u0e33\u0eb3\u1734\u1b44\u2630-\u2637\u268a-\u268f\u2ffc-\u2fff\u302a-\u302f\u31bb-\u31bf\u31e4\u31e5\u31ef\u3248-\u324f\u4dc0-\u4dff\ua9c0\u{16d63}-\u{16d6a}\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d37f}`;

/** Letters that make one grapheme with the letter after them. */
const prepended = String.raw`\u0d4e\u{111c2}\u{111c3}\u{113d1}\u{1193f}\u{11941}\u{11a3a}\u{11a84}-\u{11a89}\u{11d46}\u{11f02}`;

/** Conjoining Hangul: an initial and a vowel are one syllable of two cells, but the letters alone are disputed. */
const jamo = String.raw`\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff`;

const never = `${invisible}${emojiParts}${textEmoji}${recentEmoji}${recentMarks}${disputed}${prepended}`;

/** A character that cannot simply be copied. */
const suspect = new RegExp(String.raw`[${never}${jamo}\p{Mn}\p{Me}]`, 'gv');

/** A mark without a cell of its own; voiced marks of kana only after kana: after others some terminals widen them. */
const mark = new RegExp(
  String.raw`(?<=[\u3041-\u30ff])[\u3099\u309a]|[[\p{Mn}\p{Me}]--[${never}${jamo}\u3099\u309a]]`,
  'yv',
);

/** A virama that joins two letters, even with SGR between them: terminals show one cell or two. Only of the BMP. */
const joiningVirama =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an SGR sequence begins with ESC.
  /[\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d\u1039\u17d2\u1a60\u1bab\uaaf6](?=(?:\x1b\[[\d:;]*m)*[\p{L}\p{M}])/vy;

/** A syllable of conjoining Hangul, as decomposed (NFD) text has it. */
const hangulSyllable = /[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?/vy;

/**
 * Parts of emoji sequences that are left out, because some terminals change the width for them: the selector of emoji
 * or text form, and the joiner. Without it two emoji are side by side, Unicode's own fallback (UTS #51, 2.3).
 */
const emojiControl =
  /(?<=\p{Emoji})[\ufe0e\ufe0f]|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}]\ufe0f?)\u200d(?=\p{Extended_Pictographic})/vy;
