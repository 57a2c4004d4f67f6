import type {Clock} from '../lib/clock.ts';
import type {LogPosition, StitchPast} from '../stitch/log-position.ts';
import {Stitch} from '../stitch/stitch.ts';
import type {BodyReceiver, EndCause} from './connection/state.ts';
import type {LogWriter} from './log-writer.ts';

type LogReaderOptions = {
  readonly writer: LogWriter;
  readonly clock: Clock;
  /** Receives what the log shows about its connections, in words for the user. */
  readonly onEvent: (text: string) => void;
  /** Bytes were appended. `areFirst`: the first ones of their attempt. */
  readonly onReceived?: (areFirst: boolean) => void;
};

/** The replay in progress. Times are monotonic milliseconds. */
type Replay = {
  readonly attempt: number;
  /** Time of the first byte; until then, of the opening. */
  begunAt: number;
  /** The replay follows a loss: its overlap with the tail has to be proved. */
  readonly afterLoss: boolean;
  /** The attempt, a silent connection, that it is to replace. */
  readonly beside: number | undefined;
  /** `LogWriter.appended` when the replay began. */
  readonly appendedBefore: number;
  bytes: number;
  bytesBeside: number;
};

/** Milliseconds without a byte after which a catch-up is over. */
const quiet = 150;
/** Milliseconds after which a catch-up is over in a log that never rests. */
const catchUpCap = 3_000;
/** The same until the overlap is proved: a lost packet may delay a replay, and to settle too early is to guess. */
const unprovedQuiet = 3_000;
const unprovedCap = 30_000;
/** Milliseconds between checks whether a replay is over: a check may read the whole replay. */
const checkEvery = 50;
const checkEveryEmpty = 250;
/** Milliseconds by which a line may come later on the other of two open connections. */
const overlapQuiet = 1_000;

/** Reads bodies into the log, through the stitch; of several connections the newest one, which brings all lines. */
export class LogReader implements BodyReceiver {
  readonly #options: LogReaderOptions;
  readonly #stitch: Stitch;
  #replay: Replay | undefined;
  /** `decided` at the end of the last replay. */
  #wasDecided = false;
  #quietSince = 0;
  #receivedAt: number | undefined;

  constructor(options: LogReaderOptions) {
    this.#options = options;
    this.#stitch = new Stitch({sink: options.writer, clock: options.clock});
  }

  get attempt(): number | undefined {
    return this.#replay?.attempt;
  }

  get pipelineId(): string | undefined {
    return this.#stitch.pipelineId;
  }

  /** The log does not name its pipeline: Feldera before 0.207. */
  get isNameless(): boolean {
    return this.#stitch.isNameless;
  }

  get lacksId(): boolean {
    return this.#stitch.lacksId;
  }

  setPipelineId(attempt: number, pipelineId: string): void {
    if (this.#replay?.attempt === attempt) this.#stitch.setPipelineId(pipelineId);
  }

  /** With it another run can continue from here. */
  get state(): LogPosition | undefined {
    return this.#stitch.state;
  }

  /** Continues the log of an earlier run. Only before the first connection. */
  resume(past: StitchPast): void {
    this.#stitch.resume(past);
  }

  /** Of the last replay, also after its end. */
  get decided(): boolean {
    return this.#replay ? this.#stitch.decided : this.#wasDecided;
  }

  get quietSince(): number {
    return this.#quietSince;
  }

  /** Unix time in ms of the last byte received. */
  get receivedAt(): number | undefined {
    return this.#receivedAt;
  }

  get checkAfter(): number {
    return this.#replay?.bytes ? checkEvery : checkEveryEmpty;
  }

  start({attempt, loss, pipelineId, beside}: Parameters<BodyReceiver['start']>[0]): void {
    const openedAt = this.#options.clock.monotonic();
    // A connection that was read and is still open was not down.
    const downMs = loss && !(beside !== undefined && this.decided) ? openedAt - loss.at : 0;
    const counts = {appendedBefore: this.#options.writer.appended, bytes: 0, bytesBeside: 0};
    this.#quietSince = openedAt;
    this.#replay = {attempt, begunAt: openedAt, afterLoss: loss !== undefined, beside, ...counts};
    this.#stitch.start({cause: loss?.cause ?? 'unknown', downMs, ...(pipelineId !== undefined && {pipelineId})});
  }

  receive(attempt: number, bytes: Uint8Array): void {
    const replay = this.#replay;
    if (replay?.attempt !== attempt) {
      if (replay?.beside === attempt) replay.bytesBeside += bytes.length;
      return;
    }
    const {clock, onReceived} = this.#options;
    const areFirst = replay.bytes === 0;
    this.#quietSince = clock.monotonic();
    this.#receivedAt = clock.wall();
    if (areFirst) replay.begunAt = this.#quietSince;
    replay.bytes += bytes.length;
    this.#stitch.append(bytes);
    onReceived?.(areFirst);
  }

  end(attempt: number): boolean {
    if (this.#replay?.attempt !== attempt) return false;
    const {hasEndMarker, decided} = this.#stitch.end();
    this.#replay = undefined;
    this.#wasDecided = decided;
    return hasEndMarker;
  }

  /** The user closes the tab: a last line that looks like the end marker and is held back counts as the log's own. */
  release(): void {
    this.#stitch.release();
  }

  /** No byte marks the end of a replay: it is over at a pause, a proved overlap or a time limit. */
  isReplayOver(): boolean {
    const replay = this.#replay;
    if (!replay) return false;
    const now = this.#options.clock.monotonic();
    const quietFor = now - this.#quietSince;
    const age = now - replay.begunAt;
    if (!replay.afterLoss) return (replay.bytes > 0 && quietFor >= quiet) || age >= catchUpCap;
    // No ring is empty: without a byte the replay has not come yet.
    if (replay.bytes === 0) return age >= unprovedCap;
    if (!this.#stitch.settled) return quietFor >= unprovedQuiet || age >= unprovedCap;
    return replay.beside === undefined || replay.bytesBeside > 0 || quietFor >= overlapQuiet;
  }

  awake(): void {
    this.#quietSince = this.#options.clock.monotonic();
    if (this.#replay) this.#replay.begunAt = this.#quietSince;
  }

  settle(): void {
    this.#stitch.settle();
    const replay = this.#replay;
    if (replay?.beside === undefined) return;
    this.#replay = {...replay, beside: undefined};
    if (replay.bytesBeside > 0 || this.#options.writer.appended === replay.appendedBefore) return;
    this.#options.onEvent('the silent connection was dead: a new one brought the missing lines');
  }

  markEnded(because: EndCause): void {
    if (because !== 'stopped') {
      this.#wasDecided = this.decided;
      this.#replay = undefined;
      this.#stitch.finish();
    }
    this.#options.writer.addMarker({kind: 'ended', because});
  }
}
