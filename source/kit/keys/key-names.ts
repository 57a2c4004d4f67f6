import type {Key} from 'ink';

type NamedKey = {
  /** The flag that Ink sets: for F1, of which it tells no name, the one that `kit/system/terminal-input` gives it. */
  readonly flag?: keyof Key;
  /** Shown instead of the name; `ascii` if the locale is not UTF-8. */
  readonly label?: string;
  readonly ascii?: string;
  /** Other spellings in the configuration. */
  readonly others: readonly string[];
};

/** Keys that are no single character, by name. Arrows in ASCII are words: `<` and `>` are keys themselves. */
const named: Readonly<Record<string, NamedKey>> = {
  Up: {flag: 'upArrow', label: '↑', ascii: 'Up', others: ['↑', 'arrowup']},
  Down: {flag: 'downArrow', label: '↓', ascii: 'Down', others: ['↓', 'arrowdown']},
  Left: {flag: 'leftArrow', label: '←', ascii: 'Left', others: ['←', 'arrowleft']},
  Right: {flag: 'rightArrow', label: '→', ascii: 'Right', others: ['→', 'arrowright']},
  PageUp: {flag: 'pageUp', label: 'PgUp', others: ['pgup']},
  PageDown: {flag: 'pageDown', label: 'PgDn', others: ['pgdn', 'pgdown']},
  Home: {flag: 'home', others: []},
  End: {flag: 'end', others: []},
  Enter: {flag: 'return', others: ['return', 'cr']},
  Esc: {flag: 'escape', others: ['escape']},
  Tab: {flag: 'tab', others: []},
  Space: {others: [' ']},
  Backspace: {flag: 'backspace', others: ['bs']},
  Delete: {flag: 'delete', others: ['del']},
  F1: {flag: 'hyper', others: []},
};

export const namedKeys: readonly string[] = Object.keys(named);

/** `↑`, `PgUp`, `^D`. */
export function keyLabel(name: string, isUtf8: boolean): string {
  const {label, ascii} = named[name] ?? {};
  return (isUtf8 ? label : (ascii ?? label)) ?? name;
}

/** A key that is typed where there is a text to type. */
export function isCharacter(keyName: string): boolean {
  return keyName === 'Space' || [...keyName].length === 1;
}

/** A key for which Ink has no name, such as F5; as it is called in a sentence. */
export const unknownKey = 'this key';

/** Before the name of a key: Alt was held, or Esc came in the same read. Terminals send the same for both. */
export const alt = 'Alt-';

/** Names of the keys in one input event, such as `j`, `^D`, `Alt-b`, `^Left`: fast keys arrive together. */
export function keyNames(input: string, key: Key): readonly string[] {
  const special = Object.entries(named).find(([, {flag}]) => flag !== undefined && key[flag] === true)?.[0];
  const names = special === undefined ? charactersOf(input, key) : [key.ctrl ? `^${special}` : special];
  if (key.meta) return [`${alt}${names[0] ?? ''}`];
  return names.length === 0 ? [unknownKey] : names;
}

function charactersOf(input: string, {ctrl}: Key): readonly string[] {
  if (!ctrl) return [...input].map(oneName);
  return input.length === 1 ? [controlName(input)] : [];
}

function oneName(character: string): string {
  const code = character.charCodeAt(0);
  if (character === ' ') return 'Space';
  if (character === '\r' || character === '\n') return 'Enter';
  if (character === '\t') return 'Tab';
  if (character === '\u007F') return 'Backspace';
  return code < 32 ? `^${String.fromCharCode(code + 64)}` : character;
}

const byName = new Map(
  Object.entries(named).flatMap(([name, {others}]) => [name.toLowerCase(), ...others].map((each) => [each, name])),
);

/** With Ctrl, terminals send the same bytes for these letters as for other keys. */
const sameWithCtrl: Readonly<Record<string, string>> = {
  H: 'Backspace',
  I: 'Tab',
  J: 'Enter',
  M: 'Enter',
  '[': 'Esc',
};

/**
 * The name of a key as a user writes it: `ctrl+d`, `C-d`, `^d`, `pgdn`, `x`. The case of a single letter counts (`G` is
 * typed with Shift). Undefined: a terminal sends no such key.
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
  return controlName(control);
}

function controlName(character: string): string {
  const upper = character.toUpperCase();
  return sameWithCtrl[upper] ?? `^${upper}`;
}
