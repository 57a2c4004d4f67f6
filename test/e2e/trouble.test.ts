import {expect, test} from 'vitest';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {freePort} from '../harness/free-port.ts';
import {openProgram} from '../harness/program.ts';
import {openViewer} from './viewer.ts';

test('a wrong base URL is named as the cause, with the URL', async () => {
  await using viewer = await openViewer({server: {basePath: '/feldera'}});
  await viewer.live();
  await using wrong = await openProgram(['--host', viewer.server.url.replace('/feldera', '')]);
  await wrong.waitFor('This is not the Feldera API');
  await wrong.waitFor('--host URL or the variable FELDERA_HOST');
  await wrong.waitFor(`127.0.0.1:${viewer.server.port}`);
});

test('an unreachable host is explained, and its logs come once it is there', async () => {
  const port = await freePort();
  await using terminal = await openProgram(['--host', `http://127.0.0.1:${port}`]);
  await terminal.waitFor('The server cannot be reached');
  await terminal.waitFor(`http://127.0.0.1:${port}/v0/pipelines`);
  await terminal.waitFor(/Trying again in \d+ s/);
  const server = await DemoServer.start({port, scenario: quiet('alpha')});
  try {
    await terminal.waitFor('LIVE');
    await terminal.waitFor('Fresh start');
  } finally {
    await server.close();
  }
});

test('an empty list is no error, and fills without a key', async () => {
  await using viewer = await openViewer({pipelines: []});
  const {terminal} = viewer;
  await terminal.waitFor('No pipelines yet');
  viewer.server.addPipeline('newcomer').start();
  await viewer.live('Fresh start');
  expect(viewer.tabBar()).toMatch(/^ newcomer/);
});

test('a name that the server does not know is not called deleted', async () => {
  await using viewer = await openViewer({args: ['nosuch']});
  const {terminal} = viewer;
  await terminal.waitFor(() => /unknown|no such|not found/i.test(viewer.header()));
  expect(viewer.header()).not.toContain('deleted');
  viewer.server.addPipeline('nosuch').start();
  await viewer.live('Fresh start');
});
