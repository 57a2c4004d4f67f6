import type {LogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {LogReader} from '../../../source/engine/logs/log-reader.ts';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {StreamRecording} from '../../../source/engine/logs/stream-recording.ts';
import {Recordings, type RecordingsOptions} from '../../../source/engine/recording/recordings.ts';
import type {ErrorLog} from '../../../source/engine/records/error-log.ts';
import type {FakeClock} from '../../harness/fake-clock.ts';
import {entriesOf} from '../buffer/entries-of.ts';

/** One run of the program, as far as a recorded stream of it goes: no network, no screen. */
export class RecordedLife {
  readonly buffer: LogBuffer;
  readonly errors: ErrorLog;
  readonly sink: LogSink;
  readonly reader: LogReader;
  readonly recording: StreamRecording;
  readonly recordings: Recordings;
  readonly #clock: FakeClock;
  #attempt = 0;

  constructor(options: {
    directory: string;
    clock: FakeClock;
    maxBytes: number;
    pid: number;
    alive?: (pid: number) => boolean;
    showPast?: boolean;
    limits?: Partial<Pick<RecordingsOptions, 'maxBytes' | 'fileBytes'>>;
    name?: string;
    /** Of another stream of the same run. */
    recordings?: Recordings;
    onChange?: () => void;
  }) {
    const {directory, clock, pid} = options;
    this.#clock = clock;
    this.sink = new LogSink({buffer: {maxBytes: options.maxBytes}, clock});
    this.buffer = this.sink.buffer;
    this.errors = this.sink.errors;
    this.sink.onPlaced = (place) => this.recording.onPlaced(place);
    this.reader = new LogReader({sink: this.sink, clock});
    this.recordings =
      options.recordings ??
      new Recordings({
        directory,
        maxBytes: 2 ** 30,
        clock,
        processes: {pid, user: process.geteuid?.(), isAlive: options.alive ?? (() => false), random: Math.random},
        ...options.limits,
      });
    this.recording = new StreamRecording({
      name: () => options.name ?? 'p',
      sink: this.sink,
      reader: this.reader,
      recordings: this.recordings,
      clock,
      showPast: options.showPast ?? true,
      onChange: options.onChange ?? (() => {}),
    });
  }

  connect(downMs = 0): number {
    this.#attempt += 1;
    const loss = {cause: 'unknown' as const, at: this.#clock.monotonic() - downMs};
    this.reader.start({attempt: this.#attempt, loss, pipelineId: undefined});
    return this.#attempt;
  }

  receive(bytes: Uint8Array): void {
    this.reader.receive(this.#attempt, bytes);
    this.recording.onChange();
  }

  settle(): void {
    this.reader.settle();
    this.recording.onChange();
  }

  cut(): void {
    this.reader.end(this.#attempt);
  }

  async close(): Promise<void> {
    await this.recording.close();
    await this.recordings.closed();
  }
}

/** All that a pane could show, in words: markers without their times. */
export function shownOf(buffer: LogBuffer): string[] {
  return entriesOf(buffer, {encoding: 'latin1'});
}
