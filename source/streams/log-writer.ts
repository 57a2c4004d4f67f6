import type {LogBuffer} from '../buffer/log-buffer.ts';
import {countLoss, type LossCause, type LossCount, type Marker, type MarkerKind, noLosses} from '../buffer/markers.ts';
import type {Clock} from '../lib/clock.ts';
import type {ErrorLog} from '../records/error-log.ts';
import type {StitchSink} from '../stitch/stitch.ts';
import {ToldStates} from './told-states.ts';

/**
 * The writing side of one tab's buffer: lines go through, markers are put so that the pane stays calm. A run of
 * reconnects without a loss is one marker, and a row that only corrects the row above takes its place.
 */
export class LogWriter implements StitchSink {
  readonly onPlaced: StitchSink['onPlaced'];
  readonly #buffer: LogBuffer;
  readonly #errors: ErrorLog;
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #onEvent: (text: string) => void;
  readonly #told: ToldStates;
  #appended = 0;
  #toll = noLosses;

  /** `onEvent`: what the log itself shows of its connections, in plain words. */
  constructor(options: {
    buffer: LogBuffer;
    errors: ErrorLog;
    clock: Pick<Clock, 'wall'>;
    onEvent: (text: string) => void;
    onPlaced?: StitchSink['onPlaced'];
  }) {
    this.onPlaced = options.onPlaced ?? (() => {});
    this.#buffer = options.buffer;
    this.#errors = options.errors;
    this.#clock = options.clock;
    this.#onEvent = options.onEvent;
    this.#told = new ToldStates(options.buffer);
  }

  /** Bytes appended, in all. */
  get appended(): number {
    return this.#appended;
  }

  append(bytes: Uint8Array, newlines: Uint32Array): void {
    this.#appended += bytes.length;
    const {hasOpenLine} = this.#buffer;
    this.#buffer.append(bytes, newlines);
    this.#errors.append(bytes, hasOpenLine, newlines);
    this.#told.append(bytes, hasOpenLine, newlines);
  }

  cutLine(): void {
    const {hasOpenLine, endId} = this.#buffer;
    if (!hasOpenLine) return;
    const cut: Marker = {kind: 'line-cut', at: this.#clock.wall()};
    this.#errors.endLine();
    this.#told.endLine();
    this.#buffer.closeLine({cut});
    // A gap that waited for the line's end is still the last one: it follows the cut, one id further on.
    const {gapId = -1} = this.#toll;
    this.#toll = countLoss(this.#toll, cut, gapId < endId ? endId : gapId + 1);
  }

  /** The states and errors that the lines told. */
  get told(): Pick<ToldStates, 'tells' | 'tellsError'> {
    return this.#told;
  }

  /** What the markers tell of losses. */
  get losses(): LossCount {
    return this.#toll;
  }

  /** Adds a marker of this moment, or of `at`. */
  addMarker(marker: MarkerKind, at = this.#clock.wall()): void {
    if (marker.kind === 'reconnected' && marker.cause === 'runner-stopped') {
      // The log was ended and is still the same one.
      this.#onEvent('the log goes on: the server had dropped this follower as too slow');
      this.#correctStopped();
      this.#add({...marker, cause: 'dropped-as-slow', at});
    } else this.#add({...marker, at});
  }

  #add(marker: Marker): void {
    this.#put(marker);
    this.#toll = countLoss(this.#toll, marker, this.#buffer.lastMarker()?.id ?? 0);
  }

  #put(marker: Marker): void {
    switch (marker.kind) {
      case 'reconnected':
        // A silent connection that was replaced before it broke was never down: there is nothing to say.
        if (marker.cause !== 'silent' || marker.downMs > 0) this.#addReconnected(marker);
        return;
      case 'ended':
        // The next attempt often knows better than the look-up: deleted rather than stopped.
        this.#addOrCorrect(marker, (above) =>
          above.kind === 'ended' && above.because === 'stopped' ? marker : undefined,
        );
        return;
      case 'new-life':
        // The look-up has said so already; what follows is the new life.
        this.#addOrCorrect(marker, (above) => {
          if (above.kind !== 'ended' || above.because !== 'created-again') return undefined;
          return above.because === marker.because ? above : undefined;
        });
        return;
      case 'state':
        // Starting goes through several states in a second or two: one row says from where to where.
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

  /** The log goes on although a marker said that its runner stopped. */
  #correctStopped(): void {
    const last = this.#buffer.lastMarker();
    if (last?.marker.kind !== 'ended' || last.marker.because !== 'stopped') return;
    this.#buffer.replaceMarker(last.id, {...last.marker, because: 'unknown'});
  }

  #addReconnected(marker: Extract<Marker, {kind: 'reconnected'}>): void {
    const last = this.#buffer.lastMarker();
    // That pipetail was not running is news of its own.
    const isOwn = (cause: LossCause) => cause === 'not-running';
    if (last?.marker.kind !== 'reconnected' || isOwn(last.marker.cause) || isOwn(marker.cause)) {
      this.#buffer.addMarker(marker);
      return;
    }
    // Stays where the run began: rows that are being read do not move.
    const {times, since, downMs} = last.marker;
    this.#buffer.replaceMarker(last.id, {
      ...marker,
      times: times + marker.times,
      since,
      downMs: downMs + marker.downMs,
    });
  }

  /** Adds a marker, or puts `correct`'s answer in place of the marker right above when no line came since. */
  #addOrCorrect(marker: Marker, correct: (above: Marker) => Marker | undefined): void {
    const last = this.#buffer.lastMarker();
    const isAbove = last !== undefined && last.id >= this.#buffer.endId - 1;
    const corrected = isAbove ? correct(last.marker) : undefined;
    if (last && corrected) this.#buffer.replaceMarker(last.id, corrected);
    else this.#buffer.addMarker(marker);
  }
}
