import {describe, expect, it} from 'vitest';
import {View} from '../../../source/kit/screen/view.ts';
import {initialView} from '../../../source/kit/state/view-state.ts';
import {createStore} from '../../../source/lib/store.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {logged, noticeOf, reading} from './reading.ts';

/** A view, and how often a notice has ended in it. */
function timing(isAttended = true) {
  const clock = new FakeClock();
  const attended = createStore(isAttended);
  const ended = {count: 0};
  const view = new View(initialView([]), {clock, isAttended: attended});
  let before: string | undefined;
  view.store.subscribe(() => {
    const {notice} = view.state;
    if (before !== undefined && notice === undefined) ended.count += 1;
    before = notice;
  });
  return {clock, attended, view, ended};
}

const second = 1000;

describe('a notice ends', () => {
  it('after the time that its text needs', async () => {
    const {clock, view, ended} = timing();
    view.say('copied', 'news');
    await clock.advance(5 * second);
    expect(ended.count).toBe(0);
    await clock.advance(second);
    expect(ended.count).toBe(1);
    view.say('x'.repeat(100), 'news');
    await clock.advance(9 * second);
    expect(ended.count).toBe(1);
    await clock.advance(2 * second);
    expect(ended.count).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it('later if something went wrong', async () => {
    const {clock, view, ended} = timing();
    view.say('the disk is full', 'failure');
    await clock.advance(29 * second);
    expect(ended.count).toBe(0);
    await clock.advance(second);
    expect(ended.count).toBe(1);
  });

  it('not by the time of the one before it', async () => {
    const {clock, view, ended} = timing();
    view.say('copied', 'news');
    await clock.advance(5 * second);
    view.say('copied', 'news');
    await clock.advance(5 * second);
    expect(ended.count).toBe(0);
    expect(clock.pending).toBe(1);
  });

  it.each([
    ['that came in an absence', false],
    ['whose user has gone since', true],
  ])('only after the user is back, if it is one %s', async (_, isAttended) => {
    const {clock, attended, view, ended} = timing(isAttended);
    view.say('copied', 'news');
    attended.set(false);
    await clock.advance(60 * second);
    expect(ended.count).toBe(0);
    expect(clock.pending).toBe(0);
    attended.set(true);
    await clock.advance(5 * second);
    expect(ended.count).toBe(0);
    await clock.advance(second);
    expect(ended.count).toBe(1);
  });
});

it('a notice on the screen goes, and the next q asks again', async () => {
  await using screen = await reading([logged(1, 'INFO', 'one')]);
  screen.press('n');
  expect(noticeOf(screen)).toBe('no search: press / to start one');
  await screen.clock.advance(10 * second);
  expect(noticeOf(screen)).toBeUndefined();
  for (let presses = 0; presses < 2; presses++) {
    screen.press('q');
    expect(noticeOf(screen)).toBe('1 tab is open: press q again to quit, any other key to stay');
    await screen.clock.advance(10 * second);
  }
  expect(screen.quits).toBe(0);
  screen.press('q', 'q');
  expect(screen.quits).toBe(1);
});
