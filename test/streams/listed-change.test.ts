import {expect, test} from 'vitest';
import type {Pipeline} from '../../source/api/types.ts';
import {listedAs, stateMarker} from '../../source/streams/listed-change.ts';

function pipeline(change: Partial<Pipeline> = {}): Pipeline {
  return {
    id: 'first',
    name: 'orders',
    description: '',
    createdAt: '2026-01-01T00:00:00Z',
    platformVersion: '0.337.0',
    deploymentId: 'a start',
    deploymentStatus: 'Running',
    deploymentStatusSince: '2026-01-01T00:00:00Z',
    deploymentDesiredStatus: 'Running',
    programStatus: 'Success',
    storageStatus: 'InUse',
    deploymentError: undefined,
    connectorErrors: 0,
    ...change,
  };
}

const error = {message: 'out of memory\n\nkilled by the kernel', errorCode: 'RunnerCheckError', details: null};

test('what two lists in a row say of a pipeline', () => {
  const here = pipeline();
  expect(listedAs(undefined, undefined)).toBeUndefined();
  expect(listedAs(undefined, here)).toBe('appeared');
  expect(listedAs(here, undefined)).toBe('missing');
  expect(listedAs(here, pipeline({deploymentStatus: 'Stopped'}))).toBeUndefined();
  expect(listedAs(here, pipeline({id: 'second'}))).toBe('replaced');
});

test('a row for a change of state, with the first line of the error', () => {
  expect(stateMarker(pipeline(), pipeline({deploymentStatus: 'Paused'}))).toEqual({
    kind: 'state',
    from: 'Running',
    to: 'Paused',
  });
  const failed = pipeline({deploymentStatus: 'Stopped', deploymentError: error});
  expect(stateMarker(pipeline(), failed)).toEqual({
    kind: 'state',
    from: 'Running',
    to: 'Stopped',
    error: 'out of memory',
  });
});

test('a row for an error that is new, though the state is the same; none for one that stays or goes', () => {
  const stopped = pipeline({deploymentStatus: 'Stopped'});
  const failed = pipeline({deploymentStatus: 'Stopped', deploymentError: {...error}});
  expect(stateMarker(stopped, failed)).toEqual({kind: 'state', from: 'Stopped', to: 'Stopped', error: 'out of memory'});
  expect(stateMarker(failed, pipeline({deploymentStatus: 'Stopped', deploymentError: error}))).toBeUndefined();
  expect(stateMarker(failed, stopped)).toBeUndefined();
});

test('no row at the first sight, for another pipeline of the name, or for one that is gone', () => {
  expect(stateMarker(undefined, pipeline())).toBeUndefined();
  expect(stateMarker(pipeline(), pipeline({id: 'second', deploymentStatus: 'Stopped'}))).toBeUndefined();
  expect(stateMarker(pipeline(), undefined)).toBeUndefined();
});
