import {expect, test} from 'vitest';
import {measureRows} from '../../../bench/frame/measure-rows.ts';
import type {BenchContext, Row, Task} from '../../../bench/frame/row.ts';

const context: BenchContext = {lines: 1, logFile: async () => 'none'};

test('reference and ours take turns, and rows of the same task share its samples', async () => {
  const order: string[] = [];
  const task = (what: string): Task => ({
    what,
    measure: async () => ({turn: order.push(what)}),
  });
  const [ours, reference, other] = [task('ours'), task('reference'), task('other')];
  const row = (name: string, more: Pick<Row, 'ours' | 'reference'>): Row => ({name, figure: 'turn', unit: '', ...more});
  const rows = [row('a', {ours, reference}), row('b', {ours: other}), row('c', {ours, reference})];
  const told: string[] = [];
  const measured = await measureRows(rows, context, {runs: 2, onRow: ({name}) => told.push(name)});
  expect(order).toEqual(['reference', 'ours', 'reference', 'ours', 'other', 'other']);
  expect(told).toEqual(['a', 'b', 'c']);
  expect(measured.map(({row: {name}, ...samples}) => [name, samples])).toEqual([
    ['a', {ours: [{turn: 2}, {turn: 4}], reference: [{turn: 1}, {turn: 3}]}],
    ['b', {ours: [{turn: 5}, {turn: 6}], reference: []}],
    ['c', {ours: [{turn: 2}, {turn: 4}], reference: [{turn: 1}, {turn: 3}]}],
  ]);
});
