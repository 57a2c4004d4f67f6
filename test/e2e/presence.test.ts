import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {openViewer, type Viewer} from './viewer.ts';

const focusLost = '\u001B[O';
const focusBack = '\u001B[I';

function lists({server}: Viewer): number {
  return server.requests.filter(({path}) => path.startsWith('/v0/pipelines?')).length;
}

async function untilAsked(viewer: Viewer, times: number): Promise<void> {
  await eventually(
    () => lists(viewer) >= times,
    () => `the list was asked for ${lists(viewer)} times, not ${times}`,
  );
}

test('a lost focus slows the list down; the focus, or a key, brings it back at once', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  expect(terminal.privateMode(1004)).toBe(true);
  for (const sign of [focusBack, 'j']) {
    terminal.write(focusLost);
    const before = lists(viewer);
    // Attended, the list is requested every 2 s; one request may have been due already.
    await sleep(5000);
    expect(lists(viewer) - before).toBeLessThanOrEqual(1);
    const asked = lists(viewer);
    terminal.write(sign);
    // At once, and from then on every 2 s; unattended, three would take half a minute.
    await untilAsked(viewer, asked + 3);
  }
});

test('reports of the focus and of a mouse are no keys, also while a line is being typed', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  await terminal.press('Tab', '/');
  terminal.write(`a${focusLost}b\u001B[<0;10;10M${focusBack}c`);
  await terminal.waitFor('/abc');
  await terminal.press('d');
  await terminal.waitFor('/abcd');
});

test('new lines are shown while the focus is elsewhere', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  terminal.write(focusLost);
  viewer.say('alpha', 'unseen by anyone.');
  await terminal.waitFor('unseen by anyone.');
});

test('while no user looks no countdown ticks; it is there again when one does', async () => {
  await using viewer = await openViewer();
  const {terminal, server} = viewer;
  await viewer.live();
  await server.stopApi();
  await terminal.waitFor(/reconnecting in \d+ s/);
  terminal.write(focusLost);
  await terminal.waitForGone(/in \d+ s/);
  const numbers: string[] = [];
  const stop = terminal.eachFrame(() => {
    if (/in \d+ s/.test(viewer.header())) numbers.push(viewer.header());
  });
  await sleep(4000);
  stop();
  expect(numbers).toEqual([]);
  terminal.write(focusBack);
  await terminal.waitFor(/reconnecting in \d+ s/);
});

test('ten silent tabs write next to nothing to the terminal', async () => {
  const names = Array.from({length: 10}, (_, index) => `silent-${index}`);
  await using viewer = await openViewer({pipelines: names, args: names});
  const {terminal} = viewer;
  await viewer.live();
  await viewer.connections(10);
  await terminal.stable(2000);
  const before = terminal.output.length;
  const asked = lists(viewer);
  await untilAsked(viewer, asked + 3);
  // Three lists are some 5 s: 300 bytes a second.
  expect(terminal.output.length - before).toBeLessThan(1500);
});
