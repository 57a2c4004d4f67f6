import {expect, test} from 'vitest';
import type {ConnectionState} from '../../source/streams/connection-state.ts';
import {worstConnection} from '../../source/streams/merged-snapshot.ts';

const live: ConnectionState = {kind: 'live', attempt: 1, since: 0};
const ended: ConnectionState = {kind: 'ended', attempt: 1};
const waiting: ConnectionState = {kind: 'waiting', until: 1, tries: 1, cause: 'unknown', failure: undefined};
const gone: ConnectionState = {kind: 'gone', reason: {kind: 'deleted'}, until: 0};

test.each([
  [[], 'idle'],
  [[live, live], 'live'],
  [[live, ended], 'ended'],
  [[ended, waiting, live], 'waiting'],
  [[waiting, gone], 'gone'],
  [[live, {kind: 'idle'}], 'idle'],
] satisfies [ConnectionState[], ConnectionState['kind']][])('the worst of %j is %s', (connections, kind) => {
  expect(worstConnection(connections).kind).toBe(kind);
});

test('of several that are as bad it is the first', () => {
  expect(worstConnection([live, waiting, {...waiting, until: 2}])).toBe(waiting);
});
