import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {LossCount, MarkerKind} from '../buffer/markers.ts';
import type {Clock} from '../lib/clock.ts';
import {ErrorLog} from '../records/error-log.ts';
import type {LogPosition, StitchPast} from '../stitch/log-position.ts';
import {Stitch} from '../stitch/stitch.ts';
import type {Loss} from './connection/state.ts';
import {LogWriter} from './log-writer.ts';
import type {ToldStates} from './told-states.ts';

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
/** How often to look whether a replay is over: not with every chunk, since the answer may cost a whole replay. */
const lookEvery = 50;
const lookEveryUnheard = 250;
/** While two connections stand side by side, the same line may come this much later on the other one. */
const overlapQuiet = 1_000;

/** The replay that is being read. Times are monotonic milliseconds. */
type Replay = {
  readonly attempt: number;
  /** Of its first byte; until there is one, of its opening. */
  begunAt: number;
  /** It follows a loss: it has to be proved that it overlaps what we had. */
  readonly afterLoss: boolean;
  /** The silent connection that it is to replace. */
  readonly beside: number | undefined;
  /** Bytes that the pane had when it began. */
  readonly appendedBefore: number;
  bytes: number;
  bytesBeside: number;
};

/**
 * Brings the bytes of one connection after the other into the pane, through the stitch. Of several connections the one
 * whose replay began last is read; what others still bring is on that one too.
 */
export class LogReader {
  /** The errors received so far. They change before a snapshot shows it. */
  readonly errors: ErrorLog;
  readonly #clock: Clock;
  readonly #note: (text: string) => void;
  readonly #writer: LogWriter;
  readonly #stitch: Stitch;
  #replay: Replay | undefined;
  /** What `decided` was when the last replay was ended. */
  #wasDecided = false;
  #heardAt = 0;
  #receivedAt: number | undefined;

  /**
   * `note` is told what the log itself shows of its connections, in plain words; `placed`, when a connection has found
   * its place in the log, before its first new byte (`StitchSink.onPlaced`).
   */
  constructor(options: {
    buffer: LogBuffer;
    clock: Clock;
    note: (text: string) => void;
    placed?: (place: {readonly fresh: boolean}) => void;
  }) {
    this.#clock = options.clock;
    this.#note = options.note;
    this.errors = new ErrorLog({buffer: options.buffer, wall: options.clock.wall});
    this.#writer = new LogWriter({
      ...{buffer: options.buffer, errors: this.errors, clock: options.clock, onEvent: options.note},
      ...(options.placed && {onPlaced: options.placed}),
    });
    this.#stitch = new Stitch({sink: this.#writer, clock: options.clock});
  }

  /** The attempt that is being read. */
  get attempt(): number | undefined {
    return this.#replay?.attempt;
  }

  /** Id of the pipeline whose log is read, as the log itself says it. */
  get pipelineId(): string | undefined {
    return this.#stitch.pipelineId;
  }

  /** The log does not say which pipeline it is of: Feldera before 0.207. */
  get isNameless(): boolean {
    return this.#stitch.isNameless;
  }

  /** Nobody has told which pipeline's log it is since it was seen to begin. */
  get lacksId(): boolean {
    return this.#stitch.lacksId;
  }

  /** The pipeline's id, asked for while the attempt is read. It counts where the log itself does not say it. */
  setPipelineId(attempt: number, pipelineId: string): void {
    if (this.#replay?.attempt === attempt) this.#stitch.setPipelineId(pipelineId);
  }

  /** What another run needs to go on from here. */
  get state(): LogPosition | undefined {
    return this.#stitch.state;
  }

  /** Goes on with a log that an earlier run has written down. Only before the first connection. */
  resume(past: StitchPast): void {
    this.#stitch.resume(past);
  }

  /** The states and errors that the log itself told lately. */
  get told(): Pick<ToldStates, 'tells' | 'tellsError'> {
    return this.#writer.told;
  }

  /** What was lost so far. */
  get losses(): LossCount {
    return this.#writer.losses;
  }

  /**
   * The replay that was begun last has found its place in the log, also after its end: a marker tells of the loss
   * before it, and the next loss is another one.
   */
  get decided(): boolean {
    return this.#replay ? this.#stitch.decided : this.#wasDecided;
  }

  /** Monotonic milliseconds of the last byte, or of the last opening. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Unix time in ms of the last byte received. */
  get receivedAt(): number | undefined {
    return this.#receivedAt;
  }

  /** Something came of the replay that is being read. */
  get isHeard(): boolean {
    return (this.#replay?.bytes ?? 0) > 0;
  }

  /** Milliseconds after which it is worth asking `isReplayOver` (again). */
  get lookAfter(): number {
    return this.isHeard ? lookEvery : lookEveryUnheard;
  }

  /** The attempt's replay comes now. `beside`: the connection that stays open until this one has replaced it. */
  start(replay: {
    readonly attempt: number;
    readonly loss: Loss | undefined;
    readonly pipelineId: string | undefined;
    readonly beside: number | undefined;
  }): void {
    const {attempt, loss, pipelineId, beside} = replay;
    const openedAt = this.#clock.monotonic();
    // A connection that still stands was not down, if it was read.
    const downMs = loss && !(beside !== undefined && this.decided) ? openedAt - loss.at : 0;
    const counts = {appendedBefore: this.#writer.appended, bytes: 0, bytesBeside: 0};
    this.#heardAt = openedAt;
    this.#replay = {attempt, begunAt: openedAt, afterLoss: loss !== undefined, beside, ...counts};
    this.#stitch.start({
      cause: loss?.cause ?? 'unknown',
      downMs,
      ...(pipelineId !== undefined && {pipelineId}),
    });
  }

  /** Takes what an attempt received; answers whether it is the one that is read. */
  receive(attempt: number, bytes: Uint8Array): boolean {
    const replay = this.#replay;
    if (replay?.attempt !== attempt) {
      if (replay?.beside === attempt) replay.bytesBeside += bytes.length;
      return false;
    }
    this.#heardAt = this.#clock.monotonic();
    this.#receivedAt = this.#clock.wall();
    if (replay.bytes === 0) replay.begunAt = this.#heardAt;
    replay.bytes += bytes.length;
    this.#stitch.append(bytes);
    return true;
  }

  /** No more comes on the attempt. Answers whether its last line was the end sentinel. */
  end(attempt: number): boolean {
    if (this.#replay?.attempt !== attempt) return false;
    const {sentinel, decided} = this.#stitch.end();
    this.#replay = undefined;
    this.#wasDecided = decided;
    return sentinel;
  }

  /** The log is left for good while it goes on: a last line that might have been the end sentinel is the log's own. */
  release(): void {
    this.#stitch.release();
  }

  /** There is no caught-up marker on the wire: the replay is over at a quiet moment, a proved overlap or a cap. */
  isReplayOver(): boolean {
    const replay = this.#replay;
    if (!replay) return false;
    const now = this.#clock.monotonic();
    const rest = now - this.#heardAt;
    const lasted = now - replay.begunAt;
    if (!replay.afterLoss) return (this.isHeard && rest >= quiet) || lasted >= catchUpCap;
    // No ring is empty: a replay without a byte has not come yet. It is not waited for without end.
    if (!this.isHeard) return lasted >= unprovedCap;
    if (!this.#stitch.settled) return rest >= unprovedQuiet || lasted >= unprovedCap;
    return replay.beside === undefined || replay.bytesBeside > 0 || rest >= overlapQuiet;
  }

  /** The replay is over: what is undecided is decided. Lines that a silent connection did not bring: it was dead. */
  settle(): void {
    this.#stitch.settle();
    const replay = this.#replay;
    if (replay?.beside === undefined) return;
    this.#replay = {...replay, beside: undefined};
    if (replay.bytesBeside > 0 || this.#writer.appended === replay.appendedBefore) return;
    this.#note('the silent connection was dead: a new one brought the missing lines');
  }

  /** Nothing will complete the last line, if it is open: it stands as received, and markers may follow. */
  finish(): void {
    this.#wasDecided = this.decided;
    this.#replay = undefined;
    this.#stitch.finish();
  }

  /** Adds a marker of this moment, or of `at`. */
  mark(marker: MarkerKind, at?: number): void {
    this.#writer.addMarker(marker, at);
  }
}
