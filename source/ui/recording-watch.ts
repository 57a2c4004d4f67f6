import type {RecordingState} from '../storage/recording-state.ts';
import type {LogStream} from '../streams/log-stream.ts';
import type {StreamManager} from '../streams/stream-manager.ts';
import {recordingWords} from '../viewport/recording-words.ts';

/** Says when the recording of a log stops, or goes on: of every open log, whichever is on the screen. */
export class RecordingWatch {
  readonly #manager: StreamManager;
  readonly #say: (text: string) => void;
  readonly #watched = new Map<LogStream, () => void>();

  constructor(options: {readonly manager: StreamManager; readonly say: (text: string) => void}) {
    this.#manager = options.manager;
    this.#say = options.say;
  }

  /** Begins to watch. Answers its end. */
  start(): () => void {
    const leave = this.#manager.names.subscribe(() => this.#followStreams());
    this.#followStreams();
    return () => {
      leave();
      for (const end of this.#watched.values()) end();
      this.#watched.clear();
    };
  }

  #followStreams(): void {
    const open = new Set(this.#manager.names.get().flatMap((name) => this.#manager.get(name) ?? []));
    for (const [stream, end] of this.#watched) {
      if (open.has(stream)) continue;
      end();
      this.#watched.delete(stream);
    }
    for (const stream of open) if (!this.#watched.has(stream)) this.#watched.set(stream, this.#watch(stream));
  }

  #watch({name, snapshot}: LogStream): () => void {
    let before: RecordingState | undefined;
    const look = () => {
      const {recording} = snapshot.get();
      if (recording === before) return;
      const words = recordingWords(before, recording);
      // What is being opened says nothing yet: what it becomes is compared with what it was.
      if (recording?.kind !== 'opening') before = recording;
      if (words !== undefined) this.#say(`${name}: ${words}`);
    };
    look();
    return snapshot.subscribe(look);
  }
}
