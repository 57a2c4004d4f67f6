import {expect, it} from 'vitest';
import type {DemoServerOptions} from '../../../demo/demo.ts';
import {quiet} from '../../../demo/scenario.ts';
import {DemoServer} from '../../../demo/server.ts';
import {createClient} from '../../../source/engine/api/client.ts';
import {ApiError} from '../../../source/engine/api/errors.ts';
import type {ApiClient} from '../../../source/engine/api/types.ts';
import {type TimelineRequest, timelineOfServer} from '../../../source/features/timeline/print-timeline.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {logged} from '../../kit/screen/reading.ts';

const {signal} = new AbortController();

/** The timeline of a pipeline that was restarted twice, the second time by a failure. */
async function timeline(change: Partial<TimelineRequest> = {}, options: DemoServerOptions = {}): Promise<string> {
  return (await told(change, options)).text;
}

/** The same with the notices. `failing`: requests that the server does not answer as it should. `later`: ms after it. */
async function told(
  change: Partial<TimelineRequest> = {},
  {
    failing = [],
    later = 0,
    ...options
  }: DemoServerOptions & {failing?: readonly (keyof ApiClient)[]; later?: number} = {},
): Promise<{readonly text: string; readonly notes: readonly string[]}> {
  await using stack = new AsyncDisposableStack();
  const server = await DemoServer.start({scenario: quiet('orders'), ...options});
  stack.defer(() => server.close());
  const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'pipetail/test'});
  stack.defer(() => client.close());
  const orders = server.pipeline('orders');
  const record = () => orders.events.pass(orders.state);
  record();
  for (const end of ['stop', 'fail'] as const) {
    orders.write(logged(0, 'ERROR', 'disk full'));
    if (end === 'stop') orders.stop();
    else orders.fail('exit status: 101');
    record();
    orders.start();
    record();
  }
  const request: TimelineRequest = {name: 'orders', since: undefined, output: 'text', ...change};
  const fail = () => {
    throw new ApiError({kind: 'retryable', reason: 'server-error', message: 'the server failed (500)'});
  };
  const failures = Object.fromEntries(failing.map((route) => [route, async () => fail()]));
  const notes: string[] = [];
  const note = (line: string) => void notes.push(line);
  const common = {clock: {...systemClock, wall: () => systemClock.wall() + later}, random: () => 0, signal, note};
  return {text: await timelineOfServer(request, {...common, client: {...client, ...failures}}), notes};
}

it('tells what happened before, by the API and the log', async () => {
  const text = await timeline();
  expect(text).toMatch(/^Timeline of orders, newest first \(UTC\)\n/);
  expect(text.match(/ run .*log .* run \d of 3: /g)).toHaveLength(3);
  expect(text.match(/ state .*API .*Stopped → Provisioning/g)).toHaveLength(3);
  expect(text).toMatch(/ failed .*API +exit status: 101/);
  expect(text).toMatch(/ error .*log .*x2 .*disk full/);
});

it('as JSON: what has happened since a time', async () => {
  const {pipeline, missing, rows} = JSON.parse(await timeline({output: 'json', since: '2m'}));
  expect({pipeline, missing}).toEqual({pipeline: 'orders', missing: []});
  expect(rows).toContainEqual(
    expect.objectContaining({what: 'failed', text: 'Failed · exit status: 101', from: 'API'}),
  );
  await expect(timeline({since: 'soon'})).rejects.toThrow("--since 'soon' is ");
});

it('since a time: begins with what went on then, which began before', async () => {
  const {text} = await told({since: '10m'}, {later: 3_600_000});
  const rows = text.trimEnd().split('\n').slice(1);
  expect(rows.map((row) => row.slice(21)).sort()).toEqual([
    expect.stringMatching(/^run .*(1 h|60 min).* run 3 of 3: running$/),
    expect.stringMatching(/^state .*(1 h|60 min).* → Running$/),
  ]);
});

it('of an older server it has the log alone, and says so', async () => {
  const text = await timeline({}, {lacks: ['events', 'stats']});
  expect(text).toContain('\nwithout the events of the API: this server has none: Feldera 0.292 and later have them\n');
  expect(text).toMatch(/ run .*log .* run 3 of 3: /);
  expect(text).not.toContain('  API  ');
});

it.each([
  ['listEvents', 'events', 'the events of the API'],
  ['getStats', 'connectors', 'the errors of connectors'],
  ['getEvent', 'reasons', 'the reason of each failure'],
] as const)('without an answer to %s it says in each form what is missing', async (route, part, words) => {
  const why = 'the server failed (500)';
  const {text, notes} = await told({}, {failing: [route]});
  expect(text).toContain(`\nwithout ${words}: ${why}\n`);
  expect(notes).toEqual([`without ${words}: ${why}`]);
  const json = await told({output: 'json'}, {failing: [route]});
  expect(JSON.parse(json.text).missing).toEqual([{part, why}]);
  expect(json.notes).toEqual(notes);
});

it('names a pipeline that is not there', async () => {
  await expect(timeline({name: 'order'})).rejects.toThrow("there is no pipeline 'order' · did you mean 'orders'?");
});
