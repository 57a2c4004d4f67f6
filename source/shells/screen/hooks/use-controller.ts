import {createContext, useContext, useEffect, useMemo, useRef, useSyncExternalStore} from 'react';
import type {PaneModel} from '../../../kit/pane/pane-model.ts';
import type {Pane} from '../../../kit/pane/pane-models.ts';
import type {Layout} from '../../../kit/screen/layout.ts';
import type {Services} from '../../../kit/screen/services.ts';
import type {ViewState} from '../../../kit/state/view-state.ts';
import {heldStore, joinedStores, type ReadableStore, sameParts} from '../../../lib/store.ts';
import type {Controller} from '../controller.ts';

export const ControllerContext = createContext<Controller | undefined>(undefined);

export function useController(): {controller: Controller; view: ViewState} {
  const controller = useContext(ControllerContext);
  if (!controller) throw new Error('useController is used outside ControllerContext');
  return {controller, view: useStore(controller.view)};
}

/** The value of a store. Renders again when it changes, but not before the terminal takes a frame. */
export function useStore<T>(store: ReadableStore<T>): T {
  const takesFrames = useContext(ControllerContext)?.services.takesFrames;
  const held = useMemo(() => (takesFrames ? heldStore(store, takesFrames) : store), [store, takesFrames]);
  return useSyncExternalStore(held.subscribe, held.get);
}

/** Stands for a store that is missing. */
export const nothing: ReadableStore<undefined> = {get: () => undefined, subscribe: () => () => {}};

/** Renders again when what a page shows has come: pages ask the server, count and run commands while they are open. */
export function usePageStores(stores: readonly ReadableStore<unknown>[]): void {
  const shown = useRef(stores);
  // An array that is made at each rendering has the same stores until another page is opened.
  if (!sameParts(shown.current, stores)) shown.current = stores;
  const {current} = shown;
  useStore<unknown>(useMemo(() => joinedStores(current), [current]));
}

/** Renders again when the model has changed: its search found more, or other entries are shown. */
export function useModelProgress(model: PaneModel | undefined): void {
  useStore<unknown>(model?.progress ?? nothing);
}

/** Reports to the frame rate, after each frame with new lines, how many they were. */
export function useFrameRate({frameRate}: Pick<Services, 'frameRate'>, pane: Pane | undefined, layout: Layout): void {
  const drawn = useRef<{readonly name: string; readonly endId: number}>(undefined);
  useEffect(() => {
    const before = drawn.current;
    drawn.current = pane && {name: pane.tab.name, endId: pane.model.source.buffer.endId};
    if (!pane || !before || pane.tab.name !== before.name || drawn.current?.endId === before.endId) return;
    const isFollowing = pane.tab.pane.position.kind === 'follow';
    const newLines = isFollowing ? pane.model.entries.countFrom(before.endId) : 0;
    frameRate.onDrawn({newLines, rows: layout.paneHeight});
  });
}
