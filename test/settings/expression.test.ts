import {expect, test} from 'vitest';
import {readExpression} from '../../source/settings/expression.ts';
import {UsageError} from '../../source/settings/usage-error.ts';

// What compiles only with the flag `u`, or only without it, is one too.
test.each(['late|lost', 'a{1,3}', '\\p{Lu}', '\\u{1F600}', 'a\\-b', 'a{', ''])('%j is an expression', (source) => {
  expect(readExpression(source, '--grep')).toBe(source);
});

test.each([
  ['late(', 'unterminated group'],
  ['[a', 'unterminated character class'],
  ['a\\', '\\ at end of pattern'],
])('%j is none', (source, reason) => {
  const message = `--grep '${source}' is no regular expression · ${reason} · put \\ before what is meant as itself`;
  expect(() => readExpression(source, '--grep')).toThrow(new UsageError(message));
});
