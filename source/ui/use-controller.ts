import {createContext, useContext} from 'react';
import type {Controller} from './controller.ts';
import {useStore} from './use-store.ts';
import type {ViewState} from './view-state.ts';

export const ControllerContext = createContext<Controller | undefined>(undefined);

/** The controller and the view as it is now. */
export function useController(): {controller: Controller; view: ViewState} {
  const controller = useContext(ControllerContext);
  if (!controller) throw new Error('useController is used outside ControllerContext');
  return {controller, view: useStore(controller.view)};
}
