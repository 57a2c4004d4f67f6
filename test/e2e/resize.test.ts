import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {openViewer} from './viewer.ts';

test('resizing while lines stream leaves no garbage: a repaint changes nothing', async () => {
  await using viewer = await openViewer({cols: 100, rows: 30});
  const {terminal} = viewer;
  await viewer.live();
  const stop = new AbortController();
  const streaming = (async () => {
    while (!stop.signal.aborted) {
      viewer.write('alpha', 3, 'a line that is long enough to be cut at the narrow sizes');
      await sleep(7);
    }
  })();
  const sizes = [
    [60, 20],
    [120, 40],
    [45, 12],
    [100, 30],
    [81, 24],
    [200, 50],
    [39, 9],
    [80, 24],
  ] as const;
  for (let round = 0; round < 5; round++) {
    for (const [cols, rows] of sizes) {
      terminal.resize(cols, rows);
      await sleep(35);
    }
  }
  stop.abort();
  await streaming;
  const last = viewer.write('alpha', 1, 'the last');
  await terminal.waitFor(`the last ${last}.`);
  await terminal.stable();
  const before = terminal.screen();
  const painted = terminal.output.length;
  await terminal.press('C-l');
  await terminal.waitFor(() => terminal.output.length > painted + 500, {hint: 'a whole frame is drawn anew'});
  await terminal.stable();
  expect(before).toEqual(terminal.screen());
  expect(before).toHaveLength(24);
  expect(terminal.row(0)).toContain('pipetail');
  expect(terminal.row(-1)).toContain('? all keys');
});

test('a resize while nothing happens fills the new size', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 60);
  await terminal.waitFor('line 60.');
  for (const [cols, rows] of [
    [120, 40],
    [50, 12],
    [200, 50],
  ] as const) {
    terminal.resize(cols, rows);
    await terminal.waitFor(() => terminal.row(-1).includes('? all keys') && terminal.row(0).includes('pipetail'));
    await terminal.waitFor(() => viewer.pane().at(-1)?.includes('line 60.') === true);
    expect(viewer.pane()).toHaveLength(rows - 4);
    expect(viewer.header().length).toBeGreaterThan(cols - 3);
  }
  // Smaller and back before the program looks: it finds the size of before, and what did not fit is gone.
  for (let round = 0; round < 3; round++) {
    terminal.resize(1, 1);
    terminal.resize(200, 50);
    await terminal.waitFor(() => terminal.row(-1).includes('? all keys') && terminal.row(0).includes('pipetail'));
    await terminal.waitFor(() => viewer.pane().at(-1)?.includes('line 60.') === true);
  }
});
