import {expect, test} from 'vitest';
import {withoutLastCharacter, withoutLastWord} from '../../source/ui/prompt-edits.ts';

test('a character is one that is seen, not half of one', () => {
  expect(['', 'a', 'ab', 'a😀'].map(withoutLastCharacter)).toEqual(['', '', 'a', 'a']);
});

test('a word goes with the blanks behind it', () => {
  expect(['', 'one', 'one two', 'one two  ', ' '].map(withoutLastWord)).toEqual(['', '', 'one ', 'one ', '']);
});
