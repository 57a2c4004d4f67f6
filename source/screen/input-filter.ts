import {endOfSequence} from './escape-sequence.ts';
import {type TerminalReport, terminalReport} from './terminal-report.ts';

/** What came out of some input: keys for Ink, which may be none, and reports. */
export type Filtered = {readonly keys: string; readonly reports: readonly TerminalReport[]};

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

  push(text: string): Filtered {
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
