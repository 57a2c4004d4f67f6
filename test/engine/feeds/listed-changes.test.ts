import {expect, test} from 'vitest';
import type {Pipeline} from '../../../source/engine/api/types.ts';
import type {MarkerKind} from '../../../source/engine/buffer/markers.ts';
import {ListedChanges} from '../../../source/engine/feeds/listed-changes.ts';
import {FakeClock} from '../../harness/fake-clock.ts';

function pipeline(change: Partial<Pipeline> = {}): Pipeline {
  return {
    id: 'first',
    name: 'orders',
    description: '',
    tags: [],
    createdAt: '2026-01-01T00:00:00Z',
    platformVersion: '0.337.0',
    deploymentId: 'a start',
    deploymentStatus: 'Running',
    deploymentStatusSince: '2026-01-01T00:00:00Z',
    deploymentDesiredStatus: 'Running',
    programStatus: 'Success',
    programStatusSince: '2026-01-01T00:00:00Z',
    storageStatus: 'InUse',
    deploymentError: undefined,
    connectorErrors: 0,
    ...change,
  };
}

/** What two lists in a row mean, in a log that is live and tells of nothing itself. */
async function changesOf(before: Pipeline | undefined, now: Pipeline | undefined) {
  const clock = new FakeClock();
  const markers: {readonly marker: MarkerKind; readonly since: number}[] = [];
  const changes = new ListedChanges({
    clock,
    states: {hasState: () => false, hasError: () => false, isLastState: () => false},
    connection: () => ({kind: 'live'}),
    addEvent: () => {},
    addMarker: (marker, since) => markers.push({marker, since}),
  });
  changes.update(before);
  const as = changes.update(now);
  await clock.advance(5000);
  return {as, markers};
}

const listedAs = async (...lists: Parameters<typeof changesOf>) => (await changesOf(...lists)).as;
const listedChanges = async (...lists: Parameters<typeof changesOf>) => (await changesOf(...lists)).markers;

const error = {
  message: 'Pipeline check failed\n\nout of memory',
  errorCode: 'RunnerCheckError',
  cause: 'out of memory',
  endedStart: false,
  more: [],
};
const at = Date.UTC(2026, 0, 1, 0, 0, 5, 250);
const later = {deploymentStatusSince: '2026-01-01T00:00:05.250123Z'};
const stopped = {deploymentStatus: 'Stopped'};

test('what two lists in a row say of a pipeline', async () => {
  const here = pipeline();
  expect(await listedAs(undefined, undefined)).toBeUndefined();
  expect(await listedAs(undefined, here)).toBe('appeared');
  expect(await listedAs(here, undefined)).toBe('missing');
  expect(await listedAs(here, pipeline({deploymentStatus: 'Stopped'}))).toBeUndefined();
  expect(await listedAs(here, pipeline({id: 'second'}))).toBe('replaced');
});

test('a change of state, dated by the server', async () => {
  expect(await listedChanges(pipeline(), pipeline({deploymentStatus: 'Paused', ...later}))).toEqual([
    {marker: {kind: 'state', from: 'Running', to: 'Paused'}, since: at},
  ]);
});

test('a failure, with its cause', async () => {
  expect(await listedChanges(pipeline(), pipeline({...stopped, ...later, deploymentError: error}))).toEqual([
    {marker: {kind: 'state', from: 'Running', to: 'Stopped', error: 'out of memory'}, since: at},
  ]);
  // The error is there with the first state after it, and stays.
  const stopping = pipeline({deploymentStatus: 'Stopping', deploymentError: error});
  expect(await listedChanges(stopping, pipeline({...stopped, ...later, deploymentError: {...error}}))).toEqual([
    {marker: {kind: 'state', from: 'Stopping', to: 'Stopped'}, since: at},
  ]);
});

test.each(['Stopped', 'Provisioning', 'Initializing'])(
  'after %s it may have run meanwhile',
  async (deploymentStatus) => {
    const failed = pipeline({...stopped, ...later, deploymentError: error});
    expect(await listedChanges(pipeline({deploymentStatus}), failed)).toEqual([
      {marker: {kind: 'state', from: deploymentStatus, to: 'Stopped', error: 'out of memory'}, since: at},
    ]);
  },
);

test('a start that failed, by the error itself', async () => {
  const failed = pipeline({...stopped, deploymentError: {...error, endedStart: true}});
  expect(await listedChanges(pipeline({deploymentStatus: 'Stopping'}), failed)).toMatchObject([
    {marker: {startFailed: true}},
  ]);
});

test('a failure of the same kind once more; nothing while the error stays, or when it goes', async () => {
  const failed = pipeline({...stopped, deploymentError: error});
  expect(await listedChanges(failed, pipeline({...stopped, ...later, deploymentError: {...error}}))).toMatchObject([
    {marker: {from: 'Stopped', to: 'Stopped', error: 'out of memory'}, since: at},
  ]);
  expect(await listedChanges(failed, pipeline({...stopped, deploymentError: {...error}}))).toEqual([]);
  expect(await listedChanges(failed, pipeline(stopped))).toEqual([]);
});

test('a change of the program, beside that of the state', async () => {
  const compiling = pipeline({...stopped, programStatus: 'CompilingRust'});
  const programStatusSince = '2026-01-01T00:00:05.25Z';
  expect(await listedChanges(compiling, pipeline({programStatusSince, ...later}))).toEqual([
    {marker: {kind: 'program', from: 'CompilingRust', to: 'Success'}, since: at},
    {marker: {kind: 'state', from: 'Stopped', to: 'Running'}, since: at},
  ]);
});

test('a program that compiled with the same result once more, between two lists; no step on the way', async () => {
  const before = pipeline({...stopped, programStatus: 'SqlError'});
  const again = {...before, programStatusSince: '2026-01-01T00:00:05.25Z'};
  expect(await listedChanges(before, again)).toEqual([
    {marker: {kind: 'program', from: 'SqlError', to: 'SqlError'}, since: at},
  ]);
  expect(await listedChanges({...before, programStatus: 'Pending'}, {...again, programStatus: 'Pending'})).toEqual([]);
});

test('the same state again, between two lists', async () => {
  const again = {marker: {kind: 'state', from: 'Running', to: 'Running'}, since: at};
  expect(await listedChanges(pipeline(), pipeline(later))).toEqual([again]);
  expect(await listedChanges(pipeline(), pipeline())).toEqual([]);
});

test('nothing at the first sight, for another pipeline of the name, or for one that is gone', async () => {
  expect(await listedChanges(undefined, pipeline())).toEqual([]);
  expect(await listedChanges(pipeline(), pipeline({id: 'second', ...stopped}))).toEqual([]);
  expect(await listedChanges(pipeline(), undefined)).toEqual([]);
});
