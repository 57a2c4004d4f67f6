import type {Pipeline} from '../api/types.ts';
import {SharedFrames} from '../lib/shared-frames.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';
import {LogStream} from './log-stream.ts';
import {MemoryKeeper} from './memory-keeper.ts';
import {ServerReturn} from './server-return.ts';
import {SleepDetector} from './sleep-detector.ts';
import type {StreamOptions} from './stream-options.ts';

/** The open tabs' streams, shared by all that show them: one stream, and at most one connection, a pipeline. */
export class StreamManager {
  /** What holds all logs within one budget; the merged ones are added to it by whoever makes them. */
  readonly memory: MemoryKeeper;
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
    this.memory = new MemoryKeeper({clock: options.clock, budget: options.memoryBytes ?? Number.POSITIVE_INFINITY});
    this.#return = new ServerReturn({...options, streams: this.#streams});
    this.#sleepDetector = new SleepDetector({
      clock: options.clock,
      onSlept: () => {
        for (const stream of this.#streams.values()) stream.noteSleep();
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
    if (pipeline) stream.notePipeline(pipeline);
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
  noteList(pipelines: readonly Pipeline[]): void {
    const listed = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
    this.#listed = listed;
    for (const [name, stream] of this.#streams) stream.notePipeline(listed.get(name));
  }

  /** Closes every stream. */
  dispose(): void {
    this.#return.stop();
    for (const name of [...this.#streams.keys()]) this.close(name);
  }
}
