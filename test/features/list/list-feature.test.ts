import {describe, expect, it} from 'vitest';
import {quiet} from '../../../demo/scenario.ts';
import {cancelPrompt, submitPrompt} from '../../../source/kit/screen/prompts.ts';
import {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

const names = (screen: ScreenUnderTest) => screen.controller.listed.map(({name}) => name);

it('the list shows the names that match as they are typed; Esc puts back the filter that was', async () => {
  await using screen = await ScreenUnderTest.connected();
  screen.pressTogether('/', 'r');
  expect(names(screen)).toEqual(['fraud', 'orders']);
  submitPrompt(screen.controller);
  screen.pressTogether('/', 'd', 'e');
  expect(screen.controller.state.prompt?.text).toBe('rde');
  expect(names(screen)).toEqual(['orders']);
  cancelPrompt(screen.controller);
  expect(screen.controller.state.nameFilter).toBe('r');
  expect(names(screen)).toEqual(['fraud', 'orders']);
});

it('the cursor goes to the first that matches if it is on none, and the preview follows while it is typed', async () => {
  await using screen = await ScreenUnderTest.connected();
  screen.pressTogether('/', 'o', 'r');
  expect(screen.controller.state.cursor).toBe('orders');
  await screen.clock.advance(250);
  expect(screen.tabs).toEqual(['orders?']);
  expect(screen.controller.state.prompt).toMatchObject({kind: 'find-name', text: 'or'});
});

it('Esc puts the cursor back, and the preview with it', async () => {
  await using screen = await ScreenUnderTest.connected();
  await screen.clock.advance(250);
  expect(screen.tabs).toEqual(['billing?']);
  screen.pressTogether('/', 'o', 'r');
  await screen.clock.advance(250);
  expect(screen.tabs).toEqual(['orders?']);
  cancelPrompt(screen.controller);
  expect(screen.controller.state.cursor).toBe('billing');
  await screen.clock.advance(250);
  expect(screen.tabs).toEqual(['billing?']);
});

it('Esc leaves a merged tab where it is, though the cursor stands on a pipeline', async () => {
  await using screen = await ScreenUnderTest.connected({names: ['billing', 'fraud']});
  screen.press('+');
  const {active} = screen.controller.state;
  expect(active).toBe('billing+fraud');
  // The keys went to its log.
  screen.press('Tab');
  screen.pressTogether('/', 'o', 'r');
  expect(screen.controller.state).toMatchObject({prompt: {kind: 'find-name'}, cursor: 'orders'});
  cancelPrompt(screen.controller);
  await screen.clock.advance(500);
  expect(screen.controller.state).toMatchObject({active, cursor: 'billing'});
});

it('without a match the cursor stays', async () => {
  await using screen = await ScreenUnderTest.connected();
  screen.pressTogether('/', 'z', 'z', 'Enter');
  expect(names(screen)).toEqual([]);
  expect(screen.controller.state.cursor).toBe('billing');
});

describe('the list', () => {
  const names = ({controller}: ScreenUnderTest) => controller.listed.map((pipeline) => pipeline.name);

  it('that loses the pipeline under the cursor leaves the cursor next to it, and the tab open', async () => {
    await using screen = await ScreenUnderTest.connected({scenario: quiet('billing', 'fraud', 'orders', 'sales')});
    screen.press('j', 'Enter');
    screen.server.deletePipeline('fraud');
    await screen.until(() => names(screen).length === 3, 'the shorter list');
    expect(screen.controller.state).toMatchObject({cursor: 'orders', active: 'fraud'});
    expect(screen.tabs).toEqual(['fraud']);
    for (const name of ['sales', 'orders']) screen.server.deletePipeline(name);
    await screen.until(() => names(screen).length === 1, 'the shorter list');
    expect(screen.controller.state.cursor).toBe('billing');
  });

  it('has what fails on top; the cursor stays on its pipeline', async () => {
    await using screen = await ScreenUnderTest.connected();
    expect(screen.controller.state.cursor).toBe('billing');
    screen.server.pipeline('orders').fail('exit status: 101');
    await screen.until(() => names(screen)[0] === 'orders', 'the failing one on top');
    expect(names(screen)).toEqual(['orders', 'billing', 'fraud']);
    expect(screen.controller.list.arranged.first).toBe(1);
    expect(screen.controller.state.cursor).toBe('billing');
    screen.press('k');
    expect(screen.controller.state.cursor).toBe('orders');
  });

  it('that grows leaves the cursor on its pipeline', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('j');
    screen.server.addPipeline('aaa');
    await screen.until(() => names(screen).includes('aaa'), 'the longer list');
    expect(screen.controller.state.cursor).toBe('fraud');
  });
});
