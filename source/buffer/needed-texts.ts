/** Escapes of one letter that stand for other characters or for none. */
const simpleEscape = /[dDwWsSbBtnrfv]/;

/**
 * The texts of printable ASCII that are part of every match of a regular expression, be it in another case: `conn` and
 * `refused` of `^conn.*refused`. None where that is not told so easily: with groups and alternatives.
 */
export function neededTexts(source: string): readonly string[] {
  const texts = [''];
  for (let at = 0; at < source.length; at++) {
    const character = source[at] ?? '';
    const text = texts.at(-1) ?? '';
    let taken = '';
    if (/[()|]/.test(character)) return [];
    if (character === '\\') {
      at += 1;
      const escaped = source[at] ?? '';
      if (/\W/.test(escaped)) taken = escaped;
      else if (!simpleEscape.test(escaped)) return [];
    } else if (character === '[') at = classEnd(source, at);
    else if (/[*?{]/.test(character)) {
      // What is repeated may be missing.
      texts[texts.length - 1] = text.slice(0, -1);
      if (character === '{') at = source.indexOf('}', at);
      if (at === -1) return [];
    } else if (/[^.^$+\]}]/.test(character)) taken = character;
    if (/^[ -~]$/.test(taken)) texts[texts.length - 1] = text + taken;
    else texts.push('');
  }
  return texts.filter((text) => text !== '');
}

/** The `]` that ends the class of characters at `start`. */
function classEnd(source: string, start: number): number {
  let at = start + 1;
  while (at < source.length && source[at] !== ']') at += source[at] === '\\' ? 2 : 1;
  return at;
}
