import {onlyBringsBack} from './away-handlers.ts';
import {commandFor} from './commands.ts';
import type {Controller} from './controller.ts';
import {handlers} from './handlers.ts';
import {promptInUse} from './view-state.ts';

/** Runs the command of a key; a key without one does nothing. A prompt takes its keys itself. */
export function pressKey(controller: Controller, keyName: string): void {
  if (promptInUse(controller.state) || onlyBringsBack(controller)) return;
  const {state} = controller;
  if (state.notice !== undefined) controller.dispatch({type: 'notice', text: undefined});
  const id = commandFor(controller.commands, controller.keyContext, keyName);
  if (state.leaving !== undefined && id !== state.leaving) controller.dispatch({type: 'leaving', how: undefined});
  if (id) handlers[id](controller, keyName);
}
