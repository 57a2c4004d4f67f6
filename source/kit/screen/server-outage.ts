import {type Outage, serverOutage} from '../words/failure-words.ts';
import type {Screen} from './screen.ts';

/** Returns the server's outage for a page, whose times are UTC; undefined: there is none. */
export function outageNow({services: {poller, clock}}: Screen): Outage | undefined {
  const outage = serverOutage(poller.snapshot.get(), {now: clock.wall()});
  return outage && {...outage, since: `${outage.since} UTC`};
}
