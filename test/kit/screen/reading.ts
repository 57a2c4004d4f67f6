import {stripVTControlCharacters} from 'node:util';
import {catchUpOf} from '../../../source/engine/logs/log-snapshot.ts';
import type {PaneView} from '../../../source/kit/state/pane-view.ts';
import {activeTab} from '../../../source/kit/state/view-state.ts';
import {writable} from '../../harness/writable.ts';
import {type ScreenOptions, ScreenUnderTest} from './screen-under-test.ts';

const midnight = Date.UTC(2026, 10, 25);

/** A line of a pipeline, logged `seconds` after midnight. */
export function logged(seconds: number, level: string, message: string, target = 'dbsp::work'): string {
  const time = new Date(midnight + seconds * 1000).toISOString().replace('Z', '000Z');
  return `[orders] ${time} ${level.padStart(5)} ${target}:  ${message}`;
}

/** The log of `orders` with these lines below the runner's first one; the keys go to it. */
export async function reading(lines: readonly string[], options: ScreenOptions = {}): Promise<ScreenUnderTest> {
  const screen = await ScreenUnderTest.connected({
    names: ['orders'],
    scenario: (server) => {
      for (const name of ['fraud', 'orders']) server.addPipeline(name, {now: () => midnight});
      for (const line of lines) server.pipeline('orders').write(line);
    },
    ...options,
  });
  if (lines.length > 0) await screen.untilLine('orders', lines.at(-1) ?? '');
  screen.controller.dispatch({type: 'focus', side: 'log'});
  await screen.until(() => screen.controller.pane !== undefined, 'the pane');
  const {snapshot} = screen.controller.pane?.model.source ?? {};
  await screen.until(() => catchUpOf(snapshot?.get() ?? {}) !== 'coming', 'the end of the catch-up');
  await workedOut(screen);
  return screen;
}

/** Waits until the whole log is indexed, filtered and searched. */
export async function workedOut(screen: ScreenUnderTest): Promise<void> {
  await screen.until(() => {
    const model = screen.controller.pane?.model;
    return (
      model?.isSearched === true &&
      model.index.indexedTo === model.source.buffer.endId &&
      model.shown?.caughtUp !== false
    );
  }, 'the log to be worked out');
}

/** Writes more lines and waits for the last. */
export async function write(screen: ScreenUnderTest, ...lines: string[]): Promise<void> {
  for (const line of lines) screen.server.pipeline('orders').write(line);
  await screen.untilLine('orders', lines.at(-1) ?? '');
  await workedOut(screen);
}

/** Adds a marker to the shown log and waits until it is read. */
export async function addMarker(screen: ScreenUnderTest): Promise<void> {
  const log = screen.logs.get(activeTab(screen.controller.state)?.name ?? '');
  const buffer = writable(log?.buffer);
  buffer.addMarker({kind: 'renamed', from: 'sales', to: 'orders', at: screen.clock.wall()});
  // Those who look at the log hear of it now, and not with the next ping of the server, 30 s later.
  log?.limitTo(buffer.maxBytes);
  await workedOut(screen);
}

/** Presses keys and waits for their results. */
export async function pressed(screen: ScreenUnderTest, ...keys: string[]): Promise<void> {
  screen.press(...keys);
  await workedOut(screen);
}

/** Types into the prompt that the key opens, and Enter. */
export async function typed(screen: ScreenUnderTest, key: string, text: string): Promise<void> {
  screen.press(key);
  screen.pressTogether(...[...text].map((each) => (each === ' ' ? 'Space' : each)), 'Enter');
  await workedOut(screen);
}

/** Replaces the text of the prompt. */
export function retype(screen: ScreenUnderTest, text: string): void {
  screen.pressTogether('^E', '^U', ...text);
}

/** How the shown tab shows its log. */
export function viewOf(screen: ScreenUnderTest): PaneView {
  const tab = activeTab(screen.controller.state);
  if (!tab) throw new Error('no tab is shown');
  return tab.pane;
}

/** The rows of the log that are not blank, without their right border. */
export function rowsOf(screen: ScreenUnderTest): readonly string[] {
  const {pane, layout, state} = screen.controller;
  if (!pane || !layout) return [];
  const rows = pane.rows.paint(pane.tab.pane, layout, undefined, state.prompt).map(stripVTControlCharacters);
  return rows.map((row) => row.slice(0, layout.paneWidth - 1).trimEnd()).filter((row) => row !== '');
}

/** The last word of each row, and `Fresh` for the runner's line. */
export function lastWords(screen: ScreenUnderTest): readonly string[] {
  return rowsOf(screen).map((row) => (row.includes('Fresh start') ? 'Fresh' : (row.split(' ').at(-1) ?? '')));
}

/** Text of the current line; undefined while following. */
export function currentLine(screen: ScreenUnderTest): string | undefined {
  const {position} = viewOf(screen);
  if (position.kind === 'follow') return undefined;
  return screen.controller.pane?.model.source.buffer.lineAt(position.current)?.toString();
}

/** The notice in the status line. */
export function noticeOf(screen: ScreenUnderTest): string | undefined {
  return screen.controller.state.notice;
}
