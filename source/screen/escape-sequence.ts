const esc = '\u001B';
/** OSC, DCS, PM, APC and SOS: everything up to their end is text for a program, never keys. */
const stringIntroducers = ']P^_X';
/** The older mouse reports, left on by a program that was killed: `CSI M` and three more characters. */
const oldMouse = `${esc}[M`;

/**
 * Where the escape sequence ends that begins with the Esc at `from`, by ECMA-48's grammar and not by a list of known
 * ones: the index behind it, or undefined if more has to come. A sequence that is broken by a character which cannot be
 * part of it ends in front of that character.
 */
export function endOfSequence(text: string, from: number): number | undefined {
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
