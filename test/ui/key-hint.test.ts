import {expect, it} from 'vitest';
import {allCommands} from '../../source/ui/commands.ts';
import {keyDoes, keyOf, keysDo, withHint} from '../../source/ui/key-hint.ts';
import {remap} from '../../source/ui/remap-keys.ts';

const {table} = remap(allCommands, [
  {command: 'search', keys: ['up'], where: ''},
  {command: 'up', keys: [], where: ''},
]);

it('names the first key of a command, arrows in words', () => {
  expect(keyOf(allCommands, 'search')).toBe('/');
  expect(keyOf(table, 'search')).toBe('Up');
  expect(keyDoes(table, 'search', 'searches')).toBe('Up searches');
  expect(withHint('nothing', table, 'search', 'searches')).toBe('nothing: Up searches');
});

it('names none that is not there', () => {
  expect(keyOf(table, 'up')).toBeUndefined();
  expect(withHint('nothing', table, 'up', 'goes up')).toBe('nothing');
  expect(
    keysDo(table, [
      ['up', 'goes up'],
      ['copy', 'copies'],
      ['search', 'searches'],
    ]),
  ).toBe('y copies, Up searches');
});
