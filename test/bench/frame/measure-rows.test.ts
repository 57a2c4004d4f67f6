import {expect, test} from 'vitest';
import {measurable, measureRows} from '../../../bench/frame/measure-rows.ts';
import type {BenchContext, Row, Task} from '../../../bench/frame/row.ts';

const context: BenchContext = {lines: 1, tree: '/', logFile: async () => 'none'};

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

test('rows of the same task may have a reference each, and all take turns', async () => {
  const order: string[] = [];
  const task = (what: string): Task => ({what, measure: async () => ({turn: order.push(what)})});
  const ours = task('ours');
  const rows = ['grep', 'less'].map((name): Row => ({name, figure: 'turn', unit: '', ours, reference: task(name)}));
  const measured = await measureRows(rows, context, {runs: 2, onRow: () => {}});
  expect(order).toEqual(['grep', 'less', 'ours', 'grep', 'less', 'ours']);
  expect(measured.map(({reference}) => reference)).toEqual([
    [{turn: 1}, {turn: 4}],
    [{turn: 2}, {turn: 5}],
  ]);
});

test('a row that measures both sides in the same way compares figures of the same run', async () => {
  let turns = 0;
  const measure = async () => ({turn: ++turns});
  const other: Task = {what: 'other', measure: async () => ({turn: 0})};
  const [first, line] = ['first', 'line'].map((what): Task => ({what, measure}));
  const rows: readonly Row[] = [
    {name: 'start', figure: 'turn', unit: '', ours: first ?? other, reference: other},
    {name: 'line', figure: 'turn', unit: '', ours: line ?? other, reference: first ?? other},
    {name: 'alone', figure: 'turn', unit: '', ours: {what: 'alone', measure: other.measure}, reference: other},
  ];
  const measured = await measureRows(rows, context, {runs: 2, onRow: () => {}});
  const both = [{turn: 1}, {turn: 2}];
  const none = [{turn: 0}, {turn: 0}];
  expect(measured.map(({ours, reference}) => [ours, reference])).toEqual([
    [both, none],
    [both, both],
    [none, none],
  ]);
});

test('a row whose program is missing is skipped, with a line that names its package', () => {
  const ours: Task = {what: 'ours', measure: async () => ({})};
  const rows = ['grep', 'rg'].map((command): Row => {
    const needs = [{command, package: command === 'rg' ? 'ripgrep' : command}];
    return {name: `beside-${command}`, figure: 'ms', unit: 'ms', ours, needs};
  });
  const {rows: left, skipped} = measurable(rows, (command) => command === 'grep');
  expect(left.map(({name}) => name)).toEqual(['beside-grep']);
  expect(skipped).toEqual(['beside-rg is skipped: rg is missing (Debian: apt-get install ripgrep)']);
});
