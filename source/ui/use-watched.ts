import {createStore} from '../lib/store.ts';
import type {Services} from './services.ts';
import {useStore} from './use-store.ts';

const always = createStore(true);

/** Whether somebody looks at the screen: what only ticks may rest while nobody does. */
export function useWatched({watched = always}: Pick<Services, 'watched'>): boolean {
  return useStore(watched);
}
