import type {Clock} from '../../lib/clock.ts';
import {asFailure} from '../api/errors.ts';
import type {ApiClient, ApiFailure, Pipeline} from '../api/types.ts';
import {initialMachine, isWokenBy, step} from './machine.ts';
import {
  type BodyReceiver,
  type ConnectionEvent,
  type ConnectionState,
  type Effect,
  type Loss,
  type MachineEvent,
  type OutsideEvent,
  type PipelineAnswer,
  withEvent,
} from './state.ts';
import {stepWords} from './step-words.ts';

type ConnectionOptions = {
  /** Name of the pipeline; another one after `onRenamed`. */
  readonly name: () => string;
  readonly client: Pick<ApiClient, 'answers' | 'followLogs' | 'getPipeline' | 'listPipelines'>;
  readonly clock: Clock;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
  readonly receiver: BodyReceiver;
  /** Milliseconds without a byte after which a connection is silent; 0: never. */
  readonly silence: number;
  /** See `waitsForServer`. */
  readonly onWaiting: () => void;
  /** The server does not know the pipeline's name; this list has the pipeline under another one. */
  readonly onRenamed: (pipelines: readonly Pipeline[]) => void;
  /** The connection, its events or the lines have changed. */
  readonly onChange: () => void;
};

/** Milliseconds: the longest time that a silent connection and its standby are both open. */
const overlapCap = 30_000;
/** Milliseconds without a byte after which an open connection holds no more from before a sleep. */
const drainedAfter = 1_000;
/** Milliseconds between two standbys after a sleep, at most: one that fails is followed by others. */
const standbyEvery = 30_000;
/** When a standby may be opened, and milliseconds until the one after it. */
const firstStandby = {at: Number.NEGATIVE_INFINITY, pause: 2 * drainedAfter};
/** Milliseconds: a timer that is late by so much means that the process was stopped. */
const stoppedFor = 1_000;
/** Milliseconds in which a process that continues reads what its sockets hold. */
const readsIn = 250;

/** Follows one pipeline's log. The machine decides; this class runs its effects, whose results return as events. */
export class Connection {
  readonly #options: ConnectionOptions;
  /** By attempt: an abort ends its connection, look-ups and timers. */
  readonly #attempts = new Map<number, AbortController>();
  #machine = initialMachine;
  #events: readonly ConnectionEvent[] = [];
  #pipelineId: string | undefined;
  /** Id of the pipeline whose log is in the buffer; one that was created again has another id. */
  #followedId: string | undefined;
  #pipelineAtEnd: Pipeline | undefined;
  #endedAt: number | undefined;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#machine.connection;
  }

  /** Oldest first; another array after each change. */
  get events(): readonly ConnectionEvent[] {
    return this.#events;
  }

  /** From the last list or look-up. */
  get pipelineId(): string | undefined {
    return this.#pipelineId;
  }

  /** The pipeline when its log last ended; undefined: it was not found, or is another one. */
  get pipelineAtEnd(): Pipeline | undefined {
    return this.#pipelineAtEnd;
  }

  /** Unix time in ms at which its body was ended from outside; undefined: none was, or another one is there. */
  get endedAt(): number | undefined {
    return this.#endedAt;
  }

  /** It waits for the server, until a good answer to any request; also for one that refuses what it admitted before. */
  get waitsForServer(): boolean {
    const {connection, opened, wakeAfter} = this.#machine;
    return (connection.kind === 'waiting' || (connection.kind === 'gone' && opened)) && wakeAfter !== undefined;
  }

  /** A good answer to this request ends the wait, also the one after a refusal. */
  isWokenBy(request: number): boolean {
    return isWokenBy(this.#machine, request);
  }

  onEvent(event: OutsideEvent): void {
    this.#dispatch(event);
  }

  /** Frees the connection at once, and for good. */
  close(): void {
    this.#dispatch({kind: 'close'});
    this.#isClosed = true;
  }

  /** `at`: Unix time in ms. */
  addEvent(text: string, at = this.#options.clock.wall()): void {
    this.#events = withEvent(this.#events, {at, text});
  }

  /** Only before the first connection: continues the log of an earlier run, whose last byte came `silence` ms ago. */
  resume(silence: number): void {
    const loss: Loss = {cause: 'not-running', at: this.#options.clock.monotonic() - Math.max(0, silence)};
    this.#machine = {...this.#machine, loss};
  }

  /** `pipeline`: from the list or a look-up; undefined: not found. */
  setPipeline(pipeline: Pipeline | undefined): void {
    if (pipeline) this.#pipelineId = pipeline.id;
    // A log that began before there was an id is that of this pipeline.
    if (this.#options.receiver.attempt !== undefined) this.#followedId ??= this.#pipelineId;
  }

  /** Asks the server if no list has shown the id. Never rejects. */
  async findPipelineId(signal: AbortSignal): Promise<string | undefined> {
    if (this.#pipelineId !== undefined) return this.#pipelineId;
    const {pipeline} = await this.#ask(signal);
    // A list that came meanwhile is newer.
    if (this.#pipelineId === undefined) this.setPipeline(pipeline);
    return this.#pipelineId;
  }

  /** The receiver got bytes of the attempt that it reads. `areFirst`: the first ones. */
  onReceived(areFirst: boolean): void {
    const {attempt, standby, connection} = this.#machine;
    if (this.#options.receiver.attempt !== attempt) return;
    // It went live without a byte: its replay comes only now, and has to be settled.
    if (areFirst && connection.kind === 'live') {
      const isRead = () => this.#options.receiver.attempt === attempt;
      this.#whenReplayIsOver(attempt, isRead, () => {
        this.#options.receiver.settle();
        this.#options.onChange();
      });
    }
    if (standby) this.#dispatch({kind: 'received', attempt});
  }

  #dispatch(event: MachineEvent): void {
    if (this.#isClosed) return;
    const {client, clock, random, receiver, onWaiting, onChange} = this.#options;
    const before = this.#machine;
    const now = clock.monotonic();
    const context = {now, roll: random(), decided: receiver.decided, requests: client.answers.started};
    const {machine, effects} = step(before, event, context);
    if (machine === before) return;
    this.#machine = machine;
    const words = stepWords(before, event, machine, now);
    if (words) this.#events = withEvent(this.#events, {at: clock.wall(), ...words});
    for (const effect of effects) this.#run(effect);
    if (this.waitsForServer) onWaiting();
    onChange();
  }

  #run(effect: Effect): void {
    const {receiver} = this.#options;
    switch (effect.kind) {
      case 'connect': {
        const {attempt} = effect;
        void this.#follow(attempt);
        if (attempt !== this.#machine.standby?.attempt) return;
        this.#after(attempt, overlapCap, () => this.#dispatch({kind: 'standby-late', attempt}));
        return;
      }
      case 'drop':
        receiver.end(effect.attempt);
        this.#drop(effect.attempt);
        return;
      case 'wait': {
        const {attempt} = effect;
        this.#after(attempt, effect.milliseconds, () => this.#dispatch({kind: 'retry-due', attempt}));
        return;
      }
      case 'look-up':
        void this.#lookUp(effect.attempt);
        return;
      case 'keep':
        receiver.keep(effect.attempt, effect.cause);
        this.#watchReplay(effect.attempt);
        return;
      case 'start-replay':
        this.#startReplay(effect.attempt, effect.loss);
        return;
      case 'settle':
        receiver.settle();
        if (this.#options.silence > 0) this.#watchSilence(effect.attempt);
        return;
      case 'drain':
        receiver.awake(effect.of);
        this.#drain(effect.attempt, receiver.quietSince + overlapCap);
        return;
      case 'mark-ended':
        receiver.markEnded(effect.because);
        return;
    }
  }

  /** Never rejects: every end becomes an event. */
  async #follow(attempt: number): Promise<void> {
    const {name, client, receiver} = this.#options;
    const signal = this.#signalOf(attempt);
    const end = await client
      .followLogs(name(), {
        onOpen: () => this.#dispatch({kind: 'opened', attempt}),
        onData: receiver.receive.bind(receiver, attempt),
        signal,
      })
      .catch((error: unknown) => ({kind: 'refused' as const, failure: asFailure(error)}));
    const summary = receiver.end(attempt);
    if (end.kind !== 'refused') {
      if (end.kind !== 'aborted') this.#endedAt = this.#options.clock.wall();
      this.#dispatch({kind: 'body-ended', attempt, end, ...summary});
      return;
    }
    const counts = await this.#unlessRenamed(end.failure, signal);
    if (counts) this.#dispatch({kind: 'refused', attempt, failure: counts});
    else await this.#follow(attempt);
  }

  #startReplay(attempt: number, loss: Loss | undefined): void {
    this.#followedId = this.#pipelineId;
    this.#endedAt = undefined;
    this.#options.receiver.start({attempt, loss, pipelineId: this.#pipelineId});
    this.#watchReplay(attempt);
  }

  #watchReplay(attempt: number): void {
    const isCatchingUp = () => {
      const {connection, standby} = this.#machine;
      return connection.kind === 'catching-up' || standby?.attempt === attempt;
    };
    this.#whenReplayIsOver(attempt, isCatchingUp, () => this.#dispatch({kind: 'caught-up', attempt}));
  }

  async #lookUp(attempt: number): Promise<void> {
    const followed = this.#options.receiver.pipelineId ?? this.#followedId;
    const {found, pipeline} = await this.#ask(this.#signalOf(attempt), followed);
    this.setPipeline(pipeline);
    this.#pipelineAtEnd = found.kind === 'same' ? pipeline : undefined;
    this.#dispatch({kind: 'looked-up', attempt, found});
  }

  /** `followed`: the id that the pipeline should have. Never rejects. */
  async #ask(
    signal: AbortSignal,
    followed?: string,
  ): Promise<{readonly found: PipelineAnswer; readonly pipeline: Pipeline | undefined}> {
    try {
      const pipeline = await this.#options.client.getPipeline(this.#options.name(), signal);
      const isSame = followed === undefined || followed === pipeline.id;
      return {found: {kind: isSame ? 'same' : 'other'}, pipeline};
    } catch (error) {
      const failure = await this.#unlessRenamed(asFailure(error), signal);
      if (!failure) return await this.#ask(signal, followed);
      return {found: {kind: 'failed', failure}, pipeline: undefined};
    }
  }

  /**
   * Returns the failure; undefined: the pipeline that the server does not know has another name. Without a list it is
   * the failure of the list, as it is not known whether the pipeline was deleted. Never rejects.
   */
  async #unlessRenamed(failure: ApiFailure, signal: AbortSignal): Promise<ApiFailure | undefined> {
    const {client, receiver, name, onRenamed} = this.#options;
    const id = receiver.pipelineId ?? this.#followedId;
    if (failure.kind !== 'fatal' || failure.reason !== 'unknown-pipeline' || id === undefined) return failure;
    const before = name();
    const listed = await client.listPipelines(signal).catch(asFailure);
    if ('kind' in listed) return listed.kind === 'cancelled' ? failure : listed;
    const now = listed.find((pipeline) => pipeline.id === id)?.name;
    if (now === undefined || signal.aborted) return failure;
    // A list may have told it meanwhile.
    if (name() === before && now !== before) onRenamed(listed);
    // It may have been given up.
    return name() === before || signal.aborted ? failure : undefined;
  }

  /** Checks until the replay is over, as long as `isWanted`. */
  #whenReplayIsOver(attempt: number, isWanted: () => boolean, onOver: () => void): void {
    const {receiver} = this.#options;
    this.#after(attempt, receiver.checkAfter(attempt), () => {
      if (!isWanted()) return;
      if (receiver.isReplayOver(attempt)) onOver();
      else this.#whenReplayIsOver(attempt, isWanted, onOver);
    });
  }

  #watchSilence(attempt: number): void {
    const {clock, receiver, silence} = this.#options;
    const rest = receiver.quietSince + silence - clock.monotonic();
    // After a silence it checks again a whole `silence` later, since the standby may have failed.
    this.#after(attempt, rest > 0 ? rest : silence, () => {
      const isSilent = clock.monotonic() - receiver.quietSince >= silence;
      if (isSilent) this.#dispatch({kind: 'silent', attempt, cause: 'silent'});
      this.#watchSilence(attempt);
    });
  }

  /**
   * A connection that still brings bytes at the time `until` is alive. One that is silent is doubted until it is replaced:
   * its standby may fail, and one that it outlived may be needed later.
   */
  #drain(attempt: number, until: number, next = firstStandby): void {
    const {clock, receiver} = this.#options;
    const rest = receiver.quietSince + drainedAfter - clock.monotonic();
    this.#after(attempt, rest > 0 ? rest : drainedAfter, () => {
      const now = clock.monotonic();
      const isQuiet = now - receiver.quietSince >= drainedAfter;
      const isDue = isQuiet && now >= next.at && this.state.kind === 'live';
      if (isDue) this.#dispatch({kind: 'silent', attempt, cause: 'slept'});
      const later = {at: now + next.pause, pause: Math.min(standbyEvery, 2 * next.pause)};
      if (isQuiet || now < until) this.#drain(attempt, until, isDue ? later : isQuiet ? next : firstStandby);
    });
  }

  /** Aborted when the attempt is dropped. */
  #signalOf(attempt: number): AbortSignal {
    let controller = this.#attempts.get(attempt);
    if (!controller) {
      controller = new AbortController();
      this.#attempts.set(attempt, controller);
    }
    return controller.signal;
  }

  /**
   * Runs `callback` once after `milliseconds`, unless the attempt is dropped first. A timer that is late because the
   * process was stopped waits until what came meanwhile has been read: timers run before sockets.
   */
  #after(attempt: number, milliseconds: number, callback: () => void): void {
    const {clock} = this.#options;
    const signal = this.#signalOf(attempt);
    const due = clock.monotonic() + milliseconds;
    const cancel = clock.after(milliseconds, () => {
      signal.removeEventListener('abort', cancel);
      if (clock.monotonic() - due < stoppedFor) callback();
      else this.#after(attempt, readsIn, callback);
    });
    signal.addEventListener('abort', cancel);
  }

  /** The attempt's number may be used again, for a wait that follows. */
  #drop(attempt: number): void {
    const controller = this.#attempts.get(attempt);
    this.#attempts.delete(attempt);
    controller?.abort();
  }
}
