import {Console} from 'node:console';
import {PassThrough, Writable} from 'node:stream';
import {setTimeout as sleep} from 'node:timers/promises';
import {stripVTControlCharacters} from 'node:util';
import {expect, it, vi} from 'vitest';
import {TerminalGround} from '../../../../source/kit/system/terminal-ground.ts';
import {Presence} from '../../../../source/lib/presence.ts';
import {createStore} from '../../../../source/lib/store.ts';
import {drawScreen} from '../../../../source/shells/screen/run/drawn-screen.tsx';
import {ScreenExit} from '../../../../source/shells/screen/run/exit.ts';
import {settled} from '../../../harness/fake-clock.ts';
import {ScreenUnderTest} from '../../../kit/screen/screen-under-test.ts';

/** A terminal that keeps what is written to it. */
function terminal() {
  let text = '';
  const stdout = Object.assign(
    new Writable({
      write(chunk, _, done) {
        text += String(chunk);
        done();
      },
    }),
    {columns: 100, rows: 30, isTTY: true},
  );
  const stdin = Object.assign(new PassThrough(), {isTTY: true, setRawMode() {}, ref() {}, unref() {}});
  return {
    process: {stdin, stdout} as unknown as NodeJS.Process,
    text: () => stripVTControlCharacters(text),
  };
}

// The runner's console has none, and Ink makes one.
Object.assign(console, {Console});

it('draws every frame at the requested rate, not every second one', async () => {
  await using screen = await ScreenUnderTest.open();
  const {process, text} = terminal();
  const fps = 20;
  const drawn = drawScreen({
    ...{
      controller: screen.controller,
      process,
      keys: process.stdin,
      settings: {fps},
      clock: screen.clock,
      pace: undefined,
      ground: new TerminalGround({}, screen.clock),
    },
    backend: {presence: new Presence(screen.clock)},
    exit: new ScreenExit(() => {}),
  });
  // Nothing in common: of a row only what has changed is written.
  const frames = Array.from({length: 16}, (_, frame) => String.fromCharCode(97 + frame).repeat(9));
  // Time goes on only between the frames, which come a little early, as timers do: Ink's own limit would lose every second.
  vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance']});
  try {
    for (const frame of frames) {
      screen.controller.dispatch({type: 'set', change: {notice: frame}});
      await settled();
      await vi.advanceTimersByTimeAsync(1000 / fps - 1);
      await settled();
    }
  } finally {
    vi.useRealTimers();
  }
  drawn.end();
  await drawn.ended();
  const shown = text();
  expect(frames.filter((frame) => !shown.includes(frame))).toEqual([]);
});

it('draws nothing while the terminal takes no frame, and then the newest state', async () => {
  const takesFrames = createStore(true);
  await using screen = await ScreenUnderTest.open({services: {takesFrames}});
  const {process, text} = terminal();
  const drawn = drawScreen({
    ...{
      controller: screen.controller,
      process,
      keys: process.stdin,
      settings: {fps: 100},
      clock: screen.clock,
    },
    pace: undefined,
    ground: new TerminalGround({}, screen.clock),
    backend: {presence: new Presence(screen.clock)},
    exit: new ScreenExit(() => {}),
  });
  const say = async (words: string) => {
    screen.controller.dispatch({type: 'set', change: {notice: words}});
    await sleep(50);
  };
  takesFrames.set(false);
  for (const words of ['aaaaaaa', 'bbbbbbb']) await say(words);
  expect(text()).not.toMatch(/aaaaaaa|bbbbbbb/);
  takesFrames.set(true);
  await screen.until(() => text().includes('bbbbbbb'), 'the newest state');
  expect(text()).not.toContain('aaaaaaa');
  await say('ccccccc');
  await screen.until(() => text().includes('ccccccc'), 'the next state');
  drawn.end();
  await drawn.ended();
});
