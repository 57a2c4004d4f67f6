import {expect, it} from 'vitest';
import {runWithTimeout} from '../../../source/kit/system/deadline.ts';

it('returns the result of the task', () => {
  expect(runWithTimeout(1000, () => 41 + 1)).toEqual({value: 42});
  expect(runWithTimeout(1000, () => undefined)).toEqual({value: undefined});
});

it('ends a regular expression that would run for ever, and runs the next', () => {
  const hostile = () => /(a+)+b/.test('a'.repeat(60));
  expect(runWithTimeout(20, hostile)).toBeUndefined();
  expect(runWithTimeout(1000, () => 'next')).toEqual({value: 'next'});
});

it('lets the task throw', () => {
  const broken = () => {
    throw new RangeError('mine');
  };
  expect(() => runWithTimeout(1000, broken)).toThrow('mine');
});
