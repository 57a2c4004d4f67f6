import {randomBytes} from 'node:crypto';
import {setImmediate as turn, setTimeout as wait} from 'node:timers/promises';
import {noServer} from '../../../source/engine/api/no-server.ts';
import type {Feed} from '../../../source/engine/logs/feed.ts';
import {Log} from '../../../source/engine/logs/log.ts';
import {LogManager} from '../../../source/engine/logs/log-manager.ts';
import {LogReader} from '../../../source/engine/logs/log-reader.ts';
import type {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {capabilitiesOf} from '../../../source/engine/opened/found-log.ts';
import {zstdPacker} from '../../../source/kit/system/zstd-packer.ts';
import {systemClock} from '../../../source/lib/clock.ts';

/** Bytes of the process in RAM above those at the start. */
export type Resident = {readonly most: number; readonly closed: number};

const mebibyte = 1024 * 1024;
const pieceBytes = 64 * 1024;

/** Lines that do not become smaller, as a connection brings them. */
class BusyFeed implements Feed {
  readonly capabilities = capabilitiesOf(undefined);
  readonly status = {events: [], receivedAt: undefined};
  readonly name: string;
  readonly #reader: LogReader;

  constructor(sink: LogSink, name: string) {
    this.name = name;
    const clock = systemClock;
    this.#reader = new LogReader({sink, clock, packer: zstdPacker, onReceived: () => sink.onChange()});
  }

  start(): void {
    this.#reader.start({attempt: 1, loss: undefined, pipelineId: undefined});
  }

  receive(bytes: Uint8Array): void {
    this.#reader.receive(1, bytes);
  }

  get tailBytes(): number {
    return this.#reader.memoryBytes;
  }

  packTail(): boolean {
    return this.#reader.pack();
  }

  free(): void {
    this.#reader.free();
  }
}

/** Lets so many logs of so many mebibytes each come at once, then closes them all but one. */
async function pour(count: number, mebibytes: number, memoryBytes: number): Promise<Resident> {
  const feeds = new Map<string, BusyFeed>();
  const logs = {client: noServer(), clock: systemClock, random: Math.random, fps: 12, packer: zstdPacker};
  const manager = new LogManager<BusyFeed>(
    {...logs, scrollbackBytes: 32 * mebibyte, memoryBytes},
    {
      make: (name, options) =>
        new Log({
          ...options,
          feed: (sink) => {
            const feed = new BusyFeed(sink, name);
            feeds.set(name, feed);
            return feed;
          },
        }),
    },
  );
  const names = Array.from({length: count}, (_, index) => `log-${index}`);
  for (const name of names) manager.open(name);
  manager.memory.setViewed('log-0');
  const noise = Buffer.from(
    randomBytes(3 * mebibyte)
      .toString('base64')
      .replace(/.{599}/g, '$&\n'),
  );
  const before = process.memoryUsage.rss();
  let most = 0;
  for (let sent = 0; sent < mebibytes * mebibyte; sent += pieceBytes) {
    for (const [index, name] of names.entries()) {
      const from = (sent * 3 + index * 99_991) % (noise.length - pieceBytes);
      feeds.get(name)?.receive(noise.subarray(from, from + pieceBytes));
    }
    await turn();
    most = Math.max(most, process.memoryUsage.rss() - before);
  }
  for (const name of names.slice(1)) manager.close(name);
  await wait(1000);
  return {most, closed: process.memoryUsage.rss() - before};
}

const [count = 0, mebibytes = 0, memory = 0] = process.argv.slice(2).map(Number);
process.stdout.write(JSON.stringify(await pour(count, mebibytes, memory)));
process.exit();
