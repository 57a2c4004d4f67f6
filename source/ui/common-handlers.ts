import type {Controller} from './controller.ts';
import {activeTab, type Page} from './view-state.ts';

/** Commands that hold in both panes. */
export const commonHandlers = {
  help: (controller: Controller) => togglePage(controller, 'help'),
  describe(controller: Controller) {
    const {state} = controller;
    const name = state.focus === 'sidebar' ? state.cursor : state.active;
    if (name === undefined) return;
    if (state.page?.kind !== 'describe') controller.describe(name);
    togglePage(controller, 'describe');
  },
  events: (controller: Controller) => togglePage(controller, 'events'),
  'other-side'(controller: Controller) {
    const {state} = controller;
    // There is no other side without a tab; but the keys may come back to the list from there.
    if (state.active === undefined && state.focus === 'sidebar') return;
    if (state.sidebarHidden) controller.dispatch({type: 'toggle-sidebar'});
    controller.dispatch({type: 'focus', side: state.focus === 'sidebar' ? 'log' : 'sidebar'});
  },
  'tab-number'(controller: Controller, keyName: string) {
    const tab = controller.state.tabs[Number(keyName) - 1];
    if (tab) goToTab(controller, tab.name);
  },
  'previous-tab': (controller: Controller) => turn(controller, -1),
  'next-tab': (controller: Controller) => turn(controller, 1),
  'close-tab'(controller: Controller) {
    const {active} = controller.state;
    if (active !== undefined) controller.closeTab(active);
  },
  'hide-sidebar': (controller: Controller) => controller.dispatch({type: 'toggle-sidebar'}),
  reconnect(controller: Controller) {
    const {active} = controller.state;
    if (active !== undefined) controller.services.manager.reconnect(active);
    controller.services.poller.refresh();
  },
  repaint: (controller: Controller) => void controller.repaint(),
  suspend: (controller: Controller) => void controller.suspend(),
  /** One layer at a time: page, then the search of the log or the filter of the list. */
  peel(controller: Controller) {
    const {state} = controller;
    const tab = activeTab(state);
    if (state.page) controller.dispatch({type: 'page', page: undefined});
    else if (state.focus === 'log' && tab?.pane.search !== undefined) {
      controller.pane?.model.search(undefined);
      controller.dispatch({type: 'pane', name: tab.name, change: {search: undefined}});
    } else if (state.nameFilter !== '') controller.dispatch({type: 'name-filter', text: ''});
  },
  quit(controller: Controller) {
    const {state} = controller;
    if (state.leaving === 'quit' || !state.tabs.some((tab) => tab.kept)) {
      controller.services.quit();
      return;
    }
    const kept = state.tabs.filter((tab) => tab.kept).length;
    controller.dispatch({type: 'leaving', how: 'quit'});
    controller.dispatch({
      type: 'notice',
      text: `${kept === 1 ? '1 tab is' : `${kept} tabs are`} kept: q again quits, any other key stays`,
    });
  },
  interrupt(controller: Controller) {
    if (controller.state.leaving === 'interrupt') {
      controller.services.quit();
      return;
    }
    controller.dispatch({type: 'leaving', how: 'interrupt'});
    controller.dispatch({type: 'notice', text: '^C again quits'});
  },
};

function togglePage(controller: Controller, kind: Page['kind']): void {
  const open = controller.state.page?.kind === kind;
  controller.dispatch({type: 'page', page: open ? undefined : {kind, offset: 0}});
}

function turn(controller: Controller, by: number): void {
  const {tabs, active} = controller.state;
  const index = tabs.findIndex((tab) => tab.name === active);
  const next = tabs[(index + by + tabs.length) % tabs.length];
  if (next) goToTab(controller, next.name);
}

function goToTab(controller: Controller, name: string): void {
  controller.dispatch({type: 'cursor', name});
  controller.show(name);
}
