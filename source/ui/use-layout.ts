import {useSyncExternalStore} from 'react';
import type {Layout} from './layout.ts';
import {useController} from './use-controller.ts';
import {useStreamManager} from './use-stream-manager.ts';

const never = () => () => {};

/** How the screen is divided now; undefined while it is too small. A run that becomes known takes its row at once. */
export function useLayout(): Layout | undefined {
  const {controller} = useController();
  // The log of a tab may be another one once streams open and close.
  useStreamManager();
  // Once a frame, before what depends on it is worked out.
  controller.pane?.model.keepUp();
  // Only a row more or less draws everything anew: a search that goes on does not.
  useSyncExternalStore(controller.pane?.model.progress.subscribe ?? never, () => controller.layout?.hasRun);
  return controller.layout;
}
