import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {RawClient} from '../harness/raw-client.ts';
import {recordingBytes} from './recording.ts';

let server: DemoServer;

beforeEach(async () => {
  server = await DemoServer.start({scenario: quiet('demo')});
});
afterEach(() => server.close());

const logsUrl = () => `${server.url}/v0/pipelines/demo/logs`;

/** A live follower that has received the line `before the end`. */
async function follower(): Promise<RawClient> {
  const client = await RawClient.request(logsUrl());
  server.pipeline('demo').write('before the end');
  return client.shows('before the end\n');
}

const recorded = (file: string) => recordingBytes(file).toString();

const clean = '\r\n0\r\n\r\n';
const withEndMarker = `\r\n10\r\nLogs have ended\n${clean}`;

describe('the ways in which a stream ends', () => {
  it('pipeline deleted: end marker, last chunk, gone from the list', async () => {
    const client = await follower();
    server.deletePipeline('demo');
    await client.completed();
    expect(client.raw.toString().endsWith(`before the end\n${withEndMarker}`)).toBe(true);
    expect(recorded('05c-runner-sigterm-api-alive.raw').endsWith(withEndMarker)).toBe(true);
    expect(client.end).toBeUndefined();
    expect(server.pipelines).toHaveLength(0);
    client.reset();
  });

  it('deleted and created again: another id, an empty log', async () => {
    const client = await follower();
    const {id} = server.pipeline('demo');
    server.recreatePipeline('demo');
    await client.completed();
    expect(client.text.endsWith('Logs have ended\n')).toBe(true);
    expect(server.pipeline('demo').id).not.toBe(id);
    const next = await RawClient.request(logsUrl());
    await next.shows('Fresh start');
    expect(next.text).not.toContain('before the end');
    client.reset();
    next.reset();
  });

  it('runner stopped gently: end marker, last chunk, then 503 until it is back with an empty log', async () => {
    const client = await follower();
    server.stopRunnerGently();
    await client.completed();
    expect(client.raw.toString().endsWith(withEndMarker)).toBe(true);
    const refused = await RawClient.request(logsUrl());
    await refused.completed();
    expect(refused.exchange?.statusLine).toBe('HTTP/1.1 503 Service Unavailable');
    server.startRunner();
    const next = await RawClient.request(logsUrl());
    await next.shows('Fresh start');
    expect(next.text).not.toContain('before the end');
    for (const each of [client, refused, next]) each.reset();
  });

  it('runner killed: last chunk without the end marker, as in 05a', async () => {
    const client = await follower();
    server.killRunner();
    await client.completed();
    expect(client.raw.toString().endsWith(`before the end\n${clean}`)).toBe(true);
    expect(recorded('05a-runner-sigkill-api-alive-midstream.raw').endsWith(`runner dies\n${clean}`)).toBe(true);
    client.reset();
  });

  it('connection to the runner lost: the same, and the log is still there', async () => {
    const client = await follower();
    server.loseRunnerConnection('demo');
    await client.completed();
    expect(client.text.endsWith('before the end\n')).toBe(true);
    const next = await RawClient.request(logsUrl());
    await next.shows('before the end\n');
    client.reset();
    next.reset();
  });

  it('API killed: FIN without a last chunk, as in 06a, and the log is still there', async () => {
    const client = await follower();
    server.cutConnections();
    await client.ended();
    expect(client.end).toBe('fin');
    expect(client.raw.toString().endsWith('F\r\nbefore the end\n\r\n')).toBe(true);
    expect(recorded('06a-api-sigkill-midstream.raw').endsWith('pipeline-name="N/A"\n\r\n')).toBe(true);
    const next = await RawClient.request(logsUrl());
    await next.shows('before the end\n');
    next.reset();
  });

  it('API stopped: connections refused, the log continues, and it returns on the same port', async () => {
    const client = await follower();
    const {port} = server;
    await server.stopApi();
    await client.ended();
    expect(client.exchange?.complete).toBe(false);
    await expect(RawClient.request(logsUrl())).rejects.toThrow('ECONNREFUSED');
    server.pipeline('demo').write('meanwhile');
    await server.startApi();
    expect(server.port).toBe(port);
    const next = await RawClient.request(logsUrl());
    await next.shows('before the end\nmeanwhile\n');
    next.reset();
  });

  it('reset: RST', async () => {
    const client = await follower();
    server.cutConnections({reset: true});
    await client.ended();
    expect(client.end).toBe('reset');
  });
});

describe('a cut at an exact byte', () => {
  it('counts the bytes that are still to be sent', async () => {
    const client = await follower();
    server.cutConnections({afterBytes: 7});
    server.pipeline('demo').write('12345');
    server.pipeline('demo').write('67890');
    await client.ended();
    expect(client.text.endsWith('before the end\n12345\n6')).toBe(true);
    expect(client.exchange?.complete).toBe(false);
  });

  it('counts from the first byte of later connections, also inside a catch-up', async () => {
    for (let line = 0; line < 5000; line++) server.pipeline('demo').write(`line ${line}`);
    const whole = await RawClient.request(logsUrl());
    await whole.shows('line 4999\n');
    server.cutNextConnections({name: 'demo', afterBytes: 30_001, times: 2});
    for (let attempt = 0; attempt < 2; attempt++) {
      const client = await RawClient.request(logsUrl());
      await client.ended();
      expect(client.end).toBe('fin');
      expect(client.text).toBe(whole.text.slice(0, 30_001));
    }
    const third = await RawClient.request(logsUrl());
    await third.shows('line 4999\n');
    whole.reset();
    third.reset();
  });

  it('may fall inside a UTF-8 sequence', async () => {
    const client = await follower();
    const received = client.exchange?.body.length ?? 0;
    server.cutConnections({afterBytes: 2});
    server.pipeline('demo').write('🚀');
    await client.ended();
    expect(client.exchange?.body.subarray(received)).toEqual(Buffer.from('🚀').subarray(0, 2));
  });
});
