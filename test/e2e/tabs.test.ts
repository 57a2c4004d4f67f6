import {expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {openViewer} from './viewer.ts';

test('there is one connection for each open tab, after every step', async () => {
  await using viewer = await openViewer({pipelines: ['alpha', 'beta', 'delta', 'gamma']});
  const {terminal} = viewer;
  await viewer.live();
  await viewer.connections(1);

  await terminal.press('Enter');
  await terminal.waitFor(() => /1 alpha/.test(viewer.tabBar()), {hint: 'kept'});
  await viewer.connections(1);

  await terminal.press('j');
  await terminal.waitFor(() => /1 alpha {2}beta/.test(viewer.tabBar()), {hint: 'the preview follows the cursor'});
  await viewer.connections(2);

  await terminal.press('j');
  await terminal.waitFor(() => /1 alpha {2}delta/.test(viewer.tabBar()), {hint: 'the preview is replaced'});
  expect(viewer.tabBar()).not.toContain('beta');
  await eventually(
    () => viewer.server.openLogConnections('beta') === 0,
    () => 'the preview to let its connection go',
  );
  await viewer.connections(2);

  await terminal.press('Enter', 'j');
  await terminal.waitFor(() => /1 alpha {2}2 delta {2}gamma/.test(viewer.tabBar()));
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
