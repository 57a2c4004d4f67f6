import {expect, test} from 'vitest';
import {wishOf} from '../../source/screen/backend.ts';

test('a view is wished for as it is; all levels are no level', () => {
  const view = {wrap: true, asSent: false, time: 'local', sidebar: 20} as const;
  expect(wishOf({...view, level: 'warn'})).toEqual({...view, level: 'WARN'});
  expect(wishOf({...view, level: undefined})).toEqual(view);
  expect(wishOf({})).toEqual({});
});
