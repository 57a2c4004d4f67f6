import type {Controller} from './controller.ts';
import {goToEntry} from './on-pane.ts';

/** Shows a pipeline's log, in its tab or in the preview, and an entry of it; the keys go there. */
export function goToEntryOf(controller: Controller, pipeline: string, id: number | undefined): void {
  controller.dispatch({type: 'cursor', name: pipeline});
  controller.tabSwitcher.show(pipeline);
  controller.dispatch({type: 'focus', side: 'log'});
  if (id !== undefined) goToEntry(controller, id);
}
