import {readdirSync, readFileSync} from 'node:fs';
import {gunzipSync} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import {createClient} from '../../source/api/client.ts';
import {ServerHeaders, ServerJson} from '../../source/api/server-text.ts';
import {systemClock} from '../../source/lib/clock.ts';
import {answer, hostile, madeHostile} from '../harness/hostile-answers.ts';
import {failureIn, readLogs} from '../harness/log-reader.ts';
import {parseExchange} from '../harness/raw-client.ts';
import {startReplayServer} from '../harness/replay-server.ts';
import {unprintableIn} from '../harness/strict-output.ts';

const folder = new URL('../wire/', import.meta.url);
const json = {'content-type': 'application/json'};

/** Every recorded answer that is JSON. */
const recorded = readdirSync(folder)
  .filter((name) => name.endsWith('.raw'))
  .flatMap((name) => {
    const exchange = parseExchange(readFileSync(new URL(name, folder)));
    if (exchange?.headers.get('content-type') !== 'application/json' || exchange.body.length === 0) return [];
    const isPacked = exchange.headers.get('content-encoding') === 'gzip';
    const body = isPacked ? gunzipSync(exchange.body) : exchange.body;
    const status = Number(exchange.statusLine.split(' ')[1]);
    return [{name, status, json: JSON.parse(body.toString()) as unknown}];
  });

/** All strings in a value, and the names of its fields. */
function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [key, ...stringsIn(each)]);
}

/** What the client returns, or fails with, on each of its routes when the server sends these bytes. */
async function everything(bytes: Buffer): Promise<readonly unknown[]> {
  await using server = await startReplayServer({reply: () => ({bytes, ending: 'fin'})});
  const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'test'});
  const {signal} = new AbortController();
  const asked = [
    client.listPipelines(signal),
    client.getPipeline('orders', signal),
    client.getStats('orders', signal),
    client.getTimeSeries('orders', signal),
    client.listEvents('orders', signal),
    client.getEvent('orders', 'latest', signal),
    client.getSession(signal),
    client.getVersion(signal),
  ];
  const answers = await Promise.all(asked.map((each) => each.catch(failureIn)));
  const {end, failure} = await readLogs(client);
  await client.close();
  return [...answers, end, failure];
}

test('there are recordings of lists, of a pipeline and of errors', () => {
  expect(recorded.length).toBeGreaterThan(12);
});

test.each(recorded)(
  '$name with hostile text in every field: no value of the client has it',
  async ({status, json: sent}) => {
    const headers = {
      ...json,
      'www-authenticate': 'Bearer error_description="expired\u009b\u00ad"',
      'retry-after': '\u009b1',
    };
    const values = await everything(answer(status, headers, JSON.stringify(madeHostile(sent))));
    expect(stringsIn(values).flatMap(unprintableIn)).toEqual([]);
  },
);

describe('hostile text where there is no JSON', () => {
  test.each([
    [500, {'content-type': 'text/plain'}, hostile],
    [429, {'content-type': 'text/plain', 'retry-after': '\u009b5n'}, hostile],
    [401, {'www-authenticate': 'Bearer error_description="\u009b5n expired \u009d0;t\u009c"'}, ''],
    [302, {location: 'https://a.example/\u009b5n\u202e'}, ''],
    [302, {location: '\u009b5n'}, ''],
    [200, {'content-type': 'text/\u009b5n'}, 'x'],
    [200, {...json, 'content-encoding': '\u009b5n'}, '[]'],
    [200, {'content-type': 'text/html'}, `<html>${hostile}`],
    [400, {}, `speaking plain HTTP to${hostile}`],
    [200, json, hostile],
    [404, {'content-type': `text/plain; charset=\u009b`}, hostile],
  ])('%i %o', async (status, headers, body) => {
    const values = await everything(answer(status, headers, body));
    expect(stringsIn(values).flatMap(unprintableIn)).toEqual([]);
  });
});

test('JSON that is nested beyond all reason is not the JSON of the API, rather than a fault of ours', async () => {
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const pipeline = `{"name":"a","deployment_error":{"message":"m","details":${deep}},"program_error":${deep}}`;
  for (const body of [`[${pipeline}]`, pipeline]) {
    const values = await everything(answer(200, json, body));
    expect(values.filter((value) => value instanceof Error)).toEqual([]);
    expect(stringsIn(values).filter((text) => text.includes('stack'))).toEqual([]);
  }
});

test('line breaks stay in a text, and are visible in a line', () => {
  const value = new ServerJson({name: 'a\nb', message: 'one\r\n\ttwo\u001b[2J'});
  expect(value.lineOf('name')).toBe('a^Jb');
  expect(value.nameOf('name')).toBe('a^Jb');
  expect(value.textOf('message')).toBe('one\n        two^[[2J');
});

test('a name of letters and digits stays as it is in any script', () => {
  const nameOf = (name: string) => new ServerJson({name}).nameOf('name');
  // A virama that joins two letters, and a vowel of disputed width: no row has them, but a request must.
  for (const name of ['orders-2_b', 'пайплайн', '受注', 'क्ष', 'ทำ', 'e\u0301']) expect(nameOf(name)).toBe(name);
  for (const name of [hostile, 'a\u3164', 'a\u034f', 'a\ufe0f', 'a\u{e0100}', `a${'\u0301'.repeat(200)}`]) {
    expect(nameOf(name)).not.toBe(name);
    expect(unprintableIn(nameOf(name))).toEqual([]);
  }
});

test('nothing but the methods of an answer shows what was sent', () => {
  const sent = {name: hostile};
  const shown = [new ServerJson(sent), new ServerHeaders({location: hostile})].map(
    (each) => `${each}${JSON.stringify(each)}`,
  );
  expect(shown.flatMap(unprintableIn)).toEqual([]);
});
