import {describe, expect, it} from 'vitest';
import type {Command} from '../../source/ui/command.ts';
import {allCommands} from '../../source/ui/commands.ts';
import {pageLines} from '../../source/ui/page-lines.ts';
import {freshPane} from '../../source/ui/pane-view.ts';
import {cancelPrompt, changePrompt, recallPrompt, submitPrompt, turnPrompt} from '../../source/ui/prompt-actions.ts';
import {logged, pressed, reading, rowsOf, typed, viewOf, workedOut} from './reading.ts';
import type {ScreenUnderTest} from './screen-under-test.ts';

type Situation = {readonly open: () => Promise<ScreenUnderTest>; readonly rows: number};

const lines = [
  logged(1, 'INFO', 'step one'),
  logged(2, 'ERROR', 'broken two'),
  '  and how',
  logged(3, 'INFO', 'three'),
];
const smallest = {columns: 40, rows: 10};

async function emptyLog(): Promise<ScreenUnderTest> {
  const screen = await reading([], {names: ['unknown']});
  await screen.until(() => screen.controller.pane !== undefined, 'the pane');
  return screen;
}

async function markerOnly(): Promise<ScreenUnderTest> {
  const screen = await emptyLog();
  await pressed(screen, '=');
  return screen;
}

async function allHidden(size = {columns: 100, rows: 30}): Promise<ScreenUnderTest> {
  const screen = await reading(lines, {size});
  await typed(screen, '&', 'nowhere');
  return screen;
}

const situations: Readonly<Record<string, Situation>> = {
  'an empty log': {open: emptyLog, rows: 0},
  'a log of one marker': {open: markerOnly, rows: 1},
  'a log that is followed': {open: () => reading(lines), rows: 5},
  'a log that is held': {open: async () => pressedFrom(reading(lines), 'k', 'k'), rows: 5},
  'a log that is folded': {open: async () => pressedFrom(reading(lines), 'f'), rows: 5},
  'a log that filters hide': {open: allHidden, rows: 2},
  'the smallest screen': {open: () => allHidden(smallest), rows: 4},
};

async function pressedFrom(opening: Promise<ScreenUnderTest>, ...keys: string[]): Promise<ScreenUnderTest> {
  const screen = await opening;
  await pressed(screen, ...keys);
  return screen;
}

/** Brings the screen to where the command's keys hold. */
function goTo(screen: ScreenUnderTest, {context}: Command): void {
  const {controller} = screen;
  controller.dispatch({type: 'focus', side: context === 'sidebar' ? 'sidebar' : 'log'});
  if (context === 'page') controller.dispatch({type: 'page', page: {kind: 'help', offset: 0}});
  if (context === 'detail') controller.dispatch({type: 'page', page: {kind: 'detail', offset: 0}});
  if (context === 'marks') controller.dispatch({type: 'page', page: {kind: 'marks', offset: 0, cursor: 0}});
}

/** Everything that the screen shows can be made. */
function look(screen: ScreenUnderTest): void {
  rowsOf(screen);
  pageLines(screen.controller);
  expect(screen.controller.layout?.paneHeight).toBeGreaterThan(0);
}

/** A prompt in each way that it can end, with a text that means something and one that does not. */
function endPrompt(screen: ScreenUnderTest, key: string): void {
  const {controller} = screen;
  if (!controller.state.prompt) return;
  for (const text of ['x', '!', '12:03', '50%', '']) {
    if (!controller.state.prompt) screen.press(key);
    changePrompt(controller, text);
    turnPrompt(controller);
    recallPrompt(controller, 1);
    submitPrompt(controller);
  }
  if (!controller.state.prompt) screen.press(key);
  cancelPrompt(controller);
  expect(controller.state.prompt).toBeUndefined();
}

describe('every key of the table', () => {
  it.each(Object.entries(situations))('in %s', async (_, {open, rows}) => {
    await using screen = await open();
    const {controller} = screen;
    const [tab] = controller.state.tabs;
    const name = tab?.name ?? '';
    const view = viewOf(screen);
    expect(rowsOf(screen)).toHaveLength(rows);
    for (const command of allCommands) {
      for (const key of command.keys) {
        goTo(screen, command);
        look(screen);
        screen.press(key);
        look(screen);
        endPrompt(screen, key);
        look(screen);
        await screen.clock.advance(1);
        controller.dispatch({type: 'page', page: undefined});
        controller.dispatch({type: 'prompt', prompt: undefined});
        controller.dispatch({type: 'leaving', how: undefined});
        controller.tabSwitcher.show(name);
        controller.changePaneOf(name, {...freshPane, ...view});
      }
    }
    await workedOut(screen);
    look(screen);
  });
});
