import {createClient} from '../api/client.ts';
import type {ApiClient} from '../api/types.ts';
import type {Clock} from '../lib/clock.ts';
import type {Settings} from '../settings/settings.ts';
import {UsageError} from '../settings/usage-error.ts';

/** The server that was asked for, or a demo server in this process. */
export type OpenServer = {
  readonly client: ApiClient;
  /** For the header: host and port. */
  readonly name: string;
  readonly close: () => Promise<void>;
};

/** Makes the client; with `--demo` starts the embedded server first. Throws `UsageError` for an unusable URL or key. */
export async function openServer(settings: Settings, version: string, clock: Clock): Promise<OpenServer> {
  const userAgent = `pipetail/${version}`;
  if (settings.demo) return await openDemo(userAgent, clock);
  const {host: baseUrl = '', token} = settings;
  try {
    const client = createClient({baseUrl, clock, userAgent, ...(token !== undefined && {token})});
    return {client, name: new URL(client.baseUrl).host, close: () => client.close()};
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function openDemo(userAgent: string, clock: Clock): Promise<OpenServer> {
  const [{DemoServer}, {installation}] = await Promise.all([
    import('../demo/server.ts'),
    import('../demo/scenario.ts'),
  ]);
  const demo = await DemoServer.start({port: 0, scenario: installation, chunking: 'ragged'});
  const client = createClient({baseUrl: demo.url, clock, userAgent});
  const close = async () => {
    await client.close();
    await demo.close();
  };
  return {client, name: 'demo', close};
}
