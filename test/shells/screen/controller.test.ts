import {describe, expect, test} from 'vitest';
import {createStore} from '../../../source/lib/store.ts';
import {settled} from '../../harness/fake-clock.ts';
import {currentLine, logged, pressed, reading, rowsOf} from '../../kit/screen/reading.ts';
import {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

describe('a server that is too old', () => {
  test('is reported once, when it answers', async () => {
    const serverVersion = createStore<string | undefined>(undefined);
    await using screen = await ScreenUnderTest.connected({services: {serverVersion}});
    expect(screen.controller.state.notice).toBeUndefined();
    serverVersion.set('0.200.0');
    expect(screen.controller.state.notice).toBe(
      'Feldera 0.200 is older than 0.207: lines may repeat after a reconnect',
    );
    screen.press('j');
    serverVersion.set('0.200.0');
    expect(screen.controller.state.notice).toBeUndefined();
    serverVersion.set('0.337.0');
    expect(screen.controller.state.notice).toBeUndefined();
  });
});

describe('the terminal', () => {
  test('^Z lends it while the process is stopped', async () => {
    const order: string[] = [];
    await using screen = await ScreenUnderTest.connected({
      suspendProcess: () => {
        order.push('stopped');
        return Promise.resolve(true);
      },
    });
    screen.controller.terminal.attach(async (callback) => {
      order.push('given');
      await callback();
      order.push('back');
    });
    screen.press('^Z');
    await settled();
    expect(order).toEqual(['given', 'stopped', 'back']);
    expect(screen.controller.state.notice).toBeUndefined();
  });

  test('^Z without a shell has no effect, and a notice says so', async () => {
    await using screen = await ScreenUnderTest.connected({suspendProcess: () => Promise.resolve(false)});
    screen.controller.terminal.attach((callback) => callback());
    screen.press('^Z');
    await settled();
    expect(screen.controller.state.notice).toBe('there is no shell to return to: ^Z has no effect here');
  });

  test('^L repaints', async () => {
    await using screen = await ScreenUnderTest.connected();
    let repaints = 0;
    screen.controller.terminal.attach(async (callback) => {
      await callback();
      repaints += 1;
    });
    screen.press('^L');
    await settled();
    expect(repaints).toBe(1);
  });
});

describe('a change of the width of the list', () => {
  const lines = Array.from({length: 80}, (_, at) =>
    logged(at, 'INFO', `${'word '.repeat(10 + (at % 30))}end of ${at}.`),
  );
  const eye = (screen: ScreenUnderTest) => {
    const row = rowsOf(screen).findIndex((each) => each.startsWith('▸'));
    return {row, line: currentLine(screen)};
  };

  test.each(['z', 'Tab'])('by %s leaves the current line in its row, with wrapped lines too', async (key) => {
    await using screen = await reading(lines, {size: {columns: 80, rows: 24}});
    await pressed(screen, 'w', 'b', 'b', 'k', 'k', 'k', 'k');
    const before = {...eye(screen), width: screen.controller.layout?.paneWidth};
    expect(before.row).toBeGreaterThan(2);
    await pressed(screen, key);
    expect(screen.controller.layout?.paneWidth).not.toBe(before.width);
    expect(eye(screen)).toEqual({row: before.row, line: before.line});
    await pressed(screen, key);
    expect({...eye(screen), width: screen.controller.layout?.paneWidth}).toEqual(before);
  });

  test('and one of the terminal’s width do not make a log jump', async () => {
    await using screen = await reading(lines, {size: {columns: 120, rows: 24}});
    await pressed(screen, 'w', 'b', 'b', 'k', 'k', 'k');
    const before = eye(screen);
    screen.controller.setSize({columns: 70, rows: 24});
    expect(eye(screen)).toEqual(before);
  });
});
