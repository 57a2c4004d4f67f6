import type {LogBuffer} from '../buffer/log-buffer.ts';
import {timeOfBytes} from '../records/line-head.ts';
import {isRunnerLine, isWholeRecord, runnerMessage} from '../records/line-kind.ts';
import {errorIn, transitionIn} from '../records/runs.ts';
import {maxProtocolLine} from '../stitch/server-lines.ts';

/** What is remembered of either: a start and a stop take six states. */
const remembered = 32;
/** The list dates a state by the database's clock, the log by the runner's. Milliseconds. */
const clocksDiffer = 10_000;

type Told = {readonly text: string; readonly at: number | undefined};

/** States and errors that the log itself has told lately, in lines of the runner, found among the bytes of a buffer. */
export class ToldStates {
  readonly #buffer: LogBuffer;
  readonly #states: Told[] = [];
  readonly #errors: Told[] = [];
  /** The entry of the line that has not ended. */
  #openId = 0;

  constructor(buffer: LogBuffer) {
    this.#buffer = buffer;
  }

  /**
   * Whether the log has told that the pipeline went to a state, as the list spells it (`AwaitingApproval`), at about
   * `since`, wall milliseconds; NaN: whenever.
   */
  tells(status: string, since: number): boolean {
    const state = lettersOf(status);
    return this.#states.some(({text, at}) => text === state && isAbout(at, since));
  }

  /** The same of an error and its cause. */
  tellsError(cause: string, since: number): boolean {
    return this.#errors.some(({text, at}) => text.includes(cause) && isAbout(at, since));
  }

  /** The buffer has taken these bytes. `hadOpenLine`: its last line had not ended before. `newlines`: where they are. */
  append(bytes: Uint8Array, hadOpenLine: boolean, newlines: Uint32Array): void {
    let start = 0;
    for (const end of newlines) {
      if (start === 0 && hadOpenLine) this.#hear(this.#buffer.lineAt(this.#openId));
      // Here, too: what follows costs more than most lines do altogether.
      else if (end - start <= maxProtocolLine && isRunnerLine(bytes, start, end)) {
        this.#hear(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start));
      }
      start = end + 1;
    }
    const {endId, hasOpenLine} = this.#buffer;
    if (hasOpenLine && (newlines.length > 0 || !hadOpenLine)) this.#openId = endId - 1;
  }

  /** The open line ends here, without a newline. */
  endLine(): void {
    this.#hear(this.#buffer.lineAt(this.#openId));
  }

  /** A line that came in several pieces may be out of the buffer again. */
  #hear(line: Buffer | undefined): void {
    if (!line || line.length > maxProtocolLine || !isRunnerLine(line, 0, line.length) || !isWholeRecord(line)) return;
    const message = runnerMessage(line) ?? '';
    const state = transitionIn(message)?.to;
    const error = errorIn(message);
    const at = timeOfBytes(line);
    if (state !== undefined) remember(this.#states, {text: lettersOf(state), at});
    if (error !== undefined) remember(this.#errors, {text: error, at});
  }
}

function remember(all: Told[], told: Told): void {
  all.push(told);
  if (all.length > remembered) all.shift();
}

function isAbout(at: number | undefined, since: number): boolean {
  return !(Math.abs((at ?? since) - since) > clocksDiffer);
}

/** `awaiting_approval` and `AwaitingApproval` are one state. */
function lettersOf(state: string): string {
  return state.toLowerCase().replaceAll('_', '');
}
