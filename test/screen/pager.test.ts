import {expect, test} from 'vitest';
import {pagerOf} from '../../source/screen/pager.ts';

test('less, told to show colours, unless the user has said otherwise', () => {
  expect(pagerOf({HOME: '/h'})).toEqual({command: 'less', env: {HOME: '/h', LESS: 'R'}});
  expect(pagerOf({PAGER: ''})).toMatchObject({command: 'less'});
  expect(pagerOf({PAGER: 'lnav -q', LESS: 'S'})).toEqual({command: 'lnav -q', env: {PAGER: 'lnav -q', LESS: 'S'}});
});
