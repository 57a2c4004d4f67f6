import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import type {Business, BusyRequest, BusyState} from './busy-server-process.ts';

/**
 * A Feldera whose pipelines log without end, at a steady pace, in a process of its own so that its CPU is not counted.
 * It begins on request. Dispose of it: `await using`.
 */
export class BusyServer implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (state: BusyState) => void>();
  #lastId = 0;

  constructor(business: Business) {
    const execArgv = ['--max-old-space-size=16000'];
    this.#child = fork(`${import.meta.dirname}/busy-server-process.ts`, [JSON.stringify(business)], {execArgv});
    this.#child.on('message', (state: BusyState) => {
      this.#waiting.get(state.id)?.(state);
      this.#waiting.delete(state.id);
    });
  }

  /** The present state; `work` and `rest` first turn the writing on and off. */
  async ask(wish: BusyRequest['wish']): Promise<BusyState> {
    const {promise, resolve, reject} = Promise.withResolvers<BusyState>();
    const id = ++this.#lastId;
    this.#waiting.set(id, resolve);
    this.#child.once('exit', () => reject(new Error('the server has ended')));
    this.#child.send({id, wish} satisfies BusyRequest);
    return await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}
