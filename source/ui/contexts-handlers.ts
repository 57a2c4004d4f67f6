import {contextsHeading} from './contexts-page.ts';
import type {Controller} from './controller.ts';
import {say} from './on-pane.ts';
import {offsetToShow} from './page-cursor.ts';

/** Commands of the list of contexts. */
export const contextsHandlers = {
  contexts(controller: Controller) {
    if (controller.state.page?.kind === 'contexts') {
      controller.dispatch({type: 'page', page: undefined});
      return;
    }
    const {all, inForce} = controller.services.contexts ?? {all: [], inForce: undefined};
    const cursor = Math.max(
      0,
      all.findIndex(({name}) => name === inForce),
    );
    setCursor(controller, cursor, 0);
  },
  'contexts-up': (controller: Controller) => moveCursor(controller, -1),
  'contexts-down': (controller: Controller) => moveCursor(controller, 1),
  'contexts-go'(controller: Controller) {
    const {page} = controller.state;
    if (page?.kind !== 'contexts') return;
    const {contexts} = controller.services;
    const chosen = contexts?.all[page.cursor];
    if (!contexts || !chosen || chosen.name === contexts.inForce) {
      controller.dispatch({type: 'page', page: undefined});
      return;
    }
    say(controller, `going to ${chosen.name}`);
    void contexts.switchTo(chosen.name).then((problem) => {
      if (problem !== undefined) say(controller, problem);
    });
  },
  'contexts-close': (controller: Controller) => controller.dispatch({type: 'page', page: undefined}),
};

function moveCursor(controller: Controller, by: number): void {
  const {page} = controller.state;
  if (page?.kind !== 'contexts') return;
  const last = (controller.services.contexts?.all.length ?? 0) - 1;
  setCursor(controller, Math.max(0, Math.min(page.cursor + by, last)), page.offset);
}

/** The page scrolls as little as it must for the cursor to be on it. */
function setCursor(controller: Controller, cursor: number, from: number): void {
  const offset = offsetToShow(from, {row: cursor, heading: contextsHeading, height: controller.pageHeight});
  controller.dispatch({type: 'page', page: {kind: 'contexts', offset, cursor}});
}
