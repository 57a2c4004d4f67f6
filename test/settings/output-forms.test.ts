import {expect, test} from 'vitest';
import {wantsJson} from '../../source/settings/output-forms.ts';

test.each([
  [['list', '--output', 'json'], true],
  [['list', '--output=json'], true],
  [['list', '-o', 'json'], true],
  [['list', '-ojson'], true],
  [['list', 'json'], false],
  [['list', '--output', 'name'], false],
  [['logs', '--', '-o', 'json'], false],
])('%j: %s', (argv, expected) => {
  expect(wantsJson(argv)).toBe(expected);
});
