import {expect, it} from 'vitest';
import {currentLine, logged, noticeOf, reading, typed, viewOf, workedOut} from './reading.ts';
import type {ScreenUnderTest} from './screen-under-test.ts';

const midnight = Date.UTC(2026, 10, 25);
const steps = Array.from({length: 60}, (_, step) => logged(step, 'INFO', `step ${step}.`));

/** A log of 60 steps, a second each, with step 40 the current record and step 20 marked; then the tab is closed. */
async function closedAt40(): Promise<ScreenUnderTest> {
  const screen = await reading(steps);
  await typed(screen, '/', 'step 20\\.');
  screen.press('m');
  await typed(screen, '/', 'step 40\\.');
  expect(currentLine(screen)).toContain('step 40.');
  screen.press('X');
  await screen.untilConnected();
  return screen;
}

async function reopened(screen: ScreenUnderTest, last: string): Promise<void> {
  screen.press('Z');
  await screen.untilLine('orders', last);
  await workedOut(screen);
  await screen.clock.advance(1000);
}

it('a closed tab that is opened again is at its line, with its marks', async () => {
  await using screen = await closedAt40();
  screen.server.pipeline('orders').write(logged(60, 'INFO', 'step 60.'));
  await reopened(screen, 'step 60.');
  await screen.until(() => viewOf(screen).position.kind === 'held', 'its place');
  expect(currentLine(screen)).toContain('step 40.');
  const {buffer} = screen.controller.pane?.model.source ?? {};
  expect([...viewOf(screen).marks].map((id) => buffer?.lineAt(id)?.toString())).toEqual([steps[20]]);
});

it('one whose line is gone is at the next record by time', async () => {
  await using screen = await closedAt40();
  screen.server.recreatePipeline('orders', {now: () => midnight});
  for (const step of [30, 50, 55]) screen.server.pipeline('orders').write(logged(step, 'INFO', `other ${step}.`));
  await reopened(screen, 'other 55.');
  await screen.until(() => viewOf(screen).position.kind === 'held', 'its place');
  expect(currentLine(screen)).toContain('other 50.');
});

it('one whose log begins later follows, and says so', async () => {
  await using screen = await closedAt40();
  screen.server.recreatePipeline('orders', {now: () => midnight + 3_600_000});
  screen.server.pipeline('orders').write(logged(3601, 'INFO', 'other.'));
  screen.press('Z');
  expect(noticeOf(screen)).toBe('orders is open again');
  await screen.until(() => noticeOf(screen) === 'orders: the line where you were is no longer kept', 'the notice');
  expect(viewOf(screen).position.kind).toBe('follow');
});
