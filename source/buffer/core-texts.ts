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

/** What was found last for a set of joints: a search asks for each of a segment's 64 blocks, which takes 4 µs. */
const known = new WeakMap<TextFacts['joints'], {readonly pattern: Pattern; readonly cores: readonly CoreText[]}>();

/** The two that are found the fastest, the best first. */
export function coreTexts(pattern: Pattern, facts: TextFacts): readonly CoreText[] {
  const last = known.get(facts.joints);
  if (last?.pattern === pattern) return last.cores;
  const {needed, needle, caseSensitive} = pattern;
  const cores = needed
    .flatMap((text) => uninterrupted(text, caseSensitive, facts))
    .sort((a, b) => speedOf(b) - speedOf(a))
    .slice(0, mostCores)
    .map((text) => ({text, isProof: text === needle && !(facts.hasStyles && inStyle.test(text))}));
  known.set(facts.joints, {pattern, cores});
  return cores;
}

/**
 * How much is passed over at once where a text is looked for: as much as it is long, and more if it has what is rare. In
 * 163 MB `CONNECT, ` takes 51 ms, ` identical` 97.
 */
function speedOf(text: string): number {
  return text.length + text.replace(/[a-z ]/g, '').length;
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
