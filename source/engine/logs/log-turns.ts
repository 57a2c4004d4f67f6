import type {Clock} from '../../lib/clock.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import type {ListSnapshot} from '../pipelines/list-poller.ts';
import {hasProcess} from '../pipelines/stats-poller.ts';
import type {Log} from './log.ts';
import type {LogManager} from './log-manager.ts';

/** Connections of logs that no view has. */
const mostConnected = 64;
/** Milliseconds that one of them is kept while others wait, once all were read. */
const turn = 60_000;
/** Milliseconds between checks whether a log has been read, before the next connection is opened. */
const checkEvery = 100;
/** Milliseconds after which the next one does not wait for it any more. */
const patience = 5_000;

type TurnsOptions = {
  readonly logs: LogManager;
  readonly list: ReadableStore<ListSnapshot>;
  readonly clock: Clock;
};

/**
 * Reads the logs of all pipelines that run and have no tab, for their errors alone. Opens one connection after the other,
 * and where there are more logs than connections, the log that was followed longest rests.
 */
export class LogTurns {
  readonly #options: TurnsOptions;
  readonly #isOn = createStore(false);
  readonly isOn: ReadableStore<boolean> = this.#isOn;
  readonly #leave: readonly (() => void)[];
  /** Monotonic time in ms since when each is followed, or rests. */
  readonly #since = new WeakMap<Log, number>();
  #wasOn = false;
  #cancelTimer = () => {};

  constructor(options: TurnsOptions) {
    this.#options = options;
    const {logs, list} = options;
    logs.isRead = (name) => this.#isOn.get() && this.#running.has(name);
    const update = () => this.#isOn.get() && this.#updateAfter(0);
    this.#leave = [list.subscribe(update), logs.names.subscribe(update)];
  }

  /** True once it was on: the user need not be told that this can be done. */
  get wasOn(): boolean {
    return this.#wasOn;
  }

  setOn(isOn: boolean): void {
    this.#wasOn ||= isOn;
    this.#isOn.set(isOn);
    if (isOn) this.#update();
    else this.#stop();
  }

  dispose(): void {
    for (const leave of this.#leave) leave();
    this.#stop();
  }

  #stop(): void {
    this.#cancelTimer();
    for (const {name} of this.#unviewed) this.#options.logs.leave(name);
  }

  get #unviewed(): readonly Log[] {
    const {logs} = this.#options;
    return logs.names.get().flatMap((name) => (logs.isViewed(name) ? [] : (logs.get(name) ?? [])));
  }

  get #running(): ReadonlySet<string> {
    const {pipelines = []} = this.#options.list.get();
    return new Set(pipelines.filter(hasProcess).map(({name}) => name));
  }

  #updateAfter(milliseconds: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.after(milliseconds, () => this.#update());
  }

  #update(): void {
    const {logs, list, clock} = this.#options;
    const {pipelines} = list.get();
    if (!pipelines) return;
    const running = this.#running;
    this.#settle(new Set(pipelines.map(({name}) => name)), running);
    const isResting = ({connection}: Log) => connection?.state.kind === 'idle';
    const connected = this.#unviewed.filter((log) => !isResting(log));
    const now = clock.monotonic();
    if (connected.some((log) => isComing(log) && now - this.#sinceOf(log) < patience)) {
      this.#updateAfter(checkEvery);
      return;
    }
    const unread = [...running].find((name) => !logs.get(name));
    const next = unread ?? this.#first(this.#unviewed.filter((log) => isResting(log) && running.has(log.name)))?.name;
    const first = this.#first(connected.filter(({name}) => !running.has(name))) ?? this.#first(connected);
    // A tab that is closed gives back one more.
    if (first && connected.length > mostConnected) this.#rest(first);
    else if (next === undefined) return;
    else if (!first || connected.length < mostConnected) this.#read(next);
    else {
      const mayStay = unread === undefined && running.has(first.name);
      const left = mayStay ? this.#sinceOf(first) + turn - now : 0;
      if (left > 0) {
        this.#updateAfter(left);
        return;
      }
      this.#rest(first);
      this.#read(next);
    }
    this.#updateAfter(checkEvery);
  }

  #read(name: string): void {
    this.#since.set(this.#options.logs.read(name), this.#options.clock.monotonic());
  }

  /**
   * Leaves a log whose pipeline is gone. That of a stopped one rests once it is cut, and still tells why that stopped.
   */
  #settle(listed: ReadonlySet<string>, running: ReadonlySet<string>): void {
    for (const log of this.#unviewed) {
      const kind = log.connection?.state.kind;
      if (!listed.has(log.name)) this.#options.logs.leave(log.name);
      else if (!running.has(log.name) && (kind === 'waiting' || kind === 'gone')) this.#rest(log);
    }
  }

  #rest(log: Log): void {
    log.connection?.rest();
    this.#since.set(log, this.#options.clock.monotonic());
  }

  /** Returns the one that has been followed, or has rested, for longest. */
  #first(logs: readonly Log[]): Log | undefined {
    return logs.toSorted((a, b) => this.#sinceOf(a) - this.#sinceOf(b))[0];
  }

  #sinceOf(log: Log): number {
    return this.#since.get(log) ?? 0;
  }
}

function isComing({connection}: Log): boolean {
  const kind = connection?.state.kind;
  return kind === 'connecting' || kind === 'catching-up' || kind === 'ended';
}
