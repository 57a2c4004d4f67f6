import type {LogBuffer} from '../buffer/log-buffer.ts';
import {timeOfBytes} from '../records/line-head.ts';
import {isRunnerLine, isWholeRecord, runnerMessage} from '../records/line-kind.ts';
import {errorIn, transitionIn} from '../records/runs.ts';
import {maxProtocolLine} from '../stitch/server-lines.ts';

/** Number of states, and of errors: a start and a stop go through six states. */
const reportsKept = 32;
/** Milliseconds between the clock of the database, which dates states in the list, and the runner's in the log. */
const clocksDiffer = 10_000;

/** `at`: the time in the runner's line, as Unix time in ms. */
type Report = {readonly text: string; readonly at: number | undefined};

/** The states and errors that the log itself reported lately, in lines of the runner. */
export class LogStates {
  readonly #buffer: LogBuffer;
  readonly #states: Report[] = [];
  readonly #errors: Report[] = [];
  #openId = 0;

  constructor(buffer: LogBuffer) {
    this.#buffer = buffer;
  }

  /** `status`: as in the list (`AwaitingApproval`). `since`: roughly when, as Unix time in ms; NaN: at any time. */
  hasState(status: string, since: number): boolean {
    const state = lettersOf(status);
    return this.#states.some(({text, at}) => text === state && isAbout(at, since));
  }

  /** The same for an error with this cause. */
  hasError(cause: string, since: number): boolean {
    return this.#errors.some(({text, at}) => text.includes(cause) && isAbout(at, since));
  }

  /** The buffer has these bytes already. `hadOpenLine`: they continue an open line. `newlines`: their offsets. */
  append(bytes: Uint8Array, hadOpenLine: boolean, newlines: Uint32Array): void {
    let start = 0;
    for (const end of newlines) {
      if (start === 0 && hadOpenLine) this.#read(this.#buffer.lineAt(this.#openId));
      // Checked before `#read`, too: to read every line would cost more than all the rest.
      else if (end - start <= maxProtocolLine && isRunnerLine(bytes, start, end)) {
        this.#read(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start));
      }
      start = end + 1;
    }
    const {endId, hasOpenLine} = this.#buffer;
    if (hasOpenLine && (newlines.length > 0 || !hadOpenLine)) this.#openId = endId - 1;
  }

  /** The open line ends without a newline. */
  endLine(): void {
    this.#read(this.#buffer.lineAt(this.#openId));
  }

  /** `line` is undefined when it came in pieces and has left the buffer already. */
  #read(line: Buffer | undefined): void {
    if (!line || line.length > maxProtocolLine || !isRunnerLine(line, 0, line.length) || !isWholeRecord(line)) return;
    const message = runnerMessage(line) ?? '';
    const state = transitionIn(message)?.to;
    const error = errorIn(message);
    const at = timeOfBytes(line);
    if (state !== undefined) add(this.#states, {text: lettersOf(state), at});
    if (error !== undefined) add(this.#errors, {text: error, at});
  }
}

function add(reports: Report[], report: Report): void {
  reports.push(report);
  if (reports.length > reportsKept) reports.shift();
}

function isAbout(at: number | undefined, since: number): boolean {
  return !(Math.abs((at ?? since) - since) > clocksDiffer);
}

/** `awaiting_approval` and `AwaitingApproval` are one state. */
function lettersOf(state: string): string {
  return state.toLowerCase().replaceAll('_', '');
}
