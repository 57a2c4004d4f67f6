import {useEffect, useState} from 'react';
import {ageHolds} from '../viewport/time-column.ts';
import type {Services} from './services.ts';
import {useWatched} from './use-watched.ts';

/** While nobody looks: a second's frame costs 0.5 % of a core. */
const unwatched = 60_000;

/**
 * Renders again as often as the ages on the screen change. `newest`: when the newest of the lines shown was logged, in
 * wall milliseconds; undefined if no ages are shown: then nothing ticks.
 */
export function useAges(services: Pick<Services, 'clock' | 'watched'>, newest: number | undefined): void {
  const {clock} = services;
  const isWatched = useWatched(services);
  const [, setTicks] = useState(0);
  // After each frame anew: whatever made it, it shows the ages of its own moment.
  useEffect(() => {
    if (newest === undefined) return;
    const rest = isWatched ? ageHolds(clock.wall() - newest) : unwatched;
    return clock.after(rest, () => setTicks((ticks) => ticks + 1));
  });
}
