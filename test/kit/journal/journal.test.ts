import {expect, it} from 'vitest';
import {Journal} from '../../../source/kit/journal/journal.ts';
import {type PipelineEvent, sumOfEvents} from '../../../source/kit/journal/pipeline-event.ts';
import {errorsOf} from './statuses.ts';

const lost = (pipeline: string, gaps: number, entries: number, place: {at: number; id: number}): PipelineEvent => ({
  ...{kind: 'lost', pipeline, from: 'log', count: gaps, ...place},
  ...{atLeast: entries, atMost: entries},
});

function journalOf(...events: readonly PipelineEvent[]): Journal {
  const journal = new Journal();
  for (const event of events) journal.append(event, {now: 0});
  return journal;
}
const listed = (journal: Journal) => journal.listed.map(({all}) => all);

it('sums up losses, with the first and the last place', () => {
  const journal = journalOf(
    lost('a', 1, 10, {at: 2, id: 3}),
    lost('b', 9, 9, {at: 3, id: 4}),
    lost('a', 2, 5, {at: 5, id: 40}),
  );
  const sum = {count: 3, atLeast: 15, atMost: 15, firstAt: 2, at: 5, firstId: 3, id: 40};
  expect(listed(journal)).toMatchObject([{pipeline: 'a', ...sum}, {pipeline: 'b'}]);
});

it('a silence is one with its last reason, failures are those of one cause', () => {
  const disconnected = (why: string) =>
    ({kind: 'disconnected', pipeline: 'a', from: 'pipetail', count: 1, why}) as const;
  const failed = (why: string) => ({kind: 'failed', pipeline: 'a', from: 'API', count: 1, why}) as const;
  const journal = journalOf(
    disconnected('refused'),
    failed('one'),
    disconnected('timed out'),
    failed('two'),
    failed('one'),
  );
  expect(listed(journal)).toMatchObject([
    {kind: 'failed', why: 'one', count: 2},
    {kind: 'failed', why: 'two', count: 1},
    {kind: 'disconnected', why: 'timed out', count: 2},
  ]);
});

it('a new error stays where it came first, another one is where it came last', () => {
  const [group] = errorsOf(['ERROR x']).values();
  if (!group) throw new Error('no group');
  const [first, second] = ['first', 'second'].map((text) => Buffer.from(text));
  if (!first || !second) throw new Error('no texts');
  const error = (id: number, isNew: boolean, text: Buffer): PipelineEvent => ({
    ...{kind: 'errors', pipeline: 'a', from: 'log', count: 1, suppressed: 2, at: id, id, group, isNew},
    ends: {key: group.key, example: text, latest: text},
  });
  const ends = {example: first, latest: second};
  const sum = {count: 2, suppressed: 4, isNew: true, at: 1, id: 1, ends};
  expect(sumOfEvents(error(1, true, first), error(9, false, second))).toMatchObject(sum);
  const later = {isNew: false, at: 9, id: 9, ends};
  expect(sumOfEvents(error(1, false, first), error(9, false, second))).toMatchObject(later);
});

it('events follow a pipeline to its new name, where nothing is left of another pipeline', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name, index) => lost(name, index + 1, 0, {at: index, id: index}));
  if (!a || !b || !c) throw new Error('no events');
  const namesAfter = (names: Readonly<Record<string, string>>) => {
    const journal = journalOf(a, b, c);
    journal.rename(new Map(Object.entries(names)));
    return listed(journal)
      .map(({pipeline, count}) => `${pipeline} ${count}`)
      .sort();
  };
  expect(namesAfter({a: 'b', b: 'a'})).toEqual(['a 2', 'b 1', 'c 3']);
  expect(namesAfter({a: 'b'})).toEqual(['b 1', 'c 3']);
});

it('has at most 500 different ones, the newest', () => {
  const journal = journalOf(...Array.from({length: 600}, (_, at) => lost(`p${at}`, 1, 1, {at, id: at})));
  expect(listed(journal)).toHaveLength(500);
  expect(listed(journal)[0]?.pipeline).toBe('p599');
});
