import type {ApiClient, Pipeline, PipelineDetail} from '../../../engine/api/types.ts';
import type {Marker} from '../../../engine/buffer/markers.ts';
import {slowDelay} from '../../../engine/connection/backoff.ts';
import {type ConnectionState, isOpen} from '../../../engine/connection/state.ts';
import type {ConnectionFeed} from '../../../engine/feeds/connection-feed.ts';
import type {Log} from '../../../engine/logs/log.ts';
import type {LogManager} from '../../../engine/logs/log-manager.ts';
import type {UnaskedEnd} from '../../../engine/logs/log-states.ts';
import {attendedEvery} from '../../../engine/pipelines/list-poller.ts';
import type {RecordingState} from '../../../engine/recording/recorder.ts';
import {sameFailure, type ToldFailure} from '../../../engine/records/same-failure.ts';
import {unmatchedWords} from '../../../kit/journal/event-words.ts';
import {
  CatchUp,
  type CatchUpInput,
  type Ending,
  failedToOpen,
  troubleOf,
  withoutAnswer,
} from '../../../kit/shell/catch-up.ts';
import type {ConvertLines, LogToPrint} from '../../../kit/shell/record-shapes.ts';
import type {FaultKind} from '../../../kit/system/line-output.ts';
import {recordingWords, unrecordedWords} from '../../../kit/words/marker-words.ts';
import {failedWords} from '../../../kit/words/pipeline-words.ts';
import {type Clock, withPatience} from '../../../lib/clock.ts';
import {readTime} from '../../../lib/format.ts';
import {EndByState} from './end-by-state.ts';
import {LogPrinter} from './log-printer.ts';
import type {LogsRun} from './logs-run.ts';
import {waitsForEnd} from './record-printer.ts';
import {TailWait} from './tail-wait.ts';

/** Milliseconds between checks whether the catch-up of a quiet log is over. */
const checkEvery = 50;
/** Milliseconds without a byte after which a record is complete: the server sends a record in one piece. */
const recordRest = 100;
/** Milliseconds to wait for what the API says of a failure. */
const causePatience = 3_000;
/** Milliseconds in which the API has the cause of an end, which its runner's log lacks. */
const causeLate = 1_000;

export type FollowOptions = {
  /** Continue after the catch-up. */
  readonly follow: boolean;
  /** When following: end with the log. */
  readonly exitOnEnd: boolean;
  /** When following: end with the pipeline, too, when that stops or fails (`onListed`). */
  readonly endsByState?: boolean;
  /** Text to add to the note that there is no such pipeline. Never rejects. */
  readonly hint?: (name: string) => Promise<string>;
  readonly client: Pick<ApiClient, 'answers' | 'getPipeline'>;
  /** In [0, 1). */
  readonly random: () => number;
};

type PipelineLogOptions = FollowOptions & {
  readonly name: string;
  readonly manager: LogManager<ConnectionFeed>;
  readonly clock: Clock;
  readonly convert?: ConvertLines | undefined;
  readonly prefixOf: (name: string) => string | undefined;
  /** Bound of the stream's buffer, where lines wait for a slow reader. */
  readonly spillBytes: number;
  /** There may be something to print, or the log may be over. */
  readonly onChange: () => void;
};

/** One pipeline's log in a run: its stream, its printer, and when it is over. */
export class PipelineLog implements LogToPrint {
  readonly printer: LogPrinter;
  readonly #run: LogsRun;
  readonly #options: PipelineLogOptions;
  readonly #stream: Log<ConnectionFeed>;
  /** Absent when following. */
  readonly #catchUp: CatchUp | undefined;
  readonly #unsubscribe: () => void;
  /** Absent when the state of the pipeline does not matter. */
  readonly #byState: EndByState | undefined;
  /** Following, and the tail of the catch-up is not printed yet. */
  #tailWait: TailWait | undefined;
  #cancelCheck = () => {};
  #cancelRequest = () => {};
  #connection: ConnectionState = {kind: 'idle'};
  #opened = false;
  #logEnded = false;
  /** Its pipeline was deleted, or has another name that is taken here. */
  #isGone = false;
  /** Ends the request to a server that did not answer the one for the log. */
  readonly #inquiry = new AbortController();
  #isAsking = false;
  #serverAnswers: boolean | undefined;
  /** Ending if nothing else is printed: the server has refused it, and it was not open since. */
  #refusal: Ending | undefined;
  #recording: RecordingState | undefined;
  #trouble: string | undefined;
  #death: string | undefined;
  /** Monotonic milliseconds of the opening: what the log had before is past. */
  readonly #openedAt: number;
  /** Number of `Log.ends` that were looked at. */
  #endsSeen = 0;
  /** Failures that one of the two has told, and not yet the other. */
  #failures: readonly {readonly by: 'log' | 'api'; readonly told: ToldFailure}[] = [];
  #ending: Ending | undefined;

  /** Connects at once. */
  constructor(run: LogsRun, options: PipelineLogOptions) {
    const {clock, follow, convert} = options;
    this.#run = run;
    this.#options = options;
    this.#stream = options.manager.open(options.name);
    const {buffer} = this.#stream;
    // What came is printed, also after the log was closed.
    buffer.hold();
    const records = run.recordsOf(this);
    this.printer = new LogPrinter({
      buffer,
      maxBytes: options.spillBytes,
      prefix: () => this.prefix,
      convert,
      records,
      note: (text, kind) => this.#note(text, kind),
      onOver: () => this.#end({failed: false, continues: true}),
    });
    this.#unsubscribe = this.#stream.snapshot.subscribe(() => this.#check());
    const now = clock.monotonic();
    this.#openedAt = now;
    if (!follow) this.#catchUp = new CatchUp(now);
    else if (records && waitsForEnd(records)) this.#tailWait = new TailWait(now);
    if (follow && options.endsByState) this.#byState = new EndByState({waits: !options.exitOnEnd});
    this.#keepChecking();
  }

  /** Name of its pipeline now. */
  get name(): string {
    return this.#stream.name;
  }

  get prefix(): string | undefined {
    return this.#options.prefixOf(this.name);
  }

  #note(text: string, kind?: FaultKind): void {
    this.#run.note(`${this.name}: ${text}`, kind);
  }

  /** First answer of the server; undefined: it has not answered yet. */
  get beginning(): 'refused' | 'served' | undefined {
    if (this.#refusal) return 'refused';
    return this.#opened || this.#connection.kind === 'waiting' ? 'served' : undefined;
  }

  /** Sentence about what the recording lacks, once it is closed; undefined: nothing, or the log is not recorded. */
  get unrecorded(): string | undefined {
    const {recording} = this.#stream.connection.status;
    return this.#opened && recording ? unrecordedWords(recording) : undefined;
  }

  /** The errors suppressed in this log, which `--exit-on` could not match, in words; undefined: none. Never rejects. */
  async unmatched(signal: AbortSignal): Promise<string | undefined> {
    const {inRun, isWhole} = this.#stream.errors.connectors;
    const {client} = this.#options;
    const {name} = this.#stream;
    // Without an error in the log the limiter has not begun; of a run that began before the log, earlier ones are unknown.
    const mayBeUntold = inRun > 0 && isWhole;
    const pipeline = mayBeUntold ? await client.getPipeline(name, signal).catch(() => undefined) : undefined;
    const {connectors, suppressed} = this.#stream.errors;
    const uncounted = Math.max(0, (pipeline?.connectorErrors ?? 0) - connectors.inRun);
    return unmatchedWords(suppressed.connectors, uncounted);
  }

  /** A new list: `pipeline` is undefined if it is not in it. */
  onListed(pipeline: Pipeline | undefined): void {
    if (!this.#byState || this.#ending) return;
    const now = this.#options.clock.monotonic();
    const words = this.#byState.onListed(pipeline, {now, received: this.#stream.buffer.totalBytes});
    if (words !== undefined) this.#note(words);
    this.#cancelCheck();
    this.#keepChecking();
    this.#check();
  }

  /** Ends it now. What came can still be printed. */
  stop(): void {
    if (this.#ending) return;
    this.printer.check();
    // Why was told as it was tried again.
    if (this.#refusal) this.#run.fail('failure');
    this.#end({failed: false, continues: true});
  }

  /** Ends a log that is refused, or says that it is, since it is tried again while others are printed. */
  settleRefusal(goesOn: boolean): void {
    if (this.#ending || !this.#refusal) return;
    if (goesOn) this.#onConnection(this.#stream.snapshot.get().connection);
    else this.#end(this.#refusal);
  }

  #check(): void {
    if (this.#ending) return;
    const {connection, receivedAt} = this.#stream.snapshot.get();
    const markers = this.printer.check();
    if (this.printer.hasEnded) {
      this.#options.onChange();
      return;
    }
    const ends = markers.flatMap(({id, marker}) => (marker.kind === 'ended' ? {id, because: marker.because} : []));
    const [end] = ends;
    if (markers.some(({marker}) => tellsOfReturn(marker))) this.#trouble = undefined;
    this.#reportDeath();
    this.#reportEnds();
    this.#reportRecording();
    const received = this.#stream.buffer.totalBytes;
    this.#opened ||= received > 0 || isOpen(connection);
    const isUnanswered = !this.#opened && withoutAnswer(connection) !== undefined;
    if (isUnanswered) this.#askServer();
    const isUndecided = () =>
      isUnanswered ? this.#serverAnswers === undefined : this.#refusal && connection.kind === 'gone';
    const isRenamed = connection.kind === 'gone' && connection.reason.kind === 'renamed';
    this.#isGone ||= isRenamed || ends.some(({because}) => because === 'deleted' || because === 'created-again');
    this.#logEnded ||=
      end !== undefined || isRenamed || (connection.kind === 'waiting' && connection.cause === 'runner-stopped');
    const input = {
      now: this.#options.clock.monotonic(),
      connection,
      received,
      receivedAt,
      opened: this.#opened,
      serverAnswers: this.#serverAnswers,
      logEnded: this.#logEnded,
    };
    const caughtUp = this.#tailWait?.check(input);
    if (caughtUp) {
      this.#tailWait = undefined;
      this.printer.caughtUp(caughtUp);
    }
    const ending = this.#endingOf(input);
    // Lines of a new epoch that came already are after the end, and not printed.
    if (ending) this.#end(ending, end?.id);
    else if (connection !== this.#connection && !isUndecided()) this.#onConnection(connection);
    this.#options.onChange();
    this.printer.flushLater(this.#options.clock, recordRest, this.#options.onChange);
  }

  #endingOf(input: CatchUpInput): Ending | undefined {
    if (this.#catchUp) return this.#catchUp.check(input);
    const failed = failedToOpen(input);
    const isRefused = failed?.unknown !== true && input.connection.kind === 'gone';
    if (isRefused || input.opened) this.#refusal = failed;
    if (failed) return isRefused ? undefined : failed;
    // An end of the log alone is none of its pipeline: a runner that stops ends all its logs, and so does a slow reader.
    const ending = this.#byState?.check(input, this.#stream.ends);
    return ending ?? (this.#options.exitOnEnd && this.#isGone ? {failed: false} : undefined);
  }

  /** Finds out whether the server is there at all, once. */
  #askServer(): void {
    const {client, name} = this.#options;
    if (client.answers.hasAnswered) this.#serverAnswers = true;
    if (this.#serverAnswers !== undefined || this.#isAsking) return;
    this.#isAsking = true;
    const onAnswer = () => {
      this.#serverAnswers = client.answers.hasAnswered;
      this.#check();
    };
    client.getPipeline(name, this.#inquiry.signal).then(onAnswer, onAnswer);
  }

  #end(ending: Ending, from?: number): void {
    const {manager, hint} = this.#options;
    if (this.#ending) return;
    this.#ending = ending;
    this.#inquiry.abort();
    this.#unsubscribe();
    this.#cancelCheck();
    this.#cancelRequest();
    manager.close(this.#stream.name);
    if (this.#tailWait) this.printer.caughtUp(this.#tailWait.caughtUp());
    if (ending.unknown && hint) void this.#endWith(ending, hint(this.#stream.name));
    else this.printer.end({...ending, from});
  }

  /** `more`: never rejects. */
  async #endWith(ending: Ending, more: Promise<string>): Promise<void> {
    this.printer.end({...ending, say: `${ending.say}${await more}`});
    this.#options.onChange();
  }

  /** Never rejects. */
  #ask(): Promise<PipelineDetail | undefined> {
    const {client, clock} = this.#options;
    const ask = (signal: AbortSignal) => client.getPipeline(this.#stream.name, signal).catch(() => undefined);
    return withPatience({clock, milliseconds: causePatience}, ask);
  }

  /** Reports why the pipeline died, once for each death: the reason may not be in its log. */
  #reportDeath(): void {
    const {pipelineAtEnd} = this.#stream.connection;
    if (pipelineAtEnd?.deploymentError === undefined) return;
    const since = pipelineAtEnd.deploymentStatusSince;
    const death = `${since} ${pipelineAtEnd.deploymentError.cause}`;
    if (death === this.#death) return;
    this.#death = death;
    this.#reportFailure('api', readTime(since), failureOf(pipelineAtEnd));
  }

  /** Reports each end that nobody asked for, since the server keeps the stream of a pipeline that has failed. */
  #reportEnds(): void {
    const {count, last} = this.#stream.ends;
    const more = count - this.#endsSeen;
    this.#endsSeen = count;
    // Otherwise the end of the pipeline is one of the log, and says why.
    if (more === 0 || this.#catchUp || this.#byState) return;
    const {clock} = this.#options;
    const openedAt = clock.wall() - (clock.monotonic() - this.#openedAt);
    for (const end of last.slice(-more)) if (!((end.at ?? openedAt) < openedAt)) void this.#reportEnd(end);
  }

  /** Uses the API's words, as all other commands do; those of the log if it has no such failure. Never rejects. */
  async #reportEnd({at = this.#options.clock.wall(), cause}: UnaskedEnd): Promise<void> {
    const {clock} = this.#options;
    const hasIt = (pipeline: Pipeline) =>
      pipeline.deploymentError !== undefined && sameFailure({at}, {at: readTime(pipeline.deploymentStatusSince)});
    let pipeline = await this.#ask();
    if (cause === undefined && !(pipeline && hasIt(pipeline))) {
      await clock.sleep(causeLate, this.#inquiry.signal).catch(() => {});
      pipeline = await this.#ask();
    }
    if (this.#ending) return;
    if (pipeline && hasIt(pipeline)) this.#reportFailure('log', at, failureOf(pipeline));
    else if (cause !== undefined)
      this.#reportFailure('log', at, failedWords({state: 'Failed', error: cause, endedStart: false}));
  }

  /** Once, if both tell of it. */
  #reportFailure(by: 'log' | 'api', at: number, words: string): void {
    const told = {at};
    const reported = this.#failures.find((other) => other.by !== by && sameFailure(other.told, told));
    this.#failures = reported ? this.#failures.filter((other) => other !== reported) : [...this.#failures, {by, told}];
    if (!reported) this.#note(words);
  }

  #reportRecording(): void {
    const {recording} = this.#stream.snapshot.get();
    const words = recordingWords(this.#recording, recording);
    // Of a catch-up, which is short, the end tells what is not recorded.
    const isTold = !this.#catchUp || (recording?.kind !== 'stopped' && this.#recording?.kind !== 'stopped');
    if (words !== undefined && isTold) this.#note(words);
    // `opening` is skipped: a recording that opens again after a failure may fail for the same reason.
    if (recording?.kind !== 'opening') this.#recording = recording;
  }

  /**
   * Reports why nothing comes, once for each reason, and that it is over. Requests a pipeline that has gone until one has its
   * name.
   */
  #onConnection(connection: ConnectionState): void {
    this.#connection = connection;
    if (connection.kind === 'live') {
      if (this.#trouble !== undefined && !this.#catchUp) this.#note('connected');
      this.#trouble = undefined;
    }
    const trouble = troubleOf(connection);
    if (trouble !== undefined && trouble !== this.#trouble) {
      this.#trouble = trouble;
      this.#note(`${trouble} · trying again`);
    }
    if (this.#catchUp || connection.kind !== 'gone' || connection.reason.kind === 'refused') return;
    // As often as the screen requests its list, and seldom where the log goes on in another one: there may be no list here.
    const wait = connection.reason.kind === 'deleted' ? attendedEvery : slowDelay(this.#options.random());
    this.#cancelRequest = this.#options.clock.after(wait, () => this.#stream.connection.reconnect());
  }

  /** Until the catch-up, or the end of the pipeline, is over. */
  #keepChecking(): void {
    if (!this.#catchUp && !this.#tailWait && !this.#byState?.isEnding) return;
    this.#cancelCheck = this.#options.clock.after(checkEvery, () => {
      this.#keepChecking();
      this.#check();
    });
  }
}

/** The log's own note says that a connection was lost and is there again. */
function tellsOfReturn({kind}: Marker): boolean {
  return kind === 'reconnected' || kind === 'lost' || kind === 'new-life';
}

/** Words for a pipeline that has failed. */
function failureOf({deploymentStatus, deploymentError}: Pipeline): string {
  const {cause = '', endedStart = false} = deploymentError ?? {};
  return failedWords({state: deploymentStatus, error: cause, endedStart});
}
