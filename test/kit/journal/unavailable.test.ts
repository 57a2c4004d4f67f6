import {expect, it} from 'vitest';
import type {Pipeline} from '../../../source/engine/api/types.ts';
import type {ListSnapshot} from '../../../source/engine/pipelines/list-poller.ts';
import {diagnose} from '../../../source/features/why/diagnose.ts';
import {EventTracker} from '../../../source/kit/journal/event-tracker.ts';
import {createStore} from '../../../source/lib/store.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {deploymentError, makePipeline, stopped} from '../screen/make-pipeline.ts';

/** A pipeline without a log, and what is told of it. */
function setUp() {
  const clock = new FakeClock(Date.parse('2026-11-25T09:20:00Z'));
  const told: string[] = [];
  const snapshot = createStore<ListSnapshot>({
    ...{pipelines: [makePipeline('a')], goodAt: undefined, failure: undefined, nextTryAt: undefined},
  });
  const feed = new EventTracker({
    ...{
      clock,
      diagnose,
      poller: {snapshot, refresh() {}},
      logs: {names: createStore<readonly string[]>([]), get: () => undefined},
    },
    events: {onAlert: ({kind, event}) => void told.push(`${kind} ${'why' in event ? event.why : ''}`)},
  });
  const stop = feed.start();
  const show = (change: Partial<Pipeline>) =>
    snapshot.set({
      ...{...snapshot.get(), failure: undefined},
      pipelines: [makePipeline('a', {deploymentStatusSince: new Date(clock.wall()).toISOString(), ...change})],
    });
  const fail = () =>
    snapshot.set({...snapshot.get(), failure: {kind: 'retryable', reason: 'unreachable', message: 'nothing listens'}});
  const rows = () =>
    feed.log.errorRows.map(({kind, state, isOver = false}) => `${kind} ${state}${isOver ? ' over' : ''}`);
  return {clock, told, show, fail, rows, stop};
}

const unavailable = {deploymentStatus: 'Unavailable', runtimeReason: 'timeout'};
const words = 'unavailable Unavailable · timeout';

it('a pipeline that cannot be reached for 10 s is unavailable, once, and was so afterwards', async () => {
  const {clock, told, show, rows, stop} = setUp();
  show(unavailable);
  await clock.advance(9900);
  expect([told, rows()]).toEqual([[], ['unavailable unseen']]);
  await clock.advance(2000);
  expect(told).toEqual([words]);
  await clock.advance(60_000);
  show({});
  await clock.advance(60_000);
  expect([told, rows()]).toEqual([[words], ['unavailable unseen over']]);
  stop();
  expect(clock.pending).toBe(0);
});

it('of a shorter time nothing is told: neither a failure, nor a stop, nor a restart', async () => {
  const {clock, told, show, rows} = setUp();
  for (let round = 0; round < 5; round++) {
    show(unavailable);
    await clock.advance(1700);
    show({});
    await clock.advance(3000);
  }
  await clock.advance(60_000);
  expect([told, rows()]).toEqual([[], []]);
});

it('one that cannot be reached before it ends has failed', async () => {
  const {clock, told, show} = setUp();
  show(unavailable);
  await clock.advance(2000);
  show({...stopped, deploymentError});
  await clock.advance(60_000);
  expect(told).toEqual([`failed Failed · ${deploymentError.cause}`]);
});

it('while lists fail it is not told: it is once the next one says so', async () => {
  const {clock, told, show, fail} = setUp();
  const deploymentStatusSince = new Date(clock.wall()).toISOString();
  show({...unavailable, deploymentStatusSince});
  await clock.advance(5000);
  fail();
  await clock.advance(60_000);
  expect(told).toEqual([]);
  show({...unavailable, deploymentStatusSince});
  await clock.advance(15_000);
  expect(told).toEqual([words]);
});
