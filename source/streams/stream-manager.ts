import {asFailure} from '../api/errors.ts';
import type {Pipeline} from '../api/types.ts';
import {SharedFrames} from '../lib/frames.ts';
import {SleepDetector} from '../lib/presence.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';
import {askedDelay} from './connection/backoff.ts';
import {LogStream, type StreamOptions} from './log-stream.ts';
import {MemoryBudget} from './memory-budget.ts';

/** The open tabs' streams, shared by all that show them: one stream, and at most one connection, a pipeline. */
export class StreamManager {
  /** Holds all logs within one budget; who makes a merged one adds it. */
  readonly memory: MemoryBudget;
  readonly #options: StreamOptions;
  readonly #streams = new Map<string, LogStream>();
  readonly #names = createStore<readonly string[]>([]);
  readonly #sleepDetector: SleepDetector;
  readonly #serverReturn: ServerReturn;
  #listed: ReadonlyMap<string, Pipeline> | undefined;

  constructor(options: StreamOptions) {
    const {clock, fpsNow: fps = options.fps} = options;
    // The screen is drawn once a frame, however many tabs have changed: half the CPU time for 64 busy ones.
    this.#options = {frames: new SharedFrames({clock, fps}), ...options};
    this.memory = new MemoryBudget({clock: options.clock, budget: options.memoryBytes ?? Number.POSITIVE_INFINITY});
    this.#serverReturn = new ServerReturn(options, this.#streams);
    this.#sleepDetector = new SleepDetector({
      clock: options.clock,
      onSlept: () => {
        for (const stream of this.#streams.values()) stream.reconnectAfterSleep();
      },
    });
  }

  /** What every stream is opened with. */
  get options(): StreamOptions {
    return this.#options;
  }

  /** Names of the open streams, in the order of opening. */
  get names(): ReadableStore<readonly string[]> {
    return this.#names;
  }

  /** The pipeline's stream, connected if it was not open yet. */
  open(name: string): LogStream {
    const open = this.#streams.get(name);
    if (open) return open;
    const stream = new LogStream({...this.#options, name, onWaiting: () => this.#serverReturn.watch()});
    this.#streams.set(name, stream);
    this.memory.add(stream);
    const pipeline = this.#listed?.get(name);
    if (pipeline) stream.updatePipeline(pipeline);
    stream.start();
    this.#sleepDetector.start();
    this.#names.set([...this.#streams.keys()]);
    return stream;
  }

  get(name: string): LogStream | undefined {
    return this.#streams.get(name);
  }

  /** Closes the stream, its connection at once; what it held is freed with the last reference to it. */
  close(name: string): void {
    const stream = this.#streams.get(name);
    if (!stream) return;
    this.#streams.delete(name);
    this.memory.remove(stream);
    void stream.close();
    if (this.#streams.size === 0) this.#sleepDetector.stop();
    this.#names.set([...this.#streams.keys()]);
  }

  /** Connects the stream again now, in every state. */
  reconnect(name: string): void {
    this.#streams.get(name)?.reconnect();
  }

  /** Gives each stream its pipeline as a new list shows it. */
  updatePipelines(pipelines: readonly Pipeline[]): void {
    const listed = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
    this.#listed = listed;
    for (const [name, stream] of this.#streams) stream.updatePipeline(listed.get(name));
  }

  /** Closes every stream. */
  dispose(): void {
    this.#serverReturn.stop();
    for (const name of [...this.#streams.keys()]) this.close(name);
  }
}

/** Milliseconds between two requests whether the server is back, while a stream waits for it; half as much is jitter. */
const askEvery = 1000;
/** Streams that wake do so within this many milliseconds for each of them, up to the second number: not in one burst. */
const spreadEach = 16;
const longestSpread = 1000;

/**
 * Notices that a server that was away is back, and makes all streams that wait for it connect: with the first good answer
 * to any request (the list, a look-up, another stream). While one waits, it asks the server itself, since each stream
 * alone would wait out its backoff: one small request at a time, however many wait.
 */
class ServerReturn {
  readonly #options: Pick<StreamOptions, 'client' | 'clock' | 'random'>;
  readonly #streams: ReadonlyMap<string, LogStream>;
  readonly #waking = new Set<LogStream>();
  readonly #stop = new AbortController();
  readonly #unsubscribe: () => void;
  #cancelTimer: (() => void) | undefined;
  #isAsking = false;

  /** `streams`: the open ones, by name. */
  constructor(options: Pick<StreamOptions, 'client' | 'clock' | 'random'>, streams: ReadonlyMap<string, LogStream>) {
    this.#options = options;
    this.#streams = streams;
    this.#unsubscribe = options.client.answers.lastGood.subscribe(() => this.#wake());
  }

  /** A stream waits: asks from now on until none does. */
  watch(): void {
    this.#askAfter(askEvery * (1 + this.#options.random() / 2));
  }

  stop(): void {
    this.#stop.abort();
    this.#unsubscribe();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #askAfter(milliseconds: number): void {
    if (this.#cancelTimer || this.#isAsking || this.#stop.signal.aborted) return;
    this.#cancelTimer = this.#options.clock.after(milliseconds, () => {
      this.#cancelTimer = undefined;
      void this.#ask();
    });
  }

  /** Never rejects. A good answer comes back as `lastGood`. */
  async #ask(): Promise<void> {
    const [first] = this.#waiting();
    if (!first) return;
    const {client, random} = this.#options;
    this.#isAsking = true;
    const failure = await client.getPipeline(first.name, this.#stop.signal).then(() => undefined, asFailure);
    this.#isAsking = false;
    // The server is there and refuses us: each stream gets that answer itself, in its own time.
    if (failure?.kind === 'fatal' || this.#waiting().length === 0) return;
    this.#askAfter(Math.max(askEvery * (1 + random() / 2), askedDelay(failure) ?? 0));
  }

  #wake(): void {
    const {client, clock, random} = this.#options;
    const {lastGood} = client.answers;
    // The first that wakes brings an answer, too: the others keep their turns.
    const waiting = [...this.#streams.values()].filter(
      (stream) => stream.connection.isWokenBy(lastGood.get()) && !this.#waking.has(stream),
    );
    const spread = Math.min(longestSpread, spreadEach * waiting.length);
    for (const stream of waiting) {
      this.#waking.add(stream);
      clock.after(spread * random(), () => {
        this.#waking.delete(stream);
        stream.connection.onEvent({kind: 'server-answered', request: lastGood.get()});
      });
    }
  }

  #waiting(): LogStream[] {
    return [...this.#streams.values()].filter(({connection}) => connection.waitsForServer);
  }
}

/** The open streams: the part of `StreamManager` that is needed here. */
type Streams<Stream extends object> = {
  readonly names: ReadableStore<readonly string[]>;
  get(name: string): Stream | undefined;
};

/**
 * Calls `start` for each stream that is open, and for each that opens; what that returns is called when the stream is
 * closed. Returns the function that ends all of it.
 */
export function forEachStream<Stream extends object>(
  streams: Streams<Stream>,
  start: (stream: Stream) => () => void,
): () => void {
  const ends = new Map<Stream, () => void>();
  const update = () => {
    const open = new Set(streams.names.get().flatMap((name) => streams.get(name) ?? []));
    for (const [stream, end] of ends) {
      if (open.has(stream)) continue;
      ends.delete(stream);
      end();
    }
    for (const stream of open) if (!ends.has(stream)) ends.set(stream, start(stream));
  };
  const leave = streams.names.subscribe(update);
  update();
  return () => {
    leave();
    for (const end of ends.values()) end();
    ends.clear();
  };
}

/** Calls `draw` when an open log has its first lines, which the user may wait for. Returns the function that ends it. */
export function watchFirstLines(manager: StreamManager, draw: (name: string) => void): () => void {
  return forEachStream(manager, ({name, snapshot}) => {
    let isOver = snapshot.get().lineCount > 0;
    return snapshot.subscribe(() => {
      if (isOver || snapshot.get().lineCount === 0) return;
      isOver = true;
      draw(name);
    });
  });
}
