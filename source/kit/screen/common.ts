import {counted} from '../../lib/format.ts';
import {runInSlices} from '../../lib/slices.ts';
import {keyInWords} from '../keys/commands.ts';
import type {PaneView} from '../state/pane-view.ts';
import {type Choice, type PageText, pipelinesOf, type Tab, type TextToMake} from '../state/view-state.ts';
import {hold, reveal} from '../viewport/position.ts';
import type {Screen} from './screen.ts';

export const commonHandlers = {
  'alert-once'(screen: Screen) {
    const name = pipelineOf(screen);
    if (name === undefined) return;
    if (!screen.eventFeed.alerts.toggleNotifyOnce(name)) {
      screen.say(`${name}: you will not be alerted when it next changes`);
      return;
    }
    screen.sayHint(`${name}: you will be alerted when it next changes`, 'alert-once', 'cancel');
  },
  'other-side'(screen: Screen) {
    const {state} = screen;
    // Without a tab, the focus can go to the list, but not to a log.
    if (state.active === undefined && state.focus === 'list') return;
    if (state.listHidden) screen.dispatch({type: 'toggle-list'});
    screen.tabSwitcher.settleCursor();
    screen.dispatch({type: 'focus', side: state.focus === 'list' ? 'log' : 'list'});
  },
  'tab-number'(screen: Screen, keyName: string) {
    const keys = screen.commands.find(({id}) => id === 'tab-number')?.keys ?? [];
    const {tabs} = screen.state;
    const tab = tabs[keys.indexOf(keyName)];
    if (tab) goToLog(screen, tab.name);
    else if (tabs.length === 0) sayNoTab(screen);
    else screen.say(`there is no tab ${keys.indexOf(keyName) + 1}: ${counted(tabs.length, 'is', 'are')} open`);
  },
  'previous-tab': (screen: Screen) => cycle(screen, -1),
  'next-tab': (screen: Screen) => cycle(screen, 1),
  'close-tab'(screen: Screen) {
    const {active} = screen.state;
    if (active === undefined) {
      sayNoTab(screen);
      return;
    }
    screen.tabSwitcher.close(active);
    screen.say(`${active} is closed`);
  },
  'hide-list'(screen: Screen) {
    screen.tabSwitcher.settleCursor();
    screen.dispatch({type: 'toggle-list'});
  },
  reconnect(screen: Screen) {
    for (const name of pipelinesOf(screen.tab)) screen.services.logs.reconnect(name);
    screen.services.poller.refresh();
  },
  repaint: (screen: Screen) => void screen.terminal.repaint(),
  suspend: (screen: Screen, keyName: string) => void suspend(screen, keyName),
  /** Closes the page, else undoes one change of the log's view, else clears the filter of the list; in the list it first. */
  back(screen: Screen) {
    const {state} = screen;
    const undo = undoOne(screen.tab);
    const isListFiltered = state.nameFilter !== '';
    if (state.page) screen.dispatch({type: 'page', page: undefined});
    else if (undo && !(isListFiltered && state.focus === 'list')) screen.changePane(undo);
    else if (isListFiltered) screen.dispatch({type: 'name-filter', text: ''});
  },
  quit(screen: Screen, keyName: string) {
    const {state} = screen;
    if (state.asked === 'quit' || !isWorthAsking(screen)) {
      screen.services.quit();
      return;
    }
    const pinned = state.tabs.filter((tab) => tab.pinned).length;
    screen.dispatch({type: 'asked', command: 'quit'});
    const tabs = pinned === 1 ? '1 tab is open' : `${pinned} tabs are open`;
    const why = screen.services.catalog.hasServer ? tabs : 'what came through stdin is not saved';
    screen.say(`${why}: press ${keyInWords(keyName)} again to quit, any other key to stay`);
  },
  interrupt(screen: Screen, keyName: string) {
    if (screen.state.asked === 'interrupt') {
      screen.services.quit();
      return;
    }
    screen.dispatch({type: 'asked', command: 'interrupt'});
    screen.say(`press ${keyInWords(keyName)} again to quit`);
  },
};

/** Tabs of files can be opened again as they are; what came from stdin cannot. */
function isWorthAsking({state, services: {catalog, logs}}: Screen): boolean {
  const isLost = (name: string) =>
    logs.get(name)?.capabilities.canReopen === false && (logs.get(name)?.buffer.lineCount ?? 0) > 0;
  return state.tabs.some(({name, pinned}) => pinned && (catalog.hasServer || isLost(name)));
}

/**
 * For a key that acts on one record. While following, its first press only stops there and marks the newest record, which
 * might be another one with each frame: returns true then. `does`: what the next press does.
 */
export function showsRecord(screen: Screen, keyName: string, does: string): boolean {
  const at = screen.paneAt;
  if (at?.tab.pane.position.kind !== 'follow' || at.current === undefined) return false;
  screen.changePane({position: hold(at.tab.pane.position, at.geometry)});
  screen.say(`paused here: press ${keyInWords(keyName)} again to ${does}`);
  return true;
}

/** The pipeline of a tab; in a merged tab, of its current line. */
function pipelineAt(screen: Screen, tab: Tab): string | undefined {
  const at = screen.paneAt;
  const origin = at?.current === undefined ? 0 : at.model.source.merge?.originAt(at.current);
  return tab.pastOf ?? pipelinesOf(tab)[origin ?? 0];
}

/** Gives the terminal to the shell until `fg`. Without a shell the system ignores the stop: a notice reports that. */
async function suspend(screen: Screen, keyName: string): Promise<void> {
  let isStopped = true;
  await screen.terminal.lend(async () => {
    isStopped = await screen.services.suspendProcess();
  });
  if (!isStopped) screen.say(`there is no shell to return to: ${keyInWords(keyName)} has no effect here`);
}

/** The change that undoes the first of these: selection, newest highlight, newest filter, search. */
function undoOne(tab: Tab | undefined): Partial<PaneView> | undefined {
  if (!tab) return undefined;
  const {selectedFrom, highlights, filters, search} = tab.pane;
  if (selectedFrom !== undefined) return {selectedFrom: undefined};
  if (highlights.length > 0) return {highlights: highlights.slice(0, -1)};
  if (filters.length > 0) return {filters: filters.slice(0, -1)};
  return search === undefined ? undefined : {search: undefined, revealed: undefined};
}

/** The pipeline that a key of both panes is about. */
export function pipelineOf(screen: Screen): string | undefined {
  const {state, tab} = screen;
  return state.focus === 'list' ? state.cursor : tab && pipelineAt(screen, tab);
}

/** The tab with the log of a pipeline. What was recorded of it has a tab of its own, beside the live one. */
export function tabOf({state, tab}: Screen, pipeline: string): Tab | undefined {
  if (state.focus === 'log' && tab?.pastOf === pipeline) return tab;
  return state.tabs.find(({name}) => name === pipeline);
}

function cycle(screen: Screen, by: number): void {
  const {tabs, active} = screen.state;
  const index = tabs.findIndex((tab) => tab.name === active);
  const next = tabs[(index + by + tabs.length) % tabs.length];
  if (!next) sayNoTab(screen);
  else if (next.name === active) screen.say('there is no other tab');
  else goToLog(screen, next.name);
}

/** For a key in the same read as the one that opened the tab: its stream opens only after the frame. */
export function sayNotOpen(screen: Screen): void {
  screen.say('this log is not open yet: press the key again');
}

function sayNoTab(screen: Screen): void {
  screen.sayHint('no tab is open', 'open-tab', 'open the pipeline under the cursor');
}

/** To a tab that the user chose among the tabs: the next key is for its log. */
function goToLog(screen: Screen, name: string): void {
  goToTab(screen, name);
  screen.dispatch({type: 'focus', side: 'log'});
}

/** Shows a tab, or the preview of a pipeline, with the list's cursor on it. */
export function goToTab(screen: Screen, name: string): void {
  screen.dispatch({type: 'cursor', name});
  screen.tabSwitcher.show(name);
}

/** Rejects when the screen is closed meanwhile. */
export async function makeText({services, closing}: Screen, text: TextToMake): Promise<string> {
  return typeof text === 'string' ? text : await runInSlices(text(), {clock: services.clock, signal: closing});
}

/** The program of the page's pipeline, which a name that ends in `.sql` asks for; undefined: that is not asked for. */
export function ofProgram(what: Choice | PageText, fileName: string): PageText | undefined {
  if (typeof what === 'string' || what.program === undefined || !fileName.trim().endsWith('.sql')) return undefined;
  return {...what, text: what.program};
}

/** Opens or closes the fold of the current record. Returns false if it is in none. */
export function toggleFold(screen: Screen): boolean {
  const at = screen.paneAt;
  const fold = at?.current === undefined ? undefined : at.model.folds.at(at.current);
  if (!at || !fold) return false;
  at.model.folds.toggle(fold);
  // The lines before an error may begin above the screen.
  const above = reveal(at.tab.pane.position, at.geometry, fold.firstId ?? fold.head);
  screen.changePane({position: reveal(above, at.geometry, fold.head)});
  return true;
}
