import type {Key} from 'ink';

/** The names that are no single character, as `key-names.ts` gives them, each with other ways to write it. */
const namesOfKeys: Readonly<Record<string, readonly string[]>> = {
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
export const namedKeys: readonly string[] = Object.keys(namesOfKeys);

const byName = new Map(
  Object.entries(namesOfKeys).flatMap(([name, others]) => [name.toLowerCase(), ...others].map((each) => [each, name])),
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
 * The name of a key as `key-names.ts` gives it, from what a person writes: `ctrl+d`, `C-d` or `^d`; `pgdn`, `Space`, `x`.
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

/** Named keys, with the flag that Ink sets for each. */
const keyFlags: readonly (readonly [keyof Key, string])[] = [
  ['upArrow', 'Up'],
  ['downArrow', 'Down'],
  ['leftArrow', 'Left'],
  ['rightArrow', 'Right'],
  ['pageUp', 'PageUp'],
  ['pageDown', 'PageDown'],
  ['home', 'Home'],
  ['end', 'End'],
  ['return', 'Enter'],
  ['escape', 'Esc'],
  ['tab', 'Tab'],
  ['backspace', 'Backspace'],
  ['delete', 'Delete'],
];

/**
 * The names of the keys in one input event: `j`, `G`, `^D`, `PageUp`, `Space`. Fast keys arrive together in one event
 * ("ab"), so there may be several; an event that is no key of ours gives none.
 */
export function keyNames(input: string, key: Key): readonly string[] {
  const special = keyFlags.find(([flag]) => key[flag] === true);
  if (special) return [special[1]];
  if (key.ctrl) return input.length === 1 ? [`^${input.toUpperCase()}`] : [];
  // Alt and a key. The rest of a sequence that Ink does not know never comes here: system/terminal-input.ts eats it.
  if (key.meta) return [];
  return typedNames(input);
}

/** The names of the keys that typed these characters. */
export function typedNames(text: string): readonly string[] {
  return [...text].map(oneName);
}

function oneName(character: string): string {
  const code = character.charCodeAt(0);
  if (character === ' ') return 'Space';
  if (character === '\r' || character === '\n') return 'Enter';
  if (character === '\t') return 'Tab';
  if (character === '\u007F') return 'Backspace';
  return code < 32 ? `^${String.fromCharCode(code + 64)}` : character;
}
