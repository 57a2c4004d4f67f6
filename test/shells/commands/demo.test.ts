import {createServer} from 'node:net';
import {expect, it} from 'vitest';
import {runDemoServer} from '../../../source/shells/commands/demo.ts';
import {RawClient} from '../../harness/raw-client.ts';

it('serves the installation, prints its address, and ends on the signal', async () => {
  const ending = new AbortController();
  const lines: string[] = [];
  let printed = () => {};
  const ready = new Promise<void>((resolve) => {
    printed = resolve;
  });
  const print = async (line: string) => {
    lines.push(line);
    printed();
    return true;
  };
  const done = runDemoServer(0, ending.signal, print);
  await ready;
  const url = /http:\/\/\S+/.exec(lines[0] ?? '')?.[0] ?? '';
  expect(lines[0]).toMatch(/^pipetail demo: serving \d+ pipelines at http:\/\/127\.0\.0\.1:\d+ · stop with \^C$/);
  const client = await RawClient.request(`${url}/v0/pipelines/orders/logs`);
  await client.shows('Starting commit of');
  ending.abort();
  await client.ended();
  await done;
  await expect(RawClient.request(url)).rejects.toThrow('ECONNREFUSED');
  expect(lines).toHaveLength(1);
});

it('ends when nobody reads its address, or it cannot be printed', async () => {
  const {signal} = new AbortController();
  const run = (print: () => Promise<boolean>) => runDemoServer(0, signal, print);
  await run(async () => false);
  await expect(run(() => Promise.reject(new Error('no space')))).rejects.toThrow('no space');
});

it('fails with one sentence when the port is in use', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const {signal} = new AbortController();
  await expect(runDemoServer(port, signal, async () => true)).rejects.toThrow(
    `port ${port} is in use · choose another with --port N`,
  );
  other.close();
});
