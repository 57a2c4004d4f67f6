import {type NoAnswer, noAnswer} from '../words/failures.ts';
import type {Screen} from './screen.ts';

/** For a page, whose times are UTC. */
export function noAnswerNow({services: {poller, clock}}: Screen): NoAnswer | undefined {
  const answer = noAnswer(poller.snapshot.get(), {now: clock.wall()});
  return answer && {...answer, since: `${answer.since} UTC`};
}
