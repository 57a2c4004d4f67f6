import {createContext, useCallback, useContext, useEffect, useSyncExternalStore} from 'react';
import type {Log} from '../../../engine/logs/log.ts';
import {forEachLog, type LogManager, type LogRegistry} from '../../../engine/logs/log-manager.ts';
import type {LogSnapshot} from '../../../engine/logs/log-snapshot.ts';
import type {Layout} from '../../../kit/screen/layout.ts';
import {activeTab} from '../../../kit/state/view-state.ts';
import {nothing, useController, useStore} from './use-controller.ts';

/** One manager for all components: a log is open once, however many components show it. */
export const StreamManagerContext = createContext<LogManager | undefined>(undefined);

type OpenStreams = {
  /** Names with an open log, in the order of opening. */
  readonly names: readonly string[];
  readonly stream: (name: string) => Log | undefined;
};

/**
 * The open logs, live ones and files. With `wanted`, a log is held open for each of these names and for no other: opened
 * when a name appears, closed and freed when it goes. Only one component, the root, says what is wanted.
 */
export function useStreamManager(wanted?: readonly string[]): OpenStreams {
  const manager = useContext(StreamManagerContext);
  if (!manager) throw new Error('useStreamManager is used outside StreamManagerContext');
  const names = useStore(manager.names);
  useEffect(() => {
    if (!wanted) return;
    for (const name of manager.names.get()) if (!wanted.includes(name)) manager.close(name);
    for (const name of wanted) manager.open(name);
  }, [manager, wanted]);
  return {names, stream: (name) => manager.get(name)};
}

/** The latest snapshot of the shown tab's log; undefined while there is none. */
export function useActiveLog(): LogSnapshot | undefined {
  const {controller, view} = useController();
  // When logs open or close, the tab may get another one.
  useStore(controller.services.logs.names);
  const tab = activeTab(view);
  const source = tab && controller.logOf(tab);
  return useStore<LogSnapshot | undefined>(source?.snapshot ?? nothing);
}

/** Renders again when `words` of the open logs change, not with every line: a busy log in the background costs one frame. */
export function useLogWords(logs: LogRegistry, words: () => string): void {
  useStore(logs.names);
  const subscribe = useCallback(
    (listener: () => void) => forEachLog(logs, ({snapshot}) => snapshot.subscribe(listener)),
    [logs],
  );
  useSyncExternalStore(subscribe, words);
}

/** The layout of this frame; undefined if the screen is too small. A run gets its row once it is found. */
export function useLayout(): Layout | undefined {
  const {controller} = useController();
  // When logs open or close, the tab may get another one.
  useStore(controller.services.logs.names);
  // Once a frame, before everything that depends on the index.
  controller.pane?.model.keepUp();
  // The snapshot is a boolean, so that progress of a search does not render the root.
  useSyncExternalStore((controller.pane?.model.progress ?? nothing).subscribe, () => controller.layout?.hasRun);
  return controller.layout;
}
