import type {Clock} from '../../lib/clock.ts';
import {isCompileStep} from '../api/pipeline-state.ts';
import type {ColdStore} from '../buffer/cold-segments.ts';
import {type BufferOptions, type LogBuffer, type RunnerMark, WritableLogBuffer} from '../buffer/log-buffer.ts';
import {
  countLoss,
  type LossCause,
  type LossCount,
  losesLines,
  type Marker,
  type MarkerKind,
  noLosses,
} from '../buffer/markers.ts';
import {newlinesIn} from '../buffer/segment.ts';
import {type BytesPart, FileStore} from '../opened/file-part.ts';
import {LinePieces} from '../opened/line-pieces.ts';
import type {PastPiece} from '../recording/past.ts';
import {ErrorLog} from '../records/error-log.ts';
import {LogFormat} from '../records/log-format.ts';
import {isOver} from '../records/runs.ts';
import {inRunnersWords} from '../records/transitions.ts';
import type {StitchSink} from '../stitch/stitch.ts';
import {LogStates, lostStreamMarker, type RunnerReport, reportedParts} from './log-states.ts';
import {findLostStreams} from './lost-streams.ts';

type LogSinkOptions = {
  readonly buffer: BufferOptions;
  readonly clock: Pick<Clock, 'wall'>;
  /** Counts errors. Default: true. */
  readonly countsErrors?: boolean;
  /** See `LogOptions`. */
  readonly isCopy?: boolean | undefined;
  /** Another logger than Feldera's may have written the lines. Default: none has. */
  readonly hasOthers?: boolean | undefined;
};

/**
 * The only writer of a log's buffer, whatever brings the bytes: so all logs count losses, errors and streams alike. It
 * keeps markers few: it joins reconnects in a row, and corrects the last one. It also knows where the bytes lie on a disk.
 */
export class LogSink implements StitchSink {
  readonly buffer: LogBuffer;
  /** May be ahead of what is shown. */
  readonly errors: ErrorLog;
  readonly states = new LogStates();
  readonly format: LogFormat;
  onPlaced: StitchSink['onPlaced'] = () => {};
  /** The log has something new to show. */
  onChange: () => void = () => {};
  /** Receives what the log shows about its connections, in words for the user. */
  onEvent: (text: string) => void = () => {};
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #buffer: WritableLogBuffer;
  /** Counts errors; undefined: nobody asks for them. */
  readonly #errors: ErrorLog | undefined;
  readonly #lines = new LinePieces();
  /** Errors in lines of another logger are counted up to this entry. */
  #countedTo = 0;
  /** Places in files of the bytes in memory, which are read back from there. */
  #places: FileStore | undefined;
  #appended = 0;
  #losses = noLosses;

  constructor({buffer, clock, countsErrors = true, isCopy, hasOthers = false}: LogSinkOptions) {
    this.#clock = clock;
    this.format = new LogFormat({others: hasOthers ? {now: clock.wall()} : undefined});
    this.#buffer = new WritableLogBuffer(buffer);
    this.buffer = this.#buffer;
    this.errors = new ErrorLog({buffer: this.#buffer, wall: clock.wall, ...(isCopy && {maxGroups: 0})});
    this.#errors = countsErrors ? this.errors : undefined;
  }

  /** Bytes in all. */
  get appended(): number {
    return this.#appended;
  }

  /** Sets the store of what leaves memory. */
  set coldStore(store: ColdStore) {
    this.#buffer.coldStore = store;
  }

  /** Reads what leaves memory back from its place in files, which `addBytes` gets for all that comes from now on. */
  readBackFromFiles(): void {
    this.#places = new FileStore();
    this.#buffer.coldStore = this.#places;
  }

  /** See `LogBuffer.startSegment`. */
  startSegment(): void {
    this.#buffer.startSegment();
  }

  /** Appends bytes; an endless line is broken. `place`: where they lie; undefined: nowhere. */
  addBytes(bytes: Uint8Array, place?: {readonly part: BytesPart; readonly offset: number}): void {
    for (const piece of this.#lines.of(bytes)) {
      // Before the bytes are stored: that may push segments out of memory, which look up their place.
      this.#places?.add(place?.part, (place?.offset ?? 0) + piece.offset, piece.bytes.length);
      this.append(piece.bytes, piece.newlines);
      if (piece.isBroken) this.endLine();
    }
  }

  append(bytes: Uint8Array, newlines: Uint32Array): void {
    this.#appended += bytes.length;
    this.format.append(bytes);
    this.setFormat();
    // A recorded past may end within a line.
    if (this.#buffer.hasOpenLine && !this.states.hasOpenLine) {
      this.states.resumeLine(this.#buffer.lineAt(this.#buffer.endId - 1));
    }
    for (const part of reportedParts(this.states.append(bytes, newlines), bytes, newlines)) {
      this.#store(bytes.subarray(part.from, part.to), part.newlines);
      if (part.report) this.#onReport(part.report);
    }
  }

  /** See `LogBuffer.format`. */
  setFormat(format = this.format.other): void {
    if (!format || this.#buffer.format) return;
    this.#buffer.setFormat(format);
    this.states.prefixLength = format.prefixLength;
    this.#countedTo = this.#buffer.endedTo;
  }

  #onReport(report: RunnerReport): void {
    if (report.kind === 'start') this.#errors?.startRun();
    else this.#add(lostStreamMarker(report, this.#clock.wall()));
  }

  #store(bytes: Uint8Array, newlines: Uint32Array): void {
    this.#buffer.append(bytes, newlines);
    if (this.#buffer.format) this.#countOthers(this.#buffer.endedTo);
    else this.#errors?.append(bytes, newlines);
  }

  /** Counts the errors in lines of another logger, once they are whole. */
  #countOthers(to: number): void {
    for (; this.#countedTo < to; this.#countedTo++) {
      const line = this.#errors && this.#buffer.canonicalAt(this.#countedTo);
      if (line) this.#errors?.readLine(line, this.#countedTo);
    }
  }

  /** Counts the open line, of which no more comes. */
  #countOpenLine(): void {
    if (this.#buffer.format) this.#countOthers(this.#buffer.endId);
    else this.#errors?.endLine();
  }

  /** Ends the open line, which is whole although no newline comes. */
  endLine(): void {
    if (!this.#buffer.hasOpenLine) return;
    this.#lines.endLine();
    this.#places?.endLine();
    this.format.endLine();
    this.setFormat();
    this.#countOpenLine();
    const report = this.states.endLine();
    this.#buffer.closeLine();
    if (report) this.#onReport(report);
  }

  setRunner(mark: RunnerMark): void {
    this.#buffer.setRunner(mark);
    this.states.runner = mark;
  }

  cutLine(): void {
    const {hasOpenLine, endId} = this.#buffer;
    if (!hasOpenLine) return;
    const cut: Marker = {kind: 'line-cut', at: this.#clock.wall()};
    this.#countOpenLine();
    this.states.endLine();
    this.#buffer.closeLine({cut});
    // A gap that waited for the line's end is still the last one: it follows the cut, one id later.
    const {id = -1} = this.#losses.gap ?? {};
    this.#losses = countLoss(this.#losses, cut, id < endId ? endId : id + 1);
  }

  get losses(): LossCount {
    return this.#losses;
  }

  /** `at`: Unix time in ms. */
  addMarker(marker: MarkerKind, at = this.#clock.wall()): void {
    if (marker.kind === 'reconnected' && marker.cause === 'runner-stopped') {
      // The server ended the log, but the new connection continues it.
      this.onEvent('the log continues: the server had dropped pipetail for reading too slowly');
      this.#correctStopped();
      this.#add({...marker, cause: 'dropped-as-slow', at});
    } else {
      if (cutsLine(marker)) this.endLine();
      this.#add({...marker, at});
    }
  }

  /**
   * Adds a marker as another writer had it, which has joined and corrected it already. `corrects`: it stands for the one
   * with this id. Returns its id.
   */
  addWritten(marker: Marker, corrects?: number): number | undefined {
    // The line that the marker follows has said it: a recording has both.
    if (marker.kind === 'unread' && !this.states.addLostStream(marker.stream)) return this.#buffer.lastMarker()?.id;
    if (corrects === undefined) {
      if (cutsLine(marker)) this.endLine();
      this.#buffer.addMarker(marker);
      this.#count(marker);
      return this.#buffer.lastMarker()?.id;
    }
    const before = this.#buffer.markerAt(corrects);
    this.#buffer.replaceMarker(corrects, marker);
    if (before?.kind !== marker.kind) this.#count(marker, corrects);
    return corrects;
  }

  /** Appends lines of other logs, whose states their own sinks have read; the last one may be open. */
  copyLines(bytes: Uint8Array): void {
    this.endLine();
    this.copyRest(bytes);
  }

  /** Appends what has come of the open line since. */
  copyRest(bytes: Uint8Array): void {
    this.#store(bytes, newlinesIn(bytes));
  }

  /** Appends a copy of a marker. Returns its id. */
  copyMarker(marker: Marker): number | undefined {
    this.endLine();
    const id = this.#buffer.addMarker(marker);
    this.#losses = countLoss(this.#losses, marker, id ?? this.#buffer.endId);
    return id;
  }

  /** Corrects the copy of a marker that its source has corrected. */
  correctCopy(id: number, marker: Marker): void {
    this.#buffer.replaceMarker(id, marker);
  }

  /**
   * Begins an empty buffer with what was recorded of the log before; an earlier run has counted it. Returns the id of the
   * first entry in memory.
   */
  restore(pieces: Iterable<PastPiece>): number {
    let firstInMemory = this.#buffer.endId;
    for (const piece of pieces) {
      if ('marker' in piece) this.#buffer.addMarker(piece.marker);
      else if ('block' in piece) {
        this.#buffer.addPast(piece.block);
        firstInMemory = this.#buffer.endId;
      } else this.#buffer.append(piece.rest);
    }
    return firstInMemory;
  }

  /**
   * Finds in steps which streams are lost after what `restore` began with: the run that recorded them as lost has
   * counted them, but they still are. Undefined: none, as its markers say. Call before anything is added.
   */
  findLostStreams(): ReturnType<typeof findLostStreams> {
    return findLostStreams(this.#buffer, (streams, {id, marker}) => {
      this.states.addEarlier(streams);
      if (streams.length === 0 || this.#losses.lostStream) return;
      this.#losses = {...this.#losses, lostStream: {marker, id}};
    });
  }

  #add(marker: Marker): void {
    this.#write(marker);
    this.#count(marker);
  }

  #count(marker: Marker, id = this.#buffer.lastMarker()?.id ?? 0): void {
    if (marker.kind === 'new-life') this.states.clearLostStreams();
    if (marker.kind === 'state') this.states.addListed(marker.to, marker.at);
    if (losesLines(marker) || marker.kind === 'new-life') this.states.missLines();
    if (losesLines(marker)) this.#errors?.endPanic();
    if (losesLines(marker) || marker.kind === 'new-life' || marker.kind === 'unread') this.#errors?.missLines();
    this.#losses = countLoss(this.#losses, marker, id);
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
        // A start goes through several states in a second or two, and so does an end: one row shows the first and the last.
        this.#addOrCorrect(marker, (above) => {
          if (above.kind !== 'state' || above.error !== undefined) return undefined;
          return isEndState(above.to) === isEndState(marker.to) ? {...marker, from: above.from} : undefined;
        });
        return;
      case 'program':
        // The steps to a result are one row with it; each result stays.
        this.#addOrCorrect(marker, (above) =>
          above.kind === 'program' && isCompileStep(above.to) ? {...marker, from: above.from} : undefined,
        );
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

/** Tells whether the process has ended in this state, or ends; in the words of the list or of the runner. */
function isEndState(state: string): boolean {
  return isOver({state: inRunnersWords(state)});
}

/** Tells whether the rest of a line that is open at such a marker is missing. */
function cutsLine(marker: MarkerKind): boolean {
  if (marker.kind === 'file') return marker.turn !== 'removed';
  return marker.kind === 'unreadable' && marker.because !== 'damaged-marker';
}
