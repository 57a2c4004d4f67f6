import {inspect} from 'node:util';
import {describe, expect, test} from 'vitest';
import {ApiError, asFailure, createRedactor as presentOf, toApiError} from '../../../source/engine/api/errors.ts';
import type {ApiFailure} from '../../../source/engine/api/types.ts';
import {hostile} from '../../harness/hostile-answers.ts';
import {unprintableIn} from '../../harness/strict-output.ts';

const createRedactor = (...secrets: readonly string[]) => presentOf(() => secrets);

describe('createRedactor', () => {
  test('removes the token everywhere, with and without its prefix', () => {
    const present = createRedactor('apikey:s3cr3t.$&');
    expect(present('no apikey:s3cr3t.$& here, nor s3cr3t.$&!')).toBe('no … here, nor …!');
  });

  test('a token of the prefix alone does not eat the text', () => {
    expect(createRedactor('apikey:')('a apikey: b')).toBe('a … b');
    expect(createRedactor()('nothing to hide')).toBe('nothing to hide');
  });

  test('makes one line without control characters', () => {
    expect(createRedactor()('  a\r\n\tb\u001b]0;title\u0007c\u202ed\u009b1m ')).toBe(
      'a b^[]0;title^Gc<U+202E>d<U+009B>1m',
    );
    expect(unprintableIn(createRedactor()(hostile))).toEqual([]);
  });

  test('removes the token also where a colour hides it', () => {
    expect(createRedactor('s3cr3t')('no s3c\u001b[0mr3t here')).toBe('no … here');
  });

  test('cuts long text after the token is out of it', () => {
    const shown = createRedactor('secret')(`${'x'.repeat(397)}secret and more`);
    expect(shown).toBe(`${'x'.repeat(397)}… a…`);
  });
});

test('no part of an error holds the token, its cause included', () => {
  const failure = {kind: 'fatal', reason: 'unauthorized', message: 'bad key s3cr3t'} as const;
  const error = toApiError(failure, createRedactor('s3cr3t'));
  expect(error.message).toBe('bad key …');
  expect(inspect(error, {depth: 9, showHidden: true})).not.toContain('s3cr3t');
});

test('an error of the client keeps its failure; anything else is a defect, which is shown and tried again', () => {
  const failure: ApiFailure = {kind: 'fatal', reason: 'wrong-url', message: 'a web page'};
  expect(asFailure(new ApiError(failure))).toBe(failure);
  expect(asFailure(new TypeError('x is not a function'))).toEqual({
    kind: 'retryable',
    reason: 'protocol',
    message: 'unexpected: x is not a function',
  });
  expect(asFailure('odd')).toMatchObject({message: 'unexpected: odd'});
});
