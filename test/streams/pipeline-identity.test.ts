import {expect, test} from 'vitest';
import {PipelineIdentity} from '../../source/streams/pipeline-identity.ts';
import {openStreams} from './open-streams.ts';

test('what is known may be newer than what is followed', async () => {
  const {server, client} = await openStreams(['orders']);
  const {signal} = new AbortController();
  const identity = new PipelineIdentity();
  identity.follow();
  identity.followIfUnknown();
  expect([identity.knownId, identity.followedId]).toEqual([undefined, undefined]);

  const first = await client.getPipeline('orders', signal);
  identity.note(first);
  expect([identity.knownId, identity.followedId]).toEqual([first.id, undefined]);
  identity.followIfUnknown();
  expect(identity.followedId).toBe(first.id);

  server.recreatePipeline('orders');
  const second = await client.getPipeline('orders', signal);
  identity.note(second);
  identity.note(undefined);
  identity.followIfUnknown();
  expect([identity.knownId, identity.followedId]).toEqual([second.id, first.id]);
  identity.follow();
  expect(identity.followedId).toBe(second.id);
});
