import {type ChildProcess, fork} from 'node:child_process';
import path from 'node:path';
import type {SoakRequest, SoakState} from './protocol.ts';

type Wish = SoakRequest extends infer Each ? (Each extends unknown ? Omit<Each, 'id'> : never) : never;

/** The soak's server in a process of its own. Dispose of it: `await using`. */
export class SoakServer implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (state: SoakState) => void>();
  #lastId = 0;

  /** `rate`: lines a second, all pipelines together. */
  constructor(rate: number) {
    const file = path.join(import.meta.dirname, 'server.ts');
    this.#child = fork(file, [String(rate)], {execArgv: []});
    this.#child.on('message', (message) => {
      const state = message as SoakState;
      this.#waiting.get(state.id)?.(state);
      this.#waiting.delete(state.id);
    });
  }

  ask(wish: Wish): Promise<SoakState> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#waiting.set(id, resolve);
      this.#child.send({id, ...wish}, (error) => error && reject(error));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.disconnect();
    await ended;
  }
}
