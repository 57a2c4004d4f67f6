import {expect, it} from 'vitest';
import {nameColumn} from '../../../source/kit/pages/page-rows.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';

it('names in a column are cut to a quarter of the width where they differ', () => {
  const names = ['production-europe-orders', 'production-america-orders'];
  const column = nameColumn(names, {width: 60, symbols: symbolsFor(true)});
  expect(names.map((name) => column(name, {}).text)).toEqual(['pro…europe-ord…', 'pro…america-or…']);
});
