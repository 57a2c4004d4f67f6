import {type Clock, systemClock} from '../../source/lib/clock.ts';

/** Real time, run faster: with a speed of 20 a wait of 2 s takes 100 ms. For tests against real servers. */
export function fastClock(speed: number): Clock {
  const startedAt = systemClock.wall();
  const monotonic = () => systemClock.monotonic() * speed;
  const start = monotonic();
  return {
    monotonic,
    wall: () => startedAt + (monotonic() - start),
    sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / speed, signal),
    after: (milliseconds, callback) => systemClock.after(milliseconds / speed, callback),
  };
}
