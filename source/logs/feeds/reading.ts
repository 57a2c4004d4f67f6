import {type Clock, nextTurn} from '../../lib/clock.ts';
import {OpenError} from '../../storage/opened/open-error.ts';
import type {LogSink} from '../log-sink.ts';
import type {FileState} from '../log-snapshot.ts';

/** Milliseconds of reading between two turns of the event loop. */
const sliceMs = 8;

/** How far a log is read that has no connection. */
export class Reading {
  readonly #sink: LogSink;
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  #state: FileState;
  #receivedAt: number | undefined;
  #sliceEnd = 0;

  constructor(sink: LogSink, signal: AbortSignal, options: {readonly clock: Clock; readonly isPipe?: boolean}) {
    const {clock, isPipe = false} = options;
    this.#sink = sink;
    this.#signal = signal;
    this.#clock = clock;
    this.#state = {kind: isPipe ? 'followed' : 'reading', size: 0, read: 0, hasWriter: isPipe};
  }

  get status() {
    return {file: this.#state, events: [], receivedAt: this.#receivedAt};
  }

  get state(): FileState {
    return this.#state;
  }

  /** Bytes were added. */
  received(): void {
    this.#receivedAt = this.#clock.wall();
  }

  /** To be shown with what changes next. */
  note(change: Partial<FileState>): void {
    this.#state = {...this.#state, ...change};
  }

  set(change: Partial<FileState>): void {
    if (this.#signal.aborted) return;
    this.note(change);
    this.#sink.onChange();
  }

  /** Other work has its turn after each slice. Rejects once the log is closed. */
  async pause(): Promise<void> {
    if (this.#clock.monotonic() >= this.#sliceEnd) {
      await nextTurn(this.#clock);
      this.#sliceEnd = this.#clock.monotonic() + sliceMs;
    }
    this.#signal.throwIfAborted();
  }

  /** Shows why the rest of a file cannot be read; `error`: an `OpenError`, or one of the file system. */
  fail(file: string, error: unknown): void {
    if (this.#signal.aborted) return;
    const hasLines = this.#sink.buffer.lineCount > 0;
    const {message: why} = OpenError.of(file, error, {isOpen: hasLines});
    this.#sink.endLine();
    // Without a line, the reason is what is shown.
    if (hasLines) this.#sink.addMarker({kind: 'unreadable', bytes: undefined, because: 'not-read', why});
    this.set({kind: 'failed', why});
  }
}
