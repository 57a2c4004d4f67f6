import type {Pattern} from './pattern.ts';
import type {TextFacts} from './text-facts.ts';

/** What may stand at the end of a style, and in one: `[1;31m`. */
const inStyle = /^\[?[\d:;]*(?:m|$)/;
const kelvinSign = '\u212a';
const longS = '\u017f';
/** Each costs a look at all bytes, if the ones before stand in too many lines. */
const mostCores = 2;

/**
 * A text that every match contains and that no style interrupts: it can be looked for in the bytes as they are.
 * `isProof`: wherever it stands the pattern matches, and nowhere else.
 */
export type CoreText = {readonly text: string; readonly isProof: boolean};

/** The longest two, the longest first. */
export function coreTexts({needed, needle, caseSensitive}: Pattern, facts: TextFacts): CoreText[] {
  const texts = needed.flatMap((text) => uninterrupted(text, caseSensitive, facts));
  return texts
    .sort((a, b) => b.length - a.length)
    .slice(0, mostCores)
    .map((text) => ({text, isProof: text === needle && !(facts.hasStyles && inStyle.test(text))}));
}

/** The parts of a text that are left where it is cut wherever a style may stand. */
function uninterrupted(text: string, caseSensitive: boolean, facts: TextFacts): string[] {
  const cases = (character: string) =>
    (caseSensitive ? [character] : [character.toLowerCase(), character.toUpperCase()]).map((each) =>
      each.charCodeAt(0),
    );
  const parts = [''];
  for (const character of text) {
    const part = parts.at(-1) ?? '';
    const before = part === '' ? [] : cases(part.slice(-1));
    const isCut = before.some((a) => cases(character).some((b) => facts.isJoint(a, b)));
    if (isCut) parts.push(character);
    else parts[parts.length - 1] = part + character;
  }
  return parts;
}

/** Whether bytes beyond ASCII in a text may match letters of `core`, as the signs for kelvin and a long s do. */
export function foldsBeyondAscii(core: string, bytes: Buffer): boolean {
  return (/k/i.test(core) && bytes.includes(kelvinSign)) || (/s/i.test(core) && bytes.includes(longS));
}
