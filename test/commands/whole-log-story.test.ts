import {expect, it} from 'vitest';
import {createClient} from '../../source/api/client.ts';
import {storyOfServer} from '../../source/commands/whole-log.ts';
import type {DemoServerOptions} from '../../source/demo/demo.ts';
import {quiet} from '../../source/demo/scenario.ts';
import {DemoServer} from '../../source/demo/server.ts';
import {systemClock} from '../../source/lib/clock.ts';
import type {StoryRequest} from '../../source/settings/request.ts';
import {logged} from '../ui/reading.ts';

const {signal} = new AbortController();

/** The story of a pipeline that was restarted twice, the second time by a failure. */
async function story(change: Partial<StoryRequest> = {}, options: DemoServerOptions = {}): Promise<string> {
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
  const request: StoryRequest = {kind: 'story', name: 'orders', since: undefined, output: 'text', ...change};
  return await storyOfServer(request, {client, clock: systemClock, random: () => 0, signal});
}

it('tells what happened before, by the API and the log', async () => {
  const text = await story();
  expect(text).toMatch(/^Timeline of orders, newest first \(UTC\)\n/);
  expect(text.match(/ run .*log .* run \d of 3: /g)).toHaveLength(3);
  expect(text.match(/ state .*API .*Stopped → Provisioning/g)).toHaveLength(3);
  expect(text).toMatch(/ failed .*API .*Failed · exit status: 101/);
  expect(text).toMatch(/ error .*log .*x2 .*disk full/);
});

it('is an array of what has happened since a time', async () => {
  expect(JSON.parse(await story({output: 'json', since: '2m'}))).toContainEqual(
    expect.objectContaining({what: 'failed', text: 'Failed · exit status: 101', from: 'API'}),
  );
  await expect(story({since: 'soon'})).rejects.toThrow("--since 'soon' is ");
});

it('of an older server it has the log alone, and says so', async () => {
  const text = await story({}, {lacks: ['events', 'stats']});
  expect(text).toContain('\nthis server has no events: Feldera 0.292 and later have them\n');
  expect(text).toMatch(/ run .*log .* run 3 of 3: /);
  expect(text).not.toContain('  API  ');
});

it('names a pipeline that is not there', async () => {
  await expect(story({name: 'order'})).rejects.toThrow("there is no pipeline 'order' · did you mean 'orders'?");
});
