import type {Controller} from './controller.ts';
import type {PromptKind} from './prompt-kind.ts';

/** `/` in the sidebar: the list shows the names that match, as they are typed. */
export const findNamePrompt: PromptKind<'find-name'> = {
  label: () => 'find /',
  example: 'part of a name',
  keys: () => [['Enter', 'keep']],
  change: (controller, {text}) => filterNames(controller, text),
  submit: () => undefined,
  cancel(controller, {before}) {
    filterNames(controller, before.nameFilter);
    const isListed = (name: string) => controller.pipelines.some((pipeline) => pipeline.name === name);
    const {cursor, active} = before;
    if (cursor !== undefined && isListed(cursor)) controller.dispatch({type: 'cursor', name: cursor});
    // The preview may have followed the cursor, or be about to.
    const isOpen = controller.state.tabs.some(({name}) => name === active);
    if (active !== undefined && (isOpen || isListed(active))) controller.tabSwitcher.show(active);
  },
};

function filterNames(controller: Controller, text: string): void {
  controller.dispatch({type: 'name-filter', text});
  const {pipelines, state} = controller;
  const [first] = pipelines;
  const isCursorListed = pipelines.some(({name}) => name === state.cursor);
  if (first && !isCursorListed) controller.tabSwitcher.moveCursor(first.name);
}
