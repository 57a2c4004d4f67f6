/**
 * Characters of one cell each that join with nothing beside them, as a class of a regular expression: ASCII, Latin and
 * Cyrillic letters, punctuation, arrows, frames, blocks, shapes and ✗, the mark of errors. All others are measured one by
 * one (`width.ts`).
 */
export const simpleCharacters = String.raw` -~\u00a1-\u00ac\u00ae-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u2190-\u21ff\u2500-\u25fc\u2717\u2800-\u28ff`;

const simple = new RegExp(`^[${simpleCharacters}]*$`);

// biome-ignore lint/suspicious/noControlCharactersInRegex: an SGR sequence begins with ESC.
const sgr = /\x1b\[[\d;]*m/g;

export function withoutSgr(painted: string): string {
  return painted.includes('\x1b') ? painted.replace(sgr, '') : painted;
}

/** In cells; undefined if the row has more than simple characters and SGR sequences. */
export function simpleWidth(text: string): number | undefined {
  const shown = withoutSgr(text);
  return simple.test(shown) ? shown.length : undefined;
}
