import type {RecordingState} from '../storage/recording-state.ts';
import type {LogStream} from '../streams/log-stream.ts';
import type {StreamManager} from '../streams/stream-manager.ts';
import {recordingWords} from '../viewport/recording-words.ts';
import {eachStream} from './each-stream.ts';

/** Says when the recording of a log stops, or goes on: of every open log, whichever is on the screen. */
export class RecordingWatch {
  readonly #manager: StreamManager;
  readonly #say: (text: string) => void;

  constructor(options: {readonly manager: StreamManager; readonly say: (text: string) => void}) {
    this.#manager = options.manager;
    this.#say = options.say;
  }

  /** Begins to watch. Answers its end. */
  start(): () => void {
    return eachStream(this.#manager, (stream) => this.#watch(stream));
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
