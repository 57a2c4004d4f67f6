import {expect, test} from 'vitest';
import {suggestName} from '../../source/take/suggest-name.ts';

const at = Date.UTC(2026, 10, 25, 12, 3, 44, 987);

test.for<[string, string]>([
  ['orders', 'orders-2026-11-25T120344Z.log'],
  ['a_b-c.d', 'a_b-c.d-2026-11-25T120344Z.log'],
  ['../../etc/passwd', '_.._etc_passwd-2026-11-25T120344Z.log'],
  ['.hidden', 'hidden-2026-11-25T120344Z.log'],
  ['-rf', 'rf-2026-11-25T120344Z.log'],
  ['a\u0000b\nc', 'a_b_c-2026-11-25T120344Z.log'],
  ['..', 'pipeline-2026-11-25T120344Z.log'],
  ['', 'pipeline-2026-11-25T120344Z.log'],
])('%j', ([pipeline, name]) => {
  expect(suggestName(pipeline, at)).toBe(name);
});

test('a name that a file system takes, with the extension asked for', () => {
  const name = suggestName('x'.repeat(5000), at, 'md');
  expect(name).toMatch(/^x{100}-2026-11-25T120344Z\.md$/);
});
