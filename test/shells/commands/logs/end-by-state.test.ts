import {expect, it} from 'vitest';
import type {Pipeline} from '../../../../source/engine/api/types.ts';
import {EndByState} from '../../../../source/shells/commands/logs/end-by-state.ts';
import {makePipeline} from '../../../kit/screen/make-pipeline.ts';

const running = makePipeline('orders');
const stopped = makePipeline('orders', {deploymentStatus: 'Stopped', deploymentDesiredStatus: 'Stopped'});
const starting = {...stopped, deploymentDesiredStatus: 'Running'};
const compiling = {...stopped, programStatus: 'CompilingRust'};

/** A log that rests since second 0. Returns the seconds at which it ends, asked each half of a second. */
function endAt(waits: boolean, lists: Readonly<Record<number, Pipeline | undefined>>): number | undefined {
  const end = new EndByState({waits});
  for (let now = 0; now <= 20_000; now += 500) {
    const rest = {now, received: 1000, connection: {kind: 'live'}, receivedAt: 0, opened: true} as const;
    if (now / 1000 in lists) end.onListed(lists[now / 1000], rest);
    if (end.check({...rest, serverAnswers: true, logEnded: false}, {count: 0, last: []})) return now / 1000;
  }
  return undefined;
}

it('ends when the log of a stopped pipeline rests, or the pipeline is deleted', () => {
  expect(endAt(false, {0: running, 10: stopped})).toBe(10.5);
  expect(endAt(false, {0: stopped})).toBe(0.5);
  expect(endAt(false, {0: undefined})).toBeUndefined();
  expect(endAt(true, {0: running, 10: undefined})).toBe(12.5);
});

it('what is being started or compiled has not ended', () => {
  expect(endAt(false, {0: starting, 2: running})).toBeUndefined();
  expect(endAt(false, {0: compiling})).toBeUndefined();
});

it('who waits for a record waits for the start, and through a restart', () => {
  expect(endAt(true, {0: stopped})).toBeUndefined();
  expect(endAt(true, {0: compiling, 2: stopped})).toBeUndefined();
  expect(endAt(true, {0: running, 2: stopped, 4: starting, 6: running})).toBeUndefined();
  expect(endAt(true, {0: running, 2: stopped, 4: starting, 6: running, 8: stopped})).toBe(10.5);
});

it('a run between two lists is one', () => {
  const again = {...stopped, deploymentStatusSince: '2026-11-25T10:00:09Z'};
  expect(endAt(true, {0: stopped, 2: stopped, 4: again})).toBe(6.5);
  expect(endAt(true, {0: compiling, 2: stopped, 4: again})).toBe(6.5);
});

it('of a restart between two lists, the run before has ended, unless a record is waited for', () => {
  const first = {...running, deploymentId: '1'};
  const second = {...running, deploymentId: '2'};
  expect(endAt(false, {0: first, 2: first, 4: second, 6: second})).toBe(4.5);
  expect(endAt(true, {0: first, 2: second})).toBeUndefined();
  const starting = {...running, deploymentId: '', deploymentStatus: 'Provisioning'};
  expect(endAt(false, {0: starting, 2: first, 4: first})).toBeUndefined();
});
