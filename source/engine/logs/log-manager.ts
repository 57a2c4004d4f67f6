import type {Clock} from '../../lib/clock.ts';
import {SharedFrames} from '../../lib/frames.ts';
import {SleepDetector} from '../../lib/presence.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import type {ApiClient, Pipeline} from '../api/types.ts';
import type {Packer} from '../buffer/packed-store.ts';
import {ServerReturn} from '../pipelines/server-return.ts';
import type {Recordings} from '../recording/recordings.ts';
import type {Feed} from './feed.ts';
import type {Log} from './log.ts';
import {MemoryBudget} from './memory-budget.ts';

/**
 * The part of `--memory` that is counted: the rest is for what is on its way, for garbage, and for what came since the last
 * check. 64 tabs of incompressible logs take 1.2 times what is counted.
 */
const countedShare = 7 / 10;
/** Limit of the scrollback of a log that no view has: with the end that a reconnect needs, 2 MiB at most. */
const unviewedScrollback = 512 * 1024;

export type ManagerOptions = {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Returns numbers in [0, 1). */
  readonly random: () => number;
  /** Snapshots a second of each log, at most. */
  readonly fps: number;
  /** The snapshots a second now: fewer than `fps` while the user is away. Default: always `fps`. */
  readonly fpsNow?: ReadableStore<number>;
  /** Limit of the memory of each log's scrollback. */
  readonly scrollbackBytes: number;
  /** Limit of all logs together. Default: none. */
  readonly memoryBytes?: number;
  /** Default: no scrollback is compressed. */
  readonly packer?: Packer;
  /** See `ServerReturn`. */
  readonly listEvery?: () => number;
  /** Milliseconds without a byte after which a connection is replaced; 0: never. Default 5 minutes. */
  readonly silence?: number;
  readonly recordings?: {
    readonly of: Recordings;
    /** Every log is recorded, from its beginning on. */
    readonly all: boolean;
    /** The scrollback begins with what was recorded before. */
    readonly showPast: boolean;
  };
};

/** Options that a log gets from its manager. */
export type ManagedOptions = ManagerOptions & {
  readonly frames: SharedFrames;
  /** See `Connection`. */
  readonly onWaiting: () => void;
  readonly onRenamed: (pipelines: readonly Pipeline[]) => void;
  /** A connection has shown whose log it is. */
  readonly onPlaced: () => void;
};

/** Makes logs by their names. */
export type LogMaker<F extends Feed> = {
  /** A log that is not started yet. */
  readonly make: (name: string, options: ManagedOptions) => Log<F>;
};

/** The open logs, by name: one for each, shared by all views of it, within one budget of memory. */
export class LogManager<F extends Feed = Feed> {
  /** Contains the logs; the maker of a merged log adds that. */
  readonly memory: MemoryBudget;
  readonly options: ManagerOptions;
  /** With shared frames the screen is drawn once for all tabs: half the CPU time for 64 busy ones. */
  readonly #frames: SharedFrames;
  readonly #catalog: LogMaker<F>;
  readonly #logs = new Map<string, Log<F>>();
  /** Those that a view has; the others are read for their errors. */
  readonly #viewed = new Set<Log<F>>();
  readonly #names = createStore<readonly string[]>([]);
  /** Names of the open logs, in the order of opening. */
  readonly names: ReadableStore<readonly string[]> = this.#names;
  readonly #sleepDetector: SleepDetector;
  readonly #serverReturn: ServerReturn;
  readonly #closing = new AbortController();
  #listed: ReadonlyMap<string, Pipeline> | undefined;
  /** Tells whether a log that no view has any more is read on. */
  isRead: (name: string) => boolean = () => false;
  /** Gets the new names of pipelines before `names` has them. */
  onRenamed: (names: NewNames) => void = () => {};

  constructor(options: ManagerOptions, catalog: LogMaker<F>) {
    const {clock, fpsNow: fps = options.fps, memoryBytes = Number.POSITIVE_INFINITY} = options;
    const scrollbackBytes = Math.min(options.scrollbackBytes, memoryBytes);
    this.options = {...options, scrollbackBytes};
    this.#frames = new SharedFrames({clock, fps});
    this.#catalog = catalog;
    this.memory = new MemoryBudget({clock, budget: memoryBytes * countedShare});
    this.#serverReturn = new ServerReturn(options, () => this.#logs.values());
    this.#sleepDetector = new SleepDetector(options.clock, (_, of) => {
      for (const log of this.#logs.values()) log.connection?.checkAfterPause(of);
    });
  }

  /** Unix time in ms of the last sign of the server on any connection: a byte, or its end. */
  get heardAt(): number {
    const signs = [...this.#logs.values()].flatMap((log) => [
      log.connection?.endedAt ?? 0,
      (log.connection && log.snapshot.get().receivedAt) ?? 0,
    ]);
    return Math.max(0, ...signs);
  }

  /** Returns the log of that name for a view. It is made and started if it is not open. */
  open(name: string): Log<F> {
    const {scrollbackBytes} = this.options;
    const open = this.#logs.get(name);
    const log = open ?? this.#make(name, scrollbackBytes);
    if (this.#viewed.has(log)) return log;
    this.#viewed.add(log);
    if (open) {
      log.limitTo(scrollbackBytes);
      wake(log);
    }
    this.#names.set([...this.#logs.keys()]);
    return log;
  }

  /**
   * Returns the log of that name for its errors alone, made with little scrollback if not open. One that rests goes on.
   */
  read(name: string): Log<F> {
    const open = this.#logs.get(name);
    if (open) {
      wake(open);
      return open;
    }
    const log = this.#make(name, Math.min(unviewedScrollback, this.options.scrollbackBytes));
    this.#names.set([...this.#logs.keys()]);
    return log;
  }

  isViewed(name: string): boolean {
    const log = this.#logs.get(name);
    return log !== undefined && this.#viewed.has(log);
  }

  #make(name: string, scrollbackBytes: number): Log<F> {
    const log: Log<F> = this.#catalog.make(name, {
      ...this.options,
      frames: this.#frames,
      scrollbackBytes,
      onWaiting: () => this.#serverReturn.watch(),
      onRenamed: (pipelines) => this.followNames(pipelines),
      onPlaced: () => void this.#askNames(log),
    });
    this.#logs.set(name, log);
    this.memory.add(log);
    const pipeline = this.#listed?.get(name);
    if (pipeline) log.connection?.updatePipeline(pipeline);
    log.start();
    this.#sleepDetector.start();
    return log;
  }

  get(name: string): Log<F> | undefined {
    return this.#logs.get(name);
  }

  /**
   * Closes a log that no view has any more: frees connection and files, and memory once what is recorded is written. A
   * log that is read on only loses most of its scrollback. One that cannot be read again stays open.
   */
  close(name: string): void {
    const log = this.#logs.get(name);
    if (!log?.capabilities.canReopen || !this.#viewed.has(log)) return;
    if (!this.isRead(name)) {
      this.#free(log);
      return;
    }
    this.#viewed.delete(log);
    log.limitTo(Math.min(unviewedScrollback, this.options.scrollbackBytes));
    this.#names.set([...this.#logs.keys()]);
  }

  /** Ends what `read` began, unless a view has the log. */
  leave(name: string): void {
    const log = this.#logs.get(name);
    if (log && !this.#viewed.has(log)) this.#free(log);
  }

  #free(log: Log<F>): void {
    void this.#close(log).then(() => log.free());
  }

  /** Closes the log. Resolves when all of it is written. */
  #close(log: Log<F>): Promise<void> {
    this.#logs.delete(log.name);
    this.#viewed.delete(log);
    this.memory.remove(log);
    const closed = log.close();
    if (this.#logs.size === 0) this.#sleepDetector.stop();
    this.#names.set([...this.#logs.keys()]);
    return closed;
  }

  reconnect(name: string): void {
    this.#logs.get(name)?.connection?.reconnect();
  }

  /** `pipelines`: the newest list. */
  updatePipelines(pipelines: readonly Pipeline[]): void {
    const listed = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
    this.#listed = listed;
    this.followNames(pipelines);
    for (const [name, log] of this.#logs) log.connection?.updatePipeline(listed.get(name));
  }

  /**
   * Gives each log the name that its pipeline has in the newest list, unless another log has that name: the tab of a
   * name has the log of its pipeline. Other logs of such a pipeline are given up, and go on when a pipeline has their
   * name.
   */
  followNames(pipelines: readonly Pipeline[]): void {
    const namesById = new Map(pipelines.map(({id, name}) => [id, name]));
    const idsByName = new Map(pipelines.map(({id, name}) => [name, id]));
    const nameOf = ({connection}: Log<F>) => namesById.get(connection?.pipelineId ?? '');
    const names = this.#newNames(nameOf);
    for (const log of this.#logs.values()) {
      const to = nameOf(log);
      if (to !== undefined && to !== log.name && !names.has(log.name)) log.connection?.suspend(to);
    }
    if (names.size > 0) this.#rename(names);
    for (const {name, connection} of this.#logs.values()) {
      const id = idsByName.get(name);
      if (id !== undefined && connection?.isGivenUp) connection.attachTo(id);
    }
  }

  /**
   * Asks for the list if two logs have one pipeline: the name of one of them is not the pipeline's any more. It asks
   * also if a log that was given up has a connection all the same. Never rejects.
   */
  async #askNames(log: Log<F>): Promise<void> {
    const id = log.connection?.pipelineId;
    const others = [...this.#logs.values()].filter((other) => other !== log && !other.connection?.isGivenUp);
    const isShared = id !== undefined && others.some(({connection}) => connection?.pipelineId === id);
    if (!isShared && !log.connection?.isGivenUp) return;
    const listed = await this.options.client.listPipelines(this.#closing.signal).catch(() => undefined);
    if (listed) this.followNames(listed);
  }

  /** Returns the names that logs take. Two may be exchanged; a log that has nothing of another pipeline gives way. */
  #newNames(nameOf: (log: Log<F>) => string | undefined): NewNames {
    const moving = new Map<string, Log<F>>();
    for (const log of this.#logs.values()) {
      const to = nameOf(log);
      if (to === undefined || to === log.name) continue;
      const other = moving.get(to);
      if (!other || (other.connection?.isGivenUp && !log.connection?.isGivenUp)) moving.set(to, log);
    }
    const isTaken = (name: string, by: Log<F>) => {
      const log = this.#logs.get(name);
      if (log && this.#viewed.has(by) && !this.#viewed.has(log)) return false;
      if (!log || moving.get(nameOf(log) ?? '') === log) return false;
      if (!log.connection || by.connection?.isGivenUp || log.connection.isGivenUp) return true;
      const isOfSame = log.connection.pipelineId === by.connection?.pipelineId && log.losses.clears === 0;
      return log.buffer.lineCount > 0 && !isOfSame;
    };
    for (let left = -1; left !== moving.size; ) {
      left = moving.size;
      for (const [to, log] of moving) if (isTaken(to, log)) moving.delete(to);
    }
    return new Map([...moving].map(([to, {name}]) => [name, to]));
  }

  #rename(names: NewNames): void {
    for (const to of names.values()) {
      const log = this.#logs.get(to);
      if (log?.capabilities.canReopen && !names.has(to)) this.#free(log);
    }
    const logs = [...this.#logs.values()];
    this.#logs.clear();
    for (const log of logs) {
      const to = names.get(log.name);
      if (to !== undefined) log.connection?.rename(to);
      this.#logs.set(log.name, log);
    }
    this.onRenamed(names);
    this.#names.set([...this.#logs.keys()]);
  }

  dispose(): void {
    this.#closing.abort();
    this.#serverReturn.stop();
    for (const log of [...this.#logs.values()]) void this.#close(log);
  }
}

function wake({connection}: Log): void {
  if (connection?.state.kind === 'idle') connection.reconnect();
}

/** New names, by the old ones. */
type NewNames = ReadonlyMap<string, string>;

/** Open logs, for those who do not open any. */
export type LogRegistry<L extends object = Log> = {
  readonly names: ReadableStore<readonly string[]>;
  get(name: string): L | undefined;
};

/** Calls `start` for each open log, now and later, and its result when the log closes. Returns a function to stop. */
export function forEachLog<L extends object>(logs: LogRegistry<L>, start: (log: L) => () => void): () => void {
  const ends = new Map<L, () => void>();
  const update = () => {
    const open = new Set(logs.names.get().flatMap((name) => logs.get(name) ?? []));
    for (const [log, end] of ends) {
      if (open.has(log)) continue;
      ends.delete(log);
      end();
    }
    for (const log of open) if (!ends.has(log)) ends.set(log, start(log));
  };
  const leave = logs.names.subscribe(update);
  update();
  return () => {
    leave();
    for (const end of ends.values()) end();
    ends.clear();
  };
}

/** Calls `draw` when a log gets its first lines, since the user may wait for them. Returns a function to stop. */
export function watchFirstLines(
  logs: LogRegistry<Pick<Log, 'name' | 'snapshot'>>,
  draw: (name: string) => void,
): () => void {
  return forEachLog(logs, ({name, snapshot}) => {
    let isOver = snapshot.get().lineCount > 0;
    return snapshot.subscribe(() => {
      if (isOver || snapshot.get().lineCount === 0) return;
      isOver = true;
      draw(name);
    });
  });
}
