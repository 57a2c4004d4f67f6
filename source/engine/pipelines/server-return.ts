import type {Clock} from '../../lib/clock.ts';
import {asFailure} from '../api/errors.ts';
import type {ApiClient, ApiFailure} from '../api/types.ts';
import {askedDelay} from '../connection/backoff.ts';
import type {Log} from '../logs/log.ts';

type AskedLog = Pick<Log, 'name' | 'connection'>;

type ReturnOptions = {
  readonly client: Pick<ApiClient, 'answers' | 'getPipeline'>;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Milliseconds between two lists while the server refuses, which tell of its return as well. Default: nobody asks. */
  readonly listEvery?: () => number;
};

/** Milliseconds between two requests that find out whether the server is back, plus up to half as much jitter. */
const askEvery = 1000;
/**
 * Milliseconds between two for a server that refuses what it admitted before, less up to a quarter of jitter. Feldera
 * refuses every key while it cannot read its database, which is soon over; a key that is no longer valid stays so.
 */
const askRefusedEvery = {soon: 2000, later: 20_000};
/** Milliseconds. */
const refusedSoon = 300_000;
/** Logs wake within this many milliseconds for each of them, up to the second number: not in one burst. */
const spreadEach = 16;
const longestSpread = 1000;

/**
 * Wakes all logs that wait for the server, at the first good answer to any request: the list, a look-up, another
 * log. While logs wait, it also sends small requests of its own, one at a time: each alone would wait for
 * the end of its backoff.
 */
export class ServerReturn {
  readonly #options: ReturnOptions;
  readonly #logs: () => Iterable<AskedLog>;
  readonly #waking = new Set<AskedLog>();
  readonly #stop = new AbortController();
  readonly #unsubscribe: () => void;
  #cancelTimer: (() => void) | undefined;
  #isAsking = false;
  /** Monotonic milliseconds of the first of the refusals in a row; undefined: no log waits, or the last answer was none. */
  #refusedSince: number | undefined;

  /** `logs`: the open ones. */
  constructor(options: ReturnOptions, logs: () => Iterable<AskedLog>) {
    this.#options = options;
    this.#logs = logs;
    this.#unsubscribe = options.client.answers.lastGood.subscribe(() => this.#wake());
  }

  /** A log waits: asks the server until none does. */
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
    const {client, clock, random, listEvery = () => Number.POSITIVE_INFINITY} = this.#options;
    let failure: ApiFailure | undefined;
    if (first && (this.#refusedSince === undefined || listEvery() > this.#refusedEvery)) {
      this.#isAsking = true;
      failure = await client.getPipeline(first.name, this.#stop.signal).then(() => undefined, asFailure);
      this.#isAsking = false;
      const isRefused = failure?.kind === 'fatal' && failure.reason !== 'unknown-pipeline';
      this.#refusedSince = isRefused ? (this.#refusedSince ?? clock.monotonic()) : undefined;
    }
    if (this.#waiting().length === 0) this.#refusedSince = undefined;
    else if (this.#refusedSince !== undefined) this.#askAfter(this.#refusedEvery * (1 - random() / 4));
    else this.#askAfter(Math.max(askEvery * (1 + random() / 2), askedDelay(failure) ?? 0));
  }

  get #refusedEvery(): number {
    const now = this.#options.clock.monotonic();
    return now - (this.#refusedSince ?? now) < refusedSoon ? askRefusedEvery.soon : askRefusedEvery.later;
  }

  #wake(): void {
    this.#refusedSince = undefined;
    const {client, clock, random} = this.#options;
    const {lastGood} = client.answers;
    // The first log that wakes gets an answer, which leads here again: the others keep their delays.
    const waiting = [...this.#logs()].filter(
      (log) => log.connection?.isWokenBy(lastGood.get()) && !this.#waking.has(log),
    );
    const spread = Math.min(longestSpread, spreadEach * waiting.length);
    for (const log of waiting) {
      this.#waking.add(log);
      clock.after(spread * random(), () => {
        this.#waking.delete(log);
        log.connection?.onServerAnswered(lastGood.get());
      });
    }
  }

  #waiting(): readonly AskedLog[] {
    return [...this.#logs()].filter(({connection}) => connection?.waitsForServer);
  }
}
