import type {ReadableStore} from '../lib/store.ts';
import type {TabSnapshot} from '../streams/tab-snapshot.ts';
import {useController} from './use-controller.ts';
import {useStore} from './use-store.ts';
import {useStreamManager} from './use-stream-manager.ts';
import {activeTab} from './view-state.ts';

const nothing: ReadableStore<undefined> = {get: () => undefined, subscribe: () => () => {}};

/** The latest snapshot of the shown tab's log; undefined while there is none. */
export function useActiveLog(): TabSnapshot | undefined {
  const {controller, view} = useController();
  // Streams open and close with the manager's list of names: the log of a tab may be another one then.
  useStreamManager();
  const tab = activeTab(view);
  const source = tab && controller.source(tab);
  return useStore<TabSnapshot | undefined>(source?.snapshot ?? nothing);
}
