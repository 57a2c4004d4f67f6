import {expect, test} from 'vitest';
import {judge} from '../../../bench/frame/judge.ts';
import type {Row, Target, Task} from '../../../bench/frame/row.ts';

const task: Task = {what: 'a task', measure: async () => ({})};

function rowWith(target: Target | undefined): Row {
  return {name: 'row', ours: task, reference: task, figure: 'wallMs', unit: 'ms', ...(target && {target})};
}

const ours = [{wallMs: 30}, {wallMs: 20}, {wallMs: 25}];
const reference = [{wallMs: 10}, {wallMs: 10}, {wallMs: 11}];

test('the ratio is that of the medians', () => {
  const judged = judge({row: rowWith({of: 'ratio', atMost: 2.5}), ours, reference});
  expect(judged).toMatchObject({ours: {median: 25, spread: 0.4}, reference: {median: 10}, ratio: 2.5, met: true});
  expect(judge({row: rowWith({of: 'ratio', atMost: 2.4}), ours, reference}).met).toBe(false);
});

test('a target may be a value of its own, and a row may have none', () => {
  expect(judge({row: rowWith({of: 'value', atMost: 25}), ours, reference}).met).toBe(true);
  expect(judge({row: rowWith({of: 'value', atMost: 24}), ours, reference}).met).toBe(false);
  expect(judge({row: rowWith(undefined), ours, reference}).met).toBeUndefined();
});

test('a row without a reference has no ratio', () => {
  const {reference: _, ...row} = rowWith({of: 'value', atMost: 25});
  expect(judge({row, ours, reference: []})).toMatchObject({ratio: undefined, reference: undefined, met: true});
});

test('sides that counted different things are no comparison', () => {
  const samples = {ours: [{wallMs: 1, count: 3}], reference: [{wallMs: 1, count: 4}]};
  expect(() => judge({row: rowWith(undefined), ...samples})).toThrow('row: counted 3 and 4');
});

test('what ours counted may stand under another name', () => {
  const row = {...rowWith(undefined), count: 'hits'};
  const samples = (hits: number) => ({ours: [{wallMs: 1, hits}], reference: [{wallMs: 1, count: 4}]});
  expect(judge({row, ...samples(4)}).ratio).toBe(1);
  expect(() => judge({row, ...samples(3)})).toThrow('row: counted 3 and 4');
  const both = {ours: [{wallMs: 1, hits: 4}], reference: [{wallMs: 1, hits: 5, count: 4}]};
  expect(() => judge({row, ...both})).toThrow('row: counted 4 and 5');
});

test('a figure that was not measured is an error', () => {
  expect(() => judge({row: rowWith(undefined), ours: [{cpuMs: 1}], reference})).toThrow('row: no wallMs was measured');
});

test('the reference may be judged by another figure', () => {
  const row = {...rowWith({of: 'ratio', atMost: 2}), figure: 'againMs', referenceFigure: 'wallMs'};
  expect(judge({row, ours: [{wallMs: 90, againMs: 5}], reference}).ratio).toBe(0.5);
});
