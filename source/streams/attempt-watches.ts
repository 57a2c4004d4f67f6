import type {Clock} from '../lib/clock.ts';
import type {AttemptScopes} from './attempt-scopes.ts';
import type {Machine, MachineEvent} from './connection-events.ts';
import type {LogReader} from './log-reader.ts';

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
      const {connection, spare} = this.#machine();
      if (connection.kind !== 'catching-up' && spare?.attempt !== attempt) return;
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
