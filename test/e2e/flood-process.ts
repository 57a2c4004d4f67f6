import {type ChildProcess, fork} from 'node:child_process';
import path from 'node:path';

/** Writes `lines` lines at full speed, perhaps none, then replies. */
export type FloodRequest = {readonly id: number; readonly lines: number};

export type FloodAnswer = {
  readonly id: number;
  readonly url: string;
  /** Entries ever logged. */
  readonly entries: number;
  /** Entries that the slowest follower is behind, now and at the worst. */
  readonly queued: number;
  readonly mostQueued: number;
  /** Log connections since the start, and now. */
  readonly connections: number;
  readonly open: number;
};

/** The demo server with one pipeline, `flood`, in a process of its own. Dispose of it: `await using`. */
export class FloodProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: FloodAnswer) => void>();
  #lastId = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message) => {
      const answer = message as FloodAnswer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  static start(): FloodProcess {
    return new FloodProcess(fork(path.join(import.meta.dirname, 'flood-server.ts'), {execArgv: []}));
  }

  /** Writes `lines` as fast as the process can. */
  flood(lines: number): Promise<FloodAnswer> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#waiting.set(id, resolve);
      this.#child.send({id, lines} satisfies FloodRequest, (error) => error && reject(error));
    });
  }

  /** The present state. */
  state(): Promise<FloodAnswer> {
    return this.flood(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => {
      this.#child.once('exit', resolve);
    });
    this.#child.disconnect();
    await ended;
  }
}
