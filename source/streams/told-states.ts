import type {LogBuffer} from '../buffer/log-buffer.ts';
import {newline} from '../buffer/newlines.ts';
import {isRunnersIn, isWholeEntry, runnersMessage} from '../records/runner-line.ts';
import {transitionIn} from '../records/runs.ts';
import {timeOfBytes} from '../records/time-text.ts';
import {maxProtocolLine} from '../stitch/protocol-lines.ts';

/** In every line of the runner that tells a state, in text and in JSON: what does not hold it is not looked at. */
const needle = Buffer.from('transition: ');
/** States that are remembered: a start and a stop take six. */
const remembered = 32;
/** The list dates a state by the database's clock, the log by the runner's. Milliseconds. */
const clocksDiffer = 10_000;

type Told = {readonly state: string; readonly at: number | undefined};

/** The states that the log itself has told lately, in lines of the runner, found among the bytes that a buffer takes. */
export class ToldStates {
  readonly #buffer: LogBuffer;
  readonly #told: Told[] = [];
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
    const isThen = (at: number | undefined) => !(Math.abs((at ?? since) - since) > clocksDiffer);
    return this.#told.some((told) => told.state === state && isThen(told.at));
  }

  /** The buffer has taken these bytes. `hadOpenLine`: its last line had not ended before. `newlines`: where they are. */
  push(bytes: Uint8Array, hadOpenLine: boolean, newlines: Uint32Array): void {
    const {endId, hasOpenLine} = this.#buffer;
    const [firstEnd] = newlines;
    if (hadOpenLine && firstEnd !== undefined && firstEnd <= maxProtocolLine) this.#hear(this.#openLine());
    const from = hadOpenLine ? (firstEnd ?? bytes.length) : 0;
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = whole.indexOf(needle, from); at !== -1; ) {
      const end = whole.indexOf(newline, at);
      if (end === -1) break;
      this.#hear(whole.subarray(whole.lastIndexOf(newline, at) + 1, end));
      at = whole.indexOf(needle, end);
    }
    if (hasOpenLine && (newlines.length > 0 || !hadOpenLine)) this.#openId = endId - 1;
  }

  /** The open line ends here, without a newline. */
  endLine(): void {
    this.#hear(this.#openLine());
  }

  /** It came in several pieces, and may be out of the buffer again. */
  #openLine(): Buffer | undefined {
    const line = this.#buffer.lineAt(this.#openId);
    return line?.includes(needle) ? line : undefined;
  }

  #hear(line: Buffer | undefined): void {
    if (!line || line.length > maxProtocolLine || !isRunnersIn(line, 0, line.length) || !isWholeEntry(line)) return;
    const transition = transitionIn(runnersMessage(line) ?? '');
    if (!transition) return;
    this.#told.push({state: lettersOf(transition.to), at: timeOfBytes(line)});
    if (this.#told.length > remembered) this.#told.shift();
  }
}

/** `awaiting_approval` and `AwaitingApproval` are one state. */
function lettersOf(state: string): string {
  return state.toLowerCase().replaceAll('_', '');
}
