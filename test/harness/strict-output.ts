/** The control sequences that the program itself writes, and no others. */
const own = new RegExp(
  [
    String.raw`\x1b\[[\d;:]*m`,
    String.raw`\x1b\[\d*(?:;\d*)?[ABCDEFGHJKLMPXr@]`,
    String.raw`\x1b\[\?[\d;]+[hl]`,
    String.raw`\x1b\[2[23];2t`,
    String.raw`\x1b\[6n`,
    String.raw`\x1b[78M]`,
    String.raw`\x1b\]11;\?\x07\x1b\[c`,
  ].join('|'),
  'g',
);

// biome-ignore lint/suspicious/noControlCharactersInRegex: an OSC sequence, its kind and its text.
const osc = /\x1b\](2|52);([^\x00-\x1f]*)(?:\x07|\x1b\\)/g;

const unprintable = /[[\p{C}--\p{Co}]\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gv;

/**
 * What is in the text and not printable: neither a character with a glyph nor a line break. Returned as code points, to
 * be read in a failure.
 */
export function unprintableIn(text: string): readonly string[] {
  const found = text.replaceAll(/\r?\n/g, '').match(unprintable) ?? [];
  return [...new Set(found)].map((character) => `U+${character.codePointAt(0)?.toString(16).padStart(4, '0')}`);
}

/**
 * What a terminal got and the program never writes: other control sequences, and what is not printable in its rows, its
 * titles and the texts that it puts into the clipboard.
 */
export function unexpectedIn(output: Buffer): readonly string[] {
  const texts: string[] = [];
  const rest = output
    .toString()
    .replaceAll(osc, (_, kind, text) => {
      texts.push(kind === '52' ? Buffer.from(text.slice(2), 'base64').toString() : text);
      return '';
    })
    .replaceAll(own, '');
  return [rest, ...texts].flatMap(unprintableIn);
}
