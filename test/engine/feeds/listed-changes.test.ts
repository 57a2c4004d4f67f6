import {expect, test} from 'vitest';
import type {Pipeline} from '../../../source/engine/api/types.ts';
import {listedAs, listedChanges} from '../../../source/engine/feeds/listed-changes.ts';

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

test('what two lists in a row say of a pipeline', () => {
  const here = pipeline();
  expect(listedAs(undefined, undefined)).toBeUndefined();
  expect(listedAs(undefined, here)).toBe('appeared');
  expect(listedAs(here, undefined)).toBe('missing');
  expect(listedAs(here, pipeline({deploymentStatus: 'Stopped'}))).toBeUndefined();
  expect(listedAs(here, pipeline({id: 'second'}))).toBe('replaced');
});

test('a change of state, dated by the server', () => {
  expect(listedChanges(pipeline(), pipeline({deploymentStatus: 'Paused', ...later}))).toEqual([
    {marker: {kind: 'state', from: 'Running', to: 'Paused'}, since: at},
  ]);
});

test('a failure, with its cause', () => {
  expect(listedChanges(pipeline(), pipeline({...stopped, ...later, deploymentError: error}))).toEqual([
    {marker: {kind: 'state', from: 'Running', to: 'Stopped', error: 'out of memory'}, since: at},
  ]);
  // The error is there with the first state after it, and stays.
  const stopping = pipeline({deploymentStatus: 'Stopping', deploymentError: error});
  expect(listedChanges(stopping, pipeline({...stopped, ...later, deploymentError: {...error}}))).toEqual([
    {marker: {kind: 'state', from: 'Stopping', to: 'Stopped'}, since: at},
  ]);
});

test.each(['Stopped', 'Provisioning', 'Initializing'])('after %s it may have run meanwhile', (deploymentStatus) => {
  const failed = pipeline({...stopped, ...later, deploymentError: error});
  expect(listedChanges(pipeline({deploymentStatus}), failed)).toEqual([
    {marker: {kind: 'state', from: deploymentStatus, to: 'Stopped', error: 'out of memory'}, since: at},
  ]);
});

test('a start that failed, by the error itself', () => {
  const failed = pipeline({...stopped, deploymentError: {...error, endedStart: true}});
  expect(listedChanges(pipeline({deploymentStatus: 'Stopping'}), failed)).toMatchObject([
    {marker: {startFailed: true}},
  ]);
});

test('a failure of the same kind once more; nothing while the error stays, or when it goes', () => {
  const failed = pipeline({...stopped, deploymentError: error});
  expect(listedChanges(failed, pipeline({...stopped, ...later, deploymentError: {...error}}))).toMatchObject([
    {marker: {from: 'Stopped', to: 'Stopped', error: 'out of memory'}, since: at},
  ]);
  expect(listedChanges(failed, pipeline({...stopped, deploymentError: {...error}}))).toEqual([]);
  expect(listedChanges(failed, pipeline(stopped))).toEqual([]);
});

test('a change of the program, beside that of the state', () => {
  const compiling = pipeline({...stopped, programStatus: 'CompilingRust'});
  const programStatusSince = '2026-01-01T00:00:05.25Z';
  expect(listedChanges(compiling, pipeline({programStatusSince, ...later}))).toEqual([
    {marker: {kind: 'program', from: 'CompilingRust', to: 'Success'}, since: at},
    {marker: {kind: 'state', from: 'Stopped', to: 'Running'}, since: at},
  ]);
});

test('a program that compiled with the same result once more, between two lists; no step on the way', () => {
  const before = pipeline({...stopped, programStatus: 'SqlError'});
  const again = {...before, programStatusSince: '2026-01-01T00:00:05.25Z'};
  expect(listedChanges(before, again)).toEqual([
    {marker: {kind: 'program', from: 'SqlError', to: 'SqlError'}, since: at},
  ]);
  expect(listedChanges({...before, programStatus: 'Pending'}, {...again, programStatus: 'Pending'})).toEqual([]);
});

test('the same state again, between two lists', () => {
  const again = {marker: {kind: 'state', from: 'Running', to: 'Running'}, since: at};
  expect(listedChanges(pipeline(), pipeline(later))).toEqual([again]);
  expect(listedChanges(pipeline(), pipeline())).toEqual([]);
});

test('nothing at the first sight, for another pipeline of the name, or for one that is gone', () => {
  expect(listedChanges(undefined, pipeline())).toEqual([]);
  expect(listedChanges(pipeline(), pipeline({id: 'second', ...stopped}))).toEqual([]);
  expect(listedChanges(pipeline(), undefined)).toEqual([]);
});
