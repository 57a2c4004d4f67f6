import {expect, test} from 'vitest';
import {expandHome} from '../../source/storage/expand-home.ts';

test.for<[string, string]>([
  ['~', '/home/me'],
  ['~/logs/a.log', '/home/me/logs/a.log'],
  ['~other/a.log', '~other/a.log'],
  ['a~/b', 'a~/b'],
  ['/tmp/a.log', '/tmp/a.log'],
  ['', ''],
])('%s', ([typed, expanded]) => {
  expect(expandHome(typed, '/home/me')).toBe(expanded);
});
