/** The names that are no single character, as `key-name.ts` gives them, each with other ways to write it. */
const named: Readonly<Record<string, readonly string[]>> = {
  Up: ['↑', 'arrowup'],
  Down: ['↓', 'arrowdown'],
  Left: ['←', 'arrowleft'],
  Right: ['→', 'arrowright'],
  PageUp: ['pgup'],
  PageDown: ['pgdn', 'pgdown'],
  Home: [],
  End: [],
  Enter: ['return', 'cr'],
  Esc: ['escape'],
  Tab: [],
  Space: [' '],
  Backspace: ['bs'],
  Delete: ['del'],
};

/** The names of the keys that are no single character. */
export const namedKeys: readonly string[] = Object.keys(named);

const byName = new Map(
  Object.entries(named).flatMap(([name, others]) => [name.toLowerCase(), ...others].map((each) => [each, name])),
);

/** With Ctrl a terminal sends what other keys send, too: nobody can tell them apart. */
const sameWithCtrl: Readonly<Record<string, string>> = {
  H: 'Backspace',
  I: 'Tab',
  J: 'Enter',
  M: 'Enter',
  '[': 'Esc',
};

/**
 * The name of a key as `key-name.ts` gives it, from what a person writes: `ctrl+d`, `C-d` or `^d`; `pgdn`, `Space`, `x`.
 * The case of a letter counts (`G` is typed with Shift), that of a name does not. Undefined: a terminal sends no such key.
 */
export function readKey(text: string): string | undefined {
  const characters = [...text];
  if (characters.length === 1 && !/[\p{C}\p{Z}]/u.test(text)) return byName.get(text) ?? text;
  const name = byName.get(text.toLowerCase());
  if (name !== undefined) return name;
  const shifted = /^(?:shift[+-]|S-)([a-z])$/i.exec(text)?.[1];
  if (shifted !== undefined) return shifted.toUpperCase();
  const [, control] = /^(?:ctrl[+-]|control[+-]|C-|\^)(.)$/i.exec(text) ?? [];
  if (control === undefined || !/[a-z[\\\]^_]/i.test(control)) return undefined;
  const upper = control.toUpperCase();
  return sameWithCtrl[upper] ?? `^${upper}`;
}
