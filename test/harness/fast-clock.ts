import {type Clock, systemClock} from '../../source/lib/clock.ts';

type Timer = {readonly due: number; readonly run: () => void};

/** Real milliseconds between two looks at what is due, at most. */
const longestLook = 4;
/** Real milliseconds that count of the time between two looks: where more passed, this process did not run. */
const mostCounted = 10;

/**
 * Real time, run faster: with a speed of 20 a wait of 2 s takes 100 ms. For tests against real servers, which run in this
 * process: on a busy machine its time stands still while the process does not run, so that no wait ends before the answer
 * for which there was no time.
 */
export function fastClock(speed: number): Clock {
  const startedAt = systemClock.wall();
  let timers: readonly Timer[] = [];
  let now = 0;
  let lookedAt = systemClock.monotonic();
  let isLooking = false;
  const monotonic = () => {
    const passed = systemClock.monotonic() - lookedAt;
    return now + (isLooking ? Math.min(passed, mostCounted) : passed) * speed;
  };
  const moveOn = () => {
    now = monotonic();
    lookedAt = systemClock.monotonic();
  };
  const takeDue = () => {
    const [first] = timers.filter(({due}) => due <= now).sort((a, b) => a.due - b.due);
    timers = timers.filter((timer) => timer !== first);
    return first;
  };
  const look = () => {
    moveOn();
    isLooking = false;
    for (let timer = takeDue(); timer; timer = takeDue()) timer.run();
    lookSoon();
  };
  const lookSoon = () => {
    if (isLooking || timers.length === 0) return;
    moveOn();
    isLooking = true;
    const next = Math.min(...timers.map(({due}) => due));
    systemClock.after(Math.min(longestLook, Math.max(1, (next - now) / speed)), look);
  };
  const after = (milliseconds: number, run: () => void) => {
    if (milliseconds === 0) return systemClock.after(0, run);
    const timer = {due: monotonic() + milliseconds, run};
    timers = [...timers, timer];
    lookSoon();
    return () => {
      timers = timers.filter((each) => each !== timer);
    };
  };
  return {
    monotonic,
    wall: () => startedAt + monotonic(),
    machine: () => startedAt + monotonic(),
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const cancel = after(milliseconds, resolve);
        signal.addEventListener('abort', () => {
          cancel();
          reject(signal.reason);
        });
      }),
    after,
  };
}
