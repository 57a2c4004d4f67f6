import {expect, test} from 'vitest';
import {openViewer} from './viewer.ts';

test('the empty 404 is no error: the log comes as soon as the runner is ready', async () => {
  await using viewer = await openViewer({before: (server) => server.refuse({kind: 'not-ready', times: 2})});
  const {terminal} = viewer;
  await viewer.live('Fresh start');
  expect(viewer.server.requests.filter(({path}) => path.endsWith('/logs'))).toHaveLength(3);
  expect(terminal.text()).not.toMatch(/404|error|failed/i);
});

test('503 with Retry-After: waits as long as asked, in sight', async () => {
  await using viewer = await openViewer({before: (server) => server.refuse({kind: 'unreachable', retryAfter: '4'})});
  const {terminal} = viewer;
  await terminal.waitFor('reconnecting in 4 s');
  await terminal.waitFor('reconnecting in 3 s');
  await viewer.live('Fresh start');
  await terminal.press('i');
  await terminal.waitFor('Unable to reach pipeline runner');
});

test('r does not sit out a Retry-After', async () => {
  await using viewer = await openViewer({before: (server) => server.refuse({kind: 'unreachable', retryAfter: '3600'})});
  const {terminal} = viewer;
  await terminal.waitFor(/reconnecting in \d+ s/);
  await terminal.press('r');
  await viewer.live('Fresh start');
});

test('401: says what to do, and recovers by itself once the server takes the key', async () => {
  await using viewer = await openViewer({server: {apiKey: 'apikey:PLANTED-right'}, env: {FELDERA_API_KEY: undefined}});
  const {terminal} = viewer;
  await terminal.waitFor('The server requires credentials');
  await terminal.waitFor('FELDERA_API_KEY');
  await terminal.waitFor(`${viewer.server.url}/v0/pipelines`);
  viewer.server.setApiKey(undefined);
  await terminal.press('r');
  await viewer.live('Fresh start');
});

test('the right key is sent with every request', async () => {
  await using viewer = await openViewer({
    server: {apiKey: 'apikey:PLANTED-right'},
    env: {FELDERA_API_KEY: 'apikey:PLANTED-right'},
  });
  await viewer.live('Fresh start');
  expect(new Set(viewer.server.requests.map(({authorization}) => authorization))).toEqual(
    new Set(['Bearer apikey:PLANTED-right']),
  );
});

test('a key that is refused later: the tab and its log stay, and say so', async () => {
  await using viewer = await openViewer({
    server: {apiKey: 'apikey:PLANTED-right'},
    args: ['--auth', 'apikey:PLANTED-right'],
  });
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 3);
  await terminal.waitFor('line 3.');
  viewer.server.setApiKey('apikey:PLANTED-other');
  viewer.server.cutConnections();
  await terminal.waitFor('credentials refused');
  expect(viewer.countShown('line 3.')).toBe(1);
  viewer.server.setApiKey('apikey:PLANTED-right');
  await terminal.press('r');
  await viewer.live();
  expect(viewer.countShown('line 3.')).toBe(1);
});
