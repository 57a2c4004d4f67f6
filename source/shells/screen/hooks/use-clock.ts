import {useEffect, useState} from 'react';
import type {Services} from '../../../kit/screen/services.ts';
import {ageStep} from '../../../kit/viewport/time-column.ts';
import {elapsed} from '../../../lib/format.ts';
import {createStore, type ReadableStore} from '../../../lib/store.ts';
import {nothing, useStore} from './use-controller.ts';

/** Milliseconds between frames while no user is there: one a second costs 0.5 % of a core. */
const unattended = 60_000;

type Frames = Pick<Services, 'clock' | 'takesFrames'>;

/** Renders again as often as ages change. `newest`: Unix time in ms of the youngest line; absent: no ages shown. */
export function useAges(services: Frames & Pick<Services, 'isAttended'>, newest: number | undefined): void {
  const {clock} = services;
  const isAttended = useStore(services.isAttended);
  const [, setTicks] = useState(0);
  // Runs after every frame: each shows the ages of its own moment, so the delay starts anew.
  useEffect(() => {
    if (newest === undefined) return;
    const delay = isAttended ? ageStep(clock.wall() - newest) : unattended;
    return afterDelay(services, delay, () => setTicks((ticks) => ticks + 1));
  });
}

const always = createStore(true);

/** Runs `tick` after `delay` milliseconds, and not before the terminal takes a frame. The result cancels it. */
function afterDelay({clock, takesFrames = always}: Frames, delay: number, tick: () => void): () => void {
  let cancel = clock.after(delay, () => {
    if (takesFrames.get()) {
      tick();
      return;
    }
    cancel = takesFrames.subscribe(() => {
      cancel();
      tick();
    });
  });
  return () => cancel();
}

/** Monotonic time in ms for a countdown; undefined while no user is there. */
export function useNow(services: Pick<Services, 'clock' | 'isAttended'>): number | undefined {
  return useStore(services.isAttended) ? services.clock.monotonic() : undefined;
}

/**
 * Returns how long a wait has lasted, such as `4 s`, and then renders again every second. Returns undefined if it is
 * short or over, or no user is there. `since`: as `LongWait.since`; undefined: nothing is awaited.
 */
export function useWaited(
  services: Frames & Pick<Services, 'isAttended'>,
  since: ReadableStore<number | undefined> = nothing,
): string | undefined {
  const start = useStore<number | undefined>(since);
  const now = useNow(services);
  useSeconds(services, start !== undefined && now !== undefined);
  return start === undefined || now === undefined ? undefined : elapsed(now - start);
}

/** Renders again every second while `active`. */
export function useSeconds({clock, takesFrames = always}: Frames, active: boolean): void {
  const [, setTicks] = useState(0);
  useEffect(() => {
    if (!active) return;
    let cancel = () => {};
    const tick = () => {
      setTicks((ticks) => ticks + 1);
      cancel = afterDelay({clock, takesFrames}, 1000, tick);
    };
    cancel = afterDelay({clock, takesFrames}, 1000, tick);
    return () => cancel();
  }, [clock, takesFrames, active]);
}
