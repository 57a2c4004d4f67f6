import {StreamManager} from '../streams/stream-manager.ts';
import {linePrefixes} from './line-prefix.ts';
import type {LogsOptions} from './logs.ts';
import {PipelineLog} from './pipeline-log.ts';

/** Looks for new lines a second: a line waits 17 ms for its turn at the most. */
const fps = 60;
/** Twice what can come between two looks: lines are not dropped before the reader had a chance. */
const leastSpill = 8 * 1024 * 1024;

/** The logs that are printed together, each in its turn. */
export class Printing {
  /** Resolves when everything was printed, or a record has ended it. */
  readonly over: Promise<undefined>;
  readonly #options: LogsOptions;
  readonly #manager: StreamManager;
  readonly #spillBytes: number;
  readonly #logs = new Map<string, PipelineLog>();
  /** The next one to print is first. */
  readonly #turns: PipelineLog[] = [];
  readonly #resolve: (value: undefined) => void;
  #mayGrow: boolean;

  /**
   * `count`: logs to be expected; they share the spill, which those that come unexpected share too (`memoryBytes`).
   * `mayGrow`: `add` is called again, and it is not over before.
   */
  constructor(options: LogsOptions, {count, mayGrow}: {count: number; mayGrow: boolean}) {
    this.#options = options;
    this.#spillBytes = Math.max(leastSpill, options.spillBytes / Math.max(1, count));
    const memoryBytes = options.spillBytes;
    this.#manager = new StreamManager({...options, fps, scrollbackBytes: this.#spillBytes, memoryBytes});
    this.#mayGrow = mayGrow;
    const {promise, resolve} = Promise.withResolvers<undefined>();
    this.over = promise;
    this.#resolve = resolve;
    options.output.onRoom = () => this.print();
  }

  get size(): number {
    return this.#logs.size;
  }

  get failed(): boolean {
    return [...this.#logs.values()].some((log) => log.failed);
  }

  /** The record that ends it all was printed. */
  get isOver(): boolean {
    return [...this.#logs.values()].some((log) => log.isOver);
  }

  /** Opens those that are not open. `hasPrefix`: their names stand in front of their lines. */
  add(names: readonly string[], {hasPrefix}: {hasPrefix: boolean}): void {
    const all = [...new Set([...this.#logs.keys(), ...names])];
    const prefixOf = hasPrefix ? linePrefixes(all) : () => undefined;
    for (const name of all) if (!this.#logs.has(name)) this.#open(name, prefixOf(name));
  }

  /** No more are added. */
  close(): void {
    this.#mayGrow = false;
    this.print();
  }

  /** Ends them all now. What came can still be printed. */
  stop(): void {
    this.#mayGrow = false;
    for (const log of this.#logs.values()) log.stop();
  }

  /**
   * Prints while the output has room, a batch of whole lines of each log in turn: no line is broken by another log's,
   * and a log that never rests leaves room for the others. The next call goes on with the one that is first.
   */
  print(): void {
    const {output} = this.#options;
    const turns = this.#turns;
    for (let idle = 0; idle < turns.length && !output.busy && !this.isOver; ) {
      const log = turns.shift();
      if (!log) break;
      turns.push(log);
      idle = log.printSome(output) ? 0 : idle + 1;
    }
    if (this.isOver && !output.busy) for (const log of turns) log.cutShort(output);
    const isDone = !this.#mayGrow && turns.every((log) => log.done);
    if ((isDone || this.isOver) && !output.busy) this.#resolve(undefined);
  }

  #open(name: string, prefix: string | undefined): void {
    const {note, wayOf, client} = this.#options;
    const facts = () => {
      const platformVersion = this.#logs.get(name)?.platformVersion;
      return {server: client.baseUrl, ...(platformVersion !== undefined && {platformVersion})};
    };
    const log = new PipelineLog({
      ...this.#options,
      name,
      manager: this.#manager,
      prefix,
      spillBytes: this.#spillBytes,
      way: wayOf?.({name, prefix, facts}),
      note: (text, kind) => note(`pipetail: ${name}: ${text}`, kind),
      onChange: () => this.print(),
    });
    this.#logs.set(name, log);
    this.#turns.push(log);
  }
}
