import {expect, test} from 'vitest';
import * as api from '../../../source/engine/api/parse-events.ts';
import {ServerJson} from '../../../source/engine/api/server-text.ts';
import {recording} from '../../demo/recording.ts';

const parseEvents = (json: unknown) => api.parseEvents(new ServerJson(json));
const parseEventDetail = (json: unknown) => api.parseEventDetail(new ServerJson(json));
const bodyOf = (file: string): unknown => JSON.parse(recording(file).body.toString());

test('reads the events of a pipeline, the newest first', () => {
  const events = parseEvents(bodyOf('34-events-all.raw'));
  expect(events?.[0]).toEqual({
    id: expect.stringMatching(/^01a21bc5-/),
    time: expect.stringMatching(/^2026-11-27T06:50:41\.401\d{3}Z$/),
    status: 'Running',
    resourcesDesiredStatus: 'Provisioned',
    runtimeDesiredStatus: 'Running',
    hasError: false,
    programStatus: 'Success',
    storageStatus: 'InUse',
  });
  // From its creation: compiled, started, stopped, started, paused, resumed.
  const seen = events?.toReversed().map(({status, programStatus}) => (status === 'Stopped' ? programStatus : status));
  expect(seen?.filter((each, at) => each !== seen[at - 1])).toEqual([
    'Pending',
    'CompilingSql',
    'SqlCompiled',
    'CompilingRust',
    'Success',
    'Provisioning',
    'Initializing',
    'Running',
    'Stopping',
    'Success',
    'Provisioning',
    'Initializing',
    'Running',
    'Paused',
    'Running',
  ]);
});

test('an event in full has the error in words', () => {
  const failed = bodyOf('18a-events-all.raw');
  const errors = (Array.isArray(failed) ? failed : []).map(parseEventDetail).filter((each) => each?.hasError);
  const cause = 'The pipeline-manager and this pipeline were previously terminated. Start the pipeline again.';
  expect(errors.map((each) => each?.deploymentError?.cause)).toEqual([cause, cause, cause, cause]);
});

test('leaves out what is no event, keeps unknown statuses, and bounds the list', () => {
  const event = {event_id: 'e', recorded_at: '2026-11-27T06:50:41Z'};
  const levitating = {...event, deployment_resources_status: 'Levitating', deployment_has_error: 'yes'};
  expect(parseEvents([null, 7, {}, {event_id: 'x'}, levitating])).toMatchObject([
    {id: 'e', status: 'Levitating', hasError: false, programStatus: ''},
  ]);
  const starting = {...event, deployment_resources_status: 'Provisioned', deployment_runtime_status: null};
  expect(parseEvents([starting])?.[0]?.status).toBe('Initializing');
  expect(parseEvents(Array.from({length: 9000}, () => event))).toHaveLength(2000);
  for (const json of [undefined, null, {}, 'x']) expect(parseEvents(json)).toBeUndefined();
  expect(parseEventDetail([])).toBeUndefined();
});
