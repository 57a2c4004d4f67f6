import {contextsHeading} from './contexts-page.ts';
import type {Controller} from './controller.ts';
import {say} from './on-pane.ts';
import {moveCursor} from './page-cursor.ts';

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
    show(controller, {offset: 0, cursor}, 0);
  },
  'contexts-up': (controller: Controller) => move(controller, -1),
  'contexts-down': (controller: Controller) => move(controller, 1),
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

function move(controller: Controller, by: number): void {
  const {page} = controller.state;
  if (page?.kind === 'contexts') show(controller, page, by);
}

function show(controller: Controller, from: {readonly offset: number; readonly cursor: number}, by: number): void {
  const rows = controller.services.contexts?.all.length ?? 0;
  const moved = moveCursor(from, by, {rows, heading: contextsHeading, height: controller.pageHeight});
  controller.dispatch({type: 'page', page: {kind: 'contexts', ...moved}});
}
