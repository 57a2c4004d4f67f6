/** Of each line so many bytes are looked at and shown: a longer one must not freeze anything. */
export const visibleBytes = 64 * 1024;

export const escapeByte = 0x1b;

/** Colours and other styles (SGR): they reach the screen as such, and are no text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences begin with ESC.
const styles = /\x1b\[[\d:;]*m/g;

/** Decodes bytes, of one line or several, as UTF-8 (U+FFFD where invalid) and leaves out SGR sequences. */
export function decodeVisible(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return bytes.includes(escapeByte) ? text.replace(styles, '') : text;
}

/** The text of a line as search sees it: its first 64 KiB without SGR sequences and without the `\r` at its end. */
export function visibleText(line: Buffer): string {
  const text = decodeVisible(line.subarray(0, visibleBytes));
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
