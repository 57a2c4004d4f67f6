import {expect, test} from 'vitest';
import {openViewer} from './viewer.ts';

test('a key is drawn at once, however seldom frames of the log are', async () => {
  await using viewer = await openViewer({pipelines: ['alpha'], env: {PIPETAIL_FPS: '1'}});
  const {terminal} = viewer;
  await viewer.live();
  await terminal.press('z', 'z');
  const writing = setInterval(() => viewer.write('alpha'), 20);
  try {
    await terminal.waitFor(/line \d+/);
    // The count of lines moves on with the frames of the log.
    const counts = new Set<string | undefined>();
    const end = terminal.eachFrame(() => counts.add(/[\d,]+ lines/.exec(viewer.status())?.[0]));
    for (let turn = 0; turn < 4; turn++) {
      await terminal.press('J');
      await terminal.waitFor('as sent');
      await terminal.press('J');
      await terminal.waitForGone('as sent');
    }
    end();
    // Drawn with the log, eight keys would see it move on eight times.
    expect(counts.size).toBeLessThan(5);
  } finally {
    clearInterval(writing);
  }
});
