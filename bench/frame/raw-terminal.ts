import {type IPty, spawn} from '@lydell/node-pty';
import {cleanEnvironment} from '../../test/harness/environment.ts';
import {killGroup} from '../../test/harness/kill-group.ts';
import {type TemporaryDirectory, temporaryDirectory} from '../../test/harness/temporary-directory.ts';
import type {TerminalOptions} from '../../test/harness/terminal.ts';

/**
 * A program in a pseudoterminal without an emulator: what it writes is read at once and kept, so that times are those of
 * the bytes and no drawing takes CPU from what is measured. Dispose of it: `await using`.
 */
export class RawTerminal implements AsyncDisposable {
  /** Milliseconds of `performance.now()`, right before the process was made. */
  readonly begun: number;
  /** Resolves when the program has ended. */
  readonly exit: Promise<void>;
  readonly #pty: IPty;
  readonly #home: TemporaryDirectory;
  readonly #waiting = new Set<() => void>();
  readonly #isKept: boolean;
  #output = '';

  /** `keep`: whether the output is kept for `until`. */
  static async open(options: TerminalOptions & {keep: boolean}): Promise<RawTerminal> {
    return new RawTerminal(options, await temporaryDirectory());
  }

  private constructor(options: TerminalOptions & {keep: boolean}, home: TemporaryDirectory) {
    const {command, args = [], cols = 80, rows = 24, env = {}, keep} = options;
    this.#home = home;
    this.#isKept = keep;
    this.begun = performance.now();
    this.#pty = spawn(command, [...args], {
      name: 'xterm-256color',
      cols,
      rows,
      cwd: home.path,
      env: cleanEnvironment(home.path, env),
      encoding: 'latin1',
    });
    this.#pty.onData((data) => {
      if (this.#isKept) this.#output += data;
      for (const look of this.#waiting) look();
    });
    this.exit = new Promise((resolve) => this.#pty.onExit(() => resolve()));
  }

  get pid(): number {
    return this.#pty.pid;
  }

  write(keys: string): void {
    this.#pty.write(keys);
  }

  /** When these texts have come one behind the other, of all that was written: milliseconds since the start. */
  async until(...texts: readonly string[]): Promise<number> {
    const {promise, resolve} = Promise.withResolvers<number>();
    const look = () => {
      if (!hasInOrder(this.#output, texts)) return;
      this.#waiting.delete(look);
      resolve(performance.now() - this.begun);
    };
    this.#waiting.add(look);
    look();
    const end = this.exit.then(() => {
      throw new Error(`ended before ${JSON.stringify(texts)}, with ${JSON.stringify(this.#output.slice(-1000))}`);
    });
    return await Promise.race([promise, end]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    killGroup(this.pid);
    await this.exit;
    await this.#home[Symbol.asyncDispose]();
  }
}

/** Whether `output` has the texts in this order. */
export function hasInOrder(output: string, texts: readonly string[]): boolean {
  let at = 0;
  for (const text of texts) {
    const found = output.indexOf(text, at);
    if (found === -1) return false;
    at = found + text.length;
  }
  return true;
}
