import {expect, test} from 'vitest';
import {saveFailure} from '../../source/storage/save-failure.ts';

const errorOf = (code: string) => Object.assign(new Error(code), {code, syscall: 'write'});

test.for<[string, string]>([
  ['ENOSPC', 'a.log was not saved: the disk is full'],
  ['EDQUOT', 'a.log was not saved: the disk quota is used up'],
  ['EACCES', 'a.log was not saved: the folder cannot be written to'],
  ['EROFS', 'a.log was not saved: the file system is read-only'],
  ['ESTALE', 'a.log was not saved: ESTALE'],
])('%s', ([code, words]) => {
  expect(saveFailure('a.log', errorOf(code))).toBe(words);
});

test('what is no failure of the file system is not one of saving', () => {
  expect(saveFailure('a.log', new Error('bug'))).toBeUndefined();
  expect(saveFailure('a.log', Object.assign(new Error('bug'), {code: 'ERR_INVALID_ARG_TYPE'}))).toBeUndefined();
  expect(saveFailure('a.log', 'bug')).toBeUndefined();
});
