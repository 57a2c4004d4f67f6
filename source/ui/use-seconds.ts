import {useEffect, useState} from 'react';
import type {Clock} from '../lib/clock.ts';

/** Renders again every second while `active`, for a countdown that is on the screen; otherwise nothing ticks. */
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
