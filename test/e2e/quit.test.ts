import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import type {Terminal} from '../harness/terminal.ts';
import {openViewer} from './viewer.ts';

/** What a shell finds after the program: the main screen, a cursor, no modes left on. */
function expectClean(terminal: Terminal): void {
  expect(terminal).toMatchObject({
    alternateScreen: false,
    cursorVisible: true,
    mouse: 'none',
    bracketedPaste: false,
  });
  expect(terminal.privateMode(1004)).toBe(false);
  // Nothing of the screen stays behind on the main one.
  expect(terminal.text().trim()).toBe('');
}

describe('every way out leaves the terminal clean', () => {
  test('q, with nothing kept', async () => {
    await using viewer = await openViewer();
    await viewer.live();
    await viewer.terminal.press('q');
    expect(await viewer.terminal.waitForExit()).toEqual({code: 0, signal: undefined});
    expectClean(viewer.terminal);
    await viewer.connections(0);
  });

  test('q asks when a tab is kept; another key stays, a second q goes', async () => {
    await using viewer = await openViewer({args: ['alpha']});
    const {terminal} = viewer;
    await viewer.live();
    await terminal.press('q');
    await terminal.waitFor('1 tab is kept: q again quits');
    await terminal.press('j');
    await terminal.waitForGone('q again quits');
    await terminal.press('q');
    await terminal.waitFor('q again quits');
    await terminal.press('q');
    expect(await terminal.waitForExit()).toEqual({code: 0, signal: undefined});
    expectClean(terminal);
  });

  test('^C twice', async () => {
    await using viewer = await openViewer({args: ['alpha']});
    const {terminal} = viewer;
    await viewer.live();
    await terminal.press('C-c');
    await terminal.waitFor('^C again quits');
    await terminal.press('C-c');
    expect(await terminal.waitForExit()).toMatchObject({signal: undefined});
    expectClean(terminal);
  });

  test.each([
    {signal: 'SIGTERM', code: 143},
    {signal: 'SIGINT', code: 130},
    {signal: 'SIGHUP', code: 129},
  ] as const)('$signal', async ({signal, code}) => {
    await using viewer = await openViewer({args: ['alpha']});
    await viewer.live();
    viewer.terminal.kill(signal);
    expect(await viewer.terminal.waitForExit()).toEqual({code, signal: undefined});
    expectClean(viewer.terminal);
    await viewer.connections(0);
  });

  test('SIGTERM while lines stream and a prompt is open', async () => {
    await using viewer = await openViewer({args: ['alpha']});
    const {terminal} = viewer;
    await viewer.live();
    await terminal.press('Tab', '/');
    await terminal.type('line');
    viewer.write('alpha', 5000);
    await terminal.waitFor(/\d of \d/);
    terminal.kill('SIGTERM');
    expect(await terminal.waitForExit()).toEqual({code: 143, signal: undefined});
    expectClean(terminal);
  });
});

test('after a stop from outside, fg brings a whole screen and working keys back', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  terminal.kill('SIGSTOP');
  viewer.write('alpha', 3);
  await sleep(200);
  terminal.kill('SIGCONT');
  // In between, Ink leaves the alternate screen and comes back to an empty one.
  await terminal.waitFor((seen) => seen.row(0).includes('pipetail') && seen.text().includes('line 3.'));
  await terminal.press('?');
  await terminal.waitFor('this help');
});
