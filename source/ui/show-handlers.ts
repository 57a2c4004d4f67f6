import {hold} from '../viewport/position.ts';
import {timeModes} from '../viewport/time-column.ts';
import type {Controller} from './controller.ts';
import {toggleFold} from './filter-handlers.ts';
import {withHint} from './key-hint.ts';
import {paneAt, say} from './on-pane.ts';
import type {PaneView} from './pane-view.ts';

const timeWords: Readonly<Record<PaneView['time'], string>> = {
  sent: 'times as sent (UTC)',
  local: 'local times',
  utc: 'times in UTC, with the date',
  relative: 'age of each line',
  delta: 'time since the line before',
  off: 'no times',
};

/** Commands that change how lines look. */
export const showHandlers = {
  wrap: (controller: Controller) => change(controller, ({wrap}) => ({wrap: !wrap})),
  'as-sent': (controller: Controller) => change(controller, ({asSent}) => ({asSent: !asSent})),
  'line-numbers': (controller: Controller) => change(controller, ({lineNumbers}) => ({lineNumbers: !lineNumbers})),
  time(controller: Controller) {
    if (controller.pane?.tab.pane.asSent) {
      say(
        controller,
        withHint('lines are shown as sent, with their own times', controller.commands, 'as-sent', 'shows them compact'),
      );
      return;
    }
    change(controller, ({time}) => {
      const next = timeModes[(timeModes.indexOf(time) + 1) % timeModes.length] ?? 'sent';
      say(controller, timeWords[next]);
      return {time: next};
    });
  },
  detail(controller: Controller) {
    const at = paneAt(controller);
    if (!at || at.current === undefined) return;
    if ((at.model.shown?.foldedAt(at.current) ?? 1) > 1) toggleFold(controller);
    else {
      controller.changePane({position: hold(at.tab.pane.position, at.geometry)});
      controller.dispatch({type: 'page', page: {kind: 'detail', offset: 0}});
    }
  },
};

function change(controller: Controller, by: (view: PaneView) => Partial<PaneView>): void {
  const {pane} = controller;
  if (pane) controller.changePane(by(pane.tab.pane));
}
