import {expect, test} from 'vitest';
import {endOfId, isUuid, wordStart} from '../../source/records/ids.ts';

const uuid = '01a211f2-15cc-70e3-b64e-8ab41f6b239d';

test('a UUID is whole and stands alone', () => {
  const is = (text: string) => isUuid(Buffer.from(text), 0, text.length);
  expect([uuid, `${uuid}-`, uuid.toUpperCase()].map(is)).toEqual([true, true, true]);
  expect([`${uuid}0`, uuid.slice(1), uuid.replace('f', 'g'), uuid.replace('-', '0'), ''].map(is)).toEqual(
    Array(5).fill(false),
  );
});

test.each([
  ['7', 1],
  ['0x7f', 4],
  ['1a2b', 4],
  ['1a2', undefined],
  ['1a2g', undefined],
  ['0x', undefined],
  [uuid, 36],
])('an id that begins with the first word of %j', (text, end) => {
  const word = text.search(/[^\w]|$/);
  expect(endOfId(Buffer.from(text), 0, word, text.length)).toBe(end);
});

test('the beginning of a word', () => {
  expect(wordStart(Buffer.from('a bc1'), 4, 0)).toBe(2);
  expect(wordStart(Buffer.from('a bc1'), 4, 3)).toBe(3);
});
