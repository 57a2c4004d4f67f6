import {expect, it} from 'vitest';
import type {MonitorEvent} from '../../source/api/types.ts';
import {absenceSummary} from '../../source/events/absence.ts';
import {timelineWords} from '../../source/events/event-words.ts';

const minute = 60_000;
const start = Date.UTC(2026, 10, 25);

type Step = readonly [minutes: number, status: string, change?: 'error' | 'wanted'];

const event = ([minutes, status, change]: Step): MonitorEvent => ({
  id: `at-${minutes}`,
  time: new Date(start + minutes * minute).toISOString(),
  status,
  resourcesDesiredStatus: status.startsWith('Stop') && change !== 'wanted' ? 'Stopped' : 'Provisioned',
  runtimeDesiredStatus: 'Running',
  hasError: change === 'error',
  programStatus: 'Success',
  storageStatus: 'InUse',
});

/** What is told of the time from minute 10 on. */
function told(...steps: readonly Step[]): string[] {
  const events = steps.map(event).reverse();
  const histories = new Map([['orders', {events, details: new Map(), stats: undefined, missing: []}]]);
  const summary = absenceSummary(histories, start + 10 * minute, start + 60 * minute);
  return (summary?.rows ?? []).map((row) => {
    const at = 'at' in row && row.at !== undefined ? (row.at - start) / minute : '?';
    const words =
      row.kind === 'resumed' ? `${row.from} → ${row.to}` : row.kind === 'received' ? '' : timelineWords(row, 120).text;
    const back = row.backSince === undefined ? '' : `, back at ${(row.backSince - start) / minute}`;
    return `${at} ${row.kind} ${words}${row.times === undefined ? '' : ` ×${row.times}`}${back}`;
  });
}

it('tells changes between states in which a pipeline stays, and none of before', () => {
  expect(
    told(
      [0, 'Stopped'],
      [1, 'Running'],
      [20, 'Stopping'],
      [21, 'Stopped'],
      [30, 'Provisioning'],
      [31, 'Initializing'],
      [32, 'Running'],
      [40, 'Running'],
    ),
  ).toEqual(['21 stopped Running → Stopped', '32 restarted Stopped → Running']);
  expect(told([0, 'Stopped'], [1, 'Running'], [9, 'Paused'], [50, 'Paused'])).toEqual([]);
});

it('tells a start that went through no state in between, and none when it went on after a pause', () => {
  expect(told([0, 'Running'], [20, 'Provisioning'], [21, 'Running'])).toEqual(['21 restarted Running again']);
  expect(told([0, 'Running'], [20, 'Paused'], [25, 'Running'])).toEqual([
    '20 paused Running → Paused',
    '25 resumed Paused → Running',
  ]);
});

it('tells a first start from a restart', () => {
  expect(told([0, 'Stopped'], [20, 'Provisioning'], [21, 'Running'])).toEqual(['21 started Stopped → Running']);
  expect(told([0, 'Stopped'], [20, 'Running'], [21, 'Stopped'], [22, 'Running'])).toEqual([
    '21 stopped Running → Stopped',
    '22 restarted Stopped → Running',
    '20 started Stopped → Running',
  ]);
});

it('tells an error first, and how long it stood', () => {
  const failing: readonly Step[] = [
    [0, 'Running'],
    [20, 'Stopping', 'error'],
    [21, 'Stopped', 'error'],
  ];
  expect(told(...failing)).toEqual(['20 failed an error']);
  expect(told(...failing, [32, 'Stopped', 'wanted'], [32, 'Provisioning'], [33, 'Running'])).toEqual([
    '20 failed an error, back at 33',
    '33 restarted Failed → Running',
  ]);
  expect(told(...failing, [32, 'Stopped'])).toEqual(['20 failed an error, for 12 min', '32 stopped Failed → Stopped']);
});

it('an error that the oldest event has is older than that', () => {
  const stopped: Step = [40, 'Stopped', 'error'];
  expect(told([20, 'Stopped', 'error'], [30, 'Stopped', 'error'], stopped)).toEqual([]);
  expect(told([20, 'Running'], stopped)).toEqual(['40 failed an error']);
});

it('counts what came again and again, at its last time', () => {
  const loop = [10, 20, 30].flatMap((at): Step[] => [
    [at, 'Stopped', 'error'],
    [at + 1, 'Provisioning'],
    [at + 2, 'Running'],
  ]);
  expect(told([0, 'Running'], ...loop)).toEqual([
    '30 failed an error ×3, back at 32',
    '32 restarted Failed → Running ×3',
  ]);
});

it('tells nothing without events', () => {
  const missing = [{part: 'events', why: 'this server has none'}] as const;
  const histories = new Map([['orders', {events: [], details: new Map(), stats: undefined, missing}]]);
  expect(absenceSummary(histories, start, start + minute)).toBeUndefined();
});
