import type {Log} from '../../engine/logs/log.ts';
import {forEachLog, type LogRegistry} from '../../engine/logs/log-manager.ts';
import type {LogSnapshot} from '../../engine/logs/log-snapshot.ts';
import type {Clock} from '../../lib/clock.ts';
import {LongWait} from '../../lib/long-wait.ts';
import type {ReadableStore} from '../../lib/store.ts';

/** Waits of the logs for an answer to their request, and for its first byte. */
export class LogWaits {
  readonly #waits = new WeakMap<Log, LongWait>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Follows all logs. Returns a function that ends that. */
  start(logs: LogRegistry): () => void {
    return forEachLog(logs, (log) => {
      const {snapshot} = log;
      const wait = this.#of(log);
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
  }

  /** Returns the start of a log's wait, as `LongWait.since`. */
  since(log: Log): ReadableStore<number | undefined> {
    return this.#of(log).since;
  }

  #of(log: Log): LongWait {
    const wait = this.#waits.get(log) ?? new LongWait(this.#clock);
    this.#waits.set(log, wait);
    return wait;
  }
}

/** The request has no answer yet, or an answer without a byte. */
export function isAwaited({connection, lineCount}: LogSnapshot): boolean {
  return connection?.kind === 'connecting' || (connection?.kind === 'catching-up' && lineCount === 0);
}
