import {counted} from '../../lib/format.ts';
import {runInSlices} from '../../lib/slices.ts';
import {hold} from '../../viewport/position.ts';
import type {Controller} from '../controller.ts';
import {keyInWords} from '../keys/commands.ts';
import type {PaneView} from '../state/pane-view.ts';
import {type Choice, type PageText, pipelinesOf, type Tab, type TextToMake} from '../state/view-state.ts';

export const commonHandlers = {
  'alert-once'(controller: Controller) {
    const name = pipelineOf(controller);
    if (name === undefined) return;
    if (!controller.eventFeed.alerts.toggleNotifyOnce(name)) {
      controller.say(`${name}: you will not be alerted when it next changes`);
      return;
    }
    controller.sayHint(`${name}: you will be alerted when it next changes`, 'alert-once', 'cancel');
  },
  'other-side'(controller: Controller) {
    const {state} = controller;
    // Without a tab, the focus can go to the list, but not to a log.
    if (state.active === undefined && state.focus === 'list') return;
    if (state.listHidden) controller.dispatch({type: 'toggle-list'});
    controller.tabSwitcher.settleCursor();
    controller.dispatch({type: 'focus', side: state.focus === 'list' ? 'log' : 'list'});
  },
  'tab-number'(controller: Controller, keyName: string) {
    const keys = controller.commands.find(({id}) => id === 'tab-number')?.keys ?? [];
    const {tabs} = controller.state;
    const tab = tabs[keys.indexOf(keyName)];
    if (tab) goToLog(controller, tab.name);
    else if (tabs.length === 0) sayNoTab(controller);
    else controller.say(`there is no tab ${keys.indexOf(keyName) + 1}: ${counted(tabs.length, 'is', 'are')} open`);
  },
  'previous-tab': (controller: Controller) => cycle(controller, -1),
  'next-tab': (controller: Controller) => cycle(controller, 1),
  'close-tab'(controller: Controller) {
    const {active} = controller.state;
    if (active === undefined) {
      sayNoTab(controller);
      return;
    }
    controller.tabSwitcher.close(active);
    controller.say(`${active} is closed`);
  },
  'hide-list'(controller: Controller) {
    controller.tabSwitcher.settleCursor();
    controller.dispatch({type: 'toggle-list'});
  },
  reconnect(controller: Controller) {
    for (const name of pipelinesOf(controller.tab)) controller.services.logs.reconnect(name);
    controller.services.poller.refresh();
  },
  repaint: (controller: Controller) => void controller.terminal.repaint(),
  suspend: (controller: Controller, keyName: string) => void suspend(controller, keyName),
  /** Closes the page, else undoes one change of the log's view, else clears the filter of the list; in the list it first. */
  back(controller: Controller) {
    const {state} = controller;
    const undo = undoOne(controller.tab);
    const isListFiltered = state.nameFilter !== '';
    if (state.page) controller.dispatch({type: 'page', page: undefined});
    else if (undo && !(isListFiltered && state.focus === 'list')) controller.changePane(undo);
    else if (isListFiltered) controller.dispatch({type: 'name-filter', text: ''});
  },
  quit(controller: Controller, keyName: string) {
    const {state} = controller;
    if (state.asked === 'quit' || !isWorthAsking(controller)) {
      controller.services.quit();
      return;
    }
    const pinned = state.tabs.filter((tab) => tab.pinned).length;
    controller.dispatch({type: 'asked', command: 'quit'});
    const tabs = pinned === 1 ? '1 tab is open' : `${pinned} tabs are open`;
    const why = controller.services.catalog.hasServer ? tabs : 'what came through stdin is not saved';
    controller.say(`${why}: press ${keyInWords(keyName)} again to quit, any other key to stay`);
  },
  interrupt(controller: Controller, keyName: string) {
    if (controller.state.asked === 'interrupt') {
      controller.services.quit();
      return;
    }
    controller.dispatch({type: 'asked', command: 'interrupt'});
    controller.say(`press ${keyInWords(keyName)} again to quit`);
  },
};

/** Tabs of files can be opened again as they are; what came from stdin cannot. */
function isWorthAsking({state, services: {catalog, logs}}: Controller): boolean {
  const isLost = (name: string) =>
    logs.get(name)?.capabilities.canReopen === false && (logs.get(name)?.buffer.lineCount ?? 0) > 0;
  return state.tabs.some(({name, pinned}) => pinned && (catalog.hasServer || isLost(name)));
}

/**
 * For a key that acts on one record. While following, its first press only stops there and marks the newest record, which
 * might be another one with each frame: returns true then. `does`: what the next press does.
 */
export function showsRecord(controller: Controller, keyName: string, does: string): boolean {
  const at = controller.paneAt;
  if (at?.tab.pane.position.kind !== 'follow' || at.current === undefined) return false;
  controller.changePane({position: hold(at.tab.pane.position, at.geometry)});
  controller.say(`paused here: press ${keyInWords(keyName)} again to ${does}`);
  return true;
}

/** The pipeline of a tab; in a merged tab, of its current line. */
function pipelineAt(controller: Controller, tab: Tab): string | undefined {
  const at = controller.paneAt;
  const origin = at?.current === undefined ? 0 : at.model.source.merge?.originAt(at.current);
  return tab.pastOf ?? pipelinesOf(tab)[origin ?? 0];
}

/** Gives the terminal to the shell until `fg`. Without a shell the system ignores the stop: a notice reports that. */
async function suspend(controller: Controller, keyName: string): Promise<void> {
  let isStopped = true;
  await controller.terminal.lend(async () => {
    isStopped = await controller.services.suspendProcess();
  });
  if (!isStopped) controller.say(`there is no shell to return to: ${keyInWords(keyName)} has no effect here`);
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
export function pipelineOf(controller: Controller): string | undefined {
  const {state, tab} = controller;
  return state.focus === 'list' ? state.cursor : tab && pipelineAt(controller, tab);
}

/** The tab with the log of a pipeline. What was recorded of it has a tab of its own, beside the live one. */
export function tabOf({state, tab}: Controller, pipeline: string): Tab | undefined {
  if (state.focus === 'log' && tab?.pastOf === pipeline) return tab;
  return state.tabs.find(({name}) => name === pipeline);
}

function cycle(controller: Controller, by: number): void {
  const {tabs, active} = controller.state;
  const index = tabs.findIndex((tab) => tab.name === active);
  const next = tabs[(index + by + tabs.length) % tabs.length];
  if (!next) sayNoTab(controller);
  else if (next.name === active) controller.say('there is no other tab');
  else goToLog(controller, next.name);
}

/** For a key in the same read as the one that opened the tab: its stream opens only after the frame. */
export function sayNotOpen(controller: Controller): void {
  controller.say('this log is not open yet: press the key again');
}

function sayNoTab(controller: Controller): void {
  controller.sayHint('no tab is open', 'open-tab', 'open the pipeline under the cursor');
}

/** To a tab that the user chose among the tabs: the next key is for its log. */
function goToLog(controller: Controller, name: string): void {
  goToTab(controller, name);
  controller.dispatch({type: 'focus', side: 'log'});
}

/** Shows a tab, or the preview of a pipeline, with the list's cursor on it. */
export function goToTab(controller: Controller, name: string): void {
  controller.dispatch({type: 'cursor', name});
  controller.tabSwitcher.show(name);
}

/** Rejects when the screen is closed meanwhile. */
export async function makeText({services, closing}: Controller, text: TextToMake): Promise<string> {
  return typeof text === 'string' ? text : await runInSlices(text(), {clock: services.clock, signal: closing});
}

/** The program of the page's pipeline, which a name that ends in `.sql` asks for; undefined: that is not asked for. */
export function ofProgram(what: Choice | PageText, fileName: string): PageText | undefined {
  if (typeof what === 'string' || what.program === undefined || !fileName.trim().endsWith('.sql')) return undefined;
  return {...what, text: what.program};
}
