import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import type {BenchAnswer, Flood, Pour} from './bench-server-process.ts';

/** A Feldera with quiet pipelines, in a process of its own so that its CPU is not counted. Dispose of it: `await using`. */
export class BenchServer implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(...pipelines: readonly string[]): Promise<BenchServer> {
    const child = fork(`${import.meta.dirname}/bench-server-process.ts`, pipelines, {
      execArgv: ['--max-old-space-size=16000'],
    });
    return new BenchServer(child, (await answerOf(child)).url);
  }

  /** Where the log of a pipeline is followed. */
  logUrl(name: string): string {
    return `${this.url}/v0/pipelines/${name}/logs`;
  }

  /** Lets a pipeline log lines of a file at a steady pace; resolves once the last one is written. */
  async pour(pour: Pour): Promise<void> {
    await this.#send(pour);
  }

  /** Lets a pipeline log a whole file at once; resolves once all of it waits to be sent. */
  async flood(flood: Flood): Promise<void> {
    await this.#send(flood);
  }

  async #send(wish: Pour | Flood): Promise<void> {
    const answer = answerOf(this.#child);
    this.#child.send(wish);
    await answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

async function answerOf(child: ChildProcess): Promise<BenchAnswer> {
  const [answer] = await once(child, 'message');
  return answer;
}
