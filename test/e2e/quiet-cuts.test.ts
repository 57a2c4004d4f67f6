import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {openViewer} from './viewer.ts';

const cuts = 20;

test('twenty cuts without loss while scrolled up and searching: no row of the log ever moves', {
  timeout: 180_000,
}, async () => {
  await using viewer = await openViewer({pipelines: ['alpha'], rows: 30, cols: 120, args: ['--fps', '60']});
  const {terminal, server} = viewer;
  await viewer.live();
  viewer.write('alpha', 400);
  await terminal.waitFor('line 400.');
  await terminal.press('Tab', '/');
  await terminal.type('line 12\\d');
  await terminal.press('Enter');
  await terminal.press('n', 'n', 'n');
  await terminal.waitFor('line 12');
  await terminal.press('PageUp', 'j', 'j');
  await terminal.waitFor('held');
  await terminal.stable();

  const before = viewer.pane();
  expect(before.filter((row) => row.includes('line ')).length).toBeGreaterThan(10);
  const moved: string[] = [];
  let frames = 0;
  const states = new Set<string>();
  const unwatch = terminal.watch(() => {
    frames += 1;
    states.add(/\b(LIVE|WAITING|RECONNECTING|CONNECTING|CATCHING UP|OFFLINE)\b/.exec(viewer.header())?.[1] ?? viewer.header());
    if (viewer.pane().join('\n') !== before.join('\n')) moved.push(terminal.text());
  });

  for (let cut = 0; cut < cuts; cut++) {
    viewer.write('alpha', 7);
    const connections = server.totalLogConnections;
    if (cut % 3 === 2) server.loseRunnerConnection('alpha');
    else server.cutConnections({name: 'alpha', afterBytes: cut * 3});
    viewer.write('alpha', 5);
    await eventually(
      () => server.openLogConnections('alpha') === 0,
      () => 'the cut',
    );
    // No need to sit out the backoff: the key reconnects now, in every state. The others wait for themselves.
    if (cut % 4 !== 0) await terminal.press('r');
    await eventually(
      () => server.totalLogConnections > connections && server.openLogConnections('alpha') === 1,
      () => `the connection after cut ${cut + 1}`,
    );
    await viewer.live();
    await sleep(100);
  }
  unwatch();

  expect(moved[0] ?? '').toBe('');
  expect(frames).toBeGreaterThan(cuts);
  expect(states.size).toBeGreaterThan(1);
  const written = 400 + cuts * 12;
  await terminal.press('Esc', 'G');
  await terminal.waitFor(`line ${written}.`);
  expect(viewer.pane()).toEqual(viewer.pane());
  const shown = viewer.shown().filter((row) => row.includes('line '));
  const numbers = shown.map((row) => Number(/line (\d+)\./.exec(row)?.[1]));
  expect(numbers).toEqual(numbers.map((_, index) => written - numbers.length + 1 + index));
});
