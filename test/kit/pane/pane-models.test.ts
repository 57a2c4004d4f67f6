import {describe, expect, it} from 'vitest';
import {activeTab} from '../../../source/kit/state/view-state.ts';
import {ScreenUnderTest} from '../screen/screen-under-test.ts';

const sourceNow = ({controller}: ScreenUnderTest) => controller.pane?.model.source;
const lastLine = (screen: ScreenUnderTest) => {
  const {buffer} = sourceNow(screen) ?? {};
  return buffer?.lineAt(buffer.endId - 1)?.toString();
};

/** Two pinned tabs and the one that merges them, which is shown. */
async function openMerged(): Promise<ScreenUnderTest> {
  const screen = await ScreenUnderTest.connected({names: ['billing', 'fraud']});
  await screen.untilConnected('billing', 'fraud');
  screen.press('+');
  await screen.until(() => sourceNow(screen)?.snapshot.get().connection?.kind === 'live', 'the merged log');
  return screen;
}

describe('the model of a tab', () => {
  it('is the same one while its log is, whatever tab is shown', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['billing', 'fraud']});
    await screen.untilConnected('billing', 'fraud');
    const billing = screen.controller.pane?.model;
    screen.press('2');
    const fraud = screen.controller.pane?.model;
    screen.press('1');
    expect(screen.controller.pane?.model).toBe(billing);
    expect(fraud?.source.name).toBe('fraud');
  });

  it('is a new one when the tab was closed and opened again', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['billing', 'fraud']});
    await screen.untilConnected('billing', 'fraud');
    const before = screen.controller.pane?.model;
    screen.press('X');
    screen.controller.tabSwitcher.show('billing');
    await screen.untilConnected('billing', 'fraud');
    const after = screen.controller.pane?.model;
    expect(after?.source).toBe(screen.logs.get('billing'));
    expect(after).not.toBe(before);
  });
});

describe('a merged tab', () => {
  it('has a log of its own, with the names of its sources', async () => {
    await using screen = await openMerged();
    const source = sourceNow(screen);
    expect(source?.merge?.names).toEqual(['billing', 'fraud']);
    const {endId = 0} = source?.buffer ?? {};
    const held = ['billing', 'fraud'].map((name) => screen.logs.get(name)?.buffer.endId ?? 0);
    expect(endId).toBe((held[0] ?? 0) + (held[1] ?? 0));
    expect(new Set(Array.from({length: endId}, (_, id) => source?.merge?.originAt(id)))).toEqual(new Set([0, 1]));
    await screen.untilConnected('billing', 'fraud');
  });

  it('continues without a source whose tab was closed', async () => {
    await using screen = await openMerged();
    screen.press('1', 'X');
    await screen.untilConnected('fraud');
    screen.press('2');
    screen.server.pipeline('fraud').write('fraud goes on');
    await screen.until(() => lastLine(screen) === 'fraud goes on', 'the line');
    expect(sourceNow(screen)?.snapshot.get().connection?.kind).toBe('live');
  });

  it('has one key that reconnects all of its sources', async () => {
    await using screen = await openMerged();
    screen.press('r');
    await screen.until(() => screen.server.totalLogConnections === 4, 'a second connection of each');
    await screen.untilConnected('billing', 'fraud');
  });

  it('that is closed releases its sources: the next one is new', async () => {
    await using screen = await openMerged();
    const before = sourceNow(screen);
    const end = before?.buffer.endId;
    screen.press('X');
    expect(screen.tabs).toEqual(['billing', 'fraud']);
    screen.server.pipeline('fraud').write('after it was closed');
    await screen.untilLine('fraud', 'after it was closed');
    await screen.clock.advance(1_000);
    expect(before?.buffer.endId).toBe(end);

    screen.controller.tabSwitcher.merge(['billing', 'fraud']);
    await screen.until(() => sourceNow(screen)?.snapshot.get().endId === (end ?? 0) + 1, 'all lines of both');
    expect(sourceNow(screen)).not.toBe(before);
  });

  it('of an earlier session that lost a pipeline makes room for one of all of them', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['billing', 'fraud', 'orders']});
    screen.controller.tabSwitcher.merge(['billing', 'fraud', 'orders']);
    const {state} = screen.controller;
    const back = state.tabs.map((tab) => (tab.merges ? {...tab, merges: ['billing', 'orders']} : tab));
    screen.press('X');
    screen.controller.dispatch({type: 'restore', view: {...state, tabs: back}});
    screen.controller.tabSwitcher.merge(['billing', 'fraud', 'orders']);
    expect(screen.tabs).toEqual(['billing', 'fraud', 'orders', 'billing+fraud+orders']);
    await screen.until(() => sourceNow(screen)?.merge?.names?.length === 3, 'the log of all three');
  });

  it('leaves the cursor of the list on a pipeline', async () => {
    await using screen = await openMerged();
    const names = screen.controller.listed.map(({name}) => name);
    screen.press('1', '3');
    expect(activeTab(screen.controller.state)?.merges).toEqual(['billing', 'fraud']);
    expect(names).toContain(screen.controller.state.cursor);
  });

  it('merged again is shown again, whatever the order; without one of its tabs there is a new one', async () => {
    await using screen = await openMerged();
    const before = sourceNow(screen);
    screen.press('1');
    screen.controller.tabSwitcher.merge(['fraud', 'billing']);
    expect(sourceNow(screen)).toBe(before);
    expect(screen.tabs).toEqual(['billing', 'fraud', 'billing+fraud']);

    screen.press('1', 'X');
    await screen.untilConnected('fraud');
    screen.controller.tabSwitcher.merge(['billing', 'fraud']);
    expect(screen.tabs).toEqual(['fraud', 'billing', 'billing+fraud']);
    await screen.until(() => sourceNow(screen)?.snapshot.get().connection?.kind === 'live', 'the merged log');
    screen.server.pipeline('billing').write('billing is back');
    await screen.until(() => lastLine(screen) === 'billing is back', 'the line');
  });
});
