import {expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {openViewer, type Viewer} from './viewer.ts';

const half = 10;
const linesBefore = 400;

/** Scrolled up, with a search that has matches on the screen and below. */
async function openScrolledUp(): Promise<Viewer> {
  const viewer = await openViewer({
    ...{pipelines: ['alpha'], rows: 30, cols: 120},
    ...{args: ['--histogram', 'off'], env: {PIPETAIL_FPS: '60'}},
  });
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', linesBefore);
  await terminal.waitFor(`line ${linesBefore}.`);
  await terminal.press('Tab', '/');
  await terminal.type('line .2\\d');
  await terminal.press('Enter', 'N', 'N', 'N', 'PageUp', 'j', 'j');
  await terminal.waitFor('PAUSED');
  await terminal.stable();
  return viewer;
}

/** Half of the cuts, each between and within lines that arrive; `press` may bring the next connection at once. */
async function cutAgainAndAgain(viewer: Viewer, press: (cut: number) => Promise<void>): Promise<void> {
  const {server} = viewer;
  for (let cut = 0; cut < half; cut++) {
    const connections = server.totalLogConnections;
    viewer.write('alpha', 7);
    if (cut % 3 === 2) server.loseRunnerConnection('alpha');
    else server.cutConnections({name: 'alpha', afterBytes: cut * 30});
    viewer.write('alpha', 5);
    // The next one may be there before this looks.
    await eventually(
      () => server.openLogConnections() === 0 || server.totalLogConnections > connections,
      () => `cut ${cut + 1}`,
    );
    await press(cut);
    await eventually(
      () => server.totalLogConnections > connections && server.openLogConnections('alpha') === 1,
      () => `the connection after cut ${cut + 1}`,
    );
    await viewer.live();
  }
}

/** Watches the log pane in every frame. The returned function ends that, and returns what was seen. */
function watchPane(viewer: Viewer): () => {readonly moved: string[]; readonly connection: readonly string[]} {
  const before = viewer.pane().join('\n');
  const moved: string[] = [];
  const connection = new Set<string>();
  const stop = viewer.terminal.eachFrame(() => {
    connection.add(
      viewer
        .header()
        .replace(/.* pipelines? +/, '')
        .replace(/\d+ s/, 'n s'),
    );
    if (viewer.pane().join('\n') !== before) moved.push(viewer.terminal.text());
  });
  return () => {
    stop();
    return {moved, connection: [...connection]};
  };
}

test('twenty cuts without loss while scrolled up and searching: no row of the log moves in any frame', async () => {
  await using viewer = await openScrolledUp();
  const {terminal} = viewer;
  expect(viewer.countShown('line ')).toBeGreaterThan(10);

  const ofSearch = watchPane(viewer);
  await cutAgainAndAgain(viewer, async (cut) => {
    if (cut % 2 === 0) await terminal.press('r');
  });
  const searched = ofSearch();
  expect(searched.moved[0] ?? '').toBe('');
  // The frames are those of the cuts.
  expect(searched.connection).toEqual(expect.arrayContaining([expect.stringContaining('reconnecting in n s')]));

  // The same with the search still being typed.
  await terminal.press('/');
  await terminal.type('line .4\\d');
  await terminal.stable();
  const ofPrompt = watchPane(viewer);
  await cutAgainAndAgain(viewer, async () => {});
  const typed = ofPrompt();
  expect(typed.moved[0] ?? '').toBe('');
  expect(typed.connection).toEqual(expect.arrayContaining([expect.stringContaining('reconnecting in n s')]));

  const written = linesBefore + 2 * half * 12;
  await terminal.press('Enter', 'Esc', 'G');
  await terminal.waitFor(`line ${written}.`);
  const numbers = viewer.shown().flatMap((row) => /line (\d+)\./.exec(row)?.slice(1).map(Number) ?? []);
  expect(numbers).toEqual(numbers.map((_, index) => written - numbers.length + 1 + index));
});
