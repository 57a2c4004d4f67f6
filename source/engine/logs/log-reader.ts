import type {Clock} from '../../lib/clock.ts';
import type {Pause} from '../../lib/presence.ts';
import type {Packer} from '../buffer/packed-store.ts';
import type {BodyReceiver, BodySummary, Doubt, EndCause} from '../connection/state.ts';
import type {LogPosition, StitchPast} from '../stitch/log-position.ts';
import {type BodyFit, Stitch} from '../stitch/stitch.ts';
import type {LogSink} from './log-sink.ts';

type LogReaderOptions = {
  readonly sink: LogSink;
  readonly clock: Clock;
  /** Compresses in `pack`. */
  readonly packer?: Packer | undefined;
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
  /** It replaces a connection that was silent, and still open. */
  readonly replacesSilent: boolean;
  /** `LogSink.appended` when the replay began. */
  readonly appendedBefore: number;
  bytes: number;
};

/** The body of a second connection, from its beginning on. Times are monotonic milliseconds. */
type RetainedBody = {
  readonly attempt: number;
  readonly cause: Doubt;
  readonly pieces: Uint8Array[];
  bytes: number;
  begunAt: number;
  quietSince: number;
  /** Bytes of it that were last compared with the log; `fit` is the result. */
  compared: number;
  /** `LogSink.appended` at that comparison. */
  appended: number;
  fit: BodyFit;
};

/** Milliseconds without a byte after which a catch-up is over. */
const quiet = 150;
/** Milliseconds after which a catch-up is over in a log that never rests. */
const catchUpCap = 3_000;
/** Both limits until the overlap is proved: a lost packet may delay a replay, and to settle too early is to guess. */
const unprovedQuiet = 3_000;
const unprovedCap = 30_000;
/** Milliseconds between checks whether a replay is over: a check may read the whole replay. */
const checkEvery = 50;
const checkEveryEmpty = 250;
/**
 * Milliseconds without a byte after which a second connection is compared with the log: a line may come so much later
 * on one of the two. `overlapRestless`: its age for that in a log that never rests.
 */
const overlapQuiet = 1_000;
const overlapRestless = 3_000;
/** Age of a second connection for that after a pause, if the first has brought nothing for as long. */
const overlapSlept = 500;
/** Milliseconds without a byte after which a connection holds nothing from before a stop. */
const deadAfterStop = 3_000;
/** Bytes of a kept body; those that are compared with the log, and that are read in one turn of the event loop. */
const keptAtMost = 16 * 1024 * 1024;
const comparedAtMost = 256 * 1024;
const sliceBytes = 64 * 1024;

/** Reads bodies into the log, through the stitch: one at a time, and may keep a second one until it replaces the first. */
export class LogReader implements BodyReceiver {
  readonly #options: LogReaderOptions;
  readonly #stitch: Stitch;
  #replay: Replay | undefined;
  #retained: RetainedBody | undefined;
  /** Pieces of the body that is read now, kept while it was the second one, and not read yet. */
  #backlog: Uint8Array[] = [];
  /** `settle` was called meanwhile. */
  #settlesLater = false;
  /** `decided` at the end of the last replay. */
  #wasDecided = false;
  #quietSince = 0;
  #pausedBy: Pause | undefined;
  #receivedAt: number | undefined;

  constructor(options: LogReaderOptions) {
    this.#options = options;
    this.#stitch = new Stitch({sink: options.sink, clock: options.clock, packer: options.packer});
  }

  get attempt(): number | undefined {
    return this.#replay?.attempt;
  }

  get pipelineId(): string | undefined {
    return this.#stitch.pipelineId;
  }

  /** Position from which another run can continue. */
  get state(): LogPosition | undefined {
    return this.#stitch.state;
  }

  /** Continues the log of an earlier run. Only before the first connection. */
  resume(past: StitchPast): void {
    this.#stitch.resume(past);
  }

  /** Tells whether the last replay is decided, also after its end. */
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

  checkAfter(attempt: number): number {
    const body = this.#retained?.attempt === attempt ? this.#retained : this.#replay;
    return body?.bytes ? checkEvery : checkEveryEmpty;
  }

  keep(attempt: number, cause: Doubt): void {
    const now = this.#options.clock.monotonic();
    const body = {pieces: [], bytes: 0, begunAt: now, quietSince: now};
    this.#retained = {attempt, cause, ...body, compared: 0, appended: 0, fit: 'unknown'};
  }

  start({attempt, loss, pipelineId}: Parameters<BodyReceiver['start']>[0]): void {
    const {clock, sink} = this.#options;
    const retained = this.#retained?.attempt === attempt ? this.#retained : undefined;
    this.#retained = undefined;
    const now = clock.monotonic();
    // The other connection was read to its end, or is still open: the log was not down.
    const downMs = loss && !(retained && this.decided) ? now - loss.at : 0;
    const replacesSilent = retained !== undefined && this.#replay !== undefined;
    const counts = {appendedBefore: sink.appended, bytes: 0};
    this.#quietSince = now;
    this.#replay = {attempt, begunAt: now, afterLoss: loss !== undefined, replacesSilent, ...counts};
    this.#stitch.start({cause: loss?.cause ?? 'unknown', downMs, ...(pipelineId !== undefined && {pipelineId})});
    this.#backlog = retained?.pieces ?? [];
    this.#settlesLater = false;
    this.#readBacklog();
  }

  receive(attempt: number, bytes: Uint8Array): void {
    const {clock} = this.#options;
    const retained = this.#retained;
    if (retained?.attempt === attempt) {
      retained.quietSince = clock.monotonic();
      if (retained.bytes === 0) retained.begunAt = retained.quietSince;
      retained.pieces.push(Buffer.from(bytes));
      retained.bytes += bytes.length;
      return;
    }
    const replay = this.#replay;
    if (replay?.attempt !== attempt) return;
    if (this.#backlog.length > 0) this.#backlog.push(Buffer.from(bytes));
    else this.#read(replay, bytes);
  }

  #read(replay: Replay, bytes: Uint8Array): void {
    const {clock, onReceived} = this.#options;
    const areFirst = replay.bytes === 0;
    this.#quietSince = clock.monotonic();
    this.#receivedAt = clock.wall();
    if (areFirst) replay.begunAt = this.#quietSince;
    replay.bytes += bytes.length;
    this.#stitch.append(bytes);
    onReceived?.(areFirst);
  }

  end(attempt: number): BodySummary {
    if (this.#retained?.attempt === attempt) this.#retained = undefined;
    if (this.#replay?.attempt !== attempt) return {endMarker: false, brought: 'nothing', lasted: 0};
    while (this.#backlog.length > 0) this.#readSlice();
    const {hasEndMarker: endMarker, decided} = this.#stitch.end();
    const {bytes, appendedBefore, begunAt} = this.#replay;
    const hasNew = this.#options.sink.appended > appendedBefore;
    this.#replay = undefined;
    this.#wasDecided = decided;
    const lasted = this.#options.clock.monotonic() - begunAt;
    return {endMarker, brought: hasNew ? 'new' : bytes > 0 ? 'known' : 'nothing', lasted};
  }

  /** Bytes of memory that the stitch and the second connection need, besides the log. */
  get memoryBytes(): number {
    const waiting = this.#backlog.reduce((sum, piece) => sum + piece.length, this.#retained?.bytes ?? 0);
    return this.#stitch.memoryBytes + waiting;
  }

  /** See `Stitch.pack`. */
  pack(): boolean {
    return this.#stitch.pack();
  }

  /** Takes a last line that looks like the end marker, and is held back, for the log's own: the user closes the tab. */
  release(): void {
    this.#stitch.release();
  }

  /** Frees what the next connection would need: the log is closed. */
  free(): void {
    this.#backlog = [];
    this.#retained = undefined;
    this.#stitch.free();
  }

  /** Tells whether the replay is over: no byte marks its end, so a pause, a proved overlap or a time limit does. */
  isReplayOver(attempt: number): boolean {
    if (this.#retained?.attempt === attempt) return this.#mayReplace(this.#retained);
    const replay = this.#replay;
    if (replay?.attempt !== attempt) return false;
    const now = this.#options.clock.monotonic();
    const quietFor = now - this.#quietSince;
    const age = now - replay.begunAt;
    if (!replay.afterLoss) return (replay.bytes > 0 && quietFor >= quiet) || age >= catchUpCap;
    // No ring is empty: without a byte the replay has not come yet.
    if (replay.bytes === 0) return age >= unprovedCap;
    return this.#stitch.settled || quietFor >= unprovedQuiet || age >= unprovedCap;
  }

  awake(of: Pause): void {
    const now = this.#options.clock.monotonic();
    this.#pausedBy = of;
    this.#quietSince = now;
    if (this.#replay) this.#replay.begunAt = now;
    this.#stitch.awake();
    if (this.#retained) Object.assign(this.#retained, {begunAt: now, quietSince: now});
  }

  settle(): void {
    this.#settlesLater = this.#backlog.length > 0;
    if (this.#settlesLater) return;
    this.#stitch.settle();
    const replay = this.#replay;
    if (!replay?.replacesSilent) return;
    this.#replay = {...replay, replacesSilent: false};
    if (this.#options.sink.appended === replay.appendedBefore) return;
    this.#options.sink.onEvent('the silent connection was dead: a new one brought the missing lines');
  }

  markEnded(because: EndCause): void {
    if (because !== 'stopped') {
      this.#wasDecided = this.decided;
      this.#replay = undefined;
      this.#stitch.finish();
    }
    this.#options.sink.addMarker({kind: 'ended', because});
  }

  /**
   * Tells whether the second connection may replace the first. It may if it certainly continues the log: then the first
   * holds nothing that it lacks. It may if it certainly does not, and the first has long been silent after a stop, in
   * which the kernel went on receiving: then the first is dead. (After a sleep its server may send again only later.)
   * It may also if there is no room for more of it. The log itself is unchanged.
   */
  #mayReplace(retained: RetainedBody): boolean {
    const now = this.#options.clock.monotonic();
    const age = now - retained.begunAt;
    const otherQuietFor = now - this.#quietSince;
    const hasSlept = retained.cause === 'slept';
    const isQuiet = now - retained.quietSince >= overlapQuiet;
    const isRestless = age >= (hasSlept ? overlapSlept : overlapRestless);
    if (retained.bytes >= keptAtMost) return true;
    if (retained.bytes === 0 || !(isQuiet || isRestless) || (hasSlept && otherQuietFor < overlapSlept)) return false;
    const {appended} = this.#options.sink;
    // Each comparison reads all of it again.
    const bytes = Math.min(retained.bytes, comparedAtMost);
    const hasMore = isQuiet ? bytes > retained.compared : bytes >= 2 * retained.compared;
    if (hasMore || appended !== retained.appended) {
      retained.fit = this.#stitch.fit(Buffer.concat(retained.pieces, bytes));
      Object.assign(retained, {compared: bytes, appended});
    }
    if (retained.fit === 'joins') return true;
    return retained.fit === 'apart' && hasSlept && this.#pausedBy === 'stop' && otherQuietFor >= deadAfterStop;
  }

  /** Reads the backlog in slices: a whole ring takes longer than the event loop may be blocked. */
  #readBacklog(): void {
    this.#readSlice();
    if (this.#backlog.length > 0) this.#options.clock.after(0, () => this.#readBacklog());
    else if (this.#settlesLater) this.settle();
  }

  #readSlice(): void {
    const pieces: Uint8Array[] = [];
    for (let length = 0; length < sliceBytes && this.#backlog.length > 0; ) {
      const piece = this.#backlog.shift();
      if (piece) pieces.push(piece);
      length += piece?.length ?? 0;
    }
    if (this.#replay && pieces.length > 0) this.#read(this.#replay, Buffer.concat(pieces));
  }
}
