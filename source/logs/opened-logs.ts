import {createStore, type ReadableStore} from '../lib/store.ts';
import {distinctNames} from '../storage/opened/distinct-names.ts';
import type {FoundLog} from '../storage/opened/find-logs.ts';
import type {LogSource} from './log-source.ts';
import type {LogStream} from './log-stream.ts';
import type {MemoryBudget} from './memory-budget.ts';
import type {OpenedLog, OpenedLogOptions} from './opened-log.ts';
import type {Streams} from './stream-manager.ts';

/** A log with its errors: of a pipeline, or opened from a file. */
export type CountedLog = LogSource & Pick<LogStream, 'errors' | 'losses' | 'ends'>;

type OpenedLogsOptions = Omit<OpenedLogOptions, 'found'> & {
  /** The budget of all logs on the screen. */
  readonly memory: MemoryBudget;
};

/** Makes a log that is not read yet. `openedLog` of opened-log.ts is imported only where files are opened. */
export type CreateLog = (options: OpenedLogOptions) => OpenedLog;

/** Logs that are files, by the name of their tab: those that can be shown, and those that are open. */
export class OpenedLogs {
  readonly #options: OpenedLogsOptions;
  readonly #found = new Map<string, {readonly log: FoundLog; readonly create: CreateLog}>();
  readonly #logs = new Map<string, OpenedLog>();
  readonly #names = createStore<readonly string[]>([]);

  constructor(options: OpenedLogsOptions) {
    this.#options = options;
  }

  /** Of the open logs, in the order of opening. */
  get names(): ReadableStore<readonly string[]> {
    return this.#names;
  }

  /** All that can be shown, in the order in which they were added. */
  get found(): readonly FoundLog[] {
    return [...this.#found.values()].map(({log}) => log);
  }

  /** What `add` was given for this name. */
  foundAs(name: string): FoundLog | undefined {
    return this.#found.get(name)?.log;
  }

  /** Makes logs known, each under a name of its own (`distinctNames`). */
  add(logs: readonly FoundLog[], create: CreateLog): void {
    const isTaken = (name: string) => this.#found.has(name);
    for (const log of distinctNames(logs, isTaken)) this.#found.set(log.name, {log, create});
  }

  /** Makes a log known in place of what had its name, unless that is open. */
  set(log: FoundLog, create: CreateLog): void {
    if (!this.#logs.has(log.name)) this.#found.set(log.name, {log, create});
  }

  /** Returns the log, which is read if it is not open; undefined: nothing of that name was added. */
  open(name: string): OpenedLog | undefined {
    const open = this.#logs.get(name);
    const found = this.#found.get(name);
    if (open || !found) return open;
    const log = found.create({...this.#options, found: found.log});
    this.#logs.set(name, log);
    this.#options.memory.add(log);
    log.start();
    this.#names.set([...this.#logs.keys()]);
    return log;
  }

  get(name: string): OpenedLog | undefined {
    return this.#logs.get(name);
  }

  /** Frees what was read. Stdin, which can be read once, stays open. */
  close(name: string): void {
    const log = this.#logs.get(name);
    if (log?.capabilities.canReopen) this.#close(log);
  }

  dispose(): void {
    for (const log of [...this.#logs.values()]) this.#close(log);
  }

  #close(log: OpenedLog): void {
    this.#logs.delete(log.name);
    this.#options.memory.remove(log);
    void log.close();
    this.#names.set([...this.#logs.keys()]);
  }
}

/** The logs of both, whose names differ. */
export function joinedLogs(streams: Streams<CountedLog>, opened: Streams<CountedLog>): Streams<CountedLog> {
  const both = () => [...streams.names.get(), ...opened.names.get()];
  const names = createStore<readonly string[]>(both());
  for (const each of [streams, opened]) each.names.subscribe(() => names.set(both()));
  return {names, get: (name) => streams.get(name) ?? opened.get(name)};
}
