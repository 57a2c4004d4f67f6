import type {Log} from '../../engine/logs/log.ts';
import {connectorsOf, failuresInLog, type KnownConnector, type LoggedFailure} from '../facts/connectors.ts';
import {type NoAnswer, noAnswer} from '../words/failures.ts';
import type {Screen} from './screen.ts';

/** The connectors of the described pipeline; empty while none is known. */
export function describedConnectors(screen: Screen): readonly KnownConnector[] {
  const name = screen.lookup.described.get()?.name;
  if (name === undefined) return [];
  if (screen.pipeline(name)) return screen.events.connectors.connectors(name);
  return connectorsOf(screen.services.stats.known.get().get(name), failuresOf(screen, name));
}

/** For this page, whose times are UTC. */
export function noAnswerNow({services: {poller, clock}}: Screen): NoAnswer | undefined {
  const answer = noAnswer(poller.snapshot.get(), {now: clock.wall()});
  return answer && {...answer, since: `${answer.since} UTC`};
}

/** By log: a log's errors are read again when there are new ones. */
const readFailures = new WeakMap<Log, {errors: object; fromId: number; failures: readonly LoggedFailure[]}>();

/** The connectors that stopped with a fatal error in the newest run of an opened log. */
function failuresOf(screen: Screen, name: string): readonly LoggedFailure[] {
  const stream = screen.services.logs.get(name);
  if (!stream) return [];
  const tab = screen.state.tabs.find((each) => each.name === name);
  const fromId = (tab && screen.indexOf(tab)?.runs.at(-1)?.firstId) ?? 0;
  const errors = stream.errors.byKey;
  const read = readFailures.get(stream);
  if (read?.errors === errors && read.fromId === fromId) return read.failures;
  const failures = failuresInLog(stream, fromId);
  readFailures.set(stream, {errors, fromId, failures});
  return failures;
}
