import {openSync} from 'node:fs';
import {ReadStream} from 'node:tty';
import type {Clock} from '../../lib/clock.ts';

type Filtered = {readonly keys: string; readonly reports: readonly TerminalReport[]};

/** Report of the terminal between the keys. */
export type TerminalReport =
  | {readonly kind: 'focus'}
  | {readonly kind: 'blur'}
  /** The answer to DSR 6, in 1-based cells. */
  | {readonly kind: 'cursor'; readonly row: number; readonly column: number}
  /** The answer to OSC 11, from 0 to 255 each. */
  | {readonly kind: 'ground'; readonly color: readonly [red: number, green: number, blue: number]}
  /** The answer to DA1. */
  | {readonly kind: 'attributes'};

const esc = '\u001B';

/** Esc in the form of CSI u. After a bare Esc Ink waits 20 ms, and reads a key that comes meanwhile as Alt and that key. */
const escKey = `${esc}[27u`;
/** Esc and a key in one read: Alt and that key or, on a slow line, two keys. `shells/screen/press-keys` decides. */
const escAndKey = new RegExp(`^${esc}[^[OP\\]^_X${esc}]$`, 'u');
const pasteStart = `${esc}[200~`;
const pasteEnd = `${esc}[201~`;
const controlC = '\u0003';
/**
 * Our keys: arrows, Home, End, PgUp, PgDn, Delete and back tab in both cursor modes. Also Ctrl with a letter in CSI u
 * mode, which an earlier program may have left on: otherwise ^C would not work.
 */
const keySequence = new RegExp(`^${esc}(?:\\[[ABCDFHPZ]|O[ABCDFH]|\\[[13-8]~|\\[(?:9[7-9]|1[01]\\d|12[0-2]);5u)$`, 'u');
/** Delete of st, for which Ink has no name. */
const deleteOfSt = `${esc}[P`;
/** Ctrl with Delete, as most terminals send it, and as rxvt does; st sends what begins an old mouse report. */
const wordDelete = `${esc}[3;5~`;
const wordDeleteOfRxvt = `${esc}[3^`;
/** F1 of xterm, VTE, rxvt and the Linux console. */
const helpKey = new RegExp(`^${esc}(?:OP|\\[11~|\\[\\[A)$`);
/** F1 with Hyper, a key of no keyboard: Ink tells its readers modifiers, and nothing that tells F1 from F2. */
const helpKeyForInk = `${esc}[1;17P`;
/** F2 to F12 of the same: no keys of ours, but the screen says that. */
const functionKey = new RegExp(`^${esc}(?:O[Q-S]|\\[(?:1[2-57-9]|2[0134])~|\\[\\[[B-E])$`);
/** Ctrl or Alt with Left or Right, as xterm, PuTTY and rxvt send it. */
const wordMove = new RegExp(`^${esc}(?:(?:\\[1;[359]|\\[5|O5)[CD]|O[cd])$`);
/** Alt with one of our keys, as PuTTY and rxvt send it. */
const altSequence = new RegExp(`^${esc}${esc}(?:\\[[ABCDFHZ]|O[ABCDFH]|\\[[13-8]~)$`);
/** Milliseconds to wait for the rest of what may be the Esc key: too short for a user to notice. */
const keyPatience = 50;
/** While an answer is awaited, which may be cut behind its Esc. */
const keyPatienceWhileAsked = 150;
/**
 * Milliseconds to wait for the rest of a longer beginning, and of a paste: no user types that, so the rest comes on a slow
 * line.
 */
const sequencePatience = 1000;
/** Characters: most that is held of a sequence without an end. */
const mostHeld = 1024 * 1024;

/**
 * Removes the terminal's reports and every escape sequence that is not one of our keys, even if two reads divide it: Ink
 * would read its rest as typed text. Bracketed paste passes unchanged, but for answers that came into it. A paste whose end
 * is lost, as when a multiplexer dies in it, ends by itself: it would take all later keys for its text.
 */
export class InputFilter {
  #held = '';
  #inPaste = false;
  /** Esc was passed on as a key, and may have been the beginning of a sequence. */
  #wasLateEsc = false;

  /**
   * Milliseconds until `flush` is due unless more input comes; undefined: there is nothing to flush. `isAsked`: an answer
   * is awaited.
   */
  patience(isAsked = false): number | undefined {
    if (this.#inPaste) return sequencePatience;
    if (this.#held === '') return undefined;
    if (this.#held.length > 2 && this.#held !== oldMouse) return sequencePatience;
    return isAsked ? keyPatienceWhileAsked : keyPatience;
  }

  append(text: string): Filtered {
    if (this.#inPaste && text === controlC) {
      const {keys, reports} = this.flush();
      return {keys: keys + controlC, reports};
    }
    const input = this.#wasLateEsc && isLateRest(text) ? esc + text : this.#held + text;
    this.#wasLateEsc = false;
    this.#held = '';
    const reports: TerminalReport[] = [];
    let keys = '';
    for (let at = 0; at < input.length; ) {
      const end = this.#inPaste ? this.#endOfPaste(input, at) : this.#endOfPiece(input, at);
      if (end === undefined) break;
      const piece = input.slice(at, end);
      at = end;
      const report = terminalReport(piece);
      if (report && (!this.#inPaste || isAnswer(report))) reports.push(report);
      else if (this.#inPaste) keys += piece;
      else keys += keysIn(piece);
      if (piece === pasteStart) this.#inPaste = true;
      else if (piece.endsWith(pasteEnd)) this.#inPaste = false;
    }
    return {keys, reports};
  }

  /** No more input came in time: a lone Esc is the key, any other beginning is dropped, and a paste is over. */
  flush(): Filtered {
    const held = this.#held;
    this.#held = '';
    if (this.#inPaste) {
      this.#inPaste = false;
      return {keys: pasteEnd, reports: []};
    }
    this.#wasLateEsc = held === esc;
    if (held === oldMouse) return {keys: wordDelete, reports: []};
    const isEsc = held === esc || held === esc + esc;
    return {keys: isEsc ? escKey.repeat(held.length) : '', reports: []};
  }

  /** Returns where the typed text or the sequence at `at` ends. Holds the beginning of a sequence. */
  #endOfPiece(input: string, at: number): number | undefined {
    const next = input.indexOf(esc, at);
    if (next !== at) return next === -1 ? input.length : next;
    const end = endOfSequence(input, at);
    const rest = input.slice(at);
    if (end === undefined && rest.length <= mostHeld) this.#held = rest;
    return end;
  }

  /** Returns the end of the paste, of its part so far, of the part before an answer, or of the answer. */
  #endOfPaste(input: string, at: number): number | undefined {
    const end = input.indexOf(pasteEnd, at);
    const inPaste = input.slice(at, end === -1 ? undefined : end);
    const answer = answerInPaste.exec(inPaste);
    if (answer) return at + (answer.index || answer[0].length);
    if (end !== -1) return end + pasteEnd.length;
    const rest = inPaste.search(begunInPaste);
    if (rest === -1) return input.length;
    this.#held = inPaste.slice(rest);
    return rest > 0 ? at + rest : undefined;
  }
}

/** Returns Ink's share of a piece: typed text, one of our keys, also with Alt, or the beginning of a paste. */
function keysIn(piece: string): string {
  if (piece === deleteOfSt) return `${esc}[3~`;
  if (piece === wordDelete || piece === wordDeleteOfRxvt || piece === oldMouse) return wordDelete;
  if (!piece.startsWith(esc) || piece === pasteStart || keySequence.test(piece) || functionKey.test(piece))
    return piece;
  if (piece === esc) return escKey;
  if (helpKey.test(piece)) return helpKeyForInk;
  // Ink reads Ctrl with an arrow in this form.
  if (wordMove.test(piece)) return `${esc}O${piece.slice(-1).toLowerCase()}`;
  return escAndKey.test(piece) || altSequence.test(piece) ? piece : '';
}

/**
 * Returns whether the text begins with the whole rest of a sequence whose Esc was passed on. Two keys typed into one
 * read could look like it, so the sequence must be a report, one of our keys, or have parameters.
 */
function isLateRest(text: string): boolean {
  if (text.startsWith(']11;')) return true;
  const end = endOfSequence(esc + text, 0);
  if (!/^[[O]/.test(text) || end === undefined) return false;
  const sequence = (esc + text).slice(0, end);
  return /^.[[O][\d<]/.test(sequence) || terminalReport(sequence) !== undefined || keySequence.test(sequence);
}

const cursor = new RegExp(`^${esc}\\[(\\d{1,4});(\\d{1,4})R$`);
const attributes = new RegExp(`^${esc}\\[\\?[\\d;]*c$`);
const ground = new RegExp(`^${esc}\\]11;rgba?:([\\da-f]{1,4})/([\\da-f]{1,4})/([\\da-f]{1,4})`, 'i');
const groundInPaste = `\\]11;rgb[\\w:/]{0,40}`;
const answerInPaste = new RegExp(
  `${esc}(?:\\[\\d{1,4};\\d{1,4}R|\\[\\?[\\d;]{0,40}c|${groundInPaste}(?:\\u0007|${esc}\\\\))`,
);
/** Possible beginning of such an answer or of `pasteEnd`. */
const begunInPaste = new RegExp(
  `${esc}(?:\\[\\??[\\d;]{0,40}|\\](?:1(?:1(?:;(?:r(?:g(?:b[\\w:/]{0,40}${esc}?)?)?)?)?)?)?)?$`,
);

/** Reads a whole escape sequence as a report of the terminal; undefined for any other. */
function terminalReport(sequence: string): TerminalReport | undefined {
  if (sequence === `${esc}[I`) return {kind: 'focus'};
  if (sequence === `${esc}[O`) return {kind: 'blur'};
  if (attributes.test(sequence)) return {kind: 'attributes'};
  const place = cursor.exec(sequence);
  if (place) return {kind: 'cursor', row: Number(place[1]), column: Number(place[2])};
  const color = ground.exec(sequence);
  if (!color) return undefined;
  const [red = 0, green = 0, blue = 0] = color.slice(1).map((hex) => {
    return Math.round((255 * Number.parseInt(hex, 16)) / (16 ** hex.length - 1));
  });
  return {kind: 'ground', color: [red, green, blue]};
}

/** No person made it: it may come into a paste. */
function isAnswer({kind}: TerminalReport): boolean {
  return kind !== 'focus' && kind !== 'blur';
}

/** OSC, DCS, PM, APC and SOS: everything up to their end is text, never keys. */
const stringIntroducers = ']P^_X';
/** Old mouse reports, which a killed program may have left on: `CSI M` and three more characters. */
const oldMouse = `${esc}[M`;

/** The index after the sequence at `from` (ECMA-48); undefined if incomplete. A character that cannot be in it ends it. */
function endOfSequence(text: string, from: number): number | undefined {
  const next = text[from + 1];
  if (next === undefined) return undefined;
  if (next === esc) return endOfDoubleEsc(text, from);
  if (next === '[') return endOfCsi(text, from);
  if (next === 'O') return scan(text, from + 2, (code) => (code >= 0x30 && code <= 0x39) || code === 0x3b);
  if (stringIntroducers.includes(next)) return endOfString(text, from + 2);
  // Alt and a character.
  return from + 1 + ((text.codePointAt(from + 1) ?? 0) > 0xffff ? 2 : 1);
}

/** Alt with a key that sends a sequence; or the Esc key, twice or before something else. */
function endOfDoubleEsc(text: string, from: number): number | undefined {
  const next = text[from + 2];
  if (next === undefined) return undefined;
  const end = next === '[' || next === 'O' ? endOfSequence(text, from + 1) : from + 1;
  if (end === undefined) return undefined;
  const sequence = text.slice(from + 1, end);
  return sequence === pasteStart || terminalReport(sequence) ? from + 1 : end;
}

function endOfCsi(text: string, from: number): number | undefined {
  if (text.startsWith(oldMouse, from)) {
    const end = from + oldMouse.length + 3;
    // No such report has an Esc: it is the key.
    if (text.slice(from + 1, end).includes(esc)) return from + oldMouse.length;
    return text.length < end ? undefined : end;
  }
  // F-keys of the Linux console: `CSI [ A`.
  const begin = from + (text[from + 2] === '[' ? 3 : 2);
  return scan(text, begin, (code) => code >= 0x20 && code <= 0x3f);
}

/** Skips the characters inside; one final character after them belongs to the sequence. */
function scan(text: string, from: number, isInside: (code: number) => boolean): number | undefined {
  let at = from;
  while (at < text.length && isInside(text.charCodeAt(at))) at += 1;
  if (at === text.length) return undefined;
  const code = text.charCodeAt(at);
  return code >= 0x40 && code <= 0x7e ? at + 1 : at;
}

function endOfString(text: string, from: number): number | undefined {
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '\u0007' || character === '\u009C') return at + 1;
    if (character !== esc) continue;
    if (at + 1 === text.length) return undefined;
    return text[at + 1] === '\\' ? at + 2 : at;
  }
  return undefined;
}

/** The terminal itself, for keys while stdin is something else; undefined: this process has none. */
export function openTerminal(): ReadStream | undefined {
  try {
    return new ReadStream(openSync('/dev/tty', 'r+'));
  } catch {
    return undefined;
  }
}

/**
 * Reads keys and drops them until the result is called: without a screen they would be the shell's, and with them what the
 * terminal still answers.
 */
export function dropInput(stdin: ReadStream): () => void {
  const drop = () => {
    while (stdin.read() !== null);
  };
  stdin.setRawMode(true);
  stdin.on('readable', drop);
  return () => {
    stdin.off('readable', drop);
    stdin.setRawMode(false);
  };
}

type FilterInputOptions = {
  readonly onReport: (report: TerminalReport) => void;
  /** Called for all other input. */
  readonly onKeys: () => void;
  /** Returns whether an answer is awaited; absent: never. */
  readonly isAsked?: () => boolean;
  readonly clock: Pick<Clock, 'after'>;
};

/** Removes all but the keys from `stdin` before Ink reads it. Returns what undoes that. */
export function filterInput(stdin: ReadStream, options: FilterInputOptions): () => void {
  const {onReport, onKeys, isAsked = () => false, clock} = options;
  const filter = new InputFilter();
  const read = stdin.read.bind(stdin);
  let late = '';
  let cancelFlush = () => {};
  const keysOf = ({keys, reports}: Filtered): string => {
    for (const each of reports) onReport(each);
    if (keys !== '') onKeys();
    return keys;
  };
  const flush = () => {
    late += keysOf(filter.flush());
    // Ink reads then.
    if (late !== '') stdin.emit('readable');
  };
  // Ink stops at null, so after a read with only reports the next read follows here.
  stdin.read = (size?: number): unknown => {
    if (late !== '') {
      const keys = late;
      late = '';
      return keys;
    }
    for (let chunk: unknown = read(size); chunk !== null; chunk = read(size)) {
      cancelFlush();
      const keys = keysOf(filter.append(String(chunk)));
      const patience = filter.patience(isAsked());
      if (patience !== undefined) cancelFlush = clock.after(patience, flush);
      if (keys !== '') return keys;
    }
    return null;
  };
  return () => {
    cancelFlush();
    stdin.read = read;
  };
}
