/**
 * The longest text that is sent by OSC 52. No limit is in the specification and none is reported back: what is too
 * long vanishes without a word. 74,994 bytes make a sequence of 100,000, the limit of hterm's `osc52.sh` and the figure
 * that most programs keep to. xterm, kitty and Ghostty take megabytes; Termux (6 kB) and Tabby (3 kB) take less.
 */
export const osc52Limit = 74_994;

/** The sequence that puts `text` into the terminal's clipboard (xterm's control sequences, `OSC 52`). */
export function osc52(text: Uint8Array): string {
  return `\u001B]52;c;${Buffer.from(text.buffer, text.byteOffset, text.length).toString('base64')}\u0007`;
}
