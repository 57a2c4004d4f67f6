import {expect, test} from 'vitest';
import {TerminalLease} from '../../../source/kit/screen/services.ts';

test('nothing is drawn while the terminal is lent, but after it, also what was dropped of the last frame', async () => {
  const terminal = new TerminalLease();
  let calls = 0;
  terminal.attach(async (callback) => {
    calls += 1;
    await callback();
  });
  const {promise, resolve} = Promise.withResolvers<undefined>();
  const lent = terminal.lend(async () => {
    await promise;
  });
  await terminal.repaint();
  expect(calls).toBe(1);
  resolve(undefined);
  await lent;
  expect(calls).toBe(2);
  await terminal.repaint();
  expect(calls).toBe(3);
});

test('it can be lent again after a failure', async () => {
  const terminal = new TerminalLease();
  terminal.attach((callback) => callback());
  await expect(terminal.lend(() => Promise.reject(new Error('no command')))).rejects.toThrow('no command');
  let ran = false;
  await terminal.lend(async () => {
    ran = true;
  });
  expect(ran).toBe(true);
});

test('a command that ends after the screen switches no mode on', async () => {
  const terminal = new TerminalLease();
  const steps: string[] = [];
  terminal.attach((callback) => callback());
  terminal.keep([{on: () => steps.push('on'), off: () => steps.push('off')}]);
  const {promise: isOver, resolve: end} = Promise.withResolvers<void>();
  const lent = terminal.lend(() => isOver);
  terminal.keep([]);
  end();
  await lent;
  expect(steps).toEqual(['off']);
});

test('modes are off while the terminal is lent, and on again after, whatever happened', async () => {
  const terminal = new TerminalLease();
  const steps: string[] = [];
  terminal.attach((callback) => callback());
  terminal.keep([{on: () => steps.push('on'), off: () => steps.push('off')}]);
  await terminal.lend(async () => {
    steps.push('lent');
  });
  await expect(terminal.lend(() => Promise.reject(new Error('no command')))).rejects.toThrow('no command');
  expect(steps).toEqual(['off', 'lent', 'on', 'off', 'on']);
});

test('it is lent once the terminal has answered, and asked again before the screen is drawn', async () => {
  const terminal = new TerminalLease();
  const steps: string[] = [];
  terminal.attach(async (callback) => {
    steps.push('suspended');
    await callback();
    steps.push('drawn');
  });
  const {promise: isAnswered, resolve: answer} = Promise.withResolvers<void>();
  terminal.keep([], {end: () => isAnswered, begin: () => steps.push('begin')});
  const lent = terminal.lend(async () => {
    steps.push('lent');
  });
  expect([steps, terminal.isLent]).toEqual([[], true]);
  answer();
  await lent;
  expect(steps).toEqual(['suspended', 'lent', 'begin', 'drawn']);
});
