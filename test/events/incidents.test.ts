import {expect, it} from 'vitest';
import type {TimelineEvent} from '../../source/events/events.ts';
import {Incidents} from '../../source/events/incidents.ts';

const lost = (gaps: number, entries: number, id: number): TimelineEvent => ({
  ...{kind: 'lost', pipeline: 'a', gaps, id},
  ...{atLeast: entries, atMost: entries},
});

it('sums up losses, with the first and the last place', () => {
  const incidents = new Incidents();
  incidents.add([lost(1, 10, 3)], 'log', 2);
  incidents.add([{kind: 'connectors', pipeline: 'a', count: 3}, lost(2, 5, 40)], 'log', 5);
  const sum = {last: {kind: 'lost', gaps: 3, atLeast: 15, atMost: 15}, firstAt: 2, lastAt: 5, firstId: 3, lastId: 40};
  expect(incidents.all).toMatchObject([{pipeline: 'a', kind: 'lost', all: sum, unseen: sum}]);
});

it('after a pipeline was seen, only what follows is unseen; after it is forgotten nothing is left', () => {
  const incidents = new Incidents();
  incidents.add([lost(1, 10, 3)], 'log', 2);
  incidents.markSeen('a');
  expect(incidents.all).toMatchObject([{kind: 'lost', all: {last: {gaps: 1}}, unseen: undefined}]);
  incidents.add([lost(2, 5, 40)], 'log', 5);
  expect(incidents.all).toMatchObject([
    {all: {last: {gaps: 3}, firstAt: 2, firstId: 3}, unseen: {last: {gaps: 2, atMost: 5}, firstAt: 5, firstId: 40}},
  ]);
  incidents.forget('a');
  expect(incidents.all).toEqual([]);
});

it('of a closed log only what the list reported is left', () => {
  const incidents = new Incidents();
  const restarted = {kind: 'restarted', pipeline: 'a', by: 'list', from: 'Running', to: 'Running', at: 9} as const;
  incidents.add([restarted], 'list', 9);
  incidents.add([{kind: 'restarted', pipeline: 'a', by: 'log', id: 8}, lost(1, 10, 3)], 'log', 10);
  incidents.forgetLog('a');
  const tally = {count: 1, firstAt: 9, lastAt: 9, lastId: undefined, last: {by: 'list'}};
  expect(incidents.all).toMatchObject([{kind: 'restarted', all: tally, unseen: tally}]);
});

it('counts silences, with the last reason', () => {
  const incidents = new Incidents();
  incidents.add([{kind: 'silent', pipeline: 'a', why: 'refused'}], 'log', 2);
  incidents.add([{kind: 'silent', pipeline: 'a', why: 'timed out'}], 'log', 5);
  expect(incidents.all).toMatchObject([{all: {count: 2, firstAt: 2, lastAt: 5, last: {why: 'timed out'}}}]);
});

it.each(['log first', 'list first'])('counts a restart that log and list report once, %s', (order) => {
  const incidents = new Incidents();
  const restarted = {kind: 'restarted', pipeline: 'a'} as const;
  const byList = {by: 'list', from: 'Running', to: 'Running'} as const;
  const steps = [
    () => incidents.add([{...restarted, by: 'log', id: 8}], 'log', 10),
    () => incidents.add([{...restarted, ...byList, at: 9}], 'list', 12),
  ];
  for (const step of order === 'log first' ? steps : steps.reverse()) step();
  const one = {count: 1, firstAt: 9, lastAt: 10, lastId: 8, last: {by: 'log'}};
  expect(incidents.all).toMatchObject([{kind: 'restarted', all: one, unseen: one}]);
  incidents.add([{...restarted, ...byList, at: 20}], 'list', 20);
  expect(incidents.all).toMatchObject([{unseen: {count: 2, lastAt: 20, lastId: 8}}]);
});
