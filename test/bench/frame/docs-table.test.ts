import {expect, test} from 'vitest';
import {benchTable} from '../../../bench/frame/docs-table.ts';
import type {RowResult} from '../../../bench/frame/results.ts';

const machine = {
  ...{processor: 'A processor', cores: 2, memoryGiB: 24, system: 'Linux 6', node: '24.1.0', v8: '13', grep: 'grep 3'},
  ...{commit: 'abc', date: '2026-11-25T12:00:00Z'},
};
const common = {
  unit: 'ms',
  processor: 'A processor',
  commit: 'abc',
  date: '',
  figure: 'wallMs',
  samples: {ours: [], reference: []},
};

const search: RowResult = {
  ...{...common, name: 'search', what: {ours: 'search a|b', reference: 'grep -c'}, ratio: 2.5, met: false},
  ...{ours: {median: 50, spread: 0.1}, reference: {median: 20, spread: 0}, target: {of: 'ratio', atMost: 2}},
};
const fold: RowResult = {...common, name: 'fold', what: {ours: 'fold'}, ours: {median: 1234, spread: 0}};

test('each row stands beside its reference, and one that misses its target is explained', () => {
  const why = (name: string) => (name === 'search' ? 'half of it is compiling' : undefined);
  expect(benchTable({machine, lines: 1000, rows: [search, fold]}, why).split('\n')).toEqual([
    'A processor, 2 cores, 24 GiB, Linux 6, Node 24.1.0, grep 3; commit abc.',
    '',
    '| row | what | pipetail | beside it | ratio | target |',
    '| --- | --- | --- | --- | --- | --- |',
    '| `search` | search a\\|b | 50.0 ms | 20.0: grep -c | 2.50 × | ≤ 2 ×: missed |',
    '| `fold` | fold | 1234 ms |  |  |  |',
    '',
    '- `search`: half of it is compiling',
  ]);
});

test('a row that was measured on another processor says so', () => {
  const before = {...fold, name: 'before', processor: 'Another', commit: 'old'};
  const lines = benchTable({machine, lines: 1000, rows: [before, fold]}, () => undefined).split('\n');
  expect(lines[0]).toMatch(/; commit abc\.$/);
  expect(lines[1]).toBe('Rows with ° were measured on Another; commit old.');
  expect(lines.slice(-2)).toEqual(['| `before` ° | fold | 1234 ms |  |  |  |', '| `fold` | fold | 1234 ms |  |  |  |']);
});

test('what has one reason is explained once', () => {
  const missed = ['a', 'b', 'c'].map((name) => ({...search, name}));
  const why = (name: string) => (name === 'b' ? 'a reason of its own' : 'the same');
  const lines = benchTable({machine, lines: 1000, rows: missed}, why).split('\n');
  expect(lines.filter((line) => line.startsWith('- '))).toEqual(['- `a`, `c`: the same', '- `b`: a reason of its own']);
});

test('nothing is explained where nothing is missed', () => {
  expect(benchTable({machine, lines: 1000, rows: [fold]}, () => undefined)).not.toContain('\n- ');
});

test('other programs are named with their versions', () => {
  const withPeers = {...machine, peers: 'less 668, lnav 0.12.4'};
  const [first] = benchTable({machine: withPeers, lines: 1000, rows: [search]}, () => undefined).split('\n');
  expect(first).toBe('A processor, 2 cores, 24 GiB, Linux 6, Node 24.1.0, grep 3, less 668, lnav 0.12.4; commit abc.');
});
