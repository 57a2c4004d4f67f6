import {describe, expect, test} from 'vitest';
import {createStore} from '../../source/lib/store.ts';
import {settled} from '../harness/fake-clock.ts';
import {ScreenUnderTest} from './screen-under-test.ts';

describe('a server that is too old', () => {
  test('is reported once, when it answers', async () => {
    const serverVersion = createStore<string | undefined>(undefined);
    await using screen = await ScreenUnderTest.connected({services: {serverVersion}});
    expect(screen.controller.state.notice).toBeUndefined();
    serverVersion.set('0.60.0');
    expect(screen.controller.state.notice).toMatch(/^Feldera 0\.60\.0 is not supported, /);
    screen.press('j');
    serverVersion.set('0.60.0');
    expect(screen.controller.state.notice).toBeUndefined();
    serverVersion.set('0.337.0');
    expect(screen.controller.state.notice).toBeUndefined();
  });
});

describe('the terminal', () => {
  test('^Z lends it while the process is stopped', async () => {
    const order: string[] = [];
    await using screen = await ScreenUnderTest.connected({
      stopProcess: () => {
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
    await using screen = await ScreenUnderTest.connected({stopProcess: () => Promise.resolve(false)});
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
