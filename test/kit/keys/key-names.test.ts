import type {Key} from 'ink';
import {expect, it, test} from 'vitest';
import {keyNames, namedKeys, readKey, unknownKey} from '../../../source/kit/keys/key-names.ts';
import {features} from '../../../source/shells/features.ts';

const noKey: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};
const names = (input: string, key: Partial<Key> = {}) => keyNames(input, {...noKey, ...key});

test.each([
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
  // As the filter of the terminal's input marks it.
  ['hyper', 'F1'],
] as const)('%s is %s', (flag, name) => {
  expect(names('', {[flag]: true})).toEqual([name]);
});

test('letters are themselves, a space and Ctrl chords have names', () => {
  expect(names('j')).toEqual(['j']);
  expect(names('G', {shift: true})).toEqual(['G']);
  expect(names(' ')).toEqual(['Space']);
  expect(names('d', {ctrl: true})).toEqual(['^D']);
  expect(names('l', {ctrl: true})).toEqual(['^L']);
});

test('keys that arrive together are separated', () => {
  expect(names('jjG')).toEqual(['j', 'j', 'G']);
  expect(names('/ab c\r')).toEqual(['/', 'a', 'b', 'Space', 'c', 'Enter']);
  expect(names('\t\u0004\u007F')).toEqual(['Tab', '^D', 'Backspace']);
});

test('a character outside the BMP is one key', () => {
  expect(names('🚀x')).toEqual(['🚀', 'x']);
});

test('Alt, or Esc in the same read, and Ctrl are in front of the name', () => {
  expect(names('b', {meta: true})).toEqual(['Alt-b']);
  expect(names(' ', {meta: true})).toEqual(['Alt-Space']);
  expect(names('', {meta: true, backspace: true})).toEqual(['Alt-Backspace']);
  expect(names('c', {meta: true, ctrl: true})).toEqual(['Alt-^C']);
  expect(names('', {meta: true})).toEqual(['Alt-']);
  expect(names('', {ctrl: true, leftArrow: true})).toEqual(['^Left']);
});

test('what terminals send for Ctrl and one of these letters is another key', () => {
  expect(['h', 'i', 'j', 'm'].flatMap((letter) => names(letter, {ctrl: true}))).toEqual([
    ...['Backspace', 'Tab', 'Enter', 'Enter'],
  ]);
});

test('F5 and other keys without a name are one unknown key', () => {
  expect(names('', {ctrl: true})).toEqual([unknownKey]);
  expect(names('')).toEqual([unknownKey]);
});

test('a bracket that is typed is the key', () => {
  expect(names('[')).toEqual(['[']);
  expect(names(']')).toEqual([']']);
  // Not the rest of an escape sequence: those never come so far.
  expect(names('[z')).toEqual(['[', 'z']);
});

it.each([
  ['x', 'x'],
  ['X', 'X'],
  ['shift+x', 'X'],
  ['é', 'é'],
  ['^d', '^D'],
  ['^D', '^D'],
  ['ctrl+d', '^D'],
  ['Ctrl-D', '^D'],
  ['C-d', '^D'],
  ['ctrl+\\', '^\\'],
  ['space', 'Space'],
  [' ', 'Space'],
  ['pgdn', 'PageDown'],
  ['PgUp', 'PageUp'],
  ['pageup', 'PageUp'],
  ['↑', 'Up'],
  ['escape', 'Esc'],
  ['return', 'Enter'],
  ['del', 'Delete'],
  ['f1', 'F1'],
  // A terminal sends the same for both.
  ['ctrl+i', 'Tab'],
  ['^m', 'Enter'],
  ['^[', 'Esc'],
  ['^', '^'],
  ['-', '-'],
])('%j is the key %s', (written, name) => {
  expect(readKey(written)).toBe(name);
});

it.each(['', 'xy', 'F5', 'alt+x', 'ctrl+1', 'ctrl+space', 'ctrl+', '\t', '\u0007', '\u200b', '\u00a0', 'shift+1'])(
  '%j is none that a terminal sends',
  (written) => {
    expect(readKey(written)).toBeUndefined();
  },
);

it('reads every name as it is written', () => {
  for (const name of [...namedKeys, ...features.commands.flatMap(({keys}) => keys)])
    expect(readKey(name), name).toBe(name);
});
