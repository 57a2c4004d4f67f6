import {keyInWords} from '../../kit/keys/commands.ts';
import type {Feature, Screen} from '../../kit/screen/screen.ts';
import type {PaneView} from '../../kit/state/pane-view.ts';
import type {Tab} from '../../kit/state/view-state.ts';

export const leave: Feature = {
  keys: {
    everywhere: [
      {id: 'repaint', keys: ['^L'], help: 'repaint the screen', run: (screen) => void screen.terminal.repaint()},
      {
        id: 'suspend',
        keys: ['^Z'],
        help: 'suspend; fg continues',
        run: (screen, keyName) => void suspend(screen, keyName),
      },
      {
        id: 'back',
        keys: ['Esc'],
        help: 'back: selection, highlight, filter, search',
        hint: {
          isListFiltered: 'show all',
          isSelecting: 'end',
          isHighlighted: 'clear highlight',
          isFiltered: 'clear filter',
          isSearched: 'end search',
        },
        /** Closes the page, else undoes one change of the log's view, else clears the filter of the list; in the list it first. */
        run(screen) {
          const {state} = screen;
          const undo = undoOne(screen.tab);
          const isListFiltered = state.nameFilter !== '';
          if (state.page) screen.dispatch({type: 'page', page: undefined});
          else if (undo && !(isListFiltered && state.focus === 'list')) screen.changePane(undo);
          else if (isListFiltered) screen.dispatch({type: 'set', change: {nameFilter: ''}});
        },
      },
      {
        id: 'quit',
        keys: ['q'],
        help: 'quit; asks when tabs are open',
        core: {task: 'list', words: 'quit'},
        synonyms: ['exit', 'leave', 'less'],
        hint: {isWithoutServer: 'quit'},
        run(screen, keyName) {
          const {state} = screen;
          if (state.pendingConfirmation === 'quit' || !isWorthAsking(screen)) {
            screen.services.quit();
            return;
          }
          const pinned = state.tabs.filter((tab) => tab.pinned).length;
          screen.dispatch({type: 'set', change: {pendingConfirmation: 'quit'}});
          const tabs = pinned === 1 ? '1 tab is open' : `${pinned} tabs are open`;
          const why = screen.services.catalog.hasServer ? tabs : 'what came through stdin is not saved';
          screen.say(`${why}: press ${keyInWords(keyName)} again to quit, any other key to stay`);
        },
      },
      {
        id: 'interrupt',
        keys: ['^C'],
        help: 'twice: quit at once',
        run(screen, keyName) {
          if (screen.state.pendingConfirmation === 'interrupt') {
            screen.services.quit();
            return;
          }
          screen.dispatch({type: 'set', change: {pendingConfirmation: 'interrupt'}});
          screen.say(`press ${keyInWords(keyName)} again to quit`);
        },
      },
    ],
  },
};

/** Tabs of files can be opened again as they are; what came from stdin cannot. */
function isWorthAsking({state, services: {catalog, logs}}: Screen): boolean {
  const isLost = (name: string) =>
    logs.get(name)?.capabilities.canReopen === false && (logs.get(name)?.buffer.lineCount ?? 0) > 0;
  return state.tabs.some(({name, pinned}) => pinned && (catalog.hasServer || isLost(name)));
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
