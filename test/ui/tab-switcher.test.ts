import v8 from 'node:v8';
import vm from 'node:vm';
import {describe, expect, it} from 'vitest';
import {ScreenUnderTest} from './screen-under-test.ts';

describe('the preview follows the cursor', () => {
  it('once it has rested there for 250 ms', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('j');
    await screen.clock.advance(249);
    expect(screen.controller.state).toMatchObject({cursor: 'fraud', active: 'billing'});
    await screen.clock.advance(1);
    expect(screen.tabs).toEqual(['fraud?']);
    await screen.untilConnected('fraud');
  });

  it('not to what the cursor only passes over', async () => {
    await using screen = await ScreenUnderTest.connected();
    await screen.untilConnected('billing');
    screen.press('j');
    await screen.clock.advance(200);
    screen.press('Down');
    await screen.clock.advance(200);
    expect(screen.tabs).toEqual(['billing?']);
    await screen.clock.advance(50);
    expect(screen.tabs).toEqual(['orders?']);
    await screen.untilConnected('orders');
    expect(screen.server.totalLogConnections).toBe(2);
  });

  it('not when the cursor came back to where it was', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('j', 'k');
    await screen.clock.advance(1000);
    expect(screen.tabs).toEqual(['billing?']);
  });

  it('and stops at both ends of the list', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('k');
    expect(screen.controller.state.cursor).toBe('billing');
    screen.press('G', 'j');
    expect(screen.controller.state.cursor).toBe('orders');
    screen.press('g');
    expect(screen.controller.state.cursor).toBe('billing');
  });
});

describe('keeping', () => {
  it('Enter keeps the preview at once, a second Enter goes to its log', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('j', 'Enter');
    expect(screen.tabs).toEqual(['fraud']);
    expect(screen.controller.state.focus).toBe('sidebar');
    screen.press('Enter');
    expect(screen.controller.state.focus).toBe('log');
    await screen.untilConnected('fraud');
  });

  it.each(['k', 'PageUp', 'p', 'w', 'J', '/', 'G'])('a use of the log keeps it: %s', async (key) => {
    await using screen = await ScreenUnderTest.connected();
    await screen.untilLine('billing', 'initializing -> running');
    screen.press('Tab');
    expect(screen.tabs).toEqual(['billing?']);
    screen.press(key);
    expect(screen.tabs).toEqual(['billing']);
  });

  it('each kept tab and the preview have one connection', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('Enter', 'j', 'Enter', 'j');
    await screen.clock.advance(250);
    expect(screen.tabs).toEqual(['billing', 'fraud', 'orders?']);
    await screen.untilConnected('billing', 'fraud', 'orders');
  });

  it('a pipeline that has a tab is shown in it, and the preview goes', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('Enter', 'j');
    await screen.clock.advance(250);
    screen.press('k');
    await screen.clock.advance(250);
    expect(screen.tabs).toEqual(['billing']);
    await screen.untilConnected('billing');
  });
});

describe('tabs', () => {
  const names = ['orders', 'fraud', 'billing'];

  it('are reached by number, and one after the other; the cursor goes along', async () => {
    await using screen = await ScreenUnderTest.connected({names});
    screen.press('3');
    expect(screen.controller.state).toMatchObject({active: 'billing', cursor: 'billing'});
    screen.press(']');
    expect(screen.controller.state.active).toBe('orders');
    screen.press('[', '[');
    expect(screen.controller.state.active).toBe('fraud');
    screen.press('9');
    expect(screen.controller.state.active).toBe('fraud');
  });

  it('are closed with their connections, and the neighbour is shown', async () => {
    await using screen = await ScreenUnderTest.connected({names});
    await screen.untilConnected(...names);
    screen.press('2', 'X');
    expect(screen.controller.state).toMatchObject({active: 'billing', cursor: 'billing'});
    await screen.untilConnected('orders', 'billing');
    screen.press('X', 'X');
    expect(screen.tabs).toEqual([]);
    await screen.untilConnected();
    screen.press('X');
    expect(screen.tabs).toEqual([]);
  });

  it('that are closed stay closed, whatever the cursor was about to show', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('j', 'X');
    await screen.clock.advance(1000);
    expect(screen.tabs).toEqual([]);
    await screen.untilConnected();
  });

  it('that are closed leave nothing of their log behind', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['orders', 'fraud']});
    await screen.untilLine('orders', 'initializing -> running');
    screen.press('Tab', 'p', '/');
    const held = new WeakRef(screen.manager.get('orders')?.buffer ?? {});
    screen.controller.dispatch({type: 'prompt', prompt: undefined});
    screen.press('X');
    await screen.untilConnected('fraud');
    v8.setFlagsFromString('--expose-gc');
    const collect = vm.runInNewContext('gc') as () => void;
    await screen.until(() => {
      collect();
      return held.deref() === undefined;
    }, 'the buffer to be freed');
  });

  it('know what was received when they were left', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['orders', 'fraud']});
    await screen.untilLine('orders', 'initializing -> running');
    const {endId} = screen.manager.get('orders')?.snapshot.get() ?? {endId: -1};
    screen.press('2');
    expect(screen.controller.state.tabs[0]?.seen).toEqual({endId, errors: 0, connectorErrors: 0});
  });
});
