import {expect, test} from 'vitest';
import {openViewer} from './viewer.ts';

test('a killed runner: the log of before stays, the new life is marked', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 3);
  await terminal.waitFor('line 3.');
  viewer.server.killRunner();
  await viewer.connections(0);
  viewer.server.startRunner();
  // Wrapped, unless the runner was away for a second.
  await terminal.waitFor(/runner restarted after [^·]* ·[\s│]+server/);
  await viewer.live();
  viewer.write('alpha');
  await terminal.waitFor('line 4.');
  for (let line = 1; line <= 4; line++) expect(viewer.countShown(`line ${line}.`)).toBe(1);
  expect(viewer.countShown('Fresh start of pipeline logs')).toBe(2);
});

test('a deleted pipeline says so and keeps its tab', async () => {
  await using viewer = await openViewer({args: ['beta']});
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('beta', 3);
  await terminal.waitFor('line 3.');
  viewer.server.deletePipeline('beta');
  await terminal.waitFor(() => viewer.header().trimEnd().endsWith('deleted'));
  await terminal.waitFor(() => viewer.list().length === 2, {hint: 'gone from the list'});
  expect(viewer.tabBar()).toContain('1 beta');
  expect(viewer.countShown('deleted')).toBe(1);
  expect(viewer.countShown('line 3.')).toBe(1);
  expect(terminal.text()).not.toContain('Logs have ended');
  await viewer.connections(0);
});

test('a pipeline that fails draws a dated row with its cause where its log does not say it, although that stays live', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  const pipeline = viewer.server.pipeline('alpha');
  pipeline.setState({deploymentError: {message: 'the disk is full', error_code: 'RuntimeError', details: {}}});
  pipeline.stop();
  await terminal.waitFor(/\d\d:\d\d:\d\d Failed · the disk is full/);
  await terminal.waitFor('✗ Failed · the disk is full');
  // The banner says it.
  await terminal.waitFor(() => /LIVE\s*$/.test(viewer.header()));
  await terminal.waitFor('1 failing');
});

/** The texts of the marker rows of a pane, without their rules. */
const markers = (rows: readonly string[]): string[] =>
  rows.filter((row) => row.startsWith('─')).map((row) => row.replaceAll('─', '').trim());

test.each([{cut: {}}, {cut: {reset: true}}])('a cut of the API ($cut) loses and repeats nothing', async ({cut}) => {
  await using viewer = await openViewer({cols: 120});
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 5);
  await terminal.waitFor('line 5.');
  // An answer to another request may end the first wait before a frame has shown it, but not the one after a failure.
  viewer.server.refuse({kind: 'channel-closed'});
  viewer.server.cutConnections(cut);
  await terminal.waitFor(/reconnecting in \d s/, {hint: 'a visible countdown'});
  viewer.write('alpha', 3);
  await terminal.waitFor(/connection lost · reconnected/);
  await viewer.live('line 8.');
  for (let line = 1; line <= 8; line++) expect(viewer.countShown(`line ${line}.`)).toBe(1);
  expect(markers(viewer.pane()).join()).toContain('0 entries lost');
});

test('an outage of the API: the header says since when, the log comes back without a key', async () => {
  await using viewer = await openViewer({cols: 120});
  const {terminal} = viewer;
  await viewer.live();
  await viewer.server.stopApi();
  await terminal.waitFor('no answer since');
  await terminal.waitFor(/reconnecting in \d+ s/);
  viewer.write('alpha', 3);
  await viewer.server.startApi();
  await viewer.live('line 3.');
  await terminal.waitForGone('no answer since');
  for (let line = 1; line <= 3; line++) expect(viewer.countShown(`line ${line}.`)).toBe(1);
});

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

test('401: the screen shows what to do, and the log once the server accepts the request', async () => {
  await using viewer = await openViewer({server: {apiKey: 'apikey:PLANTED-right'}, env: {FELDERA_API_KEY: undefined}});
  const {terminal} = viewer;
  await terminal.waitFor('The server requires credentials');
  await terminal.waitFor('FELDERA_API_KEY');
  await terminal.waitFor(`${viewer.server.url}/v0/pipelines`);
  viewer.server.setApiKey(undefined);
  await terminal.press('r');
  await viewer.live('Fresh start');
});
