import {useInput} from 'ink';
import type {Controller} from './controller.ts';
import {keyNames} from './key-name.ts';
import {pressAll} from './press-all.ts';
import {useController} from './use-controller.ts';
import {promptInUse} from './view-state.ts';

/**
 * Sends keys to the controller, while no prompt is on the screen: one that is takes its keys itself. In a terminal that is
 * too small none is.
 */
export function useKeys(controller: Controller): void {
  const {view} = useController();
  // Of the frame that is drawn: keys may follow the one that opens a prompt before the prompt hears them.
  const isPromptDrawn = controller.layout !== undefined && promptInUse(view) !== undefined;
  useInput((input, key) => {
    if (isPromptDrawn && promptInUse(controller.state)) return;
    pressAll(controller, keyNames(input, key));
  });
}
