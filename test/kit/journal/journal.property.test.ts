import fc from 'fast-check';
import {expect, it} from 'vitest';
import {Journal} from '../../../source/kit/journal/journal.ts';
import {eventKind, isIncident, isOfErrors, type PipelineEvent} from '../../../source/kit/journal/pipeline-event.ts';
import {errorsOf} from './statuses.ts';

const [group] = errorsOf(['ERROR x']).values();
const [other] = errorsOf(['ERROR quite different']).values();
if (!group || !other) throw new Error('no group');
const names = ['a', 'b', 'c'];
const shared = fc.record({
  pipeline: fc.constantFrom(...names),
  count: fc.integer({min: 1, max: 3}),
  at: fc.option(fc.nat(99), {nil: undefined}),
});
const kinds: readonly ((of: {pipeline: string; count: number; at: number | undefined}) => PipelineEvent)[] = [
  (of) => ({...of, kind: 'failed', from: 'API', why: 'one'}),
  (of) => ({...of, kind: 'failed', from: 'log', why: 'two'}),
  (of) => ({...of, kind: 'unavailable', from: 'API', why: 'no answer'}),
  (of) => ({...of, kind: 'disconnected', from: 'pipetail', why: 'refused'}),
  (of) => ({...of, kind: 'deleted', from: 'pipetail'}),
  (of) => ({...of, kind: 'lost', from: 'log', atLeast: 1, atMost: 2}),
  (of) => ({...of, kind: 'stream-lost', from: 'log', marker: {kind: 'unread', stream: 'stdout', why: 'x', at: 1}}),
  (of) => ({...of, kind: 'stream-lost', from: 'log', marker: {kind: 'unread', stream: 'stderr', why: 'x', at: 1}}),
  (of) => ({...of, kind: 'restarted', from: 'API', before: 'Running', now: 'Running'}),
  (of) => ({
    ...of,
    kind: 'restarted',
    from: 'log',
    marker: {kind: 'new-life', because: 'restarted', cause: 'server-lost', downMs: 1, at: 1},
  }),
  (of) => ({...of, kind: 'started', from: 'API', before: 'Stopped', now: 'Running'}),
  (of) => ({...of, kind: 'connectors', from: 'API', increase: []}),
  (of) => ({...of, kind: 'errors', from: 'log', group, ends: group, isNew: true}),
  (of) => ({...of, kind: 'errors', from: 'log', group: other, ends: other, isNew: false}),
  (of) => ({...of, kind: 'watched', from: 'log', group, ends: group, isNew: false}),
];
const event = fc.tuple(shared, fc.constantFrom(...kinds)).map(([of, make]) => make(of));
const step = fc.oneof(
  {weight: 8, arbitrary: fc.record({append: event, isHistory: fc.boolean()})},
  {weight: 1, arbitrary: fc.record({seen: fc.subarray(names)})},
  {weight: 1, arbitrary: fc.constant({used: true})},
  {weight: 1, arbitrary: fc.record({forgetLog: fc.constantFrom(...names), isListed: fc.boolean()})},
  {
    weight: 1,
    arbitrary: fc.record({
      rename: fc.constantFrom({a: 'b', b: 'a'}, {a: 'b'}, {b: 'd'}, {d: 'c'}, {a: 'b', b: 'c', c: 'a'}),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

/** Every event by itself, with what became of it. */
class Model {
  told: {event: PipelineEvent; isListed: boolean; isUnseen: boolean; isAway: boolean}[] = [];

  play(each: Step): void {
    if ('append' in each) {
      const {append: event, isHistory} = each;
      const isListed = isIncident(event) || event.kind === 'failed';
      this.told.push({event, isListed, isUnseen: true, isAway: !isHistory});
    } else if ('seen' in each) {
      for (const one of this.told) if (each.seen.includes(one.event.pipeline)) one.isUnseen = false;
    } else if ('used' in each) for (const one of this.told) one.isAway = false;
    else if ('forgetLog' in each) {
      const isOfLog = (event: PipelineEvent) => isOfErrors(event) || (isIncident(event) && event.from !== 'API');
      const isOf = (event: PipelineEvent) => event.pipeline === each.forgetLog;
      this.told = this.told.filter(({event}) => !(isOf(event) && isOfLog(event)));
      for (const one of this.told) if (isOf(one.event) && !each.isListed) one.isListed = false;
    } else {
      const names = new Map<string, string>(Object.entries(each.rename));
      for (const one of this.told) {
        const {pipeline} = one.event;
        if (!names.has(pipeline) && [...names.values()].includes(pipeline)) one.isListed = false;
        one.event = {...one.event, pipeline: names.get(pipeline) ?? pipeline};
      }
    }
  }

  get listed(): readonly string[] {
    const listed = this.told.filter(({isListed}) => isListed);
    const rows = Map.groupBy(listed, ({event}) => `${event.pipeline} ${eventKind(event).listedBy?.(event)}`);
    return [...rows].map(
      ([key, all]) => `${key} ×${countOf(all)}, unseen ×${countOf(all.filter((one) => one.isUnseen))}`,
    );
  }

  get happened(): readonly string[] {
    return countsOf(this.told.flatMap(({event, isAway}) => (isAway ? event : [])));
  }
}

function countOf(told: readonly {readonly event: PipelineEvent}[]): number {
  return told.reduce((sum, {event}) => sum + event.count, 0);
}

/** Each event by itself, but for sums. */
function countsOf(events: readonly PipelineEvent[]): readonly string[] {
  const groups = Map.groupBy(events, (event) => {
    const sum = eventKind(event).summedBy?.(event);
    return `${event.pipeline} ${event.kind} ${sum ?? `${event.from} at ${event.at ?? 7}, ×${event.count}`}`;
  });
  return [...groups].map(([words, all]) => `${words}: ${countOf(all.map((event) => ({event})))}`).sort();
}

function play(journal: Journal, each: Step): void {
  if ('append' in each) journal.append(each.append, {now: 7, isHistory: each.isHistory});
  else if ('seen' in each) journal.markSeen(new Set(each.seen));
  else if ('used' in each) journal.markUsed();
  else if ('forgetLog' in each) {
    journal.forgetLog(each.forgetLog);
    if (!each.isListed) journal.forget(each.forgetLog);
  } else journal.rename(new Map(Object.entries(each.rename)));
}

it('whatever happens, is seen, used, closed and renamed: rows count all and the unseen, an absence has all since the user was there', () => {
  fc.assert(
    fc.property(fc.array(step, {maxLength: 60, size: 'max'}), (steps) => {
      const model = new Model();
      const journal = new Journal();
      for (const each of steps) {
        model.play(each);
        play(journal, each);
      }
      const listed = journal.listed.map(({key, all, unseen}) => `${key} ×${all.count}, unseen ×${unseen?.count ?? 0}`);
      expect(listed.sort()).toEqual([...model.listed].sort());
      expect(countsOf(journal.happened)).toEqual(model.happened);
    }),
  );
});

it('of each pipeline an absence keeps the newest 200 events, and says how many there were before', () => {
  const journal = new Journal();
  const started = (pipeline: string, at: number) =>
    ({kind: 'started', from: 'API', count: 1, before: undefined, now: 'Running', pipeline, at}) as const;
  for (let at = 0; at < 250; at++) journal.append(started('a', at), {now: 0});
  journal.append(started('b', 0), {now: 0});
  expect(journal.happened.map(({at}) => at)).toEqual([...Array.from({length: 200}, (_, index) => index + 50), 0]);
  expect([...journal.dropped]).toEqual([
    ['a', 50],
    ['b', 0],
  ]);
});
