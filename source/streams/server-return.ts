import {asFailure} from '../api/errors.ts';
import type {ApiClient} from '../api/types.ts';
import type {Clock} from '../lib/clock.ts';
import {askedDelay} from './connection/backoff.ts';
import type {LogStream} from './log-stream.ts';

/** Milliseconds between two questions whether the server is back, while a stream waits for it; half as much is jitter. */
const askEvery = 1000;
/** So many milliseconds a stream that wakes, up to this: 64 do not connect in one burst. */
const spreadEach = 16;
const longestSpread = 1000;

/**
 * Notices that a server that was away is back, and has all streams that wait for it connect: with the first good answer
 * to anyone (the list, a look-up, another stream). While one waits, it asks itself, since each stream alone would sit
 * out its backoff: one small request at a time, however many wait.
 */
export class ServerReturn {
  readonly #client: Pick<ApiClient, 'answers' | 'getPipeline'>;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #streams: ReadonlyMap<string, LogStream>;
  readonly #waking = new Set<LogStream>();
  readonly #stop = new AbortController();
  readonly #unsubscribe: () => void;
  #cancelTimer: (() => void) | undefined;
  #isAsking = false;

  /** `streams`: those that are open, by name. */
  constructor(options: {
    client: Pick<ApiClient, 'answers' | 'getPipeline'>;
    clock: Clock;
    random: () => number;
    streams: ReadonlyMap<string, LogStream>;
  }) {
    this.#client = options.client;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#streams = options.streams;
    this.#unsubscribe = this.#client.answers.lastGood.subscribe(() => this.#wake());
  }

  /** A stream waits: asks from now on until none does. */
  watch(): void {
    this.#askAfter(askEvery * (1 + this.#random() / 2));
  }

  stop(): void {
    this.#stop.abort();
    this.#unsubscribe();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #askAfter(milliseconds: number): void {
    if (this.#cancelTimer || this.#isAsking || this.#stop.signal.aborted) return;
    this.#cancelTimer = this.#clock.after(milliseconds, () => {
      this.#cancelTimer = undefined;
      void this.#ask();
    });
  }

  /** Never rejects. That the answer is a good one tells `answers`. */
  async #ask(): Promise<void> {
    const first = this.#all().find((stream) => stream.waitsForServer);
    if (!first) return;
    this.#isAsking = true;
    const failure = await this.#client.getPipeline(first.name, this.#stop.signal).then(() => undefined, asFailure);
    this.#isAsking = false;
    // It is there and refuses us: the streams hear that themselves, in their own time.
    if (failure?.kind === 'fatal') return;
    if (this.#all().some((stream) => stream.waitsForServer)) {
      this.#askAfter(Math.max(askEvery * (1 + this.#random() / 2), askedDelay(failure) ?? 0));
    }
  }

  #wake(): void {
    const request = this.#client.answers.lastGood.get();
    // The first that wakes brings an answer, too: the others keep their turns.
    const waiting = this.#all().filter((stream) => stream.isWokenBy(request) && !this.#waking.has(stream));
    const spread = Math.min(longestSpread, spreadEach * waiting.length);
    for (const stream of waiting) {
      this.#waking.add(stream);
      this.#clock.after(spread * this.#random(), () => {
        this.#waking.delete(stream);
        stream.onServerAnswered(this.#client.answers.lastGood.get());
      });
    }
  }

  #all(): LogStream[] {
    return [...this.#streams.values()];
  }
}
