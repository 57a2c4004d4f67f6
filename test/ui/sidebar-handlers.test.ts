import {describe, expect, it} from 'vitest';
import {ScreenUnderTest, withFailures} from './screen-under-test.ts';

describe('the list', () => {
  const names = ({controller}: ScreenUnderTest) => controller.pipelines.map((pipeline) => pipeline.name);

  it('is filtered as a name is typed, and the cursor goes to what is left', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('/', 'r', 'd');
    expect(names(screen)).toEqual(['orders']);
    expect(screen.controller.state).toMatchObject({cursor: 'orders', prompt: {kind: 'find-name', text: 'rd'}});
    await screen.clock.advance(250);
    expect(screen.tabs).toEqual(['orders?']);
  });

  it('is sorted in three ways, in turn', async () => {
    await using screen = await ScreenUnderTest.connected({scenario: withFailures});
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
    expect(screen.tabs).toEqual(['fraud']);
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
