import type {Clock} from '../lib/clock.ts';
import type {LogPosition, StitchPast} from '../stitch/log-position.ts';
import {Stitch} from '../stitch/stitch.ts';
import type {BodyReceiver, EndCause} from './connection/state.ts';
import type {LogWriter} from './log-writer.ts';

type LogReaderOptions = {
  readonly writer: LogWriter;
  readonly clock: Clock;
  /** What the log itself shows of its connections, in plain words. */
  readonly onEvent: (text: string) => void;
  /** Bytes of the attempt that is read were appended. `areFirst`: the first ones of the attempt. */
  readonly onReceived?: (areFirst: boolean) => void;
};

/** The replay that is being read. Times are monotonic milliseconds. */
type Replay = {
  readonly attempt: number;
  /** Of its first byte; until there is one, of its opening. */
  begunAt: number;
  /** It follows a loss: it has to be proved that it overlaps what we had. */
  readonly afterLoss: boolean;
  /** The silent connection that it is to replace. */
  readonly beside: number | undefined;
  /** Bytes that had been appended to the log when it began. */
  readonly appendedBefore: number;
  bytes: number;
  bytesBeside: number;
};

/** A catch-up is over after this long without a byte (milliseconds) … */
const quiet = 150;
/** … or, in a log that never rests, after this long. */
const catchUpCap = 3_000;
/**
 * A replay whose overlap is not proved yet gets more time, since what is settled too early is a guess: a lost packet
 * may hold it up for seconds. It is rare: one dated line in common is a proof.
 */
const unprovedQuiet = 3_000;
const unprovedCap = 30_000;
/** How often to check whether a replay is over: not with every chunk, since a check may cost a whole replay. */
const checkEvery = 50;
const checkEveryEmpty = 250;
/** While two connections are open side by side, the same line may come this much later on the other one. */
const overlapQuiet = 1_000;

/**
 * Reads the bodies of one connection after the other into the log, through the stitch. Of several connections the one
 * whose replay began last is read; what others still bring is on that one too.
 */
export class LogReader implements BodyReceiver {
  readonly #options: LogReaderOptions;
  readonly #stitch: Stitch;
  #replay: Replay | undefined;
  /** What `decided` was when the last replay was ended. */
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

  /** So it is before Feldera 0.207. */
  get isNameless(): boolean {
    return this.#stitch.isNameless;
  }

  get lacksId(): boolean {
    return this.#stitch.lacksId;
  }

  setPipelineId(attempt: number, pipelineId: string): void {
    if (this.#replay?.attempt === attempt) this.#stitch.setPipelineId(pipelineId);
  }

  /** What another run needs to continue from here. */
  get state(): LogPosition | undefined {
    return this.#stitch.state;
  }

  /** Continues a log that an earlier run has written down. Only before the first connection. */
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
    // A connection that is still open was not down, if it was read.
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

  /** The user leaves the log while it continues: a last line that might be the end marker is the log's own. */
  release(): void {
    this.#stitch.release();
  }

  /** No byte marks it: a replay is over at a quiet moment, a proved overlap or a cap. */
  isReplayOver(): boolean {
    const replay = this.#replay;
    if (!replay) return false;
    const now = this.#options.clock.monotonic();
    const rest = now - this.#quietSince;
    const lasted = now - replay.begunAt;
    if (!replay.afterLoss) return (replay.bytes > 0 && rest >= quiet) || lasted >= catchUpCap;
    // No ring is empty: a replay without a byte has not come yet. It is not waited for without end.
    if (replay.bytes === 0) return lasted >= unprovedCap;
    if (!this.#stitch.settled) return rest >= unprovedQuiet || lasted >= unprovedCap;
    return replay.beside === undefined || replay.bytesBeside > 0 || rest >= overlapQuiet;
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
