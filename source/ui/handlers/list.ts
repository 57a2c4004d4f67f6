import {shortenHome} from '../../storage/save-file.ts';
import type {Controller} from '../controller.ts';
import type {Motion} from '../keys/command.ts';
import {rowsBy} from '../keys/common-commands.ts';
import {namesToMerge, type SortOrder} from '../state/view-state.ts';
import {pipelineOf} from './common.ts';
import type {PromptKind} from './prompt-kind.ts';

const nextSort: Readonly<Record<SortOrder, SortOrder>> = {name: 'state', state: 'activity', activity: 'name'};
const sortWords: Readonly<Record<SortOrder, string>> = {
  name: 'by name',
  state: 'by state, failing first',
  activity: 'by last change of state, newest first',
};

export const listHandlers = {
  'open-tab'(controller: Controller) {
    const {cursor} = controller.state;
    if (cursor === undefined) return;
    controller.tabSwitcher.show(cursor);
    const isPinned = controller.state.tabs.some((tab) => tab.name === cursor && tab.pinned);
    if (isPinned) controller.dispatch({type: 'focus', side: 'log'});
    else controller.dispatch({type: 'pin', name: cursor});
  },
  'find-name'(controller: Controller) {
    const {nameFilter, cursor, active} = controller.state;
    const before = {nameFilter, cursor, active};
    controller.dispatch({type: 'prompt', prompt: {kind: 'find-name', text: nameFilter, before}});
  },
  'read-logs'(controller: Controller) {
    const {turns} = controller.services;
    if (!turns) return;
    const isOn = !turns.isOn.get();
    turns.setOn(isOn);
    const what = isOn ? 'the logs of all running pipelines are read' : 'only the logs of tabs are read';
    controller.sayHint(what, 'read-logs', isOn ? 'read only those of tabs' : 'read all');
  },
  'mark-pipeline'(controller: Controller) {
    const {cursor, marked} = controller.state;
    if (cursor === undefined) return;
    const others = marked.filter((name) => name !== cursor);
    controller.dispatch({type: 'marked', names: others.length < marked.length ? others : [...marked, cursor]});
  },
  'open-recording': (controller: Controller) =>
    void openRecording(controller).catch((error) => controller.sayFailure(error)),
  merge(controller: Controller) {
    const names = namesToMerge(controller.state);
    if (names.length >= 2) controller.tabSwitcher.merge(names);
    else {
      const {services} = controller;
      const what = `${services.catalog.noun}s`;
      if (controller.services.catalog.listed?.length === 1) {
        controller.say(`a merged tab needs two ${what}, and there is no other`);
        return;
      }
      controller.sayHint(`a merged tab needs two ${what}`, 'mark-pipeline', 'mark the one under the cursor');
    }
  },
  sort(controller: Controller) {
    const order = nextSort[controller.state.sort];
    controller.dispatch({type: 'sort', order});
    controller.say(`sorted ${sortWords[order]}`);
    // The first ones are asked for: in a long list they are far from the cursor.
    const [first] = controller.listed;
    if (first && order !== 'name') controller.tabSwitcher.moveCursor(first.name);
  },
};

/** Opens what was recorded of the pipeline under the cursor, or of the shown log. */
async function openRecording(controller: Controller): Promise<void> {
  const {services} = controller;
  const pipeline = pipelineOf(controller);
  if (pipeline === undefined) return;
  const name = await services.addPast?.(pipeline);
  if (controller.closing.aborted) return;
  if (name === undefined) {
    const folder = shortenHome(services.recordingsFolder ?? '', services.home);
    controller.sayHint(`nothing of ${pipeline} is recorded in ${folder}`, 'record', 'record it');
    return;
  }
  controller.dispatch({type: 'past', name, pipeline});
  controller.tabSwitcher.show(name);
  controller.dispatch({type: 'pin', name});
  controller.dispatch({type: 'focus', side: 'log'});
}

export function moveInList(controller: Controller, motion: Motion): void {
  const {listed, state} = controller;
  const by = rowsBy(motion, pageOf(controller));
  const at = listed.findIndex(({name}) => name === state.cursor);
  // A cursor outside the filtered list enters it at the near end.
  const from = at === -1 ? (by > 0 ? -1 : listed.length) : at;
  const target = listed[Math.max(0, Math.min(listed.length - 1, from + by))];
  if (target) controller.tabSwitcher.moveCursor(target.name);
}

function pageOf(controller: Controller): number {
  return Math.max(1, (controller.layout?.bodyHeight ?? 2) - 1);
}

/** `/` in the list: filters the list while the text is typed. */
export const findNamePrompt: PromptKind<'find-name'> = {
  label: () => 'find /',
  example: () => 'part of a name, or tag:prod',
  keys: () => [['submit', 'done']],
  change: (controller, {text}) => filterNames(controller, text),
  submit: () => undefined,
  cancel(controller, {before}) {
    filterNames(controller, before.nameFilter);
    const isListed = (name: string) => controller.listed.some((item) => item.name === name);
    const {cursor, active} = before;
    if (cursor !== undefined && isListed(cursor)) controller.dispatch({type: 'cursor', name: cursor});
    // The preview may have followed the cursor.
    const isOpen = controller.state.tabs.some(({name}) => name === active);
    if (active !== undefined && (isOpen || isListed(active))) controller.tabSwitcher.show(active);
  },
};

function filterNames(controller: Controller, text: string): void {
  controller.dispatch({type: 'name-filter', text});
  const {listed, state} = controller;
  const [first] = listed;
  const isCursorListed = listed.some(({name}) => name === state.cursor);
  if (first && !isCursorListed) controller.tabSwitcher.moveCursor(first.name);
}
