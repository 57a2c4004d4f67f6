import {digits} from '../../kit/keys/commands.ts';
import {goToTab} from '../../kit/screen/common.ts';
import type {Feature, Screen} from '../../kit/screen/screen.ts';
import {sayNoPipeline} from '../../kit/screen/server-state.ts';
import {pipelinesOf} from '../../kit/state/view-state.ts';
import {counted} from '../../lib/format.ts';

export const tabs: Feature = {
  keys: {
    everywhere: [
      {
        id: 'other-side',
        keys: ['Tab'],
        help: 'go to the list, or to the log',
        core: {task: 'list', words: 'to the log, and back'},
        hint: {hasTab: 'log'},
        notOnPages: true,
        run(screen) {
          const {state} = screen;
          // Without a tab, the focus can go to the list, but not to a log.
          if (state.active === undefined && state.focus === 'list') {
            sayNoTab(screen);
            return;
          }
          if (state.listHidden) screen.dispatch({type: 'toggle-list'});
          screen.tabSwitcher.settleCursor();
          screen.dispatch({type: 'focus', side: state.focus === 'list' ? 'log' : 'list'});
        },
      },
      {
        id: 'tab-number',
        keys: digits,
        help: 'go to the tab of that number',
        core: {task: 'list', words: 'go to that tab'},
        notOnPages: true,
        run(screen, keyName) {
          const keys = screen.commands.find(({id}) => id === 'tab-number')?.keys ?? [];
          // The preview, which is behind them, has no number.
          const tabs = screen.state.tabs.filter(({pinned}) => pinned);
          const tab = tabs[keys.indexOf(keyName)];
          if (tab) goToLog(screen, tab.name);
          else if (tabs.length === 0) sayNoTab(screen);
          else screen.say(`there is no tab ${keys.indexOf(keyName) + 1}: ${counted(tabs.length, 'is', 'are')} open`);
        },
      },
      {
        id: 'previous-tab',
        keys: ['['],
        help: 'previous tab',
        notOnPages: true,
        run: (screen) => cycle(screen, -1),
      },
      {
        id: 'next-tab',
        keys: [']'],
        help: 'next tab',
        notOnPages: true,
        run: (screen) => cycle(screen, 1),
      },
      {
        id: 'close-tab',
        keys: ['X'],
        help: 'close the tab',
        core: {task: 'list', words: 'close the tab'},
        notOnPages: true,
        run(screen) {
          const {active} = screen.state;
          if (active === undefined) {
            sayNoTab(screen);
            return;
          }
          screen.tabSwitcher.close(active);
          screen.say(`${active} is closed`);
        },
      },
      {
        id: 'hide-list',
        keys: ['z'],
        help: 'hide or show the list',
        notOnPages: true,
        run(screen) {
          screen.tabSwitcher.settleCursor();
          screen.dispatch({type: 'toggle-list'});
        },
      },
      {
        id: 'reconnect',
        needs: 'connection',
        keys: ['r'],
        help: 'reconnect now',
        hint: {isWithoutServer: 'reconnect', isOffline: 'reconnect'},
        run(screen) {
          for (const name of pipelinesOf(screen.tab)) screen.services.logs.reconnect(name);
          screen.services.poller.refresh();
        },
      },
    ],
  },
};

function cycle(screen: Screen, by: number): void {
  const {tabs, active} = screen.state;
  const index = tabs.findIndex((tab) => tab.name === active);
  const next = tabs[(index + by + tabs.length) % tabs.length];
  if (!next) sayNoTab(screen);
  else if (next.name === active) screen.say('there is no other tab');
  else goToLog(screen, next.name);
}

function sayNoTab(screen: Screen): void {
  if (!sayNoPipeline(screen)) screen.sayHint('no tab is open', 'open-tab', 'open the pipeline under the cursor');
}

/** To a tab that the user chose among the tabs: the next key is for its log. */
function goToLog(screen: Screen, name: string): void {
  goToTab(screen, name);
  screen.dispatch({type: 'focus', side: 'log'});
}
