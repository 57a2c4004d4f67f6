import {expect, test} from 'vitest';
import {lookUp} from '../../source/streams/look-up.ts';
import {openStreams} from './open-streams.ts';

const {signal} = new AbortController();

test('a pipeline that is still there, one of the same name, and none', async () => {
  const {server, client} = await openStreams(['orders']);
  const {id} = server.pipeline('orders');
  expect(await lookUp(client, 'orders', id, signal)).toMatchObject({found: {kind: 'same'}, pipeline: {id}});
  expect(await lookUp(client, 'orders', undefined, signal)).toMatchObject({found: {kind: 'same'}});
  server.recreatePipeline('orders');
  expect(await lookUp(client, 'orders', id, signal)).toMatchObject({
    found: {kind: 'other'},
    pipeline: {id: server.pipeline('orders').id},
  });
  server.deletePipeline('orders');
  expect(await lookUp(client, 'orders', id, signal)).toMatchObject({
    found: {kind: 'failed', failure: {kind: 'fatal', reason: 'unknown-pipeline'}},
    pipeline: undefined,
  });
});
