import {expect, test} from 'vitest';
import {errorText} from '../../source/lib/error-text.ts';

test.each([
  [new TypeError('no such folder'), 'no such folder'],
  ['odd', 'odd'],
  [undefined, 'undefined'],
  [{code: 1}, '[object Object]'],
])('what was thrown, in words', (thrown, text) => {
  expect(errorText(thrown)).toBe(text);
});
