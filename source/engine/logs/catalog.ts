import type {ReadableStore} from '../../lib/store.ts';
import type {Pipeline} from '../api/types.ts';
import {
  type Capabilities,
  capabilitiesOf,
  distinctNames,
  type FoundLog,
  mergedCapabilities,
} from '../opened/found-log.ts';
import type {ListSnapshot} from '../pipelines/list-poller.ts';
import type {Feed} from './feed.ts';
import type {Log} from './log.ts';
import type {LogMaker, ManagedOptions} from './log-manager.ts';

/** Makes the log of what was found: only where files are opened, the code that reads them is loaded. */
export type OpenFound = (found: FoundLog, options: ManagedOptions) => Log;

export type ListItem = Pipeline | FoundLog;

/** A server: the list of its pipelines, and how their logs are made. */
type CatalogServer = {readonly list: ReadableStore<ListSnapshot>} & LogMaker<Feed>;

/** The logs that can be shown, by name: pipelines of a server, and what was found in files. */
export class Catalog {
  readonly #server: CatalogServer | undefined;
  readonly #found = new Map<string, {readonly log: FoundLog; readonly open: OpenFound}>();
  #inOrder: readonly FoundLog[] = [];

  /** Without a server all logs are files. */
  constructor(server?: CatalogServer) {
    this.#server = server;
  }

  /** The list comes from a server, and any name that was not found is that of a pipeline. */
  get hasServer(): boolean {
    return this.#server !== undefined;
  }

  /** Word for an item of the list. */
  get noun(): 'pipeline' | 'log' {
    return this.#server ? 'pipeline' : 'log';
  }

  /** All that the list has; the same array until that changes. Undefined: not received. */
  get listed(): readonly ListItem[] | undefined {
    return this.#server ? this.#server.list.get().pipelines : this.#inOrder;
  }

  /** Logs found in files, in the order in which they were added. */
  get found(): readonly FoundLog[] {
    return this.#inOrder;
  }

  /** Returns the log found under this name; undefined: none, so with a server it is a pipeline's. */
  find(name: string): FoundLog | undefined {
    return this.#found.get(name)?.log;
  }

  /** Returns what the log of a tab can do, which is the one of its name, or several as one. */
  capabilitiesOf(names: readonly string[]): Capabilities {
    const all = names.map((name) => capabilitiesOf(this.find(name)));
    const [only] = all;
    return only && all.length === 1 ? only : mergedCapabilities(all);
  }

  /** Makes logs known, each under a name of its own (`distinctNames`). */
  add(logs: readonly FoundLog[], open: OpenFound): void {
    const isTaken = (name: string) => this.#found.has(name);
    for (const log of distinctNames(logs, isTaken)) this.set(log, open);
  }

  /** Makes a log known in place of what had its name. */
  set(log: FoundLog, open: OpenFound): void {
    this.#found.set(log.name, {log, open});
    this.#inOrder = [...this.#found.values()].map((each) => each.log);
  }

  make(name: string, options: ManagedOptions): Log {
    const found = this.#found.get(name);
    if (found) return found.open(found.log, options);
    if (!this.#server) throw new Error(`no log is called ${name}`);
    return this.#server.make(name, options);
  }
}
