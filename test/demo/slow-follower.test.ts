import {afterEach, beforeEach, expect, it} from 'vitest';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {RawClient} from '../harness/raw-client.ts';
import {recording, shape} from './recording.ts';

let server: DemoServer;

beforeEach(async () => {
  server = await DemoServer.start({scenario: quiet('slow')});
});
afterEach(() => server.close());

const padding = 'x'.repeat(60);

/** As many lines as recording 07 had, with pauses in which sockets can be read. */
async function flood(lines: number): Promise<void> {
  for (let line = 0; line < lines; line++) {
    const text = `[slow] 2026-11-25T09:13:15.921831Z  INFO dbsp_adapters::controller: flood line ${line} ${padding}`;
    server.pipeline('slow').write(text);
    if (line % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
  }
}

it('drops a follower that is more than 100,000 lines behind: the queue, the end marker, a clean end (07)', async () => {
  const client = await RawClient.request(`${server.url}/v0/pipelines/slow/logs`);
  await client.shows('Fresh start');
  client.socket.pause();
  await flood(250_000);
  client.socket.resume();
  await client.until(({raw}) => raw.subarray(-5).toString() === '0\r\n\r\n');

  const answer = client.exchange;
  expect(answer && shape(answer)).toEqual(shape(recording('07a-slow-follower-head.raw')));
  const lines = client.text.split('\n');
  expect(lines.slice(-2)).toEqual(['Logs have ended', '']);
  const received = lines
    .filter((line) => line.includes('flood line'))
    .map((line) => Number(/line (\d+)/.exec(line)?.[1]));
  expect(received).toEqual(received.map((_, index) => index));
  // What the kernel's buffers took comes on top of the queue.
  expect(received.length).toBeGreaterThan(100_000);
  expect(received.length).toBeLessThan(250_000);
  client.reset();
});

it('keeps a follower that reads', async () => {
  const client = await RawClient.request(`${server.url}/v0/pipelines/slow/logs`);
  await client.shows('Fresh start');
  await flood(150_000);
  server.pipeline('slow').write('the end');
  await client.until(({raw}) => raw.subarray(-60).includes('the end'));
  expect(client.text.match(/flood line/g)).toHaveLength(150_000);
  client.reset();
});
