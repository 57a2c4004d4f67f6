import {asFailure} from '../api/errors.ts';
import type {Pipeline} from '../api/types.ts';
import {SharedFrames} from '../lib/frames.ts';
import {SleepDetector} from '../lib/presence.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';
import {askedDelay} from './connection/backoff.ts';
import type {LogSource} from './log-source.ts';
import {LogStream, type StreamOptions} from './log-stream.ts';
import {MemoryBudget} from './memory-budget.ts';

/**
 * The part of `--memory` that is counted: blocks of all sizes that come and go leave the rest free in the C library's heap.
 * 64 tabs of incompressible logs take 1.7 times what is counted.
 */
const countedShare = 7 / 10;

/** The streams of the open tabs: one for each pipeline, shared by all views of it. */
export class StreamManager {
  /** Contains the streams; the maker of a merged log adds that. */
  readonly memory: MemoryBudget;
  readonly #options: StreamOptions;
  readonly #streams = new Map<string, LogStream>();
  readonly #names = createStore<readonly string[]>([]);
  readonly #sleepDetector: SleepDetector;
  readonly #serverReturn: ServerReturn;
  readonly #onRenamed = new Set<(names: NewNames) => void>();
  #listed: ReadonlyMap<string, Pipeline> | undefined;

  constructor(options: StreamOptions) {
    const {clock, fpsNow: fps = options.fps, memoryBytes = Number.POSITIVE_INFINITY} = options;
    const scrollbackBytes = Math.min(options.scrollbackBytes, memoryBytes);
    // With shared frames the screen is drawn once for all tabs: half the CPU time for 64 busy ones.
    this.#options = {frames: new SharedFrames({clock, fps}), ...options, scrollbackBytes};
    this.memory = new MemoryBudget({clock, budget: memoryBytes * countedShare});
    this.#serverReturn = new ServerReturn(options, this.#streams);
    this.#sleepDetector = new SleepDetector({
      clock: options.clock,
      onSlept: (_, of) => {
        for (const stream of this.#streams.values()) stream.checkAfterPause(of);
      },
    });
  }

  get options(): StreamOptions {
    return this.#options;
  }

  /** Of the open streams, in the order of opening. */
  get names(): ReadableStore<readonly string[]> {
    return this.#names;
  }

  /** Returns the pipeline's stream, which is created and connected if it is not open. */
  open(name: string): LogStream {
    const open = this.#streams.get(name);
    if (open) return open;
    const stream: LogStream = new LogStream({
      ...{...this.#options, name, onWaiting: () => this.#serverReturn.watch()},
      onRenamed: (to) => this.#rename(new Map([[stream, to]])),
    });
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

  /** Closes the connection at once; the memory is freed with the last reference to the stream. */
  close(name: string): void {
    const stream = this.#streams.get(name);
    if (!stream) return;
    this.#streams.delete(name);
    this.memory.remove(stream);
    void stream.close();
    if (this.#streams.size === 0) this.#sleepDetector.stop();
    this.#names.set([...this.#streams.keys()]);
  }

  reconnect(name: string): void {
    this.#streams.get(name)?.reconnect();
  }

  /** `listener` gets the new names of pipelines before `names` has them. Returns a function to leave. */
  onRenamed(listener: (names: NewNames) => void): () => void {
    this.#onRenamed.add(listener);
    return () => this.#onRenamed.delete(listener);
  }

  /** `pipelines`: the newest list. */
  updatePipelines(pipelines: readonly Pipeline[]): void {
    const listed = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
    this.#listed = listed;
    this.followNames(pipelines);
    for (const [name, stream] of this.#streams) stream.updatePipeline(listed.get(name));
  }

  /** The streams of pipelines that have another name in the newest list get that one. */
  followNames(pipelines: readonly Pipeline[]): void {
    const namesById = new Map(pipelines.map(({id, name}) => [id, name]));
    const moved = [...this.#streams.values()].flatMap((stream) => {
      const name = namesById.get(stream.pipelineId ?? '');
      return name === undefined || name === stream.name ? [] : [[stream, name] as const];
    });
    this.#rename(new Map(moved));
  }

  /** Two names may be exchanged. */
  #rename(moved: ReadonlyMap<LogStream, string>): void {
    const names = new Map([...moved].map(([{name}, to]) => [name, to]));
    const inPlace = (to: string) => (names.has(to) ? undefined : this.#streams.get(to));
    // A tab that has the log of another pipeline of that name keeps it, and gets this one behind it.
    const isTaken = (to: string, {pipelineId}: LogStream) => {
      const other = inPlace(to);
      if (!other || other.buffer.lineCount === 0) return false;
      return other.pipelineId !== pipelineId || other.losses.clears > 0;
    };
    for (let left = -1; left !== names.size; ) {
      left = names.size;
      for (const [stream, to] of moved) if (isTaken(to, stream)) names.delete(stream.name);
    }
    if (names.size === 0) return;
    for (const to of names.values()) if (inPlace(to)) this.close(to);
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of streams) {
      const to = names.get(stream.name);
      if (to !== undefined) stream.rename(to);
      this.#streams.set(stream.name, stream);
    }
    for (const listener of this.#onRenamed) listener(names);
    this.#names.set([...this.#streams.keys()]);
  }

  dispose(): void {
    this.#serverReturn.stop();
    for (const name of [...this.#streams.keys()]) this.close(name);
  }
}

/** By the old name. */
export type NewNames = ReadonlyMap<string, string>;

/** Milliseconds between two requests that find out whether the server is back, plus up to half as much jitter. */
const askEvery = 1000;
/** Streams wake within this many milliseconds for each of them, up to the second number: not in one burst. */
const spreadEach = 16;
const longestSpread = 1000;

/**
 * Wakes all streams that wait for the server, at the first good answer to any request: the list, a look-up, another
 * stream. While streams wait, it also sends small requests of its own, one at a time: each stream alone would wait for
 * the end of its backoff.
 */
class ServerReturn {
  readonly #options: Pick<StreamOptions, 'client' | 'clock' | 'random'>;
  readonly #streams: ReadonlyMap<string, LogStream>;
  readonly #waking = new Set<LogStream>();
  readonly #stop = new AbortController();
  readonly #unsubscribe: () => void;
  #cancelTimer: (() => void) | undefined;
  #isAsking = false;

  constructor(options: Pick<StreamOptions, 'client' | 'clock' | 'random'>, streams: ReadonlyMap<string, LogStream>) {
    this.#options = options;
    this.#streams = streams;
    this.#unsubscribe = options.client.answers.lastGood.subscribe(() => this.#wake());
  }

  /** A stream waits: asks the server until none does. */
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

  /** Never rejects. A good answer arrives through `lastGood`. */
  async #ask(): Promise<void> {
    const [first] = this.#waiting();
    if (!first) return;
    const {client, random} = this.#options;
    this.#isAsking = true;
    const failure = await client.getPipeline(first.name, this.#stop.signal).then(() => undefined, asFailure);
    this.#isAsking = false;
    // The server is back but refuses us: each stream gets that answer after its own wait.
    if (failure?.kind === 'fatal' || this.#waiting().length === 0) return;
    this.#askAfter(Math.max(askEvery * (1 + random() / 2), askedDelay(failure) ?? 0));
  }

  #wake(): void {
    const {client, clock, random} = this.#options;
    const {lastGood} = client.answers;
    // The answer to the first stream that wakes leads here again: the others keep their delays.
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

export type Streams<Stream extends object> = {
  readonly names: ReadableStore<readonly string[]>;
  get(name: string): Stream | undefined;
};

/** Calls `start` for each stream, now and later, and its result when the stream closes. Returns a function to stop. */
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

/** Calls `draw` when a log gets its first lines, since the user may wait for them. Returns a function to stop. */
export function watchFirstLines(logs: Streams<LogSource>, draw: (name: string) => void): () => void {
  return forEachStream(logs, ({name, snapshot}) => {
    let isOver = snapshot.get().lineCount > 0;
    return snapshot.subscribe(() => {
      if (isOver || snapshot.get().lineCount === 0) return;
      isOver = true;
      draw(name);
    });
  });
}
