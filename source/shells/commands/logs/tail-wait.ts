import type {ConnectionState} from '../../../engine/connection/state.ts';
import {type CatchUpInput, ringBytes} from '../../../kit/shell/catch-up.ts';

/** End of the catch-up whose last records are printed. */
export type CaughtUp = {
  /** Nothing comes now: the last record is complete. */
  readonly isQuiet: boolean;
  /** Milliseconds: records that are not older than this, seen from the last one, may have come live. */
  readonly mayBeLive: number;
};

/** Milliseconds without a byte after which a log is quiet: in these, TCP sends a lost packet again. */
const tailQuietAtLeast = 250;
/** A response time of the server, if that is longer. */
const tailQuietAtMost = 1_000;
/** A longer time between two checks is a stall of our own: what came meanwhile is not read yet. */
const longestStep = 100;
/** Milliseconds after the first byte for which records wait at most, whatever happens to the connection. */
const tailAtMost = 3_000;
/** A log that is quiet within this time of its first byte had next to nothing live. */
const briefAtMost = 500;

/** Decides how long the records of a catch-up wait for `--tail`, when what comes after them is printed too. */
export class TailWait {
  /** Monotonic ms of the request that was answered first. */
  #requestedAt: number;
  #openedAt: number | undefined;
  /** Time of the first byte. */
  #begunAt: number | undefined;
  #connection: ConnectionState = {kind: 'idle'};
  #hasEnded = false;
  #receivedAt: number | undefined;
  /** Time of the last byte. */
  #lastAt = 0;
  #quietFor = 0;
  #checkedAt: number;

  constructor(now: number) {
    this.#requestedAt = now;
    this.#checkedAt = now;
  }

  /** Call at each change of the stream, and every 50 ms. Undefined: the records wait. */
  check(input: CatchUpInput): CaughtUp | undefined {
    this.#update(input);
    const {now, connection, received, logEnded} = input;
    if (this.#begunAt === undefined) return undefined;
    const isTimeUp = now - this.#begunAt >= tailAtMost || received > ringBytes;
    // Only quiet: after a cut `live` means that the replay is matched, and the rest of the catch-up follows.
    const isSettled = connection.kind === 'live' && this.#isQuiet;
    return logEnded || isTimeUp || isSettled ? this.caughtUp() : undefined;
  }

  /** The catch-up as it is now, for a log that ends before `check` says that it is over. */
  caughtUp(): CaughtUp {
    const isQuiet = this.#isQuiet;
    const isBrief = isQuiet && this.#lastAt - (this.#begunAt ?? 0) < briefAtMost;
    return {isQuiet, mayBeLive: isBrief ? 0 : this.#lastAt - this.#requestedAt};
  }

  get #isQuiet(): boolean {
    const responseTime = (this.#openedAt ?? 0) - this.#requestedAt;
    const quiet = Math.min(tailQuietAtMost, Math.max(tailQuietAtLeast, responseTime));
    return this.#hasEnded || this.#quietFor >= quiet;
  }

  #update({now, connection, received, receivedAt, logEnded}: CatchUpInput): void {
    const lastCheck = this.#checkedAt;
    this.#quietFor += Math.min(now - lastCheck, longestStep);
    this.#checkedAt = now;
    if (receivedAt !== this.#receivedAt) {
      this.#quietFor = 0;
      this.#lastAt = now;
    }
    this.#receivedAt = receivedAt;
    this.#hasEnded = logEnded;
    if (received > 0) this.#begunAt ??= now;
    if (connection === this.#connection) return;
    const wasSeen = this.#connection.kind === 'connecting' && connection.kind === 'catching-up';
    this.#connection = connection;
    if (this.#openedAt !== undefined) return;
    // It was made since the last check, which on a busy machine is long ago: what came since may have come live.
    if (connection.kind === 'connecting' || (connection.kind === 'catching-up' && !wasSeen))
      this.#requestedAt = lastCheck;
    if (connection.kind === 'catching-up') this.#openedAt = connection.since;
  }
}
