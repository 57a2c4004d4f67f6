import type {Clock} from '../../lib/clock.ts';
import {readTime} from '../../lib/format.ts';

/** A clock whose wall time is the server's, once that has answered: what the API and the logs tell is dated by it. */
export type ServerClock = Clock & {
  /** `Date` of an answer that has just come; empty: it has none. */
  readonly onDate: (date: string) => void;
};

/** Milliseconds by which the two may differ: a `Date` is of a whole second, and some seconds old when the server is slow. */
const tolerance = 5_000;
/** Milliseconds that a `Date` lacks, on average. */
const halfSecond = 500;

/** The one owner of the difference between this machine's clock and the server's. */
export function serverClock(machine: Clock): ServerClock {
  let ahead = 0;
  return {
    monotonic: machine.monotonic,
    wall: () => machine.wall() + ahead,
    machine: machine.machine,
    sleep: machine.sleep,
    after: machine.after,
    onDate(date) {
      const difference = readTime(date) + halfSecond - machine.wall();
      if (!(Math.abs(difference - ahead) > tolerance)) return;
      ahead = Math.abs(difference) > tolerance ? difference : 0;
    },
  };
}
