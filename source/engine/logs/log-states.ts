import {masked} from '../../lib/secrets.ts';
import type {OtherFormat, RunnerMark} from '../buffer/log-buffer.ts';
import type {Marker, OutputStream} from '../buffer/markers.ts';
import {timeOfBytes} from '../records/line-head.ts';
import {isOfRunner, isRunnerLine, isWholeRecord, runnerMessage} from '../records/line-kind.ts';
import {isOver} from '../records/runs.ts';
import {sameFailure, type ToldFailure} from '../records/same-failure.ts';
import {beginsRun, endsRun, errorIn, inRunnersWords, isUnasked, transitionIn} from '../records/transitions.ts';
import {maxProtocolLine} from '../stitch/entry-count.ts';

/** Number of states, and of errors: a start and a stop go through six states. */
const reportsKept = 32;

/** `at`: the time in the runner's line, as Unix time in ms. */
type Report = {readonly text: string; readonly at: number | undefined};

/**
 * End of the process that nobody asked for, at this time of the runner, as Unix time in ms. Without a cause, as after a
 * panic or a graceful stop, the log does not prove a failure.
 */
export type UnaskedEnd = {readonly at: number | undefined; readonly cause: string | undefined};

/** `count`: all that there were, of which `last` has the newest. */
export type UnaskedEnds = {readonly count: number; readonly last: readonly UnaskedEnd[]};

/** A run that ended so. `startedAt`: Unix time in ms. `hasRun`: it was not only starting. */
export type EndedRun = UnaskedEnd & {readonly startedAt: number | undefined; readonly hasRun: boolean};

/**
 * The runs right before the newest one, without another between them, that all ended unasked: the oldest first. Empty while
 * the newest one is over, and where lines are missing.
 */
type RunsBefore = {readonly ended: readonly EndedRun[]; readonly startedAt: number | undefined};

/** Effect of a line of the runner on the lines after it. `at`: Unix time in ms. */
export type RunnerReport =
  | {readonly kind: 'start'}
  | {
      readonly kind: 'stream-lost';
      readonly stream: OutputStream;
      readonly why: string;
      readonly at: number | undefined;
    };

/** `line`: index of the newline of the runner's line among those of the bytes. */
type ReportInBytes = RunnerReport & {readonly line: number};

/** The bytes [from, to) of a piece, up to a report or its end. `newlines`: their offsets from `from`. */
type ReportedPart = {
  readonly from: number;
  readonly to: number;
  readonly newlines: Uint32Array;
  readonly report: RunnerReport | undefined;
};

/** The local runner, when a byte is not UTF-8 (wire/20-stdout-dead.raw). */
const streamLostPattern = /^(stdout|stderr) encountered I\/O error: (.*)/;

const notStarted = {startedAt: undefined, hasRun: false};

/** The states and errors that the log itself reported lately, in lines of the runner. */
export class LogStates {
  /** `isListed`: in a marker of the list, not in a line. */
  readonly #states: (Report & {readonly isListed: boolean})[] = [];
  readonly #errors: Report[] = [];
  #lostStreams: readonly OutputStream[] = [];
  /** True after a start, or in another log: earlier lost streams have no effect any more. */
  #isNew = false;
  /** The open line, as far as it can be one of the runner's; undefined: there is none. */
  #open: Buffer | undefined;
  #ends: UnaskedEnds = {count: 0, last: []};
  #isRunOver = false;
  #ended: readonly EndedRun[] = [];
  #started: Pick<EndedRun, 'startedAt' | 'hasRun'> = notStarted;
  /** The error that the runner reported since the last start or end. */
  #cause: string | undefined;
  /** Runner of the lines that follow; undefined: not known. */
  runner: RunnerMark | undefined;
  /** Finds the text in front of each line; undefined: there is none. Nobody reads states of a merged log. */
  prefixLength: OtherFormat['prefixLength'];

  /**
   * Tells whether a line of the runner reported this state at about `since` (Unix time in ms; NaN: at any time), and
   * the process neither ended nor started between the two. `status`: as in the list (`AwaitingApproval`).
   */
  hasState(status: string, since: number): boolean {
    const state = inRunnersWords(status);
    return this.#hasReport(state, since, (other) => isOver({state: other}) !== isOver({state}));
  }

  /** Tells whether the runner reported this state at about `since`, and no other state between the two. */
  isLastState(status: string, since: number): boolean {
    const state = inRunnersWords(status);
    return this.#hasReport(state, since, (other) => other !== state);
  }

  #hasReport(state: string, since: number, isOther: (state: string) => boolean): boolean {
    const isLost = (from: number) => this.#states.some(({text, at = from}) => at > from && at < since && isOther(text));
    return this.#states.some(
      ({text, at = since, isListed}) => !isListed && text === state && sameFailure({at}, {at: since}) && !isLost(at),
    );
  }

  /** Notes a state that a marker of the list tells of, at this Unix time in ms. */
  addListed(status: string, at: number): void {
    add(this.#states, {text: inRunnersWords(status), at, isListed: true});
  }

  /** Tells whether the runner reported an error with this cause, of this failure. */
  hasError(cause: string, failure: ToldFailure): boolean {
    return this.#errors.some(({text, at}) => text.includes(cause) && sameFailure({at}, failure));
  }

  /** Lost streams of the process, which nobody reads until the next start. */
  get lostStreams(): readonly OutputStream[] {
    return this.#lostStreams;
  }

  /** Notes a lost stream that a line or a marker reports. Returns false if another one has already. */
  addLostStream(stream: OutputStream): boolean {
    if (this.#lostStreams.includes(stream)) return false;
    this.#lostStreams = [...this.#lostStreams, stream];
    return true;
  }

  /** Ends of the process that nobody asked for; another object after each one. */
  get ends(): UnaskedEnds {
    return this.#ends;
  }

  /** Tells whether the runner's newest line about the process tells of its end; false if lines are missing since. */
  get isRunOver(): boolean {
    return this.#isRunOver;
  }

  get runsBefore(): RunsBefore {
    return this.#isRunOver ? {ended: [], startedAt: undefined} : {...this.#started, ended: this.#ended};
  }

  /** Notes that lines are missing, which may tell of a start. */
  missLines(): void {
    this.#isRunOver = false;
    this.#ended = [];
    this.#started = notStarted;
  }

  /** Forgets the lost streams: the process starts, or the log begins anew, and it is unknown what its runner reads. */
  clearLostStreams(): void {
    this.#isNew = true;
    if (this.#lostStreams.length > 0) this.#lostStreams = [];
  }

  /** Adds the streams that earlier lines leave lost, unless these lines have a start. */
  addEarlier(earlier: readonly OutputStream[]): void {
    if (!this.#isNew) for (const stream of earlier) this.addLostStream(stream);
  }

  get hasOpenLine(): boolean {
    return this.#open !== undefined;
  }

  /** Continues a line that began before the first bytes. */
  resumeLine(line: Uint8Array | undefined): void {
    this.#open = Buffer.from(line ?? []);
  }

  /** Reads the bytes that follow. `newlines`: their offsets. Returns the starts and the streams that end. */
  append(bytes: Uint8Array, newlines: Uint32Array): readonly ReportInBytes[] {
    const reports: ReportInBytes[] = [];
    let start = 0;
    for (let index = 0; index < newlines.length; index++) {
      const end = newlines[index] ?? 0;
      const report = this.#readIn(bytes, start, end);
      if (report) reports.push({line: index, ...report});
      start = end + 1;
    }
    if (start < bytes.length) this.#extendOpen(bytes.subarray(start));
    return reports;
  }

  /** Ends the open line without a newline. Returns what it reports. */
  endLine(): RunnerReport | undefined {
    const line = this.#open;
    this.#open = undefined;
    return line && this.#read(line);
  }

  /**
   * Reads a line. Makes an object of one of the runner alone: for every line that would cost more than all the rest.
   */
  #readIn(bytes: Uint8Array, start: number, end: number): RunnerReport | undefined {
    if (this.#open) {
      this.#extendOpen(bytes.subarray(start, end));
      return this.endLine();
    }
    if (!this.prefixLength && !isRunnerLine(bytes, start, end)) return undefined;
    return this.#read(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start));
  }

  /** Extends the open line by one byte too many at most: that one shows that the line is none of the runner's. */
  #extendOpen(bytes: Uint8Array): void {
    const open = this.#open ?? Buffer.alloc(0);
    if (open.length <= maxProtocolLine)
      this.#open = Buffer.concat([open, bytes.subarray(0, maxProtocolLine + 1 - open.length)]);
  }

  #read(sent: Buffer): RunnerReport | undefined {
    const line = this.prefixLength ? sent.subarray(this.prefixLength(sent, 0)) : sent;
    if (line.length > maxProtocolLine || !isRunnerLine(line, 0, line.length) || !isWholeRecord(line)) return undefined;
    if (!isOfRunner(line, this.runner)) return undefined;
    const message = runnerMessage(line) ?? '';
    const transition = transitionIn(message);
    const error = errorIn(message);
    const at = timeOfBytes(line);
    if (transition) {
      add(this.#states, {text: transition.to, at, isListed: false});
      this.#isRunOver = endsRun(transition) || (this.#isRunOver && !beginsRun(transition));
      if (endsRun(transition)) this.#end(at, isUnasked(transition));
      if (transition.to === 'running') this.#started = {...this.#started, hasRun: true};
      if (beginsRun(transition)) {
        this.#cause = undefined;
        this.#started = {startedAt: at, hasRun: false};
        this.clearLostStreams();
        return {kind: 'start'};
      }
    }
    if (error !== undefined) {
      this.#cause = error;
      // What the API says of it, which it is compared with, has no credentials.
      add(this.#errors, {text: masked(error), at});
    }
    const lost = streamLostIn(message);
    if (!lost || !this.addLostStream(lost.stream)) return undefined;
    return {kind: 'stream-lost', ...lost, at: at === undefined ? undefined : Math.floor(at)};
  }

  #end(at: number | undefined, isUnasked: boolean): void {
    const cause = this.#cause;
    this.#cause = undefined;
    if (cause === undefined && !isUnasked) {
      this.#ended = [];
      return;
    }
    const end = {at: at === undefined ? undefined : Math.floor(at), cause};
    this.#ends = {count: this.#ends.count + 1, last: [...this.#ends.last, end].slice(-reportsKept)};
    this.#ended = [...this.#ended, {...end, ...this.#started}].slice(-reportsKept);
  }
}

/** The stream that a message of the runner (`runnerMessage`) reports as lost, and why. */
export function streamLostIn(message: string): {readonly stream: OutputStream; readonly why: string} | undefined {
  const [, stream, why = ''] = streamLostPattern.exec(message) ?? [];
  return stream === 'stdout' || stream === 'stderr' ? {stream, why: masked(why)} : undefined;
}

/** The parts of a piece that `LogStates.append` has read: what a report leads to comes right after its line. */
export function* reportedParts(
  reports: readonly ReportInBytes[],
  bytes: Uint8Array,
  newlines: Uint32Array,
): Generator<ReportedPart> {
  let from = 0;
  let first = 0;
  const within = (end?: number) => newlines.subarray(first, end).map((offset) => offset - from);
  for (const report of reports) {
    const to = (newlines[report.line] ?? 0) + 1;
    yield {from, to, newlines: within(report.line + 1), report};
    from = to;
    first = report.line + 1;
  }
  if (from === 0) yield {from, to: bytes.length, newlines, report: undefined};
  else if (from < bytes.length) yield {from, to: bytes.length, newlines: within(), report: undefined};
}

/** Makes the marker of a lost stream. `wall`: Unix time in ms, for a line without a time. */
export function lostStreamMarker(
  {stream, why, at}: Extract<RunnerReport, {kind: 'stream-lost'}>,
  wall: number,
): Marker {
  return {kind: 'unread', stream, why, at: at ?? wall};
}

function add<R extends Report>(reports: R[], report: R): void {
  reports.push(report);
  if (reports.length > reportsKept) reports.shift();
}
