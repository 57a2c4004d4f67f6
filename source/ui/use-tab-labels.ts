import {useCallback, useSyncExternalStore} from 'react';
import type {Controller} from './controller.ts';
import type {TabLabel} from './tab-bar.ts';
import {tabLabels} from './tab-labels.ts';
import {useStore} from './use-store.ts';

/**
 * The tabs as the bar shows them. Renders again when that changes, not with every line: a busy tab in the background
 * costs no frames beyond the one that marks it.
 */
export function useTabLabels(controller: Controller): readonly TabLabel[] {
  const {manager} = controller.services;
  const names = useStore(manager.names);
  const subscribe = useCallback(
    (listener: () => void) => {
      const leave = names.map((name) => manager.get(name)?.snapshot.subscribe(listener));
      return () => {
        for (const each of leave) each?.();
      };
    },
    [manager, names],
  );
  useSyncExternalStore(subscribe, () => JSON.stringify(tabLabels(controller)));
  return tabLabels(controller);
}
