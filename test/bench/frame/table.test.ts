import {expect, test} from 'vitest';
import {judge} from '../../../bench/frame/judge.ts';
import type {Task} from '../../../bench/frame/row.ts';
import {tableOf} from '../../../bench/frame/table.ts';

const task = (what: string): Task => ({what, measure: async () => ({})});

test('a line a row, with the columns in line', () => {
  const search = judge({
    row: {
      ...{name: 'search', ours: task('search x'), reference: task('grep -c x'), figure: 'wallMs', unit: 'ms'},
      target: {of: 'ratio', atMost: 2},
    },
    ours: [{wallMs: 50}, {wallMs: 60}],
    reference: [{wallMs: 20}, {wallMs: 20}],
  });
  const memory = judge({
    row: {
      ...{name: 'memory', ours: task('kept'), figure: 'perByte', unit: 'bytes a byte'},
      target: {of: 'value', atMost: 1.08},
    },
    ours: [{perByte: 1.0612}],
    reference: [],
  });
  expect(tableOf([search, memory]).split('\n')).toEqual([
    'row     what      reference  ours                    reference     ratio   target',
    'search  search x  grep -c x  55.0 ms ±9 %            20.0 ms ±0 %  2.75 ×  ≤ 2 ×                NOT MET',
    'memory  kept      –          1.06 bytes a byte ±0 %  –             –       ≤ 1.08 bytes a byte  met',
  ]);
});

test('a row without a target says nothing of it', () => {
  const row = {name: 'fold', ours: task('fold'), figure: 'wallMs', unit: 'ms'};
  const [, line] = tableOf([judge({row, ours: [{wallMs: 1234}], reference: []})]).split('\n');
  expect(line).toBe('fold  fold  –          1234 ms ±0 %  –          –      –');
});
