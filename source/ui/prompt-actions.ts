import {currentOf, type Geometry, type Position} from '../viewport/position.ts';
import type {Controller} from './controller.ts';
import {revealHit} from './reveal-hit.ts';
import type {Prompt} from './view-state.ts';

/** The text of the prompt changed: what it does is seen at once. */
export function changePrompt(controller: Controller, text: string): void {
  const {prompt} = controller.state;
  if (!prompt || prompt.text === text) return;
  controller.dispatch({type: 'prompt', prompt: {...prompt, text}});
  if (prompt.kind === 'find-name') filterNames(controller, text);
  else searchAsTyped(controller, prompt, text);
}

/** Enter: the prompt goes, what it did stays. An empty search is no search. */
export function submitPrompt(controller: Controller): void {
  const {prompt, active} = controller.state;
  controller.dispatch({type: 'prompt', prompt: undefined});
  if (prompt?.kind !== 'search' || prompt.text !== '' || active === undefined) return;
  controller.pane?.model.search(undefined);
  controller.dispatch({type: 'pane', name: active, change: {search: undefined}});
}

/** Esc: everything is as it was before the prompt. */
export function cancelPrompt(controller: Controller): void {
  const {prompt, active} = controller.state;
  if (!prompt) return;
  controller.dispatch({type: 'prompt', prompt: undefined});
  if (prompt.kind === 'find-name') {
    filterNames(controller, prompt.before);
    return;
  }
  controller.pane?.model.search(prompt.before.search);
  const {search, position, pan} = prompt.before;
  if (active !== undefined) controller.dispatch({type: 'pane', name: active, change: {search, position, pan}});
}

function filterNames(controller: Controller, text: string): void {
  controller.dispatch({type: 'name-filter', text});
  const {pipelines, state} = controller;
  const [first] = pipelines;
  if (first && !pipelines.some((pipeline) => pipeline.name === state.cursor)) controller.moveCursor(first.name);
}

function searchAsTyped(controller: Controller, prompt: Extract<Prompt, {kind: 'search'}>, text: string): void {
  const {pane, state} = controller;
  if (!pane || state.active === undefined) return;
  const name = state.active;
  const {position, pan} = prompt.before;
  controller.dispatch({type: 'pane', name, change: {search: text === '' ? undefined : text, position, pan}});
  pane.model.search(text, () => jumpToHit(controller, name, position));
}

/** Goes to the hit nearest to where the search began: the last one when following, else the next one. */
function jumpToHit(controller: Controller, name: string, from: Position): void {
  const {pane, layout} = controller;
  if (!pane || !layout || pane.tab.name !== name || pane.tab.pane.position !== from) return;
  const search = pane.model.searching?.runner.search;
  if (!search) return;
  const geometry: Geometry = pane.model.geometry(pane.tab.pane, {width: layout.paneWidth, height: layout.paneHeight});
  const current = currentOf(from, geometry) ?? 0;
  const hit =
    from.kind === 'follow'
      ? search.previousBefore(current + 1)
      : (search.nextAfter(current - 1) ?? search.nextAfter(-1));
  if (hit !== undefined) {
    const {model, tab} = pane;
    const change = revealHit(hit, from, {model, view: tab.pane, geometry, width: layout.paneWidth});
    controller.dispatch({type: 'pane', name, change});
  }
}
