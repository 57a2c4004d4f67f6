import type {ApiClient} from '../../engine/api/types.ts';
import {isOpen} from '../../engine/connection/state.ts';
import {type ConnectionFeed, pipelineLogs} from '../../engine/feeds/connection-feed.ts';
import type {Log} from '../../engine/logs/log.ts';
import {LogManager} from '../../engine/logs/log-manager.ts';
import type {Clock} from '../../lib/clock.ts';
import {CatchUp, troubleOf} from './catch-up.ts';

export type ServerLogOptions = {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Returns numbers in [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Receives one line about each part that is missing. */
  readonly note: (line: string) => void;
  /** Milliseconds after which what has come is enough; undefined: the log has to come whole. */
  readonly patience?: number;
};

/** Bytes of the log that are held while it is read; a recording may be larger. */
export const mostLogBytes = 64 * 1024 * 1024;

/** Milliseconds between checks whether the log has come whole. */
const checkEvery = 50;

/**
 * Reads what the server has of a log, and closes it after `use`. `cut`: why the reading ended before the log came to
 * rest. Rejects with an `Error` of one line.
 */
export async function withServerLog<T>(
  name: string,
  {client, clock, random, signal, patience = Number.POSITIVE_INFINITY}: Omit<ServerLogOptions, 'note'>,
  use: (log: Log<ConnectionFeed>, cut: string | undefined) => T | Promise<T>,
): Promise<T> {
  const limits = {scrollbackBytes: mostLogBytes, memoryBytes: mostLogBytes};
  const manager = new LogManager({client, clock, random, fps: 1000 / checkEvery, silence: 0, ...limits}, pipelineLogs);
  try {
    const log = manager.open(name);
    const {buffer, snapshot} = log;
    const startedAt = clock.monotonic();
    const catchUp = new CatchUp(startedAt);
    for (let opened = false; ; ) {
      const {connection, receivedAt} = snapshot.get();
      const received = buffer.totalBytes;
      opened ||= received > 0 || isOpen(connection);
      const logEnded = buffer.lastMarker()?.marker.kind === 'ended';
      const now = clock.monotonic();
      const ending = catchUp.check({now, connection, received, receivedAt, opened, serverAnswers: true, logEnded});
      if (ending?.failed) throw new Error(ending.say ?? 'the log could not be read');
      if (ending) return await use(log, ending.say);
      if (now - startedAt >= patience) {
        if (connection?.kind !== 'live') throw new Error(troubleOf(connection) ?? 'the log did not come in time');
        return await use(log, undefined);
      }
      await clock.sleep(checkEvery, signal);
    }
  } finally {
    manager.dispose();
  }
}
