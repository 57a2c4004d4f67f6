import {useEffect, useState} from 'react';
import type {Clock} from '../../lib/clock.ts';
import {createStore} from '../../lib/store.ts';
import {ageStep} from '../../viewport/time-column.ts';
import type {Services} from '../services.ts';
import {useStore} from './use-controller.ts';

/** Milliseconds between frames while no user is there: one a second costs 0.5 % of a core. */
const unwatched = 60_000;

/**
 * Renders again as often as the ages on the screen change. `newest`: Unix time in ms of the line whose age is
 * the shortest; undefined: no ages are shown, and nothing ticks.
 */
export function useAges(services: Pick<Services, 'clock' | 'watched'>, newest: number | undefined): void {
  const {clock} = services;
  const isWatched = useWatched(services);
  const [, setTicks] = useState(0);
  // After each frame: whatever caused it, it shows the ages of its own moment.
  useEffect(() => {
    if (newest === undefined) return;
    const delay = isWatched ? ageStep(clock.wall() - newest) : unwatched;
    return clock.after(delay, () => setTicks((ticks) => ticks + 1));
  });
}

const always = createStore(true);

/** Whether a user is at the screen. */
function useWatched({watched = always}: Pick<Services, 'watched'>): boolean {
  return useStore(watched);
}

/** The monotonic clock for a countdown on the screen; undefined while no user is there. */
export function useNow(services: Pick<Services, 'clock' | 'watched'>): number | undefined {
  return useWatched(services) ? services.clock.monotonic() : undefined;
}

/** Renders again every second while `active`, for a countdown on the screen. */
export function useSeconds(clock: Clock, active: boolean): void {
  const [, setTicks] = useState(0);
  useEffect(() => {
    if (!active) return;
    let cancel = () => {};
    const tick = () => {
      setTicks((ticks) => ticks + 1);
      cancel = clock.after(1000, tick);
    };
    cancel = clock.after(1000, tick);
    return () => cancel();
  }, [clock, active]);
}
