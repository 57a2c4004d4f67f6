import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {parsePipelineDetail, parsePipelines, parseSession} from '../../source/api/pipeline.ts';

const recording = readFileSync(new URL('../wire/15a-list-status.raw', import.meta.url));
const text = recording.subarray(recording.indexOf('\r\n\r\n') + 4).toString();
const list = () => JSON.parse(text);

describe('parsePipelines', () => {
  test('reads a recorded list', () => {
    const pipelines = parsePipelines(list(), []);
    expect(pipelines?.map((pipeline) => pipeline.name)).toEqual(['many', 'long', 'idle', 'stopped']);
    expect(pipelines?.[2]).toEqual({
      id: '01a211fe-f299-77e3-a216-26c612981b30',
      name: 'idle',
      description: '',
      createdAt: '2026-11-25T09:17:30.649793944Z',
      platformVersion: '0.337.0',
      deploymentId: '',
      deploymentStatus: 'Stopped',
      deploymentStatusSince: '2026-11-25T09:17:31.057427379Z',
      deploymentDesiredStatus: 'Stopped',
      programStatus: 'Success',
      programStatusSince: '2026-11-25T09:17:30.649793944Z',
      storageStatus: 'InUse',
      deploymentError: {
        message:
          'Pipeline check failed: compute and/or storage resources encountered a fatal error.\n\n' +
          'Pipeline process exited prematurely with signal: 9 (SIGKILL)',
        errorCode: 'RunnerCheckError',
        cause: 'Pipeline process exited prematurely with signal: 9 (SIGKILL)',
        endedStart: false,
        more: [],
      },
      connectorErrors: undefined,
    });
  });

  test('counts connector errors; undefined when the server does not tell', () => {
    const withDetails = (details: unknown) =>
      parsePipelines([{name: 'a', deployment_runtime_status_details: details}], [])?.[0]?.connectorErrors;
    expect(withDetails({connector_stats: {num_errors: 3}})).toBe(3);
    expect(withDetails({connector_stats: {num_errors: 0}})).toBe(0);
    for (const details of [null, {}, {connector_stats: null}, {connector_stats: {num_errors: '3'}}, 'x']) {
      expect(withDetails(details)).toBeUndefined();
    }
  });

  test('keeps unknown statuses, fills in what is missing, leaves out what has no name', () => {
    const json = [{name: 'a', deployment_status: 'Levitating'}, {id: 'x'}, null, 7, [], {name: 5}];
    expect(parsePipelines(json, [])).toEqual([
      expect.objectContaining({id: '', name: 'a', deploymentStatus: 'Levitating', programStatus: ''}),
    ]);
  });

  test.each([{}, null, 'x', undefined, 0])('%o is no list', (json) => {
    expect(parsePipelines(json, [])).toBeUndefined();
  });

  test('an unchanged list is the same array, an unchanged pipeline the same object', () => {
    const first = parsePipelines(list(), []) ?? [];
    expect(parsePipelines(list(), first)).toBe(first);

    const changed = list();
    changed[1].deployment_status = 'Running';
    const second = parsePipelines(changed, first) ?? [];
    expect(second).not.toBe(first);
    expect(second.map((pipeline, i) => pipeline === first[i])).toEqual([true, false, true, true]);

    const shorter = parsePipelines(list().slice(1), first) ?? [];
    expect(shorter).toHaveLength(3);
    expect(shorter[0]).toBe(first[1]);
  });

  test('a change of any field is seen', () => {
    const first = parsePipelines(list(), []) ?? [];
    const fields = ['name', 'description', 'created_at', 'platform_version', 'deployment_status', 'storage_status'];
    fields.push('deployment_status_since', 'deployment_desired_status', 'program_status', 'id', 'deployment_id');
    for (const field of fields) {
      const changed = list();
      changed[2][field] = 'other';
      expect(parsePipelines(changed, first)?.[2], field).not.toBe(first[2]);
    }
    const changed = list();
    changed[2].deployment_error.details = {error: 'other'};
    changed[0].deployment_runtime_status_details.connector_stats.num_errors = 1;
    const next = parsePipelines(changed, first) ?? [];
    expect(next.map((pipeline, i) => pipeline === first[i])).toEqual([false, true, false, true]);
  });
});

test('a pipeline in full has its compiler messages', () => {
  expect(parsePipelineDetail({name: 'a', program_error: {system_error: 'no space'}})).toMatchObject({
    name: 'a',
    programError: 'no space',
  });
  expect(parsePipelineDetail({name: 'a'})?.programError).toBeUndefined();
  expect(parsePipelineDetail({id: 'x'})).toBeUndefined();
});

test('a session', () => {
  const json = {tenant_id: 't', tenant_name: 'acme', role: 'read', memberships: []};
  expect(parseSession(json)).toEqual({tenantId: 't', tenantName: 'acme', role: 'read', memberships: 0});
  expect(parseSession({})).toEqual({tenantId: '', tenantName: '', role: '', memberships: 0});
  expect(parseSession([])).toBeUndefined();
});
