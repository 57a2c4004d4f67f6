import {expect, it} from 'vitest';
import {allCommands} from '../../source/ui/commands.ts';
import {namedKeys, readKey} from '../../source/ui/read-key.ts';

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
  // A terminal sends the same for both.
  ['ctrl+i', 'Tab'],
  ['^m', 'Enter'],
  ['^[', 'Esc'],
  ['^', '^'],
  ['-', '-'],
])('%j is the key %s', (written, name) => {
  expect(readKey(written)).toBe(name);
});

it.each(['', 'xy', 'F1', 'alt+x', 'ctrl+1', 'ctrl+space', 'ctrl+', '\t', '\u0007', '\u200b', '\u00a0', 'shift+1'])(
  '%j is none that a terminal sends',
  (written) => {
    expect(readKey(written)).toBeUndefined();
  },
);

it('reads every name as it is written', () => {
  for (const name of [...namedKeys, ...allCommands.flatMap(({keys}) => keys)]) expect(readKey(name), name).toBe(name);
});
