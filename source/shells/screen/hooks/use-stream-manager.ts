import {useCallback, useEffect, useSyncExternalStore} from 'react';
import {forEachLog, type LogRegistry} from '../../../engine/logs/log-manager.ts';
import type {LogSnapshot} from '../../../engine/logs/log-snapshot.ts';
import type {Layout} from '../../../kit/screen/layout.ts';
import {activeTab} from '../../../kit/state/view-state.ts';
import {nothing, useController, useStore} from './use-controller.ts';

/**
 * Holds a log open for each of these names and for no other: opened when a name appears, closed and freed when it goes. Only
 * one component, the root, says what is wanted.
 */
export function useStreamManager(wanted: readonly string[]): void {
  const {logs} = useController().controller.services;
  useStore(logs.names);
  useEffect(() => {
    for (const name of logs.names.get()) if (!wanted.includes(name)) logs.close(name);
    for (const name of wanted) logs.open(name);
  }, [logs, wanted]);
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
