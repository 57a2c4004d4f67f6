import type {Log} from '../../engine/logs/log.ts';
import {forEachLog, type LogRegistry} from '../../engine/logs/log-manager.ts';
import type {LogSnapshot} from '../../engine/logs/log-snapshot.ts';
import type {Clock} from '../../lib/clock.ts';
import {LongWait} from '../../lib/long-wait.ts';
import type {ReadableStore} from '../../lib/store.ts';
import {pipelinesOf, type Tab} from '../state/view-state.ts';
import type {Services} from './services.ts';

export type LogWaits = ReturnType<typeof logWaits>;

/** Waits of the logs for their recordings, for an answer to their request, and for its first byte. */
export function logWaits(clock: Clock) {
  const waits = new WeakMap<Log, LongWait>();
  const waitOf = (log: Log): LongWait => {
    const wait = waits.get(log) ?? new LongWait(clock);
    waits.set(log, wait);
    return wait;
  };
  return {
    /** Follows all logs. Returns a function that ends that. */
    start(logs: LogRegistry): () => void {
      return forEachLog(logs, (log) => {
        const {snapshot} = log;
        const wait = waitOf(log);
        let wasAwaited = false;
        const check = () => {
          const isNow = isAwaited(snapshot.get());
          if (isNow && !wasAwaited) wait.start();
          else if (!isNow) wait.end();
          wasAwaited = isNow;
        };
        const leave = snapshot.subscribe(check);
        check();
        return () => {
          leave();
          wait.end();
        };
      });
    },
    /** Returns the start of a log's wait, as `LongWait.since`. */
    since: (log: Log): ReadableStore<number | undefined> => waitOf(log).since,
  };
}

/** The recording is not open, so that nothing is requested; the request has no answer yet, or an answer without a byte. */
function isAwaited(snapshot: LogSnapshot): boolean {
  const {connection, lineCount} = snapshot;
  if (awaitsRecording(snapshot) || connection?.kind === 'connecting') return true;
  return connection?.kind === 'catching-up' && lineCount === 0;
}

/** The first connection waits for the disk. */
export function awaitsRecording({connection, recording}: LogSnapshot): boolean {
  return connection?.kind === 'idle' && recording?.kind === 'opening';
}

/** The first log of a tab that is awaited. */
export function awaitedLog({services: {logs}}: {readonly services: Pick<Services, 'logs'>}, tab: Tab): Log | undefined {
  return pipelinesOf(tab)
    .map((name) => logs.get(name))
    .find((log) => log && isAwaited(log.snapshot.get()));
}
