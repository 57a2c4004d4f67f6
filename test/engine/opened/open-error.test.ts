import {expect, test} from 'vitest';
import {OpenError} from '../../../source/engine/opened/open-error.ts';

const failed = (code: string) =>
  OpenError.of('a\u001b.log', Object.assign(new Error(code), {code, syscall: 'open'})).message;

test('a failure to read is told in words of reading, and others as for writing', () => {
  expect(failed('EACCES')).toBe('a^[.log cannot be opened: you may not read it');
  expect(failed('EIO')).toBe('a^[.log cannot be opened: the disk reported an error');
  expect(failed('ESTALE')).toBe('a^[.log cannot be opened: ESTALE');
});

test('what the file system did not report is no OpenError', () => {
  const fault = new TypeError('a fault');
  expect(() => OpenError.of('a.log', fault)).toThrow(fault);
});
