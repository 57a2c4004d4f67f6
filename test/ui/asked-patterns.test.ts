import {expect, it} from 'vitest';
import {ScreenUnderTest} from './screen-under-test.ts';

const isRequested = (name: string) => name.startsWith('o') || name.startsWith('f');
const tabs = (screen: ScreenUnderTest) =>
  screen.controller.state.tabs.map(({name, kept}) => (kept ? name : `(${name})`));

it('pipelines that match are tabs, and the first of them is shown', async () => {
  await using screen = await ScreenUnderTest.connected({isRequested});
  expect(tabs(screen)).toEqual(['fraud', 'orders']);
  expect(screen.controller.state.active).toBe('fraud');
});

it('names that were given come first', async () => {
  await using screen = await ScreenUnderTest.connected({names: ['billing', 'orders'], isRequested});
  expect(tabs(screen)).toEqual(['billing', 'orders', 'fraud']);
  expect(screen.controller.state.active).toBe('billing');
});

it('one that comes later gets its tab, without being shown; one that was closed stays closed', async () => {
  await using screen = await ScreenUnderTest.connected({isRequested});
  screen.controller.dispatch({type: 'close', name: 'fraud'});
  screen.server.addPipeline('other').start();
  screen.poller.refresh();
  await screen.until(() => tabs(screen).includes('other'), 'its tab');
  expect(tabs(screen)).not.toContain('fraud');
  expect(screen.controller.state.active).not.toBe('other');
});
