import {describe, expect, it, vi} from 'vitest';
import {openPipeline, pipelinePage} from '../../../source/features/pipeline/pipeline-feature.ts';
import {conditionsOfPage, pageShown} from '../../../source/kit/pages/page-driver.ts';
import {promptInUse} from '../../../source/kit/state/view-state.ts';
import {logged, pressed, reading, write} from '../screen/reading.ts';
import {ScreenUnderTest, withFailures} from '../screen/screen-under-test.ts';
import {allTexts, rowsOfPage} from './all-rows.ts';

/** On the page that describes a pipeline which failed for a reason of 60 lines. */
async function describing(rows: number): Promise<ScreenUnderTest> {
  const screen = await ScreenUnderTest.connected({scenario: withFailures, size: {columns: 60, rows}});
  screen.server.pipeline('fraud').fail(Array.from({length: 60}, (_, line) => `reason ${line}`).join('\n'));
  screen.press('d');
  await screen.until(() => rowsOfPage(screen.controller).length > 60, 'the reason');
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
  const most = rowsOfPage(screen.controller).length - 9;
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
  const {length} = rowsOfPage(screen.controller);
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
  expect(screen.controller.state.page).toMatchObject({kind: 'pipeline', section: 'connection'});
  screen.press('i');
  expect(screen.controller.state.page).toBeUndefined();
});

it('d looks up the pipeline under the cursor, and the shown one from the log', async () => {
  await using screen = await ScreenUnderTest.connected({scenario: withFailures, names: ['billing']});
  screen.press('Tab', 'g', 'd');
  expect(screen.controller.lookup.described.get()).toEqual({name: 'fraud', answer: undefined});
  await screen.until(() => screen.controller.lookup.described.get()?.answer !== undefined, 'the look-up');
  const all = allTexts(rowsOfPage(screen.controller)).join('\n');
  expect(all).toContain('exit status: 101');
  screen.press('Esc', '1', 'Tab', 'd');
  expect(screen.controller.lookup.described.get()?.name).toBe('billing');
});

it('i shows what happened to the connection', async () => {
  await using screen = await ScreenUnderTest.connected();
  await screen.until(() => screen.logs.get('billing')?.snapshot.get().connection?.kind === 'live', 'live');
  screen.press('i');
  expect(allTexts(rowsOfPage(screen.controller))).toContainEqual(expect.stringMatching(/ {2}live$/));
});

const everyPage: Readonly<Record<string, readonly string[]>> = {
  pipeline: ['d'],
  'connection of a pipeline': ['i'],
  detail: ['Enter'],
  marks: ['m', "'"],
  errors: ['A'],
  'changes of a pipeline': ['D'],
  'timeline of a pipeline': ['H'],
  contexts: ['C'],
};

describe('y, M, S and | take what is on the page', () => {
  it.each(Object.entries(everyPage))('%s', async (_, keys) => {
    const contexts = {
      all: [{name: 'local', host: 'http://localhost:8080', color: undefined}],
      ...{current: 'local', file: 'config.toml', switchTo: () => Promise.resolve(undefined)},
    };
    await using screen = await reading([logged(1, 'ERROR', 'broken')], {services: {contexts}});
    const orders = screen.server.pipeline('orders');
    for (const kind of ['first', 'second']) {
      orders.stop();
      orders.start();
      await write(screen, logged(2, 'ERROR', `${kind} kind`));
    }
    await pressed(screen, 'k', ...keys);
    const kind = screen.controller.state.page?.kind;
    expect(kind).toBeDefined();
    const isShown = () =>
      !/asking|counting|loading|not read yet/.test(
        pageShown(screen.controller)
          .rows.map(({text}) => text)
          .join(),
      );
    await screen.until(isShown, 'the page');
    for (const [index, key] of ['Y', 'M'].entries()) {
      screen.press(key);
      await screen.until(() => screen.copied.length > index, key);
      expect(screen.copied[index]?.trim()).not.toBe('');
    }
    expect(screen.copied[1]).toMatch(/^\*\*/);
    screen.press('S');
    expect(promptInUse(screen.controller.state)?.kind).toBe('save');
    screen.press('Esc');
    expect(screen.controller.state).toMatchObject({prompt: undefined, page: {kind}});
  });
});

it('what is copied of a list has neither its cursor nor a cut', async () => {
  await using screen = await reading([logged(1, 'ERROR', `broken ${'x'.repeat(300)}`)]);
  await pressed(screen, 'e', 'm', "'", 'y');
  await screen.until(() => screen.copied.length > 0, 'a copy');
  expect(screen.copied[0]).toMatch(/^Marks of orders \(UTC\)\n\n +2 {2}2026-11-25 .* x{300}\n$/);
});

it('a page that is opened at a section has it at its top, until a key moves the page', async () => {
  await using screen = await ScreenUnderTest.connected({
    names: ['orders'],
    size: {columns: 80, rows: 12},
    scenario(server) {
      const pipeline = server.addPipeline('orders');
      pipeline.start([{kind: 'input', name: 'orders.kafka'}]);
      pipeline.run.receive('orders.kafka', 5);
    },
  });
  const {controller} = screen;
  openPipeline(controller, 'orders', 'connectors');
  const top = () => pageShown(controller).rows.find(({text}) => text.trim() !== '')?.text;
  await screen.until(() => top() === ' Connectors', 'the section');
  screen.press('g');
  expect(top()).toMatch(/^ orders {2}/);
});

it('rows are made once for all that a frame asks for', async () => {
  const {controller} = await describing(20);
  using made = vi.spyOn(pipelinePage, 'rows');
  pageShown(controller);
  pageShown(controller);
  conditionsOfPage(controller);
  expect(made).toHaveBeenCalledTimes(1);
  await Promise.resolve();
  pageShown(controller);
  expect(made).toHaveBeenCalledTimes(2);
});
