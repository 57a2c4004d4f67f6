import type {LogBuffer} from '../buffer/log-buffer.ts';
import {countLoss, type LossCause, type LossCount, type Marker, type MarkerKind, noLosses} from '../buffer/markers.ts';
import type {Clock} from '../lib/clock.ts';
import type {ErrorLog} from '../records/error-log.ts';
import type {StitchSink} from '../stitch/stitch.ts';
import {LogStates, type RunnerTurn} from './log-states.ts';

type LogWriterOptions = {
  readonly buffer: LogBuffer;
  readonly errors: ErrorLog;
  readonly clock: Pick<Clock, 'wall'>;
  /** Receives what the log shows about its connections, in words for the user. */
  readonly onEvent: (text: string) => void;
  readonly onPlaced?: StitchSink['onPlaced'];
};

/** The only writer of a tab's buffer. It keeps markers few: it joins reconnects in a row, and corrects the last one. */
export class LogWriter implements StitchSink {
  readonly onPlaced: StitchSink['onPlaced'];
  readonly states: LogStates;
  readonly #options: LogWriterOptions;
  readonly #buffer: LogBuffer;
  #appended = 0;
  #losses = noLosses;

  constructor(options: LogWriterOptions) {
    this.#options = options;
    this.#buffer = options.buffer;
    this.onPlaced = options.onPlaced ?? (() => {});
    this.states = new LogStates(options.buffer);
  }

  /** Bytes in all. */
  get appended(): number {
    return this.#appended;
  }

  append(bytes: Uint8Array, newlines: Uint32Array): void {
    this.#appended += bytes.length;
    // A marker follows the line that reports it, in the middle of a piece, too.
    let start = 0;
    let line = 0;
    for (const turn of this.states.append(bytes, newlines)) {
      const end = (newlines[turn.line] ?? 0) + 1;
      this.#store(bytes.subarray(start, end), offsetsFrom(start, newlines.subarray(line, turn.line + 1)));
      this.#onTurn(turn);
      start = end;
      line = turn.line + 1;
    }
    if (start === 0) this.#store(bytes, newlines);
    else if (start < bytes.length) this.#store(bytes.subarray(start), offsetsFrom(start, newlines.subarray(line)));
  }

  #onTurn(turn: RunnerTurn): void {
    if (turn.kind === 'start') {
      this.#options.errors.startRun();
      return;
    }
    const {stream, why, at = this.#options.clock.wall()} = turn;
    this.#add({kind: 'unread', stream, why, at});
  }

  #store(bytes: Uint8Array, newlines: Uint32Array): void {
    this.#buffer.append(bytes, newlines);
    this.#options.errors.append(bytes, newlines);
  }

  /** The open line is whole, but no newline comes. */
  endLine(): void {
    if (!this.#buffer.hasOpenLine) return;
    this.#options.errors.endLine();
    this.states.endLine();
    this.#buffer.closeLine();
  }

  cutLine(): void {
    const {hasOpenLine, endId} = this.#buffer;
    if (!hasOpenLine) return;
    const cut: Marker = {kind: 'line-cut', at: this.#options.clock.wall()};
    this.#options.errors.endLine();
    this.states.endLine();
    this.#buffer.closeLine({cut});
    // A gap that waited for the line's end is still the last one: it follows the cut, one id later.
    const {gapId = -1} = this.#losses;
    this.#losses = countLoss(this.#losses, cut, gapId < endId ? endId : gapId + 1);
  }

  get losses(): LossCount {
    return this.#losses;
  }

  /** `at`: Unix time in ms. */
  addMarker(marker: MarkerKind, at = this.#options.clock.wall()): void {
    if (marker.kind === 'reconnected' && marker.cause === 'runner-stopped') {
      // The server ended the log, but the new connection continues it.
      this.#options.onEvent('the log continues: the server had dropped this follower as too slow');
      this.#correctStopped();
      this.#add({...marker, cause: 'dropped-as-slow', at});
    } else this.#add({...marker, at});
  }

  #add(marker: Marker): void {
    if (marker.kind === 'new-life') this.states.clearUnread();
    this.#write(marker);
    this.#losses = countLoss(this.#losses, marker, this.#buffer.lastMarker()?.id ?? 0);
  }

  #write(marker: Marker): void {
    switch (marker.kind) {
      case 'reconnected':
        // A silent connection that was replaced before it broke was never down.
        if (marker.cause !== 'silent' || marker.downMs > 0) this.#addReconnected(marker);
        return;
      case 'ended':
        // The next attempt often corrects the look-up: deleted, not stopped.
        this.#addOrCorrect(marker, (above) =>
          above.kind === 'ended' && above.because === 'stopped' ? marker : undefined,
        );
        return;
      case 'new-life':
        // The look-up has reported the new epoch already.
        this.#addOrCorrect(marker, (above) => {
          if (above.kind !== 'ended' || above.because !== 'created-again') return undefined;
          return above.because === marker.because ? above : undefined;
        });
        return;
      case 'state':
        // A start goes through several states in a second or two: one row shows the first and the last.
        this.#addOrCorrect(marker, (above) =>
          above.kind === 'state' && above.error === undefined ? {...marker, from: above.from} : undefined,
        );
        return;
      case 'program':
        this.#addOrCorrect(marker, (above) => (above.kind === 'program' ? {...marker, from: above.from} : undefined));
        return;
      default:
        this.#buffer.addMarker(marker);
    }
  }

  /** The log continues although the last marker reports that its runner stopped. */
  #correctStopped(): void {
    const last = this.#buffer.lastMarker();
    if (last?.marker.kind !== 'ended' || last.marker.because !== 'stopped') return;
    this.#buffer.replaceMarker(last.id, {...last.marker, because: 'unknown'});
  }

  #addReconnected(marker: Extract<Marker, {kind: 'reconnected'}>): void {
    const last = this.#buffer.lastMarker();
    // An outage because pipetail was not running has a row of its own.
    const isOwn = (cause: LossCause) => cause === 'not-running';
    if (last?.marker.kind !== 'reconnected' || isOwn(last.marker.cause) || isOwn(marker.cause)) {
      this.#buffer.addMarker(marker);
      return;
    }
    // The marker stays at the first reconnect: rows that the user reads do not move.
    const {times, since, downMs} = last.marker;
    this.#buffer.replaceMarker(last.id, {
      ...marker,
      times: times + marker.times,
      since,
      downMs: downMs + marker.downMs,
    });
  }

  /** Adds a marker, or replaces the one right above by what `correct` returns, if no line came since. */
  #addOrCorrect(marker: Marker, correct: (above: Marker) => Marker | undefined): void {
    const last = this.#buffer.lastMarker();
    const isAbove = last !== undefined && last.id >= this.#buffer.endId - 1;
    const corrected = isAbove ? correct(last.marker) : undefined;
    if (last && corrected) this.#buffer.replaceMarker(last.id, corrected);
    else this.#buffer.addMarker(marker);
  }
}

function offsetsFrom(start: number, newlines: Uint32Array): Uint32Array {
  return newlines.map((offset) => offset - start);
}
