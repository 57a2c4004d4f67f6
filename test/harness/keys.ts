/** What a terminal sends for the keys that have names here, in the normal (not application) cursor mode of xterm. */
const NAMED: Readonly<Record<string, string>> = {
  Enter: '\r',
  Esc: '\u001B',
  Tab: '\t',
  'S-Tab': '\u001B[Z',
  Space: ' ',
  Backspace: '\u007F',
  Delete: '\u001B[3~',
  Up: '\u001B[A',
  Down: '\u001B[B',
  Right: '\u001B[C',
  Left: '\u001B[D',
  Home: '\u001B[H',
  End: '\u001B[F',
  PageUp: '\u001B[5~',
  PageDown: '\u001B[6~',
  'C-Left': '\u001B[1;5D',
  'C-Right': '\u001B[1;5C',
  'M-Backspace': '\u001B\u007F',
  F1: '\u001BOP',
  'C-Delete': '\u001B[3;5~',
  F5: '\u001B[15~',
};

/** The bytes of a key: a name above, `C-x` with Ctrl, `M-x` with Alt, or a character for itself. Throws on a typo. */
export function bytesOfKey(key: string): string {
  const named = NAMED[key];
  if (named !== undefined) return named;
  const control = /^C-([a-z@[\\\]^_])$/.exec(key)?.[1];
  if (control !== undefined) return String.fromCharCode(control.toUpperCase().charCodeAt(0) & 0x1f);
  const meta = /^M-(.)$/u.exec(key)?.[1];
  if (meta !== undefined) return `\u001B${meta}`;
  if ([...key].length === 1) return key;
  throw new Error(`no such key: ${key}`);
}
