import {setTimeout as sleep} from 'node:timers/promises';
import {createRandom, type Random} from '../../demo/random.ts';
import {createClient} from '../../source/engine/api/client.ts';
import {type ConnectionFeed, pipelineLogs} from '../../source/engine/feeds/connection-feed.ts';
import type {Log} from '../../source/engine/logs/log.ts';
import {LogManager} from '../../source/engine/logs/log-manager.ts';
import {ListPoller} from '../../source/engine/pipelines/list-poller.ts';
import {FakeClock, settled} from '../harness/fake-clock.ts';
import {compare} from './compare.ts';
import {chunkedHead, FaultServer, type LogAnswer} from './fault-server.ts';
import type {FaultKind} from './faults.ts';
import {lastWords} from './protocol.ts';
import {transcriptOf} from './transcript.ts';

type HistoryOptions = {
  readonly seed: number;
  /** In this order. */
  readonly kinds: readonly FaultKind[];
  /** A fault may come before the log has got over the one before; and it may meet requests of JSON. */
  readonly overlaps: boolean;
};

type History = {
  /** What the log has that breaks the promise. */
  readonly breaches: readonly string[];
  /** What its history told. */
  readonly events: readonly string[];
  readonly connections: number;
  /** Sockets and timers that are left when the program has ended. */
  readonly left: {readonly sockets: number; readonly timers: number};
};

const agent = 'pipetail/chaos';
/** Milliseconds of the log's clock after which a log that has not got over a fault never will. */
const patience = 20 * 60_000;
/** Entries that the ring holds for sure, though others were in it. */
const surelyHeld = 60;

/** One log behind a server with these faults, each from the last sign of life to the next; no wait takes real time. */
export async function runHistory(options: HistoryOptions): Promise<History> {
  const {seed, kinds} = options;
  const clock = new FakeClock();
  const random = createRandom(seed, 'history');
  const server = new FaultServer({seed, clock, identical: random.pick([0, 0, 0.2])});
  await server.listen('127.0.0.1');
  server.write(random.pick([0, 20, 250]));
  const client = createClient({baseUrl: server.url, clock, userAgent: agent});
  const manager = new LogManager(
    {client, clock, random: random.next, fps: 12, scrollbackBytes: 2 ** 26, silence: 30_000},
    pipelineLogs,
  );
  const poller = new ListPoller({client, clock, random: random.next});
  const unsubscribe = poller.snapshot.subscribe(() => {
    const {pipelines, failure} = poller.snapshot.get();
    if (pipelines && failure === undefined) manager.updatePipelines(pipelines);
  });
  if (random.chance(0.5)) poller.start();
  const history = new Running(server, manager.open('chaos'), random);
  try {
    await history.run(options);
  } finally {
    unsubscribe();
    poller.stop();
    manager.dispose();
    await client.close();
    // Those of the faults end by then; one that is set again and again does not.
    await clock.advance(60_000);
    await history.settle();
  }
  const left = {sockets: server.openSockets, timers: clock.pending};
  await server[Symbol.asyncDispose]();
  const {breaches} = compare(server.truth.truth(), agent, transcriptOf(history.log.buffer));
  const names = kinds.map(({name}) => name).join(', ');
  return {
    breaches: breaches.map(({position, text}) => `seed ${seed} (${names}), entry ${position}: ${text}`),
    events: history.events,
    connections: server.asked,
    left,
  };
}

class Running {
  readonly log: Log<ConnectionFeed>;
  readonly #server: FaultServer;
  readonly #random: Random;
  readonly #events = new Set<string>();
  #caughtUpAt = 0;
  #isIntact = true;

  constructor(server: FaultServer, log: Log<ConnectionFeed>, random: Random) {
    this.#server = server;
    this.log = log;
    this.#random = random;
  }

  get events(): readonly string[] {
    return [...this.#events];
  }

  async run({kinds, overlaps}: HistoryOptions): Promise<void> {
    const server = this.#server;
    const random = this.#random;
    await this.#catchUp();
    for (const kind of kinds) {
      if (kind.clears && this.#isIntact) {
        await this.#catchUp();
        server.truth.endIntact();
        this.#isIntact = false;
      }
      this.#write(random.integer(8));
      await this.#do(kind, overlaps);
      this.#write(random.integer(8));
      await this.#pass(random.integer(4000));
      if (!overlaps || random.chance(0.7) || server.written - this.#caughtUpAt > surelyHeld) await this.#catchUp();
    }
    await this.#catchUp();
    server.writer.end(server.pipeline);
    await this.#until(() => lastLines(this.log).some((line) => line.includes(lastWords)));
    // The catch-up is over, too.
    await this.#pass(4000);
  }

  /** Until no socket brings anything, which takes real time where the kernel is busy. */
  async settle(): Promise<void> {
    for (let still = 0, seen = -1; still < 3; still += 1) {
      await settled();
      if (seen !== this.#server.activity) still = 0;
      seen = this.#server.activity;
    }
  }

  async #do(kind: FaultKind, overlaps: boolean): Promise<void> {
    const server = this.#server;
    const random = this.#random;
    const times = overlaps ? 1 + random.integer(3) : 1;
    switch (kind.place) {
      case 'refusal': {
        const {bytes, ending} = kind;
        for (let time = 0; time < times; time++) {
          server.nextAnswers.push((to) => {
            to.raw(bytes);
            to.end(ending);
          });
          if (overlaps && random.chance(0.5)) server.nextJson.push({bytes, ending});
        }
        server.endAll(random.pick(['fin', 'rst']));
        return;
      }
      case 'answer':
        server.nextAnswers.push(kind.answer);
        server.endAll('fin');
        return;
      case 'body':
        if (random.chance(0.5)) {
          for (const answer of [...server.answers]) this.#spoil(answer, kind.spoil);
        } else {
          server.nextAnswers.push((to) => {
            const replay = to.replay();
            const count = random.integer(replay.length - 1);
            to.raw(chunkedHead);
            to.deliver(replay.subarray(0, count));
            kind.spoil(to, replay.subarray(count));
          });
          server.endAll('fin');
        }
        return;
      case 'server':
        await kind.begin(server);
        return;
    }
  }

  #spoil(answer: LogAnswer, spoil: (to: LogAnswer, rest: Buffer) => void): void {
    const held = answer.hold();
    this.#write(1 + this.#random.integer(3));
    spoil(answer, Buffer.concat([held, answer.hold()]));
  }

  #write(count: number): void {
    this.#server.write(count);
  }

  /** The log has all that was written, over a connection that goes on. */
  async #catchUp(): Promise<void> {
    const server = this.#server;
    await this.#until(() => server.pipeline.ring !== undefined);
    // A line that no other equals.
    server.writer.burst(server.pipeline, 1);
    const last = server.writer.last;
    await this.#until(() => lastLines(this.log).includes(last));
    this.#caughtUpAt = server.written;
  }

  async #until(done: () => boolean): Promise<void> {
    const {clock} = this.#server;
    const end = clock.monotonic() + patience;
    while (!done()) {
      if (clock.monotonic() > end) {
        throw new Error(
          `the log never came back: ${JSON.stringify(this.log.snapshot.get().connection)}\n${this.events.join('\n')}`,
        );
      }
      await this.#step(patience);
    }
  }

  async #pass(milliseconds: number): Promise<void> {
    const {clock} = this.#server;
    const end = clock.monotonic() + milliseconds;
    while (clock.monotonic() < end) await this.#step(end - clock.monotonic());
  }

  /** Lets all happen that needs no time, and then the next timer's time pass, at most `most`. */
  async #step(most: number): Promise<void> {
    const {clock} = this.#server;
    await this.settle();
    if ((clock.nextIn ?? most) >= 1000) {
      // What is on its way, or unpacked on another thread, must not look late.
      await sleep(1);
      await this.settle();
    }
    await clock.advance(Math.min(most, clock.nextIn ?? most));
    for (const {text} of this.log.snapshot.get().events) this.#events.add(text);
  }
}

function lastLines({buffer}: Log<ConnectionFeed>): string[] {
  const lines: string[] = [];
  for (let id = buffer.endId - 1; id >= Math.max(buffer.firstId, buffer.endId - 20); id--) {
    lines.push(buffer.lineAt(id)?.toString() ?? '');
  }
  return lines;
}
