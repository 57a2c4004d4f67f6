import {type Clock, nextTurn} from '../../lib/clock.ts';
import type {Feed} from '../logs/feed.ts';
import type {LogSink} from '../logs/log-sink.ts';
import type {FileState} from '../logs/log-snapshot.ts';
import {capabilitiesOf, type FoundLog} from '../opened/found-log.ts';
import {OpenError} from '../opened/open-error.ts';

/** Milliseconds of reading between two turns of the event loop. */
const sliceMs = 8;

/** Source of a log without a connection. */
export type Source = {
  /** Rejects with an `OpenError`, an error of the file system, and once the log is closed. */
  readonly read: () => Promise<void>;
  readonly close?: () => Promise<void>;
};

type FileFeedOptions = {
  readonly found: FoundLog;
  readonly clock: Clock;
  readonly sourceOf: (feed: FileFeed) => Source;
};

/** The feed of a log without a connection: how far its source is read, and what cannot be read of it. */
export class FileFeed implements Feed {
  readonly name: string;
  readonly capabilities: Feed['capabilities'];
  readonly sink: LogSink;
  /** Aborted once the log is closed. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly #options: FileFeedOptions;
  #source: Source | undefined;
  #state: FileState;
  #receivedAt: number | undefined;
  #sliceEnd = 0;

  constructor(sink: LogSink, signal: AbortSignal, options: FileFeedOptions) {
    const {found, clock} = options;
    const isPipe = found.kind === 'stdin';
    this.name = found.name;
    this.capabilities = capabilitiesOf(found);
    this.sink = sink;
    this.signal = signal;
    this.clock = clock;
    this.#options = options;
    this.#state = {kind: isPipe ? 'followed' : 'reading', size: 0, read: 0, hasWriter: isPipe};
  }

  get status() {
    return {file: this.#state, events: [], receivedAt: this.#receivedAt};
  }

  start(): void {
    const {found, sourceOf} = this.#options;
    const {path, name} = found;
    this.#source = sourceOf(this);
    this.#source.read().catch((error: unknown) => this.fail(path === '-' ? name : path, error));
  }

  close(): Promise<void> | undefined {
    return this.#source?.close?.();
  }

  get state(): FileState {
    return this.#state;
  }

  /** Bytes were added. */
  received(): void {
    this.#receivedAt = this.clock.wall();
  }

  /** Changes the state, to be shown with what changes next. */
  note(change: Partial<FileState>): void {
    this.#state = {...this.#state, ...change};
  }

  set(change: Partial<FileState>): void {
    if (this.signal.aborted) return;
    this.note(change);
    this.sink.onChange();
  }

  /** Other work has its turn after each slice. Rejects once the log is closed. */
  async pause(): Promise<void> {
    if (this.clock.monotonic() >= this.#sliceEnd) {
      await nextTurn(this.clock);
      this.#sliceEnd = this.clock.monotonic() + sliceMs;
    }
    this.signal.throwIfAborted();
  }

  /** Shows why the rest of a file cannot be read; `error`: an `OpenError`, or one of the file system. */
  fail(file: string, error: unknown): void {
    if (this.signal.aborted) return;
    const hasLines = this.sink.buffer.lineCount > 0;
    const {message: why} = OpenError.of(file, error, {isOpen: hasLines});
    this.sink.endLine();
    // Without a line, the reason is what is shown.
    if (hasLines) this.sink.addMarker({kind: 'unreadable', bytes: undefined, because: 'not-read', why});
    this.set({kind: 'failed', why});
  }
}
