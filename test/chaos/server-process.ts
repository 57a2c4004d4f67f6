import {type ChildProcess, fork} from 'node:child_process';
import path from 'node:path';
import type {Answer, Fault, Request, Truth, WorldOptions} from './protocol.ts';

type Pending = {readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void};
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** The demo server in its own process, as the engine commands it. Each call rejects with what went wrong there. */
export class ServerProcess implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #pending: Map<number, Pending>;
  #lastId = 0;

  private constructor(child: ChildProcess, pending: Map<number, Pending>, url: string) {
    this.#child = child;
    this.#pending = pending;
    this.url = url;
  }

  static async start(options: WorldOptions): Promise<ServerProcess> {
    const child = fork(path.join(import.meta.dirname, 'server.ts'), {serialization: 'advanced', execArgv: []});
    const pending = new Map<number, Pending>();
    child.on('message', (message) => {
      const answer = message as Answer;
      const call = pending.get(answer.id);
      pending.delete(answer.id);
      if (answer.error === undefined) call?.resolve(answer);
      else call?.reject(new Error(answer.error));
    });
    child.on('exit', (code, signal) => {
      for (const {reject} of pending.values()) reject(new Error(`the demo server ended: ${signal ?? code}`));
    });
    const {promise, resolve, reject} = Promise.withResolvers<Answer>();
    pending.set(0, {resolve, reject});
    child.send({id: 0, do: 'start', ...options});
    const {url = ''} = await promise;
    return new ServerProcess(child, pending, url);
  }

  async settle(): Promise<void> {
    await this.#call({do: 'settle'});
  }

  async write(): Promise<void> {
    await this.#call({do: 'write'});
  }

  async disturb(fault: Fault): Promise<void> {
    await this.#call({do: 'fault', fault});
  }

  async endIntact(): Promise<void> {
    await this.#call({do: 'end-intact'});
  }

  async finish(): Promise<void> {
    await this.#call({do: 'finish'});
  }

  async truth(name: string): Promise<Truth> {
    const {truth} = await this.#call({do: 'truth', name});
    if (!truth) throw new Error(`no truth about ${name}`);
    return truth;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => {
      this.#child.once('exit', resolve);
    });
    this.#child.disconnect();
    await ended;
  }

  #call(request: WithoutId<Request>): Promise<Answer> {
    const id = ++this.#lastId;
    const {promise, resolve, reject} = Promise.withResolvers<Answer>();
    this.#pending.set(id, {resolve, reject});
    this.#child.send({...request, id}, (error) => error && reject(error));
    return promise;
  }
}
