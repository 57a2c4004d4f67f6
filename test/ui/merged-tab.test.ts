import {expect, test} from 'vitest';
import {mergedTab} from '../../source/ui/merged-tab.ts';
import {initialView, reduce} from '../../source/ui/view-state.ts';

test('the tab of exactly these pipelines, whatever their order', () => {
  const state = reduce(initialView(['a', 'b', 'c']), {type: 'merge', names: ['a', 'b'], leaving: undefined});
  const found = (...names: string[]) => mergedTab(state.tabs, names)?.name;
  expect(found('a', 'b')).toBe('a+b');
  expect(found('b', 'a')).toBe('a+b');
  expect(found('a')).toBeUndefined();
  expect(found('a', 'c')).toBeUndefined();
  expect(found('a', 'b', 'c')).toBeUndefined();
  const again = reduce(state, {type: 'merge', names: ['b', 'a'], leaving: undefined});
  expect(again.tabs).toEqual(state.tabs);
  expect(again.active).toBe('a+b');
});
