import {expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {openViewer} from './viewer.ts';

/** What stands in the pane of a marker row, without its rules. */
const markers = (rows: readonly string[]): string[] =>
  rows.filter((row) => row.startsWith('─')).map((row) => row.replaceAll('─', '').trim());

test('r reconnects at once, repeats nothing and says so', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 5);
  await terminal.waitFor('line 5.');
  await terminal.press('r');
  await terminal.waitFor(/asked for · reconnected/);
  await viewer.live();
  viewer.write('alpha');
  await terminal.waitFor('line 6.');
  for (let line = 1; line <= 6; line++) expect(viewer.countShown(`line ${line}.`)).toBe(1);
  expect(markers(viewer.pane())).toHaveLength(1);
  expect(viewer.server.totalLogConnections).toBe(2);
  await viewer.connections(1);
});

test.each([{cut: {}}, {cut: {reset: true}}])('a cut of the API ($cut) loses and repeats nothing', async ({cut}) => {
  await using viewer = await openViewer({cols: 120});
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 5);
  await terminal.waitFor('line 5.');
  viewer.server.cutConnections(cut);
  await terminal.waitFor(/reconnecting in \d s/, {hint: 'a visible countdown'});
  viewer.write('alpha', 3);
  await terminal.waitFor(/API server lost · reconnected/);
  await viewer.live('line 8.');
  for (let line = 1; line <= 8; line++) expect(viewer.countShown(`line ${line}.`)).toBe(1);
  expect(markers(viewer.pane()).join()).toContain('0 entries lost');
});

test('a cut in the middle of a line leaves it whole', async () => {
  await using viewer = await openViewer({cols: 120});
  const {terminal} = viewer;
  await viewer.live();
  viewer.server.cutConnections({afterBytes: 60});
  viewer.say('alpha', 'this line is cut somewhere, and comes whole');
  await viewer.connections(0);
  await viewer.connections(1);
  await viewer.live(/comes whole/);
  await terminal.press('Tab', 'J', 'w');
  await terminal.waitFor('as sent');
  expect(
    viewer
      .pane()
      .join('')
      .match(/comes whole/g),
  ).toHaveLength(1);
});

test('a run of cuts is one marker with a count, and the shown lines do not move', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 40);
  await terminal.waitFor('line 40.');
  await terminal.press('Tab', 'PageUp');
  await terminal.waitFor('paused');
  const before = viewer.pane();
  for (let cut = 1; cut <= 3; cut++) {
    await terminal.press('r');
    await eventually(
      () => viewer.server.totalLogConnections === cut + 1,
      () => `${viewer.server.totalLogConnections} connections`,
    );
    await viewer.live();
    expect(viewer.pane()).toEqual(before);
  }
  await terminal.press('G');
  await terminal.waitFor(/reconnected 3 times since/);
  expect(markers(viewer.pane())).toHaveLength(1);
});

test('an outage of the API: the list says its age, the log comes back by itself', async () => {
  await using viewer = await openViewer({cols: 120});
  const {terminal} = viewer;
  await viewer.live();
  await viewer.server.stopApi();
  await terminal.waitFor('list not refreshed');
  await terminal.waitFor(/reconnecting in \d+ s/);
  viewer.write('alpha', 3);
  await viewer.server.startApi();
  await viewer.live('line 3.');
  await terminal.waitForGone('list not refreshed');
  for (let line = 1; line <= 3; line++) expect(viewer.countShown(`line ${line}.`)).toBe(1);
});
