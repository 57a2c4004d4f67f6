import path from 'node:path';
import {type Clock, waitAfter} from '../../lib/clock.ts';
import {errorText} from '../../lib/format.ts';
import type {ColdBytes, ColdStore, LeavingSegment} from '../buffer/cold-segments.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import {NotRegularError} from '../disk/regular-file.ts';
import {codeOf, deniesWriting, failureWords} from '../disk/save-file.ts';
import {BufferTap, type TapPosition} from './buffer-tap.ts';
import {FolderGoneError, type RecordingWriter} from './writer.ts';

export type RecordingState =
  /** Its folder is searched, locked and read. */
  | {readonly kind: 'opening'}
  /**
   * `fromId`: the entry of the buffer at which this recorder began, maybe behind an earlier recording; `bytes`: what it has
   * written since; `missedBytes`: lost for good by earlier failures.
   */
  | {
      readonly kind: 'recording';
      readonly folder: string;
      readonly fromId: number;
      readonly bytes: number;
      readonly missedBytes: number;
      /** The folder that was found under its name, whose facts could not be read. */
      readonly aside?: string | undefined;
    }
  /** `by`: id of the process that writes this recording. */
  | {readonly kind: 'read-only'; readonly folder: string; readonly by: number}
  /** Writing has failed and is tried again. `why`: one sentence. */
  | {readonly kind: 'stopped'; readonly why: string};

/** Milliseconds in which new lines are gathered before a write. */
const writeAfter = 200;
const batchBytes = 1024 * 1024;
/** Bytes between two states: about the most that the next start has to count again. */
const stateEvery = 256 * 1024;
/** Milliseconds until writing that failed is tried again. */
export const diskRetry = {first: 1000, longest: 30_000};

export type RecordOptions = {
  readonly buffer: LogBuffer;
  /** Place in the buffer and in the recording at which it begins. */
  readonly start: TapPosition;
  /** Returns how the log continues at the end of the buffer: plain data for the next start. */
  readonly state: () => unknown;
  readonly onChange: () => void;
  /** The folder was deleted: this recorder is of no further use. */
  readonly onGone: (error: FolderGoneError) => void;
};

type Batch = ReturnType<BufferTap['read']>;

type RecorderOptions = RecordOptions & {
  readonly writer: RecordingWriter;
  readonly clock: Clock;
  /** See `OpenRecording`. */
  readonly aside: string | undefined;
  /** A file is full at this size. */
  readonly fileBytes: number;
  /** A file is full: there may be too many files now. */
  readonly onRotated: () => Promise<void>;
  /** Unlocks the folder. */
  readonly release: () => Promise<void>;
};

/**
 * Writes what a log buffer receives to a recording, and reads it back when the buffer has dropped it. The buffer is the
 * queue: no caller waits. When the disk fails, `state` reports it; the recorder tries again and writes what the buffer
 * still holds.
 */
export class Recorder implements ColdStore {
  readonly #options: RecorderOptions;
  readonly #tap: BufferTap;
  #cancel: (() => void) | undefined;
  /** The write in progress; never rejects. */
  #work: Promise<void> | undefined;
  #packing: Promise<void> = Promise.resolve();
  #inFlight: Batch | undefined;
  #failure: {readonly why: string; readonly tries: number} | undefined;
  #missedBytes = 0;
  #finished: Promise<void> | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#tap = new BufferTap({buffer: options.buffer, wall: options.clock.wall, start: options.start});
    this.#pack();
  }

  get state(): RecordingState {
    if (this.#failure) return {kind: 'stopped', why: this.#failure.why};
    const {writer, start, aside} = this.#options;
    const {folder, size} = writer;
    const {id: fromId, offset} = start;
    return {kind: 'recording', folder, fromId, bytes: size - offset, missedBytes: this.#missedBytes, aside};
  }

  get storedTo(): number {
    return this.#tap.written.id;
  }

  keep(segment: LeavingSegment): ColdBytes | undefined {
    const offset = this.#tap.offsetOf(segment);
    return offset === undefined ? undefined : this.#options.writer.bytes.cold(offset, segment.byteLength);
  }

  /** The buffer may have changed. */
  wake(): void {
    if (this.#cancel || this.#work || this.#finished || this.#failure || this.#tap.isEmpty) return;
    this.#cancel = this.#options.clock.after(writeAfter, () => this.#run());
  }

  /** The log continues at the end of the buffer with the present `state`. `isEpochStart`: see `BufferTap.setState`. */
  setState(isEpochStart: boolean): void {
    if (!this.#finished) this.#tap.setState(this.#options.state(), isEpochStart);
  }

  /** Writes what the buffer holds now, and ends. Never rejects: afterwards `state` has whether all is written. */
  finish(): Promise<void> {
    if (this.#finished) return this.#finished;
    this.#cancel?.();
    const last = this.#nextBatch(this.#inFlight?.end ?? this.#tap.written, Number.POSITIVE_INFINITY, true);
    this.#finished = this.#finish(this.#inFlight, last);
    return this.#finished;
  }

  #run(): void {
    this.#cancel = undefined;
    this.#work = this.#write()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#work = undefined;
        this.#inFlight = undefined;
        this.wake();
      });
  }

  async #write(): Promise<void> {
    const {writer, fileBytes, onChange, onRotated} = this.#options;
    if (this.#failure) await writer.repair();
    // After a failure, an empty batch is written, too: it shows whether the disk takes data again.
    while (!this.#finished && (this.#failure || !this.#tap.isEmpty)) {
      const batch = this.#nextBatch(this.#tap.written, batchBytes, false);
      this.#inFlight = batch;
      await this.#writeBatch(batch);
      this.#inFlight = undefined;
      if (this.#failure) {
        this.#failure = undefined;
        onChange();
      }
      // A file ends with a line.
      const isFull = batch.end.within === 0 && writer.size - writer.facts.lastFile.offset >= fileBytes;
      if (isFull && !this.#finished) {
        await writer.rotate();
        this.#pack(onRotated);
      }
    }
  }

  async #writeBatch(batch: Batch): Promise<void> {
    await this.#options.writer.append(batch.items);
    this.#missedBytes += Math.max(0, batch.end.span.delta - this.#tap.written.span.delta);
    this.#tap.commit(batch);
    this.#options.buffer.releaseStored();
  }

  #nextBatch(from: TapPosition, maxBytes: number, isLast: boolean): Batch {
    const {writer, state} = this.#options;
    const batch = this.#tap.read(from, maxBytes);
    const {offset = 0, state: known} = writer.facts.state ?? {};
    const isDue = isLast || known === undefined || batch.end.offset - offset >= stateEvery;
    if (batch.isAtEnd && isDue) batch.items.push({state: state(), isEpochStart: false});
    return batch;
  }

  /** Compresses full files. What cannot be compressed now is compressed once the next is full, or at the next start. */
  #pack(onPacked = () => Promise.resolve()): void {
    const {writer} = this.#options;
    this.#packing = this.#packing
      .then(() => writer.pack().catch(() => {}))
      .then(onPacked)
      .catch(() => {});
  }

  #fail(error: unknown): void {
    if (this.#finished) return;
    const {clock, onChange} = this.#options;
    const {tries} = this.#note(error);
    if (error instanceof FolderGoneError) {
      this.#options.onGone(error);
      return;
    }
    this.#cancel = clock.after(waitAfter(tries, diskRetry), () => this.#run());
    onChange();
  }

  #note(error: unknown): {readonly tries: number} {
    const directory = path.dirname(this.#options.writer.folder);
    const why = deniesWriting(codeOf(error)) ? readOnlyWords(directory) : recordingFailure(error);
    this.#failure = {why, tries: (this.#failure?.tries ?? 0) + 1};
    return this.#failure;
  }

  async #finish(inFlight: Batch | undefined, last: Batch): Promise<void> {
    const {writer, release} = this.#options;
    await this.#work;
    await this.#packing;
    try {
      const isLost = inFlight !== undefined && this.#tap.written !== inFlight.end;
      if (isLost || this.#failure) await writer.repair();
      if (isLost) await this.#writeBatch(inFlight);
      await this.#writeBatch(last);
      this.#failure = undefined;
    } catch (error) {
      this.#note(error);
    }
    await writer.close().catch(() => {});
    await release().catch(() => {});
  }
}

/** One sentence. */
export function recordingFailure(error: unknown): string {
  const code = codeOf(error);
  if (error instanceof NotRegularError) return `${error.path} is not used: ${failureWords(error.code)} · remove it`;
  return code === undefined ? errorText(error) : failureWords(code);
}

/** `directory`: of all recordings. */
export function readOnlyWords(directory: string): string {
  return `${directory} is read-only · --record names another folder`;
}
