import {connect} from 'node:net';
import {text} from 'node:stream/consumers';
import {setTimeout as sleep} from 'node:timers/promises';
import {type TemporaryDirectory, temporaryDirectory} from '../../test/harness/temporary-directory.ts';
import type {Question} from './probe-preload.ts';

/** A process is at rest when it uses less CPU time than this in this time, both in ms. To watch its holds takes up to 35. */
const atRest = {cpuMs: 45, ofMs: 500};

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

  /** Throws when no process listens. */
  async ask(question: Question): Promise<number> {
    const socket = connect(this.#socket);
    socket.end(question);
    return Number(await text(socket));
  }

  /** Resolves once the process has nothing more to do: a log is indexed and prepared in slices after it has come. */
  async rest(): Promise<void> {
    for (let before = Number.NEGATIVE_INFINITY, now = 0; now - before > atRest.cpuMs; ) {
      before = now;
      await sleep(atRest.ofMs);
      now = await this.ask('cpu');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}
