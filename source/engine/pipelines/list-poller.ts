import {aborted, type Clock, withPatience} from '../../lib/clock.ts';
import {LongWait} from '../../lib/long-wait.ts';
import {createStore, type ReadableStore, type Store} from '../../lib/store.ts';
import {asFailure, isWithoutAnswer} from '../api/errors.ts';
import {stateOf} from '../api/pipeline-state.ts';
import type {ApiClient, ApiFailure, Pipeline, Session} from '../api/types.ts';
import {askedDelay, retryDelay} from '../connection/backoff.ts';
import {someAtATime} from './pipeline-history.ts';

/** Programs that are asked for after one list. */
const mostAsked = 15;

/** Answer about one version of a program. `text`: undefined: the server does not say. */
type Known = {readonly since: string; readonly text: string | undefined};

/** The compiler's messages about failed programs, which lists lack: each is asked for until there is an answer. */
class CompilerTexts {
  readonly #client: Pick<ApiClient, 'getPipeline'>;
  /** By the server's id of the pipeline. */
  readonly #known = new Map<string, Known>();
  /** With the text, by the pipeline of a list: one that has not changed stays the same object. */
  readonly #told = new WeakMap<Pipeline, Pipeline>();
  #isAsking = false;

  constructor(client: Pick<ApiClient, 'getPipeline'>) {
    this.#client = client;
  }

  /** Some have not been asked for. */
  lacks(pipelines: readonly Pipeline[]): boolean {
    return pipelines.some((pipeline) => this.#isUnknown(pipeline));
  }

  /** Adds what is known; returns the same array when there is nothing to add. */
  added(pipelines: readonly Pipeline[]): readonly Pipeline[] {
    const all = pipelines.map((pipeline) => this.#with(pipeline));
    return all.every((each, at) => each === pipelines[at]) ? pipelines : all;
  }

  /** Asks for some that are not known; nothing while it asks already. Never rejects. */
  async ask(pipelines: readonly Pipeline[], signal: AbortSignal): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const asked = pipelines.filter((pipeline) => this.#isUnknown(pipeline)).slice(0, mostAsked);
    await someAtATime(asked, async ({id, name, programStatusSince: since}) => {
      const detail = await this.#client.getPipeline(name, signal).catch(() => undefined);
      // Without an answer the next list asks again; for another program, too.
      if (detail?.id === id && detail.programStatusSince === since)
        this.#known.set(id, {since, text: detail.programError});
    });
    this.#isAsking = false;
    const listed = new Set(pipelines.map(({id}) => id));
    for (const id of this.#known.keys()) if (!listed.has(id)) this.#known.delete(id);
  }

  #isUnknown({id, programStatus, programStatusSince}: Pipeline): boolean {
    return stateOf(programStatus).kind === 'failed' && this.#known.get(id)?.since !== programStatusSince;
  }

  #with(pipeline: Pipeline): Pipeline {
    const known = this.#known.get(pipeline.id);
    if (known?.text === undefined || known.since !== pipeline.programStatusSince) return pipeline;
    const told = this.#told.get(pipeline) ?? {...pipeline, programError: known.text};
    this.#told.set(pipeline, told);
    return told;
  }
}

/** Milliseconds; Feldera's own web console uses 2 s too. */
export const attendedEvery = 2_000;
const unattendedEvery = 15_000;
/** Milliseconds that a list waits for what the compiler says. */
const textPatience = 1_000;
/** Milliseconds after a refusal before the first list, plus as much jitter: the screen recovers soon after the key does. */
const refusedEvery = 5_000;
/** Milliseconds without an answer after which the server may be gone: an open connection does not prove that it is there. */
const doubtedAfter = 5_000;

/** Last list, the same object until the list changes, or a failure comes or goes. */
export type ListSnapshot = {
  /** Kept through failures; undefined until the first list. */
  readonly pipelines: readonly Pipeline[] | undefined;
  /** Unix time in ms of the last list before this snapshot or, while nothing is answered, of the last sign of the server. */
  readonly goodAt: number | undefined;
  /** Monotonic ms at which these pipelines were requested. */
  readonly askedAt?: number | undefined;
  /** Failure of the last request; undefined when it succeeded. */
  readonly failure: ApiFailure | undefined;
  /**
   * The first list in a row that was requested has had no answer for a while, nor has any request since: the Unix time in ms
   * of that request, or of the last byte of a log if that came later and is as old.
   */
  readonly unansweredSince?: number | undefined;
  /** Monotonic milliseconds of the next try; undefined while nothing failed. */
  readonly nextTryAt: number | undefined;
};

/** Since when nothing is answered, as Unix time in ms: the last sign of the server. Undefined: it is, or never was. */
export function outageSince({
  failure,
  goodAt,
}: Pick<ListSnapshot, 'failure'> & Partial<ListSnapshot>): number | undefined {
  return failure && isWithoutAnswer(failure) ? goodAt : undefined;
}

type ListPollerOptions = {
  readonly client: Pick<ApiClient, 'answers' | 'listPipelines' | 'getPipeline'>;
  readonly clock: Clock;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
};

/** When a list was requested, as Unix time in ms; its number is greater than `after`, as is that of each later request. */
type Asked = {readonly at: number; readonly after: number};

/** Polls the list of pipelines, one request at a time: every 2 s while the user watches, else every 15 s. */
export class ListPoller {
  readonly #options: ListPollerOptions;
  readonly #store = createStore<ListSnapshot>({
    pipelines: undefined,
    goodAt: undefined,
    failure: undefined,
    nextTryAt: undefined,
  });
  readonly snapshot: ReadableStore<ListSnapshot> = this.#store;
  readonly #stop = new AbortController();
  readonly #wait: LongWait;
  #isAttended = true;
  #tries = 0;
  #goodAt: number | undefined;
  #heardAt = () => 0;
  #unanswered: Asked | undefined;
  #cancelDoubt = () => {};
  #requesting = false;
  /** The last list as the server sent it. */
  #sent: readonly Pipeline[] | undefined;
  readonly #texts: CompilerTexts;
  /** `refresh` was called during a request. */
  #again = false;
  #cancelTimer = () => {};

  /** See `Machine.wakeAfter`. */
  #wakeAfter: number | undefined;
  #woken = false;
  readonly #unsubscribe: () => void;

  constructor(options: ListPollerOptions) {
    this.#options = options;
    this.#wait = new LongWait(options.clock);
    this.#texts = new CompilerTexts(options.client);
    const {lastGood} = options.client.answers;
    this.#unsubscribe = lastGood.subscribe(() => this.#onAnswer(lastGood.get()));
  }

  /** Start of the request in progress, as `LongWait.since` has it. */
  get waitingSince(): ReadableStore<number | undefined> {
    return this.#wait.since;
  }

  /** Milliseconds until the next request after a refusal, at most. */
  get everyRefused(): number {
    return this.#goodAt === undefined ? 2 * refusedEvery : this.#every;
  }

  /** Unix time in ms at which the server was heard of last, beside its lists. */
  setHeard(heardAt: () => number): void {
    this.#heardAt = heardAt;
  }

  start(): void {
    this.refresh();
  }

  /** Requests the list now; during a request: once more after it. */
  refresh(): void {
    if (this.#stop.signal.aborted) return;
    this.#cancelTimer();
    if (this.#requesting) this.#again = true;
    else void this.#request();
  }

  /** `isAttended`: the user looks at the screen. A return refreshes at once. */
  setAttended(isAttended: boolean): void {
    if (isAttended === this.#isAttended) return;
    this.#isAttended = isAttended;
    if (isAttended) this.refresh();
  }

  /** Also cancels the request in progress. */
  stop(): void {
    this.#stop.abort();
    this.#unsubscribe();
    this.#cancelTimer();
    this.#cancelDoubt();
    this.#wait.end();
  }

  #onAnswer(request: number): void {
    if (this.#unanswered && request > this.#unanswered.after) {
      this.#unanswered = undefined;
      this.#store.set({...this.#store.get(), unansweredSince: undefined});
    }
    // It ends the backoff, once for each wait.
    if (this.#wakeAfter === undefined || request <= this.#wakeAfter || this.#requesting) return;
    this.refresh();
    this.#woken = true;
  }

  /** Never rejects: every failure becomes part of the snapshot. */
  async #request(): Promise<void> {
    this.#requesting = true;
    this.#again = false;
    this.#wakeAfter = undefined;
    this.#wait.start();
    const {client, clock} = this.#options;
    const askedAt = clock.monotonic();
    const asked = {at: clock.wall(), after: client.answers.started};
    this.#cancelDoubt = clock.after(doubtedAfter, () => this.#doubt(asked));
    const answer = await client.listPipelines(this.#stop.signal).catch(asFailure);
    this.#cancelDoubt();
    this.#wait.end();
    if (!('kind' in answer) && this.#texts.lacks(answer)) await this.#askCompiler(answer);
    this.#requesting = false;
    if (this.#stop.signal.aborted) return;
    if ('kind' in answer) this.#failed(answer, asked);
    else this.#succeeded(answer, askedAt);
    if (this.#again) this.refresh();
  }

  #doubt(asked: Asked): void {
    if (this.#options.client.answers.lastGood.get() > asked.after) return;
    this.#unanswered ??= asked;
    this.#store.set({...this.#store.get(), unansweredSince: this.#unansweredSince});
    const rest = this.#heardAt() + doubtedAfter - this.#options.clock.wall();
    if (rest > 0) this.#cancelDoubt = this.#options.clock.after(rest, () => this.#doubt(asked));
  }

  /** A byte of a log that came after the request shows for a while that the server is there. */
  get #unansweredSince(): number | undefined {
    const heardAt = this.#heardAt();
    const isHeard = this.#options.clock.wall() - heardAt < doubtedAfter;
    return this.#unanswered && (isHeard ? this.#unanswered.at : Math.max(this.#unanswered.at, heardAt));
  }

  #succeeded(pipelines: readonly Pipeline[], askedAt: number): void {
    this.#tries = 0;
    this.#woken = false;
    this.#goodAt = this.#options.clock.wall();
    this.#unanswered = undefined;
    this.#requestAfter(this.#every);
    const {failure, unansweredSince} = this.#store.get();
    if (this.#sent === pipelines && failure === undefined && unansweredSince === undefined) return;
    this.#sent = pipelines;
    this.#store.set({
      pipelines: this.#texts.added(pipelines),
      goodAt: this.#goodAt,
      askedAt,
      failure: undefined,
      nextTryAt: undefined,
    });
  }

  /** A list with a program that did not compile waits a little for why: so whoever tells of it can say that. */
  async #askCompiler(pipelines: readonly Pipeline[]): Promise<void> {
    const asking = this.#texts.ask(pipelines, this.#stop.signal).then(() => {
      const {pipelines: shown} = this.#store.get();
      const known = this.#sent && this.#texts.added(this.#sent);
      const isNews = known?.some((each, at) => each !== shown?.[at]) === true;
      if (isNews && !this.#stop.signal.aborted) this.#store.set({...this.#store.get(), pipelines: known});
    });
    const {clock} = this.#options;
    await withPatience({clock, milliseconds: textPatience}, (late) => Promise.race([asking, aborted(late)]));
  }

  #failed(failure: ApiFailure, asked: Asked): void {
    const {answers} = this.#options.client;
    const first = this.#unanswered ?? asked;
    this.#unanswered = isWithoutAnswer(failure) && answers.lastGood.get() <= first.after ? first : undefined;
    this.#tries += 1;
    const wait = this.#waitAfter(failure);
    this.#wakeAfter = this.#woken || askedDelay(failure) !== undefined ? undefined : answers.started;
    this.#woken = false;
    this.#requestAfter(wait);
    const {pipelines, askedAt} = this.#store.get();
    if (isWithoutAnswer(failure)) this.#goodAt = this.#goodAt && Math.max(this.#goodAt, this.#heardAt());
    this.#store.set({
      pipelines,
      askedAt,
      goodAt: this.#goodAt,
      failure,
      unansweredSince: this.#unansweredSince,
      nextTryAt: this.#options.clock.monotonic() + wait,
    });
  }

  /**
   * After a list the waits never grow beyond those between good answers: that is no more work for the server, and the list
   * is back when the server is. Feldera refuses every key while it cannot read its database, so a refusal may be over soon.
   */
  #waitAfter(failure: ApiFailure): number {
    const roll = this.#options.random();
    if (failure.kind !== 'retryable') return this.#goodAt === undefined ? refusedEvery * (1 + roll) : this.#every;
    return askedDelay(failure) ?? Math.min(retryDelay(failure, this.#tries, roll), this.#every);
  }

  get #every(): number {
    return this.#isAttended ? attendedEvery : unattendedEvery;
  }

  #requestAfter(milliseconds: number): void {
    this.#cancelTimer = this.#options.clock.after(milliseconds, () => void this.#request());
  }
}

/**
 * The user's session, requested at the start and when the list comes back after a refusal; and the server's version,
 * requested whenever the list comes back, since the server may be a new one. Failures are not shown: the list, which
 * needs the same role, fails in the same words.
 */
export function loginOf(client: Pick<ApiClient, 'getSession' | 'getVersion'>, list: ListPoller['snapshot']) {
  const session = createStore<Session | undefined>(undefined);
  const version = createStore<string | undefined>(undefined);
  const stopping = new AbortController();
  const {signal} = stopping;
  let failureBefore: ApiFailure | undefined;

  async function ask<T>(request: Promise<T>, store: Store<T | undefined>): Promise<void> {
    const answer = await request.catch(() => undefined);
    if (answer !== undefined && !signal.aborted) store.set(answer);
  }
  const askSession = () => void ask(client.getSession(signal), session);
  const askVersion = () => void ask(client.getVersion(signal), version);
  let leave = () => {};
  const onList = () => {
    const before = failureBefore;
    failureBefore = list.get().failure;
    if (!before || failureBefore) return;
    askVersion();
    if (before.kind === 'fatal' || !session.get()) askSession();
  };
  return {
    /** The session, as the server sent it; undefined until then, as is the version. */
    session,
    version,
    start() {
      leave = list.subscribe(onList);
      askSession();
      askVersion();
    },
    stop() {
      stopping.abort();
      leave();
    },
  };
}
