import type {Position} from '../viewport/position.ts';
import type {Controller} from './controller.ts';
import {paneAt} from './on-pane.ts';
import type {PromptKind, PromptOf} from './prompt-kind.ts';
import {recallPattern} from './recall-pattern.ts';
import {goToHitAt} from './search-handlers.ts';

/** `/` in the log: searches as it is typed, from where the search began. */
export const searchPrompt: PromptKind<'search'> = {
  label: () => '/',
  example: 'text or regex, small letters match capitals, too',
  keys: () => [
    ['Enter', 'keep'],
    ['↑', 'earlier ones'],
  ],
  change: (controller, prompt) => searchAsTyped(controller, prompt),
  submit(controller, {text}) {
    if (text === '') controller.changePane({search: undefined});
    else controller.services.history.add(text);
    return undefined;
  },
  cancel(controller, {before}) {
    const {search, position, revealed} = before;
    // What was typed may not have been searched for yet.
    controller.pane?.model.whenDone(() => {});
    controller.changePane({search, position, revealed});
  },
  recall: recallPattern,
};

function searchAsTyped(controller: Controller, {text, before}: PromptOf<'search'>): void {
  const {position, revealed} = before;
  controller.changePane({search: text === '' ? undefined : text, position, revealed});
  const {pane} = controller;
  if (!pane) return;
  pane.model.whenDone(() => {
    // Whoever moved or went to another tab meanwhile is not taken back.
    if (controller.pane?.model === pane.model && controller.pane.tab.pane.position === position) {
      goToNearest(controller, position);
    }
  });
}

/** Goes to the hit nearest to where the search began: the last one when following, else the next one. */
function goToNearest(controller: Controller, from: Position): void {
  const at = paneAt(controller);
  const search = at?.model.searching?.search;
  if (!at || !search) return;
  const current = at.current ?? 0;
  const hit =
    from.kind === 'follow'
      ? search.previousBefore(current + 1)
      : (search.nextAfter(current - 1) ?? search.nextAfter(-1));
  if (hit !== undefined) goToHitAt(controller, hit);
}
