import {expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {openViewer} from './viewer.ts';

test('there is one connection for each open tab, after every step', async () => {
  await using viewer = await openViewer({pipelines: ['alpha', 'beta', 'delta', 'gamma']});
  const {terminal} = viewer;
  await viewer.live();
  await viewer.connections(1);

  await terminal.press('Enter');
  await terminal.waitFor(() => /1 alpha(?!…)/.test(viewer.tabBar()), {hint: 'kept'});
  await viewer.connections(1);

  await terminal.press('j');
  await terminal.waitFor(() => viewer.tabBar().includes('2 beta…'), {hint: 'the preview follows the cursor'});
  await viewer.connections(2);

  await terminal.press('j');
  await terminal.waitFor(() => viewer.tabBar().includes('2 delta…'), {hint: 'the preview is replaced'});
  expect(viewer.tabBar()).not.toContain('beta');
  await eventually(
    () => viewer.server.openLogConnections('beta') === 0,
    () => 'the preview to let its connection go',
  );
  await viewer.connections(2);

  await terminal.press('Enter', 'j');
  await terminal.waitFor(() => viewer.tabBar().includes('3 gamma…'));
  await viewer.connections(3);

  await terminal.press('X');
  await terminal.waitForGone(() => viewer.tabBar().includes('gamma'));
  await viewer.connections(2);
  await terminal.press('X');
  await terminal.waitForGone(() => viewer.tabBar().includes('delta'));
  await viewer.connections(1);
  await terminal.press('X');
  await terminal.waitForGone(() => viewer.tabBar().includes('alpha'));
  await viewer.connections(0);
});

test('passing over pipelines opens no connections, and a pipeline with a tab needs no preview', async () => {
  await using viewer = await openViewer({pipelines: ['alpha', 'beta', 'delta', 'gamma']});
  const {terminal} = viewer;
  await viewer.live();
  await terminal.press('Enter', 'j', 'j', 'j');
  await terminal.waitFor(() => viewer.tabBar().includes('2 gamma…'));
  await viewer.connections(2);
  expect(viewer.server.requests.filter(({path}) => path.endsWith('/beta/logs'))).toEqual([]);

  await terminal.press('g');
  await terminal.waitForGone(() => viewer.tabBar().includes('gamma'));
  await viewer.connections(1);
  expect(viewer.server.requests.filter(({path}) => path.endsWith('/alpha/logs'))).toHaveLength(1);
});

test('a tab in the background goes on receiving, and says so', async () => {
  await using viewer = await openViewer({args: ['alpha', 'beta']});
  const {terminal} = viewer;
  await viewer.live();
  await viewer.connections(2);
  viewer.say('beta', 'happened meanwhile', 'ERROR');
  await terminal.waitFor(() => /2 beta.*1✗/.test(viewer.tabBar()), {hint: 'the tab counts its errors'});
  expect(viewer.countShown('happened meanwhile')).toBe(0);

  await terminal.press('2');
  await terminal.waitFor('happened meanwhile');
  expect(viewer.tabBar()).not.toContain('1✗');
  await terminal.press('[');
  await terminal.waitForGone('happened meanwhile');
  await terminal.press(']');
  await terminal.waitFor('happened meanwhile');
  expect(viewer.server.requests.filter(({path}) => path.endsWith('/logs'))).toHaveLength(2);
});
