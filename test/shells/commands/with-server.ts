import {readFileSync} from 'node:fs';
import {quiet} from '../../../demo/scenario.ts';
import {DemoServer} from '../../../demo/server.ts';
import {createClient} from '../../../source/engine/api/client.ts';
import type {ApiClient} from '../../../source/engine/api/types.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {startReplayServer} from '../../harness/replay-server.ts';

/** Lets a test use a real server with these pipelines, running, through the client that the program has. */
export async function withServer<T>(
  names: readonly string[],
  use: (client: ApiClient, server: DemoServer) => Promise<T>,
): Promise<T> {
  await using stack = new AsyncDisposableStack();
  const server = await DemoServer.start({scenario: quiet(...names)});
  stack.defer(() => server.close());
  const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'pipetail/test'});
  stack.defer(() => client.close());
  return await use(client, server);
}

/** The same with a server that answers everything with a list that was recorded, a file in `test/wire/`. */
export async function withRecordedList<T>(file: string, use: (client: ApiClient) => Promise<T>): Promise<T> {
  await using stack = new AsyncDisposableStack();
  const bytes = readFileSync(new URL(`../../wire/${file}`, import.meta.url));
  const server = stack.use(await startReplayServer({reply: () => ({bytes})}));
  const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'pipetail/test'});
  stack.defer(() => client.close());
  return await use(client);
}
