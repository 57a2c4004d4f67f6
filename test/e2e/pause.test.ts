import {expect, test} from 'vitest';
import {openViewer} from './viewer.ts';

test('a paused pane does not move while lines arrive; they are counted, and G shows them', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 60);
  await terminal.waitFor('line 60.');

  await terminal.press('Tab', 'p');
  await terminal.waitFor('PAUSED');
  const before = viewer.pane();
  viewer.write('alpha', 25);
  await terminal.waitFor('PAUSED · 25 new');
  viewer.write('alpha', 5);
  await terminal.waitFor('PAUSED · 30 new');
  expect(viewer.pane()).toEqual(before);
  expect(viewer.countShown('line 61.')).toBe(0);
  expect(viewer.server.openLogConnections('alpha')).toBe(1);

  await terminal.press('G');
  await terminal.waitFor('line 90.');
  await terminal.waitForGone('PAUSED');
  expect(viewer.header()).toMatch(/ LIVE$/);
  viewer.write('alpha');
  await terminal.waitFor('line 91.');
});

test('a paused pane stays where it is while older lines than the shown ones are dropped', async () => {
  await using viewer = await openViewer({args: ['--scrollback', '64KiB']});
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 9000);
  await terminal.waitFor('line 9000.');
  await terminal.press('Tab', 'p');
  await terminal.waitFor('PAUSED');
  const before = viewer.pane();
  viewer.write('alpha', 500);
  await terminal.waitFor('PAUSED · 500 new');
  await terminal.waitFor('dropped', {hint: 'older lines were dropped'});
  expect(viewer.pane()).toEqual(before);
});
