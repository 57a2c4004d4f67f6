import v8 from 'node:v8';
import vm from 'node:vm';
import {describe, expect, it} from 'vitest';
import type {Alert} from '../../../source/kit/journal/alerts.ts';
import {arrange, PipelineListView, tabTitle} from '../../../source/kit/screen/tabs.ts';
import {View} from '../../../source/kit/screen/view.ts';
import {newPane} from '../../../source/kit/state/pane-view.ts';
import {initialView} from '../../../source/kit/state/view-state.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import {attentionRank, type DegradedPipelines} from '../../../source/kit/words/pipeline-words.ts';
import {createStore} from '../../../source/lib/store.ts';
import {deploymentError, makePipeline, stopped} from './make-pipeline.ts';
import {ScreenUnderTest, withFailures} from './screen-under-test.ts';

describe('a new list', () => {
  describe('at start', () => {
    it('the first failing pipeline is shown at once, in the preview', async () => {
      await using screen = await ScreenUnderTest.connected({scenario: withFailures});
      expect(screen.tabs).toEqual(['fraud?']);
      expect(screen.controller.state).toMatchObject({active: 'fraud', cursor: 'fraud', focus: 'list'});
      await screen.untilConnected('fraud');
    });

    it('else the first one', async () => {
      await using screen = await ScreenUnderTest.connected();
      expect(screen.tabs).toEqual(['billing?']);
      await screen.untilConnected('billing');
    });

    it('the pipelines that were named are pinned tabs, without a preview', async () => {
      await using screen = await ScreenUnderTest.connected({scenario: withFailures, names: ['orders', 'billing']});
      expect(screen.tabs).toEqual(['orders', 'billing']);
      await screen.untilConnected('orders', 'billing');
      expect(screen.controller.state).toMatchObject({active: 'orders', focus: 'log'});
    });

    it.each([
      {names: [], keys: ['j', 'j'], tabs: ['fraud?']},
      {names: ['billing'], keys: ['Tab', 'j'], tabs: ['billing', 'fraud?']},
    ])(
      'keys that come before the last session is read are not undone: $keys, with $names',
      async ({names, keys, tabs}) => {
        const {promise: read, resolve} = Promise.withResolvers<void>();
        await using screen = await ScreenUnderTest.connected({names, beforeFirst: () => read});
        for (const key of keys) {
          await screen.clock.advance(300);
          screen.press(key);
        }
        expect(screen.controller.state).toMatchObject({active: 'billing', cursor: 'fraud'});
        resolve();
        await screen.until(() => screen.controller.state.active === 'fraud', 'the preview');
        expect(screen.controller.state.cursor).toBe('fraud');
        expect(screen.tabs).toEqual(tabs);
      },
    );

    it('an empty list waits for the first pipeline', async () => {
      await using screen = await ScreenUnderTest.connected({scenario: () => {}});
      expect(screen.tabs).toEqual([]);
      screen.server.addPipeline('late').start();
      await screen.until(() => screen.controller.state.active === 'late', 'the new pipeline');
      expect(screen.controller.state.cursor).toBe('late');
    });
  });

  it('that fails is no sign of life for a tab that waits', async () => {
    await using screen = await ScreenUnderTest.connected();
    await screen.untilConnected('billing');
    const events = () => (screen.logs.get('billing')?.snapshot.get().events ?? []).map(({text}) => text);
    let failures = 0;
    screen.poller.snapshot.subscribe(() => {
      if (screen.poller.snapshot.get().failure) failures += 1;
    });
    await screen.server.stopApi();
    await screen.until(() => failures >= 3, 'three lists that fail');
    expect(events().length).toBeGreaterThan(1);
    expect(events()).not.toContain('the server answers again: connecting');
    await screen.server.startApi();
    await screen.untilConnected('billing');
  });

  it('with another name for a pipeline: its tabs, cursor and page take it, and nothing is told as deleted', async () => {
    const alerts: Alert[] = [];
    await using screen = await ScreenUnderTest.connected({
      names: ['orders', 'billing'],
      services: {events: {onAlert: (alert) => void alerts.push(alert)}},
    });
    await screen.untilConnected('orders', 'billing');
    const {controller} = screen;
    controller.eventTracker.alerts.toggleNotifyOnce('orders');
    controller.dispatch({type: 'merge', names: ['orders', 'billing']});
    controller.tabSwitcher.show('orders');
    const {pane} = controller;
    screen.server.renamePipeline('orders', 'sales');
    await screen.until(() => controller.state.active === 'sales', 'the new name');
    expect(screen.tabs).toEqual(['sales', 'billing', 'sales+billing']);
    expect(controller.state).toMatchObject({cursor: 'sales', notice: 'sales: renamed from orders'});
    expect(controller.pane?.model).toBe(pane?.model);
    screen.server.pipeline('sales').write('it goes on');
    await screen.untilLine('sales', 'it goes on');
    controller.tabSwitcher.show('sales+billing');
    await screen.until(() => (controller.pane?.model.source.buffer.lineCount ?? 0) > 0, 'the merged log');
    expect(controller.pane?.model.source.merge?.names).toEqual(['sales', 'billing']);
    expect(alerts).toEqual([]);
    screen.server.pipeline('sales').stop();
    await screen.until(() => alerts.length > 0, 'the change that was asked for');
    expect(alerts).toMatchObject([{pipeline: 'sales', kind: 'changed', event: {words: 'Stopped'}}]);
    expect(screen.server.openLogConnections()).toBe(2);
  });

  describe('with requested pipelines', () => {
    const isRequested = ({name}: {name: string}) => name.startsWith('o') || name.startsWith('f');

    it('all of them are tabs, and the first is shown', async () => {
      await using screen = await ScreenUnderTest.connected({isRequested});
      expect(screen.tabs).toEqual(['fraud', 'orders']);
      expect(screen.controller.state).toMatchObject({active: 'fraud', focus: 'log'});
    });

    it('named ones come first', async () => {
      await using screen = await ScreenUnderTest.connected({names: ['billing', 'orders'], isRequested});
      expect(screen.tabs).toEqual(['billing', 'orders', 'fraud']);
      expect(screen.controller.state.active).toBe('billing');
    });

    it('one that comes later has its tab, which is not shown; one that was closed stays closed', async () => {
      await using screen = await ScreenUnderTest.connected({isRequested});
      screen.controller.dispatch({type: 'close', name: 'fraud'});
      screen.server.addPipeline('other').start();
      screen.poller.refresh();
      await screen.until(() => screen.tabs.includes('other'), 'its tab');
      expect(screen.tabs).not.toContain('fraud');
      expect(screen.controller.state.active).not.toBe('other');
    });
  });
});

describe('the order of the list', () => {
  const list = [
    makePipeline('orders'),
    makePipeline('Fraud'),
    makePipeline('etl', {...stopped, deploymentError}),
    makePipeline('nightly', stopped),
    makePipeline('archive', {deploymentStatus: 'Paused'}),
    makePipeline('billing', {deploymentStatus: 'Provisioning'}),
    makePipeline('odd', {deploymentStatus: 'Teleporting'}),
  ];
  const names = (pipelines: readonly {name: string}[]) => pipelines.map((pipeline) => pipeline.name);

  it('has what fails, then what is degraded, then all others, each by name', () => {
    const before = [...list];
    const more = [...list, makePipeline('aaa'), makePipeline('zzz', {deploymentStatus: 'Unavailable'})];
    const degraded = new Map(['orders', 'nightly', 'aaa'].map((name) => [name, undefined] as const));
    const arranged = arrange(more, '', (each) => attentionRank(each, degraded.has(each.name)));
    expect(names(arranged.items)).toEqual([
      ...['etl', 'zzz', 'aaa', 'orders'],
      // It is stopped, whatever its statistics said.
      ...['Fraud', 'archive', 'billing', 'nightly', 'odd'],
    ]);
    expect(arranged).toMatchObject({first: 4, nameCells: 7});
    expect(list).toEqual(before);
  });

  /** The list beside the one of the screen, with a view of its own. */
  function listBeside(screen: ScreenUnderTest) {
    const {services, tabSwitcher, closing} = screen.controller;
    const degraded = createStore<DegradedPipelines>(new Map());
    const view = new View(initialView([], {}), services);
    const isRequested = () => false;
    const options = {services, view, tabSwitcher, closing, beforeFirst: undefined, isRequested, degraded};
    return {listed: new PipelineListView(options), view, degraded};
  }

  it('stays while the cursor moves: the next key is meant for the row that the user sees', async () => {
    await using screen = await ScreenUnderTest.connected();
    const {listed, view, degraded} = listBeside(screen);
    const [first = '', second = '', ...others] = names(listed.items);
    view.dispatch({type: 'cursor', name: first});
    expect(names(listed.items)).toEqual([first, second, ...others]);
    view.dispatch({type: 'cursor', name: second});
    degraded.set(new Map([[second, undefined]]));
    expect(names(listed.items)).toEqual([first, second, ...others]);
    await screen.clock.advance(29_000);
    expect(names(listed.items)).toEqual([first, second, ...others]);
    // They move when they are drawn, not at the next key, however quiet the logs are.
    let draws = 0;
    listed.mayMove.subscribe(() => draws++);
    await screen.clock.advance(2000);
    expect(draws).toBe(1);
    expect(names(listed.items)).toEqual([second, first, ...others]);
  });

  it('moves one that is well again after a minute, not while it comes and goes', async () => {
    await using screen = await ScreenUnderTest.connected();
    const {listed, degraded} = listBeside(screen);
    const calm = names(listed.items);
    const last = calm.at(-1) ?? '';
    degraded.set(new Map([[last, undefined]]));
    expect(names(listed.items)).toEqual([last, ...calm.slice(0, -1)]);
    await screen.clock.advance(50_000);
    degraded.set(new Map());
    expect(names(listed.items)[0]).toBe(last);
    await screen.clock.advance(61_000);
    degraded.set(new Map());
    expect(names(listed.items)).toEqual(calm);
  });

  describe('finding by name', () => {
    it('matches any part of the name in any case', () => {
      expect(names(arrange(list, 'R').items)).toEqual(['Fraud', 'archive', 'orders']);
      expect(names(arrange(list, 'fraud').items)).toEqual(['Fraud']);
      expect(arrange(list, 'x').items).toEqual([]);
      const tagged = [...list, makePipeline('eu', {tags: ['Prod', 'team billing']}), makePipeline('prod-us')];
      expect(names(arrange(tagged, 'tag:prod').items)).toEqual(['eu']);
      expect(names(arrange(tagged, 'tag: billing').items)).toEqual(['eu']);
      expect(names(arrange(tagged, 'prod').items)).toEqual(['prod-us']);
    });

    it('gives the same array until something changes', async () => {
      await using screen = await ScreenUnderTest.connected();
      const {controller} = screen;
      const before = controller.listed;
      expect(controller.listed).toBe(before);
      screen.pressTogether('/', 'o');
      expect(controller.listed).not.toBe(before);
    });

    it('matches every character as itself', () => {
      expect(arrange(list, '.').items).toEqual([]);
    });
  });
});

describe('tabs on the screen', () => {
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
      expect(screen.controller.state.focus).toBe('list');
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

    it('each pinned tab and the preview have one connection', async () => {
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

    it('that are closed free their log', async () => {
      await using screen = await ScreenUnderTest.connected({names: ['orders', 'fraud']});
      await screen.untilLine('orders', 'initializing -> running');
      screen.press('p', '/');
      const held = new WeakRef(screen.logs.get('orders')?.buffer ?? {});
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
  });
});

describe('the title of a merged tab', () => {
  const all = ['billing', 'fraud', 'orders-eu', 'orders-us', 'orders-ap'];
  const titleOf = (names: readonly string[], listed: readonly string[] = all) =>
    tabTitle(
      {name: names.join('+'), pinned: true, merges: names, pane: newPane},
      listed.map((name) => makePipeline(name)),
      symbolsFor(true),
    );

  it('names two, in their middle cut where they are long', () => {
    expect(titleOf(['billing', 'fraud'])).toBe('billing+fraud');
    expect(titleOf(['europe-production-1', 'europe-production-2'])).toBe('europe-…tion-1+europe-…tion-2');
  });

  it('says that they are all, or all that begin alike', () => {
    expect(titleOf(all)).toBe('all (5)');
    expect(titleOf(['orders-us', 'orders-ap', 'orders-eu'])).toBe('orders-* (3)');
  });

  it('else names two, and the number of all', () => {
    expect(titleOf(['billing', 'fraud', 'orders-eu'])).toBe('billing+fraud+… (3)');
    expect(titleOf(['orders-eu', 'orders-us', 'orders-ap'], [...all, 'orders-sa'])).toBe('orders-eu+orders-us+… (3)');
    expect(titleOf(all, [])).toBe('billing+fraud+… (5)');
  });
});

describe('a merged tab', () => {
  it('is opened from the log too, and every tab is reached by its number and from its neighbours', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['orders', 'fraud', 'billing']});
    expect(screen.controller.state.focus).toBe('log');
    screen.press('+');
    expect(screen.tabs).toEqual(['orders', 'fraud', 'billing', 'orders+fraud+billing']);
    const visited = (keys: readonly string[]) =>
      keys.map((key) => {
        screen.press(key);
        return screen.controller.state.active;
      });
    expect(visited(['1', '4', '2', '3'])).toEqual(['orders', 'orders+fraud+billing', 'fraud', 'billing']);
    expect(visited([']', ']', '['])).toEqual(['orders+fraud+billing', 'orders', 'orders+fraud+billing']);
  });

  it('is not opened of one pipeline: a notice says what is missing', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['orders']});
    screen.press('+');
    expect(screen.controller.state.notice).toBe(
      'a merged tab needs two pipelines: press Tab m to mark the one under the cursor',
    );
  });
});
