import type {ReadableStore} from '../lib/store.ts';
import type {PaneModel} from './pane-model.ts';
import {useStore} from './use-store.ts';

const still: ReadableStore<number> = {get: () => 0, subscribe: () => () => {}};

/** Renders again whenever the search of this log has found more. */
export function useSearchProgress(model: PaneModel | undefined): void {
  useStore(model?.progress ?? still);
}
