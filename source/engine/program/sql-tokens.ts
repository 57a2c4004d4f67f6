/** A range of a text, the end exclusive. */
export type TextRange = {readonly from: number; readonly to: number};

/** A word, a name in double quotes, a text in single quotes, or another sign, with what it stands for. */
export type SqlToken = TextRange & {readonly kind: 'word' | 'name' | 'text' | 'sign'; readonly text: string};

/** Blanks and comments, or one token. A text or a comment without an end reaches to the end of the program. */
const tokenPattern =
  /(?:\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|([A-Za-z_][\w$]*)|"([^"]*(?:""[^"]*)*)(?:"|$)|'([^']*(?:''[^']*)*)(?:'|$)|([\s\S])/y;

/** The tokens of a program in SQL, without its comments, from the start of one on. */
export function* sqlTokens(code: string, start: number): Generator<SqlToken, void, void> {
  for (let from = start; from < code.length; ) {
    tokenPattern.lastIndex = from;
    const [all, word, name, text, sign] = tokenPattern.exec(code) ?? ['?'];
    const to = from + all.length;
    if (word !== undefined) yield {kind: 'word', text: word, from, to};
    else if (name !== undefined) yield {kind: 'name', text: name.replaceAll('""', '"'), from, to};
    else if (text !== undefined) yield {kind: 'text', text: text.replaceAll("''", "'"), from, to};
    else if (sign !== undefined) yield {kind: 'sign', text: sign, from, to};
    from = to;
  }
}

/** Matches the word, and what may have it without meaning it: a megabyte is searched in some milliseconds. */
const createPattern =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"[^"]*(?:""[^"]*)*(?:"|$)|'[^']*(?:''[^']*)*(?:'|$)|\bcreate\b/gi;

/** Yields the places where statements begin with `create`. */
export function* creations(code: string): Generator<number, void, void> {
  for (const {0: found, index} of code.matchAll(createPattern)) if (/^create$/i.test(found)) yield index;
}

/** Finds a place of a token's text in the program, where two quotes stand for one. */
export function placeInToken(code: string, {kind, from}: SqlToken, offset: number): number {
  const quote = kind === 'text' ? "'" : '"';
  let at = from + 1;
  for (let left = offset; left > 0; left--) at += code[at] === quote ? 2 : 1;
  return at;
}
