import type {Key} from 'ink';

/** Named keys, with the flag that Ink sets for each. */
const named: readonly (readonly [keyof Key, string])[] = [
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
  const special = named.find(([flag]) => key[flag] === true);
  if (special) return [special[1]];
  if (key.ctrl) return input.length === 1 ? [`^${input.toUpperCase()}`] : [];
  // Alt and a key. The rest of a sequence that Ink does not know never comes here: screen/input-filter.ts eats it.
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
