import type {ReadStream} from 'node:tty';
import type {Clock} from '../lib/clock.ts';

/** What came out of some input: keys for Ink, which may be none, and reports. */
type Filtered = {readonly keys: string; readonly reports: readonly TerminalReport[]};

/** What a terminal reports between the keys. */
export type TerminalReport = {readonly kind: 'focus' | 'blur'} | MouseReport;

/**
 * A mouse report (DEC mode 1006). `button` is the code as sent: 0 to 2 are buttons, 64 and 65 the wheel, 32 is added
 * while dragging, 4, 8 and 16 for Shift, Alt and Ctrl. `column` and `row` are 0-based cells of the screen.
 */
export type MouseReport = {
  readonly kind: 'mouse';
  readonly button: number;
  readonly column: number;
  readonly row: number;
  readonly pressed: boolean;
};

const esc = '\u001B';

/**
 * The Esc key in the form of CSI u, which needs nothing after it to be told from the beginning of a sequence: with a
 * bare one Ink waits 20 ms, and takes it and a key that comes meanwhile for Alt and that key.
 */
const escKey = `${esc}[27u`;
/** Esc and a key in one read, as a slow line brings them. It would be Alt and that key as well, which means nothing. */
const escAndKey = new RegExp(`^${esc}[^[OP\\]^_X${esc}]$`, 'u');
const pasteStart = `${esc}[200~`;
const pasteEnd = `${esc}[201~`;
/**
 * The sequences that are keys of ours: arrows, Home, End, PgUp, PgDn, Delete, back tab, as terminals send them in either
 * cursor mode; and Ctrl with a letter where a program before this one left the terminal in CSI u mode, for without it
 * there would be no ^C.
 */
const keySequence = new RegExp(`^${esc}(?:\\[[ABCDFHZ]|O[ABCDFH]|\\[[13-8]~|\\[(?:9[7-9]|1[01]\\d|12[0-2]);5u)$`, 'u');
/** Milliseconds. What could be the Esc key waits no longer than a person notices. */
const keyPatience = 50;
/** No person types what begins like a longer sequence: its rest is under way on a slow line. */
const sequencePatience = 1000;
/** Characters of an answer that never ends. */
const mostHeld = 1024 * 1024;

/**
 * Takes the terminal's reports out of its input, and every escape sequence that is no key of ours, wherever reads cut
 * them: Ink would take their rests for typed text. Bracketed paste goes through as it is.
 */
export class InputFilter {
  #held = '';
  #inPaste = false;
  /** The Esc went on as a key because its rest was late. */
  #wasLateEsc = false;

  /** Milliseconds after which `flush` is due unless more comes; undefined: nothing is held. */
  get patience(): number | undefined {
    if (this.#held === '' || this.#inPaste) return undefined;
    return this.#held.length <= 2 ? keyPatience : sequencePatience;
  }

  append(text: string): Filtered {
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
      if (report && !this.#inPaste) reports.push(report);
      else if (this.#inPaste) keys += piece;
      else keys += keysIn(piece);
      if (piece === pasteStart) this.#inPaste = true;
      else if (piece.endsWith(pasteEnd)) this.#inPaste = false;
    }
    return {keys, reports};
  }

  /** Nothing more came in time: a lone Esc is the key; what else has begun is dropped. */
  flush(): Filtered {
    const held = this.#held;
    this.#held = '';
    this.#wasLateEsc = held === esc;
    const isEsc = held === esc || held === esc + esc;
    return {keys: isEsc ? escKey.repeat(held.length) : '', reports: []};
  }

  /** Where the typed text or the sequence ends that begins at `at`; what has only begun is held. */
  #endOfPiece(input: string, at: number): number | undefined {
    const next = input.indexOf(esc, at);
    if (next !== at) return next === -1 ? input.length : next;
    const end = endOfSequence(input, at);
    const rest = input.slice(at);
    if (end === undefined && rest.length <= mostHeld) this.#held = rest;
    return end;
  }

  /** Goes through to its end, as far as it has come. */
  #endOfPaste(input: string, at: number): number | undefined {
    const end = input.indexOf(pasteEnd, at);
    if (end !== -1) return end + pasteEnd.length;
    const begun = begunLength(input, at);
    this.#held = input.slice(input.length - begun);
    return input.length - begun > at ? input.length - begun : undefined;
  }
}

/** What of a piece goes on to Ink: typed text, a sequence that is a key, the beginning of a paste; no other sequence. */
function keysIn(piece: string): string {
  if (!piece.startsWith(esc) || piece === pasteStart || keySequence.test(piece)) return piece;
  if (piece === esc) return escKey;
  return escAndKey.test(piece) ? escKey + piece.slice(esc.length) : '';
}

/**
 * The rest of a sequence whose Esc has gone on. It comes whole; of what is typed by hand, only two keys that a busy
 * machine read at once look like it, so that it has to be a known one, or one with parameters.
 */
function isLateRest(text: string): boolean {
  const end = endOfSequence(esc + text, 0);
  if (!/^[[O]/.test(text) || end === undefined) return false;
  const sequence = (esc + text).slice(0, end);
  return /^.[[O][\d<]/.test(sequence) || terminalReport(sequence) !== undefined || keySequence.test(sequence);
}

/** Length of what, at the end, may be the beginning of the end of a paste. */
function begunLength(input: string, from: number): number {
  for (let length = Math.min(pasteEnd.length - 1, input.length - from); length > 0; length--) {
    if (pasteEnd.startsWith(input.slice(input.length - length))) return length;
  }
  return 0;
}

const mouse = new RegExp(`^${esc}\\[<(\\d{1,5});(\\d{1,5});(\\d{1,5})([Mm])$`);

/** Reads one whole escape sequence as a report of DEC mode 1004 (focus) or 1006 (mouse); undefined: it is none. */
function terminalReport(sequence: string): TerminalReport | undefined {
  if (sequence === `${esc}[I`) return {kind: 'focus'};
  if (sequence === `${esc}[O`) return {kind: 'blur'};
  const match = mouse.exec(sequence);
  if (!match) return undefined;
  const [, button, column, row, end] = match;
  return {
    kind: 'mouse',
    button: Number(button),
    column: Number(column) - 1,
    row: Number(row) - 1,
    pressed: end === 'M',
  };
}

/** OSC, DCS, PM, APC and SOS: everything up to their end is text for a program, never keys. */
const stringIntroducers = ']P^_X';
/** The older mouse reports, left on by a program that was killed: `CSI M` and three more characters. */
const oldMouse = `${esc}[M`;

/**
 * Where the escape sequence ends that begins with the Esc at `from`, by ECMA-48's grammar and not by a list of known
 * ones: the index behind it, or undefined if more has to come. A sequence that is broken by a character which cannot be
 * part of it ends in front of that character.
 */
function endOfSequence(text: string, from: number): number | undefined {
  const next = text[from + 1];
  if (next === undefined) return undefined;
  // The Esc key and then a sequence; or only the key twice, which shows when something follows.
  if (next === esc) return text[from + 2] === undefined ? undefined : from + 1;
  if (next === '[') return endOfCsi(text, from);
  if (next === 'O') return scan(text, from + 2, (code) => (code >= 0x30 && code <= 0x39) || code === 0x3b);
  if (stringIntroducers.includes(next)) return endOfString(text, from + 2);
  // Alt and a character.
  return from + 1 + ((text.codePointAt(from + 1) ?? 0) > 0xffff ? 2 : 1);
}

function endOfCsi(text: string, from: number): number | undefined {
  if (text.startsWith(oldMouse, from)) {
    const end = from + oldMouse.length + 3;
    return text.length < end ? undefined : end;
  }
  // F-keys of the Linux console: `CSI [ A`.
  const begin = from + (text[from + 2] === '[' ? 3 : 2);
  return scan(text, begin, (code) => code >= 0x20 && code <= 0x3f);
}

/** Goes on over what may stand inside; behind it, one final character belongs to the sequence. */
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

type FilterInputOptions = {
  readonly onReport: (report: TerminalReport) => void;
  /** Something else came. */
  readonly onKeys: () => void;
  readonly clock: Pick<Clock, 'after'>;
};

/** Takes what is no key out of `stdin` before Ink reads it. Answers its undoing. */
export function filterInput(stdin: ReadStream, {onReport, onKeys, clock}: FilterInputOptions): () => void {
  const filter = new InputFilter();
  const read = stdin.read.bind(stdin);
  let late = '';
  let cancelFlush = () => {};
  const take = ({keys, reports}: Filtered): string => {
    for (const each of reports) onReport(each);
    if (keys !== '') onKeys();
    return keys;
  };
  const flush = () => {
    late += take(filter.flush());
    // Ink reads when it is told so.
    if (late !== '') stdin.emit('readable');
  };
  // Ink reads until there is nothing left: null. So a read that held nothing but reports is followed by the next.
  stdin.read = (size?: number): unknown => {
    if (late !== '') {
      const keys = late;
      late = '';
      return keys;
    }
    for (let chunk: unknown = read(size); chunk !== null; chunk = read(size)) {
      cancelFlush();
      const keys = take(filter.append(String(chunk)));
      const {patience} = filter;
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
