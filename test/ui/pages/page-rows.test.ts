import {expect, it, vi} from 'vitest';
import {symbolsFor} from '../../../source/terminal/symbols.ts';
import {nameColumn} from '../../../source/ui/pages/page-rows.ts';

it('a column of the same names is not cut again', () => {
  const names = ['production-europe-orders', 'production-america-orders'];
  const symbols = symbolsFor(true);
  const shown = (width: number) => names.map((name) => nameColumn([...names], {width, symbols})(name, {}).text);
  expect(shown(60)).toEqual(['pro…europe-ord…', 'pro…america-or…']);
  using taken = vi.spyOn(String.prototype, Symbol.iterator);
  expect(shown(60)).toHaveLength(2);
  expect(taken).not.toHaveBeenCalled();
});
