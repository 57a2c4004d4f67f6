import {type Outage, serverOutage} from '../words/failure-words.ts';
import type {Screen} from './screen.ts';

/** For a page, whose times are UTC. */
export function outageNow({services: {poller, clock}}: Screen): Outage | undefined {
  const outage = serverOutage(poller.snapshot.get(), {now: clock.wall()});
  return outage && {...outage, since: `${outage.since} UTC`};
}
