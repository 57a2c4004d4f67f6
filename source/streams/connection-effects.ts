import type {ApiClient, ApiFailure, Pipeline} from '../api/types.ts';
import type {Clock} from '../lib/clock.ts';
import {asFailure} from './as-failure.ts';
import {AttemptScopes} from './attempt-scopes.ts';
import {AttemptWatches} from './attempt-watches.ts';
import type {Effect, Loss, Machine, MachineEvent} from './connection-events.ts';
import type {LogReader} from './log-reader.ts';
import {type LookUpAnswer, lookUp} from './look-up.ts';
import type {PipelineIdentity} from './pipeline-identity.ts';

/** A silent connection and the one that is to replace it never stand side by side for longer. Milliseconds. */
const overlapCap = 30_000;

/**
 * Carries out what the connection machine asks for: connects, waits, looks up, reads. What comes of it goes back to the
 * machine as an event. All that belongs to an attempt ends when the machine drops it.
 */
export class ConnectionEffects {
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
        if (effect.attempt === this.#machine().spare?.attempt) {
          this.#scopes.after(effect.attempt, overlapCap, () =>
            this.#dispatch({kind: 'spare-late', attempt: effect.attempt}),
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
      case 'begin-replay':
        this.#beginReplay(effect.attempt, effect.loss);
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
    const {found, pipeline} = await lookUp(this.#client, this.#name, followed, this.#scopes.signal(attempt));
    this.#identity.note(pipeline);
    this.#lookedUp = found.kind === 'same' ? pipeline : undefined;
    this.#dispatch({kind: 'looked-up', attempt, found});
  }

  #beginReplay(attempt: number, loss: Loss | undefined): void {
    const machine = this.#machine();
    const beside = attempt === machine.spare?.attempt ? machine.attempt : undefined;
    this.#identity.follow();
    this.#reader.begin({attempt, loss, pipelineId: this.#identity.knownId, beside});
    this.#watches.watchCatchUp(attempt);
  }

  #receive(attempt: number, bytes: Uint8Array): void {
    const isFirst = !this.#reader.isHeard;
    if (!this.#reader.receive(attempt, bytes)) return;
    const machine = this.#machine();
    if (isFirst && attempt === machine.attempt && machine.connection.kind === 'live') this.#settleLate(attempt);
    if (machine.spare && attempt === machine.attempt) this.#dispatch({kind: 'heard', attempt});
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
    this.#reader.noteId(attempt, pipeline.id);
  }

  #ask(attempt: number): Promise<LookUpAnswer> {
    return lookUp(this.#client, this.#name, undefined, this.#scopes.signal(attempt));
  }
}
