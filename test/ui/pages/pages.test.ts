import {expect, it} from 'vitest';
import {pageRows, pageShown} from '../../../source/ui/pages/pages.ts';
import {ScreenUnderTest, withFailures} from '../screen-under-test.ts';
import {allTexts} from './all-rows.ts';

/** On the page that describes a pipeline which failed for a reason of 60 lines. */
async function describing(rows: number): Promise<ScreenUnderTest> {
  const screen = await ScreenUnderTest.connected({scenario: withFailures, size: {columns: 60, rows}});
  screen.server.pipeline('fraud').fail(Array.from({length: 60}, (_, line) => `reason ${line}`).join('\n'));
  screen.press('d');
  await screen.until(() => pageRows(screen.controller).length > 60, 'the reason');
  return screen;
}

it('pages open, scroll within their bounds, and close', async () => {
  await using screen = await describing(12);
  const offset = () => screen.controller.state.page?.offset;
  screen.press('k');
  expect(offset()).toBe(0);
  screen.press('j', 'j');
  expect(offset()).toBe(2);
  screen.press('PageDown');
  expect(offset()).toBe(2 + 8);
  screen.press('G');
  const most = pageRows(screen.controller).length - 9;
  expect(offset()).toBe(most);
  screen.press('Space');
  expect(offset()).toBe(most);
  screen.press('g');
  expect(offset()).toBe(0);
  screen.press('q');
  expect(screen.controller.state.page).toBeUndefined();
  expect(screen.quits).toBe(0);
});

it('pages fill a window that has become taller', async () => {
  await using screen = await describing(12);
  screen.press('G');
  screen.controller.setSize({columns: 60, rows: 30});
  const {length} = pageRows(screen.controller);
  const {rows, place} = pageShown(screen.controller);
  expect(rows).toHaveLength(27);
  expect(place.text).toBe(` ${length - 26}–${length} of ${length} rows`);
  screen.press('k');
  expect(screen.controller.state.page?.offset).toBe(length - 28);
});

it('pages close with the key that opened them, and replace each other', async () => {
  await using screen = await ScreenUnderTest.connected();
  screen.press('?', '?');
  expect(screen.controller.state.page).toBeUndefined();
  screen.press('d', 'i');
  expect(screen.controller.state.page?.kind).toBe('events');
  screen.press('i');
  expect(screen.controller.state.page).toBeUndefined();
});

it('d looks up the pipeline under the cursor, and the shown one from the log', async () => {
  await using screen = await ScreenUnderTest.connected({scenario: withFailures, names: ['billing']});
  screen.press('Tab', 'j', 'j', 'd');
  expect(screen.controller.lookup.described.get()).toEqual({name: 'fraud', answer: undefined});
  await screen.until(() => screen.controller.lookup.described.get()?.answer !== undefined, 'the look-up');
  const all = allTexts(pageRows(screen.controller)).join('\n');
  expect(all).toContain('exit status: 101');
  screen.press('Esc', '1', 'Tab', 'd');
  expect(screen.controller.lookup.described.get()?.name).toBe('billing');
});

it('i shows what happened to the connection', async () => {
  await using screen = await ScreenUnderTest.connected();
  await screen.until(() => screen.manager.get('billing')?.snapshot.get().connection?.kind === 'live', 'live');
  screen.press('i');
  expect(pageRows(screen.controller).at(-1)?.text).toMatch(/ {2}live$/);
});
