import {connect} from 'node:net';
import {text} from 'node:stream/consumers';
import {type TemporaryDirectory, temporaryDirectory} from '../../test/harness/temporary-directory.ts';
import type {Question} from './probe-preload.ts';
import {rests} from './process-use.ts';

/** A look into a Node process that is started with `env`: the program is as it was built. Dispose of it: `await using`. */
export class Probe implements AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  readonly #folder: TemporaryDirectory;
  readonly #socket: string;

  private constructor(folder: TemporaryDirectory) {
    this.#folder = folder;
    this.#socket = `${folder.path}/probe`;
    const preload = `${import.meta.dirname}/probe-preload.ts`;
    this.env = {PIPETAIL_BENCH_PROBE: this.#socket, NODE_OPTIONS: `--import=${preload}`};
  }

  static async make(): Promise<Probe> {
    return new Probe(await temporaryDirectory());
  }

  /** The file of a profile that was ended. */
  get profileFile(): string {
    return `${this.#socket}.cpuprofile`;
  }

  /** Throws when no process listens. */
  async ask(question: Question): Promise<number> {
    const socket = connect(this.#socket);
    socket.end(question);
    return Number(await text(socket));
  }

  /** Resolves once the process has nothing more to do: a log is indexed in slices after it has come. */
  async rest(): Promise<void> {
    await rests(() => this.ask('cpu'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}
