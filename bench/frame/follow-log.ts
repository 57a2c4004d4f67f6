import {createClient} from '../../source/api/client.ts';
import {type Clock, systemClock} from '../../source/lib/clock.ts';
import {LogStream} from '../../source/streams/log-stream.ts';

/** Frames a second: a few more than the program's default, 12. */
const fps = 15;

/** Follows the log at `url` as a tab does. */
export function followLog(url: string, scrollbackBytes: number, clock: Clock = systemClock): LogStream {
  const client = createClient({baseUrl: url, clock, userAgent: 'pipetail/bench'});
  const stream = new LogStream({name: 'orders', client, clock, random: Math.random, fps, scrollbackBytes});
  stream.start();
  return stream;
}

/** Resolves once the stream has so many bytes. */
export async function received({snapshot, buffer}: LogStream, bytes: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = snapshot.subscribe(() => {
      if (buffer.totalBytes < bytes) return;
      stop();
      resolve();
    });
  });
}
