import type {Pipeline} from '../api/types.ts';
import {SharedFrames} from '../lib/frames.ts';
import {SleepDetector} from '../lib/presence.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';
import {LogStream, type StreamOptions} from './log-stream.ts';
import {MemoryBudget} from './memory-budget.ts';
import {ServerReturn} from './server-return.ts';

/** The open tabs' streams, shared by all that show them: one stream, and at most one connection, a pipeline. */
export class StreamManager {
  /** What holds all logs within one budget; the merged ones are added to it by whoever makes them. */
  readonly memory: MemoryBudget;
  readonly #options: StreamOptions;
  readonly #streams = new Map<string, LogStream>();
  readonly #names = createStore<readonly string[]>([]);
  readonly #sleepDetector: SleepDetector;
  readonly #return: ServerReturn;
  #listed: ReadonlyMap<string, Pipeline> | undefined;

  constructor(options: StreamOptions) {
    const {clock, fpsNow: fps = options.fps} = options;
    // One drawing of the screen a frame, however many tabs have news: of 64 busy ones, half the CPU time.
    this.#options = {frames: new SharedFrames({clock, fps}), ...options};
    this.memory = new MemoryBudget({clock: options.clock, budget: options.memoryBytes ?? Number.POSITIVE_INFINITY});
    this.#return = new ServerReturn({...options, streams: this.#streams});
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
    const stream = new LogStream({...this.#options, name, onWaiting: () => this.#return.watch()});
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

  /** Tells each stream what the list says of its pipeline. To be called with every new list. */
  updatePipelines(pipelines: readonly Pipeline[]): void {
    const listed = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
    this.#listed = listed;
    for (const [name, stream] of this.#streams) stream.updatePipeline(listed.get(name));
  }

  /** Closes every stream. */
  dispose(): void {
    this.#return.stop();
    for (const name of [...this.#streams.keys()]) this.close(name);
  }
}

/** What holds the open streams; of `StreamManager` what is needed here. */
type Streams<Stream extends object> = {
  readonly names: ReadableStore<readonly string[]>;
  get(name: string): Stream | undefined;
};

/**
 * Calls `begin` for each stream that is open, and for each that opens; what that answers is called when the stream is
 * closed. Answers the end of all of it.
 */
export function forEachStream<Stream extends object>(
  streams: Streams<Stream>,
  begin: (stream: Stream) => () => void,
): () => void {
  const ends = new Map<Stream, () => void>();
  const look = () => {
    const open = new Set(streams.names.get().flatMap((name) => streams.get(name) ?? []));
    for (const [stream, end] of ends) {
      if (open.has(stream)) continue;
      ends.delete(stream);
      end();
    }
    for (const stream of open) if (!ends.has(stream)) ends.set(stream, begin(stream));
  };
  const leave = streams.names.subscribe(look);
  look();
  return () => {
    leave();
    for (const end of ends.values()) end();
    ends.clear();
  };
}

/** Calls `draw` when an open log has its first lines, which somebody may wait for. Answers the end of it. */
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
