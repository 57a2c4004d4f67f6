import {expect, test} from 'vitest';
import {Mouse} from '../../source/ui/mouse.ts';
import {currentOf} from '../../source/viewport/position.ts';
import {ScreenUnderTest} from './screen-under-test.ts';

const down = 0;
const drag = 32;
const wheelUp = 64;
const wheelDown = 65;

/**
 * 100×30: row 0 is the header, row 1 the title of the list and the tab bar, 2 the run. The divider is in column
 * 20.
 */
async function openMouse() {
  const screen = await ScreenUnderTest.connected();
  const mouse = new Mouse(screen.controller);
  const at = (button: number, column: number, row: number, pressed = true) =>
    mouse.report({kind: 'mouse', button, column, row, pressed});
  return {screen, at, [Symbol.asyncDispose]: () => screen[Symbol.asyncDispose]()};
}

function fill(screen: ScreenUnderTest, lines: number): Promise<void> {
  for (let line = 1; line <= lines; line++) screen.server.pipeline('billing').write(`line ${line}.`);
  return screen.untilLine('billing', `line ${lines}.`);
}

test('a click on a pipeline puts the cursor there and shows it at once', async () => {
  await using opened = await openMouse();
  const {screen, at} = opened;
  at(down, 3, 3);
  expect(screen.controller.state).toMatchObject({cursor: 'fraud', active: 'fraud', focus: 'list'});
  at(down, 19, 4);
  expect(screen.controller.state.active).toBe('orders');
  at(down, 3, 10);
  expect(screen.controller.state.active).toBe('orders');
});

test('below the title are the pipelines, also with a filter of names', async () => {
  await using opened = await openMouse();
  const {screen, at} = opened;
  screen.controller.dispatch({type: 'name-filter', text: 'r'});
  expect(screen.controller.listed.map(({name}) => name)).toEqual(['fraud', 'orders']);
  at(down, 3, 3);
  expect(screen.controller.state.active).toBe('orders');
  at(down, 3, 1);
  expect(screen.controller.state.active).toBe('orders');
});

test('a click on a tab shows it', async () => {
  await using opened = await openMouse();
  const {screen, at} = opened;
  screen.press('Enter', 'Tab', 'Down');
  screen.controller.tabSwitcher.show('orders');
  // ` 1 billing  2 orders… `
  expect(screen.tabs).toEqual(['billing', 'orders?']);
  at(down, 21 + 4, 1);
  expect(screen.controller.state).toMatchObject({active: 'billing', focus: 'log'});
  at(down, 21 + 60, 1);
  expect(screen.controller.state.active).toBe('billing');
});

test('a click on a line makes it the current one, and moves nothing', async () => {
  await using opened = await openMouse();
  const {screen, at} = opened;
  await fill(screen, 100);
  at(down, 60, 20);
  const pane = screen.controller.paneAt;
  expect(screen.controller.state.focus).toBe('log');
  expect(pane?.tab.pane.position).toMatchObject({kind: 'held'});
  expect(pane && currentOf(pane.tab.pane.position, pane.geometry)).toBe(rowId(screen, 20));
  const before = pane?.tab.pane.position;
  at(down, 60, 19);
  const after = screen.controller.paneAt?.tab.pane.position;
  expect(after).toMatchObject({current: rowId(screen, 19), top: before?.kind === 'held' && before.top});
});

/** The entry in a row of the screen: ids count up to the last line, in the last row of the pane. */
function rowId(screen: ScreenUnderTest, row: number): number {
  const {endId} = screen.logs.get('billing')?.buffer ?? {endId: 0};
  return endId - 1 - (27 - row);
}

test('the wheel scrolls what is under it: the log, the list, or a page', async () => {
  await using opened = await openMouse();
  const {screen, at} = opened;
  await fill(screen, 100);
  const {controller} = screen;
  at(wheelUp, 60, 10);
  expect(controller.paneAt?.tab.pane.position).toMatchObject({kind: 'held', top: {id: rowId(screen, 3) - 3}});
  expect(controller.state.focus).toBe('list');
  at(wheelDown, 60, 10);
  at(wheelDown, 60, 10);
  expect(controller.paneAt?.tab.pane.position.kind).toBe('follow');

  at(wheelDown, 5, 10);
  expect(controller.state.cursor).toBe('fraud');
  at(wheelUp, 5, 10);
  expect(controller.state.cursor).toBe('billing');

  screen.press('?');
  at(wheelDown, 5, 10);
  expect(controller.state.page).toMatchObject({kind: 'help', offset: 3});
  at(down, 3, 3);
  expect(controller.state).toMatchObject({page: {kind: 'help'}, cursor: 'billing'});
});

test('the divider is dragged, within bounds, until the button is released', async () => {
  await using opened = await openMouse();
  const {screen, at} = opened;
  const width = () => screen.controller.layout?.listWidth;
  expect(width()).toBe(20);
  at(down, 20, 10);
  at(drag, 35, 11);
  expect(width()).toBe(35);
  at(drag, 0, 11);
  expect(width()).toBe(8);
  at(drag, 99, 11);
  expect(width()).toBe(75);
  at(drag, 40, 11);
  at(down, 40, 11, false);
  at(drag, 50, 11);
  expect(width()).toBe(40);
});

test('dragging that starts elsewhere leaves the divider', async () => {
  await using opened = await openMouse();
  const {screen, at} = opened;
  at(down, 60, 10);
  at(drag, 20, 10);
  at(drag, 30, 10);
  expect(screen.controller.layout?.listWidth).toBe(20);
});

test('a prompt makes the mouse do nothing', async () => {
  await using opened = await openMouse();
  const {screen, at} = opened;
  screen.press('/');
  at(down, 3, 2);
  expect(screen.controller.state).toMatchObject({active: 'billing', prompt: {kind: 'find-name'}});
});

test('the mouse is a sign of presence; after an absence the first report only shows what happened', async () => {
  await using opened = await openMouse();
  const {screen, at} = opened;
  await screen.untilConnected('billing');
  await fill(screen, 100);
  for (let minutes = 0; minutes < 15; minutes += 5) {
    at(wheelUp, 60, 10);
    await screen.clock.advance(5 * 60_000);
  }
  screen.server.pipeline('fraud').fail('exit status: 101');
  await screen.until(() => screen.controller.pipeline('fraud')?.deploymentError !== undefined, 'the failure');
  screen.press('j');
  expect(screen.controller.state.page).toBeUndefined();

  screen.server.pipeline('orders').fail('exit status: 101');
  await screen.until(() => screen.controller.pipeline('orders')?.deploymentError !== undefined, 'the failure');
  await screen.clock.advance(10 * 60_000);
  const before = screen.controller.state.cursor;
  at(down, 3, 3);
  expect(screen.controller.state).toMatchObject({page: {kind: 'errors', section: 'absence'}, cursor: before});
});
