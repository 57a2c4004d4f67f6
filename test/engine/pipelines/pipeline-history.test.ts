import {expect, it} from 'vitest';
import {DemoServer} from '../../../demo/server.ts';
import {createClient} from '../../../source/engine/api/client.ts';
import {readEventsOf, readHistory} from '../../../source/engine/pipelines/pipeline-history.ts';
import {systemClock} from '../../../source/lib/clock.ts';

it('asks for the events of many pipelines with 20 requests at most, four at a time', async () => {
  const names = Array.from({length: 30}, (_, at) => `p${at}`);
  await using server = {
    demo: await DemoServer.start({
      scenario(demo) {
        let at = Date.UTC(2026, 0, 1);
        for (const name of names) {
          at += 60_000;
          const failedAt = at;
          const pipeline = demo.addPipeline(name, {now: () => failedAt});
          pipeline.start();
          pipeline.fail(`exit status: ${name.slice(1)}`);
        }
      },
    }),
    [Symbol.asyncDispose]() {
      return this.demo.close();
    },
  };
  const client = createClient({baseUrl: server.demo.url, clock: systemClock, userAgent: 'pipetail/test'});
  let [requests, open, most] = [0, 0, 0];
  const counted =
    <A extends readonly unknown[], R>(ask: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      requests += 1;
      open += 1;
      most = Math.max(most, open);
      return await ask(...args).finally(() => {
        open -= 1;
      });
    };
  const counting = {
    listEvents: counted(client.listEvents.bind(client)),
    getEvent: counted(client.getEvent.bind(client)),
  };
  const {signal} = new AbortController();
  // It is not deployed: no connector has errors that could be missing.
  expect(await readHistory(client, 'p0', signal)).toMatchObject({stats: undefined, missing: []});
  const histories = await readEventsOf(counting, ['gone', ...names], {since: 0, signal});
  await client.close();
  expect({requests, most}).toEqual({requests: 20, most: 4});
  expect([...histories.keys()]).toEqual(['gone', ...names.slice(0, 14)]);
  expect(histories.get('gone')).toMatchObject({events: [], missing: [{part: 'events'}]});
  const details = [...(histories.get(names[0] ?? '')?.details.values() ?? [])];
  expect(details.map(({deploymentError}) => deploymentError?.cause)).toEqual(
    ['13', '12', '11', '10', '9'].map((code) => `exit status: ${code}`),
  );
});
