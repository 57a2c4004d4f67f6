import {expect, it} from 'vitest';
import {openServer} from '../../source/commands/open-server.ts';
import {DemoServer} from '../../source/demo/server.ts';
import {systemClock} from '../../source/lib/clock.ts';
import {UsageError} from '../../source/settings/usage-error.ts';
import {readSettings} from '../harness/read-settings.ts';

const open = (...argv: readonly string[]) => openServer(readSettings(argv, {}), '1.2.3', systemClock);
const {signal} = new AbortController();

it('makes a client for the server and with the key that were asked for', async () => {
  await using stack = new AsyncDisposableStack();
  const demo = await DemoServer.start({apiKey: 'key', basePath: '/feldera'});
  stack.defer(() => demo.close());
  const server = await open('--host', demo.url, '--auth', 'key');
  stack.defer(() => server.close());
  expect(server.name).toBe(`127.0.0.1:${demo.port}`);
  expect(await server.client.listPipelines(signal)).toEqual([]);
});

it('starts a demo, which ends with it', async () => {
  const server = await open('--demo');
  expect(server.name).toBe('demo');
  expect((await server.client.listPipelines(signal)).map(({name}) => name)).toContain('orders');
  const {baseUrl} = server.client;
  await server.close();
  await expect(fetch(baseUrl)).rejects.toThrow('fetch failed');
});

it('a URL or a key that cannot be used is a mistake in the call', async () => {
  await expect(open('--host', 'ftp://x')).rejects.toThrow(UsageError);
  await expect(open('--auth', 'two words')).rejects.toThrow(UsageError);
});

it('takes its token from a command, the extra roots from a file, and tells its secrets', async () => {
  await using stack = new AsyncDisposableStack();
  const demo = await DemoServer.start({apiKey: 'printed', tenants: [{name: 'acme', role: 'read'}]});
  stack.defer(() => demo.close());
  const server = await open('--host', demo.url, '--auth-token-command', 'echo printed', '--tenant', 'acme');
  stack.defer(() => server.close());
  expect(server.secrets()).toEqual([]);
  expect(await server.client.listPipelines(signal)).toEqual([]);
  expect(server.secrets()).toEqual(['printed']);
  expect(demo.requests).toMatchObject([{authorization: 'Bearer printed', tenant: 'acme'}]);
  await expect(open('--host', 'https://x', '--tls-cert', '/dev/null')).rejects.toThrow(UsageError);
});
