import {useEffect, useState} from 'react';
import type {Clock} from '../../lib/clock.ts';
import {createStore} from '../../lib/store.ts';
import {ageStep} from '../../viewport/time-column.ts';
import type {Services} from '../services.ts';
import {useStore} from './use-controller.ts';

/** Milliseconds between frames while no user is there: one a second costs 0.5 % of a core. */
const unwatched = 60_000;

/** Renders again as often as ages change. `newest`: Unix time in ms of the youngest line; absent: no ages shown. */
export function useAges(services: Pick<Services, 'clock' | 'watched'>, newest: number | undefined): void {
  const {clock} = services;
  const isWatched = useWatched(services);
  const [, setTicks] = useState(0);
  // Runs after every frame: each shows the ages of its own moment, so the delay starts anew.
  useEffect(() => {
    if (newest === undefined) return;
    const delay = isWatched ? ageStep(clock.wall() - newest) : unwatched;
    return clock.after(delay, () => setTicks((ticks) => ticks + 1));
  });
}

const always = createStore(true);

function useWatched({watched = always}: Pick<Services, 'watched'>): boolean {
  return useStore(watched);
}

/** Monotonic time in ms for a countdown; undefined while no user is there. */
export function useNow(services: Pick<Services, 'clock' | 'watched'>): number | undefined {
  return useWatched(services) ? services.clock.monotonic() : undefined;
}

/** Renders again every second while `active`. */
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
