import v8 from 'node:v8';
import vm from 'node:vm';
import {describe, expect, it, test} from 'vitest';
import type {Scenario} from '../../source/demo/scenario.ts';
import {cancelPrompt} from '../../source/ui/prompt-actions.ts';
import {activeTab} from '../../source/ui/view-state.ts';
import {settled} from '../harness/fake-clock.ts';
import {ScreenUnderTest} from './screen-under-test.ts';

const withFailure: Scenario = (server) => {
  for (const name of ['billing', 'fraud', 'orders', 'etl']) server.addPipeline(name).start();
  server.pipeline('fraud').fail('exit status: 101');
  server.pipeline('orders').fail('exit status: 101');
};

const tabs = ({controller}: ScreenUnderTest) => controller.state.tabs.map((tab) => `${tab.name}${tab.kept ? '' : '?'}`);

describe('at start', () => {
  it('the first failing pipeline is shown at once, in the preview', async () => {
    await using screen = await ScreenUnderTest.connected({scenario: withFailure});
    expect(tabs(screen)).toEqual(['fraud?']);
    expect(screen.controller.state).toMatchObject({active: 'fraud', cursor: 'fraud', focus: 'sidebar'});
    await screen.untilConnected('fraud');
  });

  it('else the first one', async () => {
    await using screen = await ScreenUnderTest.connected();
    expect(tabs(screen)).toEqual(['billing?']);
    await screen.untilConnected('billing');
  });

  it('the pipelines that were named are kept tabs, without a preview', async () => {
    await using screen = await ScreenUnderTest.connected({scenario: withFailure, names: ['orders', 'billing']});
    expect(tabs(screen)).toEqual(['orders', 'billing']);
    await screen.untilConnected('orders', 'billing');
    expect(screen.controller.state.active).toBe('orders');
  });

  it('an empty list waits for the first pipeline', async () => {
    await using screen = await ScreenUnderTest.connected({scenario: () => {}});
    expect(tabs(screen)).toEqual([]);
    screen.server.addPipeline('late').start();
    await screen.until(() => screen.controller.state.active === 'late', 'the new pipeline');
    expect(screen.controller.state.cursor).toBe('late');
  });
});

describe('the preview follows the cursor', () => {
  it('once it has rested there for 250 ms', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('j');
    await screen.clock.advance(249);
    expect(screen.controller.state).toMatchObject({cursor: 'fraud', active: 'billing'});
    await screen.clock.advance(1);
    expect(tabs(screen)).toEqual(['fraud?']);
    await screen.untilConnected('fraud');
  });

  it('not to what the cursor only passes over', async () => {
    await using screen = await ScreenUnderTest.connected();
    await screen.untilConnected('billing');
    screen.press('j');
    await screen.clock.advance(200);
    screen.press('Down');
    await screen.clock.advance(200);
    expect(tabs(screen)).toEqual(['billing?']);
    await screen.clock.advance(50);
    expect(tabs(screen)).toEqual(['orders?']);
    await screen.untilConnected('orders');
    expect(screen.server.totalLogConnections).toBe(2);
  });

  it('not when the cursor came back to where it was', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('j', 'k');
    await screen.clock.advance(1000);
    expect(tabs(screen)).toEqual(['billing?']);
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
    expect(tabs(screen)).toEqual(['fraud']);
    expect(screen.controller.state.focus).toBe('sidebar');
    screen.press('Enter');
    expect(screen.controller.state.focus).toBe('log');
    await screen.untilConnected('fraud');
  });

  it.each(['k', 'PageUp', 'p', 'w', 'J', '/', 'G'])('a use of the log keeps it: %s', async (key) => {
    await using screen = await ScreenUnderTest.connected();
    await screen.untilLine('billing', 'initializing -> running');
    screen.press('Tab');
    expect(tabs(screen)).toEqual(['billing?']);
    screen.press(key);
    expect(tabs(screen)).toEqual(['billing']);
  });

  it('each kept tab and the preview have one connection', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('Enter', 'j', 'Enter', 'j');
    await screen.clock.advance(250);
    expect(tabs(screen)).toEqual(['billing', 'fraud', 'orders?']);
    await screen.untilConnected('billing', 'fraud', 'orders');
  });

  it('a pipeline that has a tab is shown in it, and the preview goes', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('Enter', 'j');
    await screen.clock.advance(250);
    screen.press('k');
    await screen.clock.advance(250);
    expect(tabs(screen)).toEqual(['billing']);
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
    expect(tabs(screen)).toEqual([]);
    await screen.untilConnected();
    screen.press('X');
    expect(tabs(screen)).toEqual([]);
  });

  it('that are closed stay closed, whatever the cursor was about to show', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('j', 'X');
    await screen.clock.advance(1000);
    expect(tabs(screen)).toEqual([]);
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

describe('the two sides', () => {
  it('Tab goes from one to the other', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('Tab');
    expect(screen.controller.state.focus).toBe('log');
    screen.press('Tab');
    expect(screen.controller.state.focus).toBe('sidebar');
  });

  it('z hides the list; Tab shows it again and goes there', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('z');
    expect(screen.controller.state).toMatchObject({sidebarHidden: true, focus: 'log'});
    expect(screen.controller.layout?.paneWidth).toBe(100);
    screen.press('Tab');
    expect(screen.controller.state).toMatchObject({sidebarHidden: false, focus: 'sidebar'});
  });

  it('without a tab there is a way back to the list', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('X', 'Tab');
    expect(screen.controller.state.focus).toBe('sidebar');
    screen.press('z', 'z', 'Tab');
    expect(screen.controller.state).toMatchObject({sidebarHidden: false, focus: 'sidebar'});
    screen.press('j');
    expect(screen.controller.state.cursor).toBe('fraud');
  });
});

describe('leaving', () => {
  it('q leaves at once when nothing is kept', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('q');
    expect(screen.quits).toBe(1);
  });

  it('q asks when tabs are kept', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['orders', 'fraud']});
    screen.press('q');
    expect(screen.quits).toBe(0);
    expect(screen.controller.state.notice).toBe('2 tabs are kept: q again quits, any other key stays');
    screen.press('q');
    expect(screen.quits).toBe(1);
  });

  it('any other key stays, and the next q asks again', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['orders']});
    screen.press('q', 'j');
    expect(screen.controller.state).toMatchObject({leaving: undefined, notice: undefined});
    screen.press('q');
    expect(screen.quits).toBe(0);
    expect(screen.controller.state.notice).toBe('1 tab is kept: q again quits, any other key stays');
  });

  it('^C twice leaves, from a page as well; once it only says so', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['orders']});
    screen.press('^C');
    expect(screen.quits).toBe(0);
    expect(screen.controller.state.notice).toBe('^C again quits');
    screen.press('?', '^C', '^C');
    expect(screen.quits).toBe(1);
  });

  it('q and ^C do not stand for each other', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['orders']});
    screen.press('q', '^C', 'q', '^C');
    expect(screen.quits).toBe(0);
  });
});

describe('Esc peels one layer at a time', () => {
  it('page, then search, then the filter of the list', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('/', 'o', 'r', 'd', 'Enter');
    await screen.clock.advance(250);
    screen.press('Tab');
    await screen.untilLine('orders', 'initializing -> running');
    screen.pressTogether('/', 'r', 'u', 'n', 'Enter');
    screen.press('?');
    const layers = () => {
      const {page, nameFilter} = screen.controller.state;
      return [page?.kind, activeTab(screen.controller.state)?.pane.search, nameFilter];
    };
    expect(layers()).toEqual(['help', 'run', 'ord']);
    screen.press('Esc');
    expect(layers()).toEqual([undefined, 'run', 'ord']);
    screen.press('Esc');
    expect(layers()).toEqual([undefined, undefined, 'ord']);
    expect(screen.controller.pane?.model.searching).toBeUndefined();
    screen.press('Esc');
    expect(layers()).toEqual([undefined, undefined, '']);
    screen.press('Esc');
    expect(tabs(screen)).toEqual(['orders']);
  });
});

describe('the list', () => {
  const names = ({controller}: ScreenUnderTest) => controller.pipelines.map((pipeline) => pipeline.name);

  it('is filtered as a name is typed, and the cursor goes to what is left', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('/', 'r', 'd');
    expect(names(screen)).toEqual(['orders']);
    expect(screen.controller.state).toMatchObject({cursor: 'orders', prompt: {kind: 'find-name', text: 'rd'}});
    await screen.clock.advance(250);
    expect(tabs(screen)).toEqual(['orders?']);
  });

  it('is sorted in three ways, in turn', async () => {
    await using screen = await ScreenUnderTest.connected({scenario: withFailure});
    expect(names(screen)).toEqual(['billing', 'etl', 'fraud', 'orders']);
    screen.press('o');
    expect(names(screen)).toEqual(['fraud', 'orders', 'billing', 'etl']);
    expect(screen.controller.state.notice).toBe('sorted by state, failing first');
    screen.press('o');
    expect(names(screen)[0]).toBe('orders');
    screen.press('o');
    expect(names(screen)).toEqual(['billing', 'etl', 'fraud', 'orders']);
  });

  it('that loses the pipeline under the cursor leaves the cursor next to it, and the tab open', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('j', 'Enter');
    screen.server.deletePipeline('fraud');
    await screen.until(() => names(screen).length === 2, 'the shorter list');
    expect(screen.controller.state).toMatchObject({cursor: 'orders', active: 'fraud'});
    expect(tabs(screen)).toEqual(['fraud']);
    screen.server.deletePipeline('orders');
    await screen.until(() => names(screen).length === 1, 'the shorter list');
    expect(screen.controller.state.cursor).toBe('billing');
  });

  it('that grows leaves the cursor on its pipeline', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('j');
    screen.server.addPipeline('aaa');
    await screen.until(() => names(screen).includes('aaa'), 'the longer list');
    expect(screen.controller.state.cursor).toBe('fraud');
  });
});

describe('keys that arrive together', () => {
  it('behind one that opens a prompt are typed into it', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('/', 'q', 'X', 'Space', 'z');
    expect(screen.controller.state.prompt).toMatchObject({kind: 'find-name', text: 'qX z'});
    expect(screen.quits).toBe(0);
  });

  it('behind the Enter that ends it are keys again', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('/', 'o', 'r', 'd', 'Enter', '?');
    expect(screen.controller.state).toMatchObject({nameFilter: 'ord', prompt: undefined, page: {kind: 'help'}});
  });

  it('that have no character are not typed', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('/', 'a', 'Tab', '^D', 'Up', 'b');
    expect(screen.controller.state.prompt?.text).toBe('ab');
  });

  it('are all pressed', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('j', 'j', 'Enter');
    expect(tabs(screen)).toEqual(['orders']);
  });
});

describe('reading', () => {
  async function reading(lines: number): Promise<ScreenUnderTest> {
    const screen = await ScreenUnderTest.connected({names: ['orders']});
    for (let line = 1; line <= lines; line++) screen.server.pipeline('orders').write(`line ${line} of ${line % 10}`);
    await screen.untilLine('orders', `line ${lines} of`);
    screen.press('Tab');
    return screen;
  }
  const position = (screen: ScreenUnderTest) => activeTab(screen.controller.state)?.pane.position;
  const currentText = (screen: ScreenUnderTest) => {
    const at = position(screen);
    const id = at?.kind === 'held' ? at.current : -1;
    return screen.manager.get('orders')?.buffer.lineAt(id)?.toString();
  };

  it('p stops, the stream goes on; p again follows', async () => {
    await using screen = await reading(100);
    screen.press('p');
    expect(position(screen)?.kind).toBe('held');
    screen.server.pipeline('orders').write('arrived while paused');
    await screen.untilLine('orders', 'arrived while paused');
    expect(currentText(screen)).toBe('line 100 of 0');
    screen.press('p');
    expect(position(screen)).toEqual({kind: 'follow'});
  });

  it('up unfollows; G and F follow again', async () => {
    await using screen = await reading(100);
    screen.press('k', 'k');
    expect(currentText(screen)).toBe('line 98 of 8');
    screen.press('G');
    expect(position(screen)?.kind).toBe('follow');
    screen.press('g');
    expect(position(screen)).toMatchObject({kind: 'held', current: 0});
    screen.press('F');
    expect(position(screen)?.kind).toBe('follow');
  });

  it('moves by pages and halves of what is shown', async () => {
    await using screen = await reading(200);
    const height = screen.controller.layout?.paneHeight ?? 0;
    const top = () => {
      const at = position(screen);
      return at?.kind === 'held' ? at.top.id : undefined;
    };
    const end = screen.manager.get('orders')?.buffer.endId ?? 0;
    screen.press('PageUp');
    expect(top()).toBe(end - height - (height - 1));
    screen.press('^U');
    expect(top()).toBe(end - height - (height - 1) - Math.floor(height / 2));
    screen.press('^D', 'Space');
    expect(top()).toBe(end - height);
    screen.press('PageDown');
    expect(position(screen)?.kind).toBe('follow');
  });

  it('a search jumps to the last hit as it is typed, and Esc puts everything back', async () => {
    await using screen = await reading(100);
    screen.pressTogether('/', 'l', 'i', 'n', 'e', 'Space', '4');
    await screen.until(() => position(screen)?.kind === 'held', 'the jump');
    expect(currentText(screen)).toBe('line 49 of 9');
    expect(activeTab(screen.controller.state)?.pane.search).toBe('line 4');

    cancelPrompt(screen.controller);
    expect(activeTab(screen.controller.state)?.pane).toMatchObject({search: undefined, position: {kind: 'follow'}});
    expect(screen.controller.pane?.model.searching).toBeUndefined();
  });

  it('n and N go from hit to hit, and around with a notice', async () => {
    await using screen = await reading(100);
    screen.pressTogether('/', 'o', 'f', 'Space', '7', 'Enter');
    await screen.until(() => position(screen)?.kind === 'held', 'the jump');
    expect(currentText(screen)).toBe('line 97 of 7');
    screen.press('N');
    expect(currentText(screen)).toBe('line 87 of 7');
    expect(screen.controller.state.notice).toBeUndefined();
    screen.press('n', 'n');
    expect(currentText(screen)).toBe('line 7 of 7');
    expect(screen.controller.state.notice).toBe('past the last hit: on from the first');
    screen.press('N');
    expect(currentText(screen)).toBe('line 97 of 7');
    expect(screen.controller.state.notice).toBe('past the first hit: on from the last');
  });

  it('n says that nothing is searched for, or that nothing matches', async () => {
    await using screen = await reading(3);
    screen.press('n');
    expect(screen.controller.state.notice).toBe('nothing is searched for: / searches');
    screen.pressTogether('/', 'z', 'z', 'Enter');
    await screen.until(() => screen.controller.pane?.model.searching?.runner.caughtUp === true, 'the search');
    expect(position(screen)?.kind).toBe('follow');
    screen.press('n');
    expect(screen.controller.state.notice).toBe('no line matches zz');
  });

  it('an empty search is no search', async () => {
    await using screen = await reading(10);
    screen.pressTogether('/', '5', 'Enter');
    expect(activeTab(screen.controller.state)?.pane.search).toBe('5');
    screen.pressTogether('/', 'Enter');
    expect(activeTab(screen.controller.state)?.pane.search).toBeUndefined();
    expect(screen.controller.pane?.model.searching).toBeUndefined();
  });

  it('pans by half a screen, to the end of the longest line and back, and not where lines are wrapped', async () => {
    await using screen = await reading(3);
    screen.server.pipeline('orders').write(`long ${'x'.repeat(300)}`);
    await screen.untilLine('orders', 'long x');
    const pan = () => activeTab(screen.controller.state)?.pane.pan;
    const half = Math.floor((screen.controller.layout?.paneWidth ?? 0) / 2);
    screen.press('Right', 'Right');
    expect(pan()).toBe(2 * half);
    screen.press('Left');
    expect(pan()).toBe(half);
    screen.press('$');
    expect(pan()).toBe(305 - ((screen.controller.layout?.paneWidth ?? 0) - 1));
    for (let times = 0; times < 20; times++) screen.press('Right');
    expect(pan()).toBeLessThan(305);
    screen.press('0', 'Left');
    expect(pan()).toBe(0);
    screen.press('w', 'Right');
    expect(pan()).toBe(0);
    expect(screen.controller.state.notice).toBe('lines are wrapped: nothing to pan; w unwraps them');
  });

  it('w and J change how lines are shown, and back', async () => {
    await using screen = await reading(3);
    screen.press('w', 'J');
    expect(activeTab(screen.controller.state)?.pane).toMatchObject({wrap: true, asSent: true});
    screen.press('w', 'J');
    expect(activeTab(screen.controller.state)?.pane).toMatchObject({wrap: false, asSent: false});
  });

  it('= draws a dated line at the end', async () => {
    await using screen = await reading(3);
    const {buffer} = screen.manager.get('orders') ?? {};
    screen.press('=');
    expect(buffer?.markerAt((buffer.endId ?? 0) - 1)).toMatchObject({kind: 'drawn', at: screen.clock.wall()});
  });

  it('r connects again now, and loses nothing', async () => {
    await using screen = await reading(3);
    await screen.until(() => screen.manager.get('orders')?.snapshot.get().connection.kind === 'live', 'live');
    screen.press('r');
    await screen.until(() => screen.server.totalLogConnections === 2, 'the second connection');
    await screen.until(() => screen.manager.get('orders')?.snapshot.get().connection.kind === 'live', 'live again');
    await screen.untilConnected('orders');
    expect(screen.manager.get('orders')?.buffer.lineCount).toBe(3 + 5);
  });
});

describe('pages', () => {
  it('open, scroll within their bounds, and close', async () => {
    await using screen = await ScreenUnderTest.connected({size: {columns: 60, rows: 12}});
    screen.press('?');
    const offset = () => screen.controller.state.page?.offset;
    screen.press('k');
    expect(offset()).toBe(0);
    screen.press('j', 'j');
    expect(offset()).toBe(2);
    screen.press('PageDown');
    expect(offset()).toBe(2 + 8);
    screen.press('G');
    const most = screen.controller.pageLines().length - 9;
    expect(offset()).toBe(most);
    screen.press('Space');
    expect(offset()).toBe(most);
    screen.press('g');
    expect(offset()).toBe(0);
    screen.press('q');
    expect(screen.controller.state.page).toBeUndefined();
    expect(screen.quits).toBe(0);
  });

  it('close with the key that opened them, and give way to each other', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('?', '?');
    expect(screen.controller.state.page).toBeUndefined();
    screen.press('?', 'i');
    expect(screen.controller.state.page?.kind).toBe('events');
  });

  it('d looks up the pipeline under the cursor, and the shown one from the log', async () => {
    await using screen = await ScreenUnderTest.connected({scenario: withFailure, names: ['billing']});
    screen.press('j', 'j', 'd');
    expect(screen.controller.described.get()).toEqual({name: 'fraud', answer: undefined});
    await screen.until(() => screen.controller.described.get()?.answer !== undefined, 'the look-up');
    const all = screen.controller
      .pageLines()
      .map((line) => line.text)
      .join('\n');
    expect(all).toContain('exit status: 101');
    screen.press('Esc', 'Tab', 'd');
    expect(screen.controller.described.get()?.name).toBe('billing');
  });

  it('i shows what happened to the connection', async () => {
    await using screen = await ScreenUnderTest.connected();
    await screen.until(() => screen.manager.get('billing')?.snapshot.get().connection.kind === 'live', 'live');
    screen.press('i');
    expect(screen.controller.pageLines().at(-1)?.text).toMatch(/ {2}live$/);
  });
});

describe('the terminal', () => {
  test('^Z hands it over while the process is stopped', async () => {
    const order: string[] = [];
    await using screen = await ScreenUnderTest.connected({
      stopProcess: () => {
        order.push('stopped');
        return Promise.resolve(true);
      },
    });
    screen.controller.attachTerminal(async (callback) => {
      order.push('given');
      await callback();
      order.push('back');
    });
    screen.press('^Z');
    await settled();
    expect(order).toEqual(['given', 'stopped', 'back']);
    expect(screen.controller.state.notice).toBeUndefined();
  });

  test('^Z without a shell says that it has no effect', async () => {
    await using screen = await ScreenUnderTest.connected({stopProcess: () => Promise.resolve(false)});
    screen.controller.attachTerminal((callback) => callback());
    screen.press('^Z');
    await settled();
    expect(screen.controller.state.notice).toBe('there is no shell to go back to: ^Z has no effect here');
  });

  test('^L repaints', async () => {
    await using screen = await ScreenUnderTest.connected();
    let repaints = 0;
    screen.controller.attachTerminal(async (callback) => {
      await callback();
      repaints += 1;
    });
    screen.press('^L');
    await settled();
    expect(repaints).toBe(1);
  });
});
