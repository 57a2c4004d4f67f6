import {expect, test} from 'vitest';
import {FrameRate} from '../../../../source/lib/frames.ts';
import {AppUnderTest} from '../components/app-under-test.tsx';

/** A pane of 30 rows less what is around it, at 12 frames a second. */
async function following() {
  const frameRate = new FrameRate(12);
  const app = await AppUnderTest.open({names: ['orders'], services: {frameRate}});
  await app.shows('LIVE');
  let written = 0;
  return {
    app,
    fps: () => frameRate.now.get(),
    async frames(count: number, lines: number) {
      for (let frame = 0; frame < count; frame++) {
        for (let line = 0; line < lines; line++) app.screen.server.pipeline('orders').write(`line ${++written}.`);
        await app.shows(`line ${written}.`);
      }
    },
  };
}

test('frames of new lines only halve the frame rate, and any other frame restores it', async () => {
  const {app, fps, frames} = await following();
  await using _ = app;
  await frames(6, 40);
  expect(fps()).toBe(6);
  await frames(1, 3);
  expect(fps()).toBe(12);
});

test('a pane that is paused keeps its rate', async () => {
  const {app, fps, frames} = await following();
  await using _ = app;
  await frames(1, 100);
  await app.press('k');
  for (let frame = 1; frame <= 8; frame++) {
    for (let line = 0; line < 40; line++) app.screen.server.pipeline('orders').write(`more ${frame} ${line}`);
    await app.shows(`${frame * 40} new`);
  }
  expect(fps()).toBe(12);
});

test('frames without new lines change nothing', async () => {
  const {app, fps, frames} = await following();
  await using _ = app;
  await frames(6, 40);
  await app.press('w', 'w');
  expect(fps()).toBe(6);
});
