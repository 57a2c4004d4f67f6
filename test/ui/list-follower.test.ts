import {describe, expect, it} from 'vitest';
import {ScreenUnderTest, withFailures} from './screen-under-test.ts';

describe('at start', () => {
  it('the first failing pipeline is shown at once, in the preview', async () => {
    await using screen = await ScreenUnderTest.connected({scenario: withFailures});
    expect(screen.tabs).toEqual(['fraud?']);
    expect(screen.controller.state).toMatchObject({active: 'fraud', cursor: 'fraud', focus: 'sidebar'});
    await screen.untilConnected('fraud');
  });

  it('else the first one', async () => {
    await using screen = await ScreenUnderTest.connected();
    expect(screen.tabs).toEqual(['billing?']);
    await screen.untilConnected('billing');
  });

  it('the pipelines that were named are kept tabs, without a preview', async () => {
    await using screen = await ScreenUnderTest.connected({scenario: withFailures, names: ['orders', 'billing']});
    expect(screen.tabs).toEqual(['orders', 'billing']);
    await screen.untilConnected('orders', 'billing');
    expect(screen.controller.state.active).toBe('orders');
  });

  it('an empty list waits for the first pipeline', async () => {
    await using screen = await ScreenUnderTest.connected({scenario: () => {}});
    expect(screen.tabs).toEqual([]);
    screen.server.addPipeline('late').start();
    await screen.until(() => screen.controller.state.active === 'late', 'the new pipeline');
    expect(screen.controller.state.cursor).toBe('late');
  });
});

it('a list that fails is no sign of life for a tab that waits', async () => {
  await using screen = await ScreenUnderTest.connected();
  await screen.untilConnected('billing');
  const events = () => (screen.manager.get('billing')?.snapshot.get().events ?? []).map(({text}) => text);
  let failures = 0;
  screen.poller.snapshot.subscribe(() => {
    if (screen.poller.snapshot.get().failure) failures += 1;
  });
  await screen.server.stopApi();
  await screen.until(() => failures >= 3, 'three lists that fail');
  expect(events().length).toBeGreaterThan(1);
  expect(events()).not.toContain('the server answers again');
  await screen.server.startApi();
  await screen.untilConnected('billing');
});
