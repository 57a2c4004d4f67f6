import {createStore} from '../lib/store.ts';
import type {Services} from './services.ts';
import {useStore} from './use-store.ts';

const always = createStore(true);

/** The monotonic clock for a countdown on the screen; undefined while nobody looks: a second's frame costs 0.5 % of a core. */
export function useNow({clock, watched = always}: Pick<Services, 'clock' | 'watched'>): number | undefined {
  return useStore(watched) ? clock.monotonic() : undefined;
}
