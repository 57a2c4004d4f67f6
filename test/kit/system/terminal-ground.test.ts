import {expect, test} from 'vitest';
import {TerminalGround} from '../../../source/kit/system/terminal-ground.ts';
import {FakeClock} from '../../harness/fake-clock.ts';

const question = '\u001B]11;?\u0007\u001B[c';

function groundOf(env: NodeJS.ProcessEnv) {
  const clock = new FakeClock();
  const written: string[] = [];
  const ground = new TerminalGround(env, clock);
  const ask = () => ground.ask((text) => written.push(text) > 0);
  return {clock, ground, written, ask};
}

const color = (red: number, green: number, blue: number) => ({kind: 'ground', color: [red, green, blue]}) as const;

test('it is asked once, and told by its light', async () => {
  const {ground, written, ask} = groundOf({TERM: 'xterm-256color'});
  expect(ground.shade.get()).toBeUndefined();
  ask();
  ask();
  expect(written).toEqual([question]);
  expect(ground.isAwaited).toBe(true);
  ground.onReport(color(253, 246, 227));
  expect(ground.shade.get()).toBe('light');
  ground.onReport({kind: 'attributes'});
  await ground.end();
  ask();
  expect([written.length, ground.isAwaited]).toEqual([1, false]);
  ground.onReport(color(0, 43, 54));
  expect(ground.shade.get()).toBe('dark');
});

test.each<[NodeJS.ProcessEnv, 'dark' | 'light' | undefined]>([
  [{TERM: 'linux'}, 'dark'],
  [{TERM: 'dumb'}, undefined],
  [{TERM: 'vt220'}, undefined],
  [{TERM: 'screen', COLORFGBG: '0;15'}, 'light'],
  [{TERM: 'xterm', STY: '1.x'}, undefined],
])('it is not asked in %j', (env, shade) => {
  const {ground, written, ask} = groundOf(env);
  ask();
  expect(written).toEqual([]);
  expect(ground.isAwaited).toBe(false);
  expect(ground.shade.get()).toBe(shade);
});

test.each<[NodeJS.ProcessEnv, 'dark' | 'light' | undefined]>([
  [{TERM: 'tmux-256color', TMUX: '/tmp/tmux', COLORFGBG: '15;default;0'}, 'dark'],
  [{TERM: 'screen-256color', TMUX: '/tmp/tmux', COLORFGBG: '12;8'}, 'dark'],
  [{TERM: 'rxvt', COLORFGBG: '0;7'}, 'light'],
  [{TERM: 'rxvt', COLORFGBG: 'default;default'}, undefined],
  [{TERM: 'xterm', COLORFGBG: ''}, undefined],
])('where the terminal answers something else only, %j counts', async (env, shade) => {
  const {ground, written, ask} = groundOf(env);
  ask();
  expect(written).toEqual([question]);
  ground.onReport({kind: 'attributes'});
  await ground.end();
  expect(ground.shade.get()).toBe(shade);
});

test('the end waits for the answer, but not for ever', async () => {
  const {ground, ask, clock} = groundOf({TERM: 'xterm'});
  await ground.end();
  ask();
  let isOver = false;
  void ground.end().then(() => {
    isOver = true;
  });
  await clock.advance(4999);
  expect(isOver).toBe(false);
  await clock.advance(1);
  expect([isOver, ground.isAwaited]).toEqual([true, false]);
});

test('a terminal that accepts nothing is not asked', () => {
  const {ground} = groundOf({TERM: 'xterm'});
  ground.ask(() => false);
  expect(ground.isAwaited).toBe(false);
});
