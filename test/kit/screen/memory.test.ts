import {expect, test} from 'vitest';
import {ScreenUnderTest} from './screen-under-test.ts';

const mebibyte = 1024 * 1024;

/** Logs mebibytes of long lines, and waits for the last one. */
async function flood(screen: ScreenUnderTest, name: string, mebibytes: number): Promise<void> {
  const pipeline = screen.server.pipeline(name);
  const rest = 'x'.repeat(64 * 1024);
  for (let line = 1; line <= mebibytes * 16; line++) pipeline.write(`[${name}] ${pipeline.stamp()}  INFO t:  ${rest}`);
  pipeline.write(`[${name}] ${pipeline.stamp()}  INFO t:  the end.`);
  await screen.untilLine(name, 'the end.');
}

function dropped({controller}: ScreenUnderTest): Readonly<Record<string, number>> {
  const all = controller.state.tabs.map((tab) => [tab.name, controller.logOf(tab)?.snapshot.get().droppedLines ?? 0]);
  return Object.fromEntries(all);
}

test('the tab that was not on the screen for longest loses lines first; the shown one keeps all', async () => {
  await using screen = await ScreenUnderTest.connected({
    names: ['billing', 'fraud', 'orders'],
    memoryBytes: 30 * mebibyte,
  });
  await screen.untilConnected('billing', 'fraud', 'orders');
  screen.press('2', '3', '1');
  for (const name of ['billing', 'fraud', 'orders']) await flood(screen, name, 8);
  await screen.until(() => (dropped(screen).fraud ?? 0) > 0, 'fraud to drop lines');
  await screen.clock.advance(2000);
  const {billing, fraud = 0, orders = 0} = dropped(screen);
  expect(billing).toBe(0);
  expect(fraud).toBeGreaterThan(3 * 16);
  expect(orders).toBeLessThan(fraud);
  const held = ['billing', 'fraud', 'orders'].map((name) => screen.logs.get(name)?.buffer.memoryBytes ?? 0);
  expect(held.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(0.7 * 30 * mebibyte);
  for (const name of ['billing', 'fraud', 'orders']) {
    const {buffer, tailBytes = 0} = screen.logs.open(name);
    expect(buffer.takenBytes + tailBytes).toBeGreaterThanOrEqual(4 * mebibyte);
  }
});

test('a merged log shares the budget while it is open', async () => {
  await using screen = await ScreenUnderTest.connected({names: ['billing', 'fraud'], memoryBytes: 20 * mebibyte});
  await screen.untilConnected('billing', 'fraud');
  await flood(screen, 'billing', 8);
  screen.press('+');
  const name = 'billing+fraud';
  const bytes = () => {
    const {tabs} = screen.controller.state;
    return tabs.reduce((sum, tab) => sum + (screen.controller.logOf(tab)?.buffer.memoryBytes ?? 0), 0);
  };
  await screen.until(() => bytes() > 16 * mebibyte, 'the merged log');
  expect(dropped(screen)).toEqual({billing: 0, fraud: 0, [name]: 0});
  await flood(screen, 'fraud', 8);
  // The two give what they may; the merged log, which is shown, the rest.
  await screen.until(() => (dropped(screen)[name] ?? 0) > 0, 'the merged log to drop lines');
  await screen.clock.advance(2000);
  expect(bytes()).toBeLessThanOrEqual(20 * mebibyte);
  expect(dropped(screen).billing).toBeGreaterThan(0);
  // Without it there is room for both.
  screen.controller.tabSwitcher.close(name);
  const before = dropped(screen);
  await flood(screen, 'fraud', 4);
  await screen.clock.advance(2000);
  expect(dropped(screen)).toEqual(before);
});
