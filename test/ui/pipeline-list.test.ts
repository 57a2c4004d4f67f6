import {describe, expect, it} from 'vitest';
import {arrange, createArranger, firstToShow, nearestByName} from '../../source/ui/pipeline-list.ts';
import {deploymentError, makePipeline, stopped} from './make-pipeline.ts';

const list = [
  makePipeline('orders', {deploymentStatusSince: '2026-11-25T09:00:00.000000Z'}),
  makePipeline('Fraud', {deploymentStatusSince: '2026-11-25T11:00:00.000000Z'}),
  makePipeline('etl', {...stopped, deploymentError, deploymentStatusSince: '2026-11-24T23:59:59.999999Z'}),
  makePipeline('nightly', {...stopped, deploymentStatusSince: '2026-11-25T10:00:00.5Z'}),
  makePipeline('archive', {deploymentStatus: 'Paused'}),
  makePipeline('billing', {deploymentStatus: 'Provisioning'}),
  makePipeline('odd', {deploymentStatus: 'Teleporting'}),
];
const names = (pipelines: readonly {name: string}[]) => pipelines.map((pipeline) => pipeline.name);

describe('sorting', () => {
  it('by name', () => {
    expect(names(arrange(list, 'name', ''))).toEqual(names(list).sort());
  });

  it('by state: what needs attention first, what is stopped last, names within', () => {
    const more = [...list, makePipeline('aaa'), makePipeline('zzz', {deploymentStatus: 'Unavailable'})];
    expect(names(arrange(more, 'state', ''))).toEqual([
      'etl',
      'zzz',
      'odd',
      'billing',
      'archive',
      'Fraud',
      'aaa',
      'orders',
      'nightly',
    ]);
  });

  it('by activity: the newest change of state first, names where it is the same', () => {
    const sorted = names(arrange([...list, makePipeline('abc')], 'activity', ''));
    expect(sorted).toEqual(['Fraud', 'nightly', 'abc', 'archive', 'billing', 'odd', 'orders', 'etl']);
  });

  it('leaves the list of the server as it is', () => {
    const before = [...list];
    arrange(list, 'state', '');
    expect(list).toEqual(before);
  });
});

describe('finding by name', () => {
  it('takes any part of the name in any case', () => {
    expect(names(arrange(list, 'name', 'R'))).toEqual(['Fraud', 'archive', 'orders']);
    expect(names(arrange(list, 'name', 'fraud'))).toEqual(['Fraud']);
    expect(arrange(list, 'name', 'x')).toEqual([]);
  });

  it('takes every character as itself', () => {
    expect(arrange(list, 'name', '.')).toEqual([]);
  });
});

it('the arranger answers the same array until something changes', () => {
  const arranged = createArranger();
  const first = arranged(list, 'name', '');
  expect(arranged(list, 'name', '')).toBe(first);
  expect(arranged(list, 'state', '')).not.toBe(first);
  expect(arranged([...list], 'state', 'o')).toEqual(arrange(list, 'state', 'o'));
});

describe('at start', () => {
  it('the first failing pipeline is shown', () => {
    expect(firstToShow(list)?.name).toBe('etl');
  });

  it('else the first; none of an empty list', () => {
    expect(firstToShow(list.filter((pipeline) => pipeline.name !== 'etl'))?.name).toBe('orders');
    expect(firstToShow([])).toBeUndefined();
  });
});

it('the nearest by name: itself, else the first after it, else the last', () => {
  const two = [makePipeline('alpha'), makePipeline('gamma')];
  expect(['alpha', 'beta', 'zeta'].map((name) => nearestByName(two, name)?.name)).toEqual(['alpha', 'gamma', 'gamma']);
  expect(nearestByName([], 'alpha')).toBeUndefined();
});
