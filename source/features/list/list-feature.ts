import type {Motion} from '../../kit/keys/commands.ts';
import {listMotions, rowsBy} from '../../kit/keys/common-commands.ts';
import type {Feature, Screen} from '../../kit/screen/screen.ts';
import {sayNoPipeline} from '../../kit/screen/server-state.ts';

export const list: Feature = {
  keys: {
    'list; other keys act on the log': [
      ...listMotions().map((row) => ({...row, run: (screen: Screen) => moveInList(screen, row.does)})),
      {
        id: 'open-tab',
        keys: ['Enter'],
        help: 'open the pipeline as a tab; again: go to its log',
        core: {task: 'list', words: 'open as a tab, then its log'},
        hint: {isPinned: 'go to log', hasPipeline: 'open tab'},
        run(screen) {
          const {cursor} = screen.state;
          if (cursor === undefined) {
            sayNoPipeline(screen);
            return;
          }
          screen.tabSwitcher.show(cursor);
          const isPinned = screen.state.tabs.some((tab) => tab.name === cursor && tab.pinned);
          if (isPinned) screen.dispatch({type: 'focus', side: 'log'});
          else screen.dispatch({type: 'pin', name: cursor});
        },
      },
      {
        id: 'read-logs',
        needs: 'server',
        keys: ['a'],
        help: 'read the logs of all running pipelines, or only those of tabs',
        hint: {hasUnread: 'all logs'},
        run(screen) {
          const {turns} = screen.services;
          if (!turns) return;
          const isOn = !turns.isOn.get();
          turns.setOn(isOn);
          const what = isOn ? 'reading the logs of all running pipelines' : 'reading only the logs of open tabs';
          screen.sayHint(what, 'read-logs', isOn ? 'read only those of open tabs' : 'read all');
        },
      },
      {
        id: 'find-name',
        keys: ['/'],
        help: 'find pipelines by name',
        core: {task: 'list', words: 'find a pipeline by name'},
        hint: {hasPipeline: 'find name'},
        run(screen) {
          const {nameFilter, cursor, active} = screen.state;
          const before = {nameFilter, cursor, active};
          screen.dispatch({type: 'prompt', prompt: {kind: 'find-name', text: nameFilter, before}});
        },
      },
      {
        id: 'mark-pipeline',
        keys: ['m', 'Space'],
        help: 'mark the pipeline for merging',
        synonyms: ['merge', 'select'],
        hint: {isOneMarked: 'mark another'},
        run(screen) {
          const {cursor, marked} = screen.state;
          if (cursor === undefined) {
            sayNoPipeline(screen);
            return;
          }
          const others = marked.filter((name) => name !== cursor);
          screen.dispatch({
            type: 'set',
            change: {marked: others.length < marked.length ? others : [...marked, cursor]},
          });
        },
      },
    ],
  },
  prompts: {
    /** `/` in the list: filters the list while the text is typed. */
    'find-name': {
      label: () => 'find /',
      example: () => 'part of a name, or tag:prod',
      keys: () => [['submit', 'done']],
      change: (screen, {text}) => filterNames(screen, text),
      submit: () => undefined,
      cancel(screen, {before}) {
        filterNames(screen, before.nameFilter);
        const isListed = (name: string) => screen.listed.some((item) => item.name === name);
        const {cursor, active} = before;
        if (cursor !== undefined && isListed(cursor)) screen.dispatch({type: 'cursor', name: cursor});
        // The preview may have followed the cursor.
        const isOpen = screen.state.tabs.some(({name}) => name === active);
        if (active !== undefined && (isOpen || isListed(active))) screen.tabSwitcher.show(active);
      },
    },
  },
};

function moveInList(screen: Screen, motion: Motion): void {
  const {listed, state} = screen;
  const by = rowsBy(motion, pageOf(screen));
  const at = listed.findIndex(({name}) => name === state.cursor);
  // A cursor outside the filtered list enters it at the near end.
  const from = at === -1 ? (by > 0 ? -1 : listed.length) : at;
  const target = listed[Math.max(0, Math.min(listed.length - 1, from + by))];
  if (target) screen.tabSwitcher.moveCursor(target.name);
}

function pageOf(screen: Screen): number {
  return Math.max(1, (screen.layout?.bodyHeight ?? 2) - 1);
}

function filterNames(screen: Screen, text: string): void {
  screen.dispatch({type: 'set', change: {nameFilter: text}});
  const {listed, state} = screen;
  const [first] = listed;
  const isCursorListed = listed.some(({name}) => name === state.cursor);
  if (first && !isCursorListed) screen.tabSwitcher.moveCursor(first.name);
}
