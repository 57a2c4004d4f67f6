import {createContext, useCallback, useContext, useEffect, useSyncExternalStore} from 'react';
import type {LogSnapshot, LogSource} from '../../logs/log-source.ts';
import type {LogStream} from '../../logs/log-stream.ts';
import {forEachStream, type StreamManager, type Streams} from '../../logs/stream-manager.ts';
import type {Layout} from '../layout.ts';
import {activeTab} from '../state/view-state.ts';
import {nothing, useController, useStore} from './use-controller.ts';

/** One manager for all components: a tab has one connection, however many components show it. */
export const StreamManagerContext = createContext<StreamManager | undefined>(undefined);

type OpenStreams = {
  /** Names with an open stream, in the order of opening. */
  readonly names: readonly string[];
  readonly stream: (name: string) => LogStream | undefined;
};

/**
 * The open streams. With `wanted`, a stream is held open for each of these names and for no other: opened when a name
 * appears, closed and freed when it goes. Only one component, the root, says what is wanted.
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

/** Holds the logs of these files open, and no others. Only the root calls it. */
export function useOpenedLogs(wanted: readonly string[]): void {
  const {opened} = useController().controller.services;
  useEffect(() => {
    if (!opened) return;
    for (const name of opened.names.get()) if (!wanted.includes(name)) opened.close(name);
    for (const name of wanted) opened.open(name);
  }, [opened, wanted]);
}

/** The latest snapshot of the shown tab's log; undefined while there is none. */
export function useActiveLog(): LogSnapshot | undefined {
  const {controller, view} = useController();
  // When logs open or close, the tab may get another one.
  useStore(controller.logs.names);
  const tab = activeTab(view);
  const source = tab && controller.logOf(tab);
  return useStore<LogSnapshot | undefined>(source?.snapshot ?? nothing);
}

/** Renders again when `words` of the open logs change, not with every line: a busy log in the background costs one frame. */
export function useLogWords(logs: Streams<LogSource>, words: () => string): void {
  useStore(logs.names);
  const subscribe = useCallback(
    (listener: () => void) => forEachStream(logs, ({snapshot}) => snapshot.subscribe(listener)),
    [logs],
  );
  useSyncExternalStore(subscribe, words);
}

/** The layout of this frame; undefined if the screen is too small. A run gets its row once it is found. */
export function useLayout(): Layout | undefined {
  const {controller} = useController();
  // When logs open or close, the tab may get another one.
  useStore(controller.logs.names);
  // Once a frame, before everything that depends on the index.
  controller.pane?.model.keepUp();
  // The snapshot is a boolean, so that progress of a search does not render the root.
  useSyncExternalStore((controller.pane?.model.progress ?? nothing).subscribe, () => controller.layout?.hasRun);
  return controller.layout;
}
