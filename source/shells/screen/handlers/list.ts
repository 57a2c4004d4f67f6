import {shortenHome} from '../../../engine/disk/save-file.ts';
import type {Motion} from '../../../kit/keys/command.ts';
import {rowsBy} from '../../../kit/keys/common-commands.ts';
import {pipelineOf} from '../../../kit/screen/common.ts';
import type {PromptKind, Screen} from '../../../kit/screen/screen.ts';
import {namesToMerge, type SortOrder} from '../../../kit/state/view-state.ts';

const nextSort: Readonly<Record<SortOrder, SortOrder>> = {name: 'state', state: 'activity', activity: 'name'};
const sortWords: Readonly<Record<SortOrder, string>> = {
  name: 'by name',
  state: 'by state, failing first',
  activity: 'by last change of state, newest first',
};

export const listHandlers = {
  'open-tab'(screen: Screen) {
    const {cursor} = screen.state;
    if (cursor === undefined) return;
    screen.tabSwitcher.show(cursor);
    const isPinned = screen.state.tabs.some((tab) => tab.name === cursor && tab.pinned);
    if (isPinned) screen.dispatch({type: 'focus', side: 'log'});
    else screen.dispatch({type: 'pin', name: cursor});
  },
  'find-name'(screen: Screen) {
    const {nameFilter, cursor, active} = screen.state;
    const before = {nameFilter, cursor, active};
    screen.dispatch({type: 'prompt', prompt: {kind: 'find-name', text: nameFilter, before}});
  },
  'read-logs'(screen: Screen) {
    const {turns} = screen.services;
    if (!turns) return;
    const isOn = !turns.isOn.get();
    turns.setOn(isOn);
    const what = isOn ? 'the logs of all running pipelines are read' : 'only the logs of tabs are read';
    screen.sayHint(what, 'read-logs', isOn ? 'read only those of tabs' : 'read all');
  },
  'mark-pipeline'(screen: Screen) {
    const {cursor, marked} = screen.state;
    if (cursor === undefined) return;
    const others = marked.filter((name) => name !== cursor);
    screen.dispatch({type: 'marked', names: others.length < marked.length ? others : [...marked, cursor]});
  },
  'open-recording': (screen: Screen) => void openRecording(screen).catch((error) => screen.sayFailure(error)),
  merge(screen: Screen) {
    const names = namesToMerge(screen.state);
    if (names.length >= 2) screen.tabSwitcher.merge(names);
    else {
      const {services} = screen;
      const what = `${services.catalog.noun}s`;
      if (screen.services.catalog.listed?.length === 1) {
        screen.say(`a merged tab needs two ${what}, and there is no other`);
        return;
      }
      screen.sayHint(`a merged tab needs two ${what}`, 'mark-pipeline', 'mark the one under the cursor');
    }
  },
  sort(screen: Screen) {
    const order = nextSort[screen.state.sort];
    screen.dispatch({type: 'sort', order});
    screen.say(`sorted ${sortWords[order]}`);
    // The first ones are asked for: in a long list they are far from the cursor.
    const [first] = screen.listed;
    if (first && order !== 'name') screen.tabSwitcher.moveCursor(first.name);
  },
};

/** Opens what was recorded of the pipeline under the cursor, or of the shown log. */
async function openRecording(screen: Screen): Promise<void> {
  const {services} = screen;
  const pipeline = pipelineOf(screen);
  if (pipeline === undefined) return;
  const name = await services.addPast?.(pipeline);
  if (screen.closing.aborted) return;
  if (name === undefined) {
    const folder = shortenHome(services.recordingsFolder ?? '', services.home);
    screen.sayHint(`nothing of ${pipeline} is recorded in ${folder}`, 'record', 'record it');
    return;
  }
  screen.dispatch({type: 'past', name, pipeline});
  screen.tabSwitcher.show(name);
  screen.dispatch({type: 'pin', name});
  screen.dispatch({type: 'focus', side: 'log'});
}

export function moveInList(screen: Screen, motion: Motion): void {
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

/** `/` in the list: filters the list while the text is typed. */
export const findNamePrompt: PromptKind<'find-name'> = {
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
};

function filterNames(screen: Screen, text: string): void {
  screen.dispatch({type: 'name-filter', text});
  const {listed, state} = screen;
  const [first] = listed;
  const isCursorListed = listed.some(({name}) => name === state.cursor);
  if (first && !isCursorListed) screen.tabSwitcher.moveCursor(first.name);
}
