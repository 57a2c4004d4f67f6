import {asFailure} from '../../api/errors.ts';
import type {ApiClient, ApiFailure, Pipeline} from '../../api/types.ts';
import type {Clock} from '../../lib/clock.ts';
import type {LogReader} from '../log-reader.ts';
import type {Effect, Loss, Machine, MachineEvent, PipelineAnswer} from './state.ts';

/** A silent connection and the one that is to replace it never stand side by side for longer. Milliseconds. */
const overlapCap = 30_000;

/**
 * Carries out what the connection machine asks for: connects, waits, looks up, reads. What comes of it goes back to the
 * machine as an event. All that belongs to an attempt ends when the machine drops it.
 */
export class Connection {
  readonly #name: string;
  readonly #client: ApiClient;
  readonly #reader: LogReader;
  readonly #identity: PipelineIdentity;
  readonly #machine: () => Machine;
  readonly #dispatch: (event: MachineEvent) => void;
  readonly #onChange: () => void;
  readonly #scopes: AttemptScopes;
  readonly #watches: AttemptWatches;
  #lookedUp: Pipeline | undefined;

  constructor(options: {
    /** Of the pipeline. */
    name: string;
    client: ApiClient;
    clock: Clock;
    reader: LogReader;
    identity: PipelineIdentity;
    /** See `AttemptWatches`. */
    silence: number;
    /** The machine as it is now. */
    machine: () => Machine;
    dispatch: (event: MachineEvent) => void;
    /** Bytes came. */
    onChange: () => void;
  }) {
    this.#name = options.name;
    this.#client = options.client;
    this.#reader = options.reader;
    this.#identity = options.identity;
    this.#machine = options.machine;
    this.#dispatch = options.dispatch;
    this.#onChange = options.onChange;
    this.#scopes = new AttemptScopes(options.clock);
    this.#watches = new AttemptWatches({...options, scopes: this.#scopes});
  }

  /** The pipeline as it was found when its log last ended; undefined: it was not found, or is another one. */
  get lookedUp(): Pipeline | undefined {
    return this.#lookedUp;
  }

  run(effect: Effect): void {
    switch (effect.kind) {
      case 'connect':
        void this.#follow(effect.attempt);
        if (effect.attempt === this.#machine().standby?.attempt) {
          this.#scopes.after(effect.attempt, overlapCap, () =>
            this.#dispatch({kind: 'standby-late', attempt: effect.attempt}),
          );
        }
        return;
      case 'drop':
        this.#reader.end(effect.attempt);
        this.#scopes.drop(effect.attempt);
        return;
      case 'wait':
        this.#scopes.after(effect.attempt, effect.milliseconds, () =>
          this.#dispatch({kind: 'retry-due', attempt: effect.attempt}),
        );
        return;
      case 'look-up':
        void this.#lookUp(effect.attempt);
        return;
      case 'start-replay':
        this.#startReplay(effect.attempt, effect.loss);
        return;
      case 'settle':
        this.#settle(effect.attempt);
        this.#watches.watchSilence(effect.attempt);
        return;
      case 'mark-ended':
        // A line that was cut off will not be completed, and no marker may stand inside a line.
        if (effect.because !== 'stopped') this.#reader.finish();
        this.#reader.mark({kind: 'ended', because: effect.because});
        return;
    }
  }

  /** Never rejects: every end becomes an event. */
  async #follow(attempt: number): Promise<void> {
    const failure = this.#reader.isNameless ? await this.#askFirst(attempt) : undefined;
    if (failure) {
      this.#dispatch({kind: 'refused', attempt, failure});
      return;
    }
    const end = await this.#client
      .followLogs(this.#name, {
        onOpen: () => this.#dispatch({kind: 'opened', attempt}),
        onData: (bytes) => this.#receive(attempt, bytes),
        signal: this.#scopes.signal(attempt),
      })
      .catch((error: unknown) => ({kind: 'refused' as const, failure: asFailure(error)}));
    const sentinel = this.#reader.end(attempt);
    if (end.kind === 'refused') this.#dispatch({kind: 'refused', attempt, failure: end.failure});
    else this.#dispatch({kind: 'body-ended', attempt, end, sentinel});
  }

  async #lookUp(attempt: number): Promise<void> {
    const followed = this.#reader.pipelineId ?? this.#identity.followedId;
    const {found, pipeline} = await fetchPipeline(this.#client, this.#name, followed, this.#scopes.signal(attempt));
    this.#identity.note(pipeline);
    this.#lookedUp = found.kind === 'same' ? pipeline : undefined;
    this.#dispatch({kind: 'looked-up', attempt, found});
  }

  #startReplay(attempt: number, loss: Loss | undefined): void {
    const machine = this.#machine();
    const beside = attempt === machine.standby?.attempt ? machine.attempt : undefined;
    this.#identity.follow();
    this.#reader.start({attempt, loss, pipelineId: this.#identity.knownId, beside});
    this.#watches.watchCatchUp(attempt);
  }

  #receive(attempt: number, bytes: Uint8Array): void {
    const isFirst = !this.#reader.isHeard;
    if (!this.#reader.receive(attempt, bytes)) return;
    const machine = this.#machine();
    if (isFirst && attempt === machine.attempt && machine.connection.kind === 'live') this.#settleLate(attempt);
    if (machine.standby && attempt === machine.attempt) this.#dispatch({kind: 'received', attempt});
    this.#onChange();
  }

  /** The attempt was taken for live without a byte, and settled without a replay, which comes now. */
  #settleLate(attempt: number): void {
    this.#watches.watchLateReplay(attempt, () => {
      this.#settle(attempt);
      this.#onChange();
    });
  }

  #settle(attempt: number): void {
    this.#reader.settle();
    if (this.#reader.lacksId) void this.#confirmId(attempt);
  }

  /** The log will not say which pipeline it is of. Answers why there is none, where the server says no to anyone. */
  async #askFirst(attempt: number): Promise<ApiFailure | undefined> {
    const {found, pipeline} = await this.#ask(attempt);
    this.#identity.note(pipeline);
    if (found.kind !== 'failed') return undefined;
    const {failure} = found;
    const isOfServer =
      failure.kind === 'fatal' ||
      (failure.kind === 'retryable' && (failure.reason === 'unreachable' || failure.reason === 'timeout'));
    return isOfServer ? failure : undefined;
  }

  /** The log does not say which pipeline it is of, and what was known when it began may be out of date. */
  async #confirmId(attempt: number): Promise<void> {
    const {pipeline} = await this.#ask(attempt);
    if (!pipeline || this.#reader.attempt !== attempt) return;
    this.#identity.note(pipeline);
    this.#identity.follow();
    this.#reader.setPipelineId(attempt, pipeline.id);
  }

  #ask(attempt: number): Promise<LookUpAnswer> {
    return fetchPipeline(this.#client, this.#name, undefined, this.#scopes.signal(attempt));
  }
}

/**
 * Which pipeline a stream is of. A pipeline that was deleted and created again has the name of the old one and another
 * id: the one that is known now may not be the one whose log is in the pane.
 */
export class PipelineIdentity {
  #knownId: string | undefined;
  #followedId: string | undefined;

  /** As the list or a look-up told last; undefined until one did. */
  get knownId(): string | undefined {
    return this.#knownId;
  }

  /** Id of the pipeline whose log is in the pane, as far as it is known. */
  get followedId(): string | undefined {
    return this.#followedId;
  }

  /** The list or a look-up shows it; undefined: it does not. */
  note(pipeline: Pipeline | undefined): void {
    if (pipeline) this.#knownId = pipeline.id;
  }

  /** The log that is read now is of the pipeline that is known now. */
  follow(): void {
    this.#followedId = this.#knownId;
  }

  /** A log is being read: if nothing was known when it began, it is of the pipeline that is known now. */
  followIfUnknown(): void {
    this.#followedId ??= this.#knownId;
  }
}

/** What belongs to an attempt (its connection, its look-up, its timers) and ends with it. */
export class AttemptScopes {
  readonly #clock: Clock;
  readonly #controllers = new Map<number, AbortController>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Aborted by `drop`. */
  signal(attempt: number): AbortSignal {
    let controller = this.#controllers.get(attempt);
    if (!controller) {
      controller = new AbortController();
      this.#controllers.set(attempt, controller);
    }
    return controller.signal;
  }

  /** Runs `callback` once after `milliseconds`, unless the attempt is dropped first. */
  after(attempt: number, milliseconds: number, callback: () => void): void {
    const signal = this.signal(attempt);
    const cancel = this.#clock.after(milliseconds, () => {
      signal.removeEventListener('abort', cancel);
      callback();
    });
    signal.addEventListener('abort', cancel);
  }

  /** Ends all that belongs to the attempt. Its number may be used again, for a wait that follows it. */
  drop(attempt: number): void {
    const controller = this.#controllers.get(attempt);
    this.#controllers.delete(attempt);
    controller?.abort();
  }
}

/**
 * Watches over an attempt's bytes for what no byte says: that the replay is over, and that the connection has fallen
 * silent. A watch ends with its attempt.
 */
export class AttemptWatches {
  readonly #clock: Clock;
  readonly #scopes: AttemptScopes;
  readonly #reader: LogReader;
  readonly #silence: number;
  readonly #machine: () => Machine;
  readonly #dispatch: (event: MachineEvent) => void;

  /** `silence`: milliseconds without a byte that make a connection a silent one; 0: none is. */
  constructor(options: {
    clock: Clock;
    scopes: AttemptScopes;
    reader: LogReader;
    silence: number;
    machine: () => Machine;
    dispatch: (event: MachineEvent) => void;
  }) {
    this.#clock = options.clock;
    this.#scopes = options.scopes;
    this.#reader = options.reader;
    this.#silence = options.silence;
    this.#machine = options.machine;
    this.#dispatch = options.dispatch;
  }

  /** Tells once when the replay is over, unless that has been settled otherwise. */
  watchCatchUp(attempt: number): void {
    this.#scopes.after(attempt, this.#reader.lookAfter, () => {
      const {connection, standby} = this.#machine();
      if (connection.kind !== 'catching-up' && standby?.attempt !== attempt) return;
      if (this.#reader.isReplayOver()) this.#dispatch({kind: 'caught-up', attempt});
      else this.watchCatchUp(attempt);
    });
  }

  /** Tells once when a replay is over whose first byte came when its connection was taken for live already. */
  watchLateReplay(attempt: number, onOver: () => void): void {
    this.#scopes.after(attempt, this.#reader.lookAfter, () => {
      if (this.#reader.attempt !== attempt) return;
      if (this.#reader.isReplayOver()) onOver();
      else this.watchLateReplay(attempt, onOver);
    });
  }

  /** Tells of every time of silence. */
  watchSilence(attempt: number): void {
    if (this.#silence === 0) return;
    const rest = this.#reader.heardAt + this.#silence - this.#clock.monotonic();
    // After a look that found silence, the next one is a whole time later: the second connection may have failed.
    this.#scopes.after(attempt, rest > 0 ? rest : this.#silence, () => {
      const silentFor = this.#clock.monotonic() - this.#reader.heardAt;
      if (silentFor >= this.#silence) this.#dispatch({kind: 'silent', attempt});
      this.watchSilence(attempt);
    });
  }
}

/** What the server answered, and the pipeline if there is one of that name. */
type LookUpAnswer = {readonly found: PipelineAnswer; readonly pipeline: Pipeline | undefined};

/** Asks for the pipeline whose log ended. `followed`: its id, as far as it is known. Never rejects. */
export async function fetchPipeline(
  client: Pick<ApiClient, 'getPipeline'>,
  name: string,
  followed: string | undefined,
  signal: AbortSignal,
): Promise<LookUpAnswer> {
  try {
    const pipeline = await client.getPipeline(name, signal);
    const isSame = followed === undefined || followed === pipeline.id;
    return {found: {kind: isSame ? 'same' : 'other'}, pipeline};
  } catch (error) {
    return {found: {kind: 'failed', failure: asFailure(error)}, pipeline: undefined};
  }
}
