import {spawnSync} from 'node:child_process';
import path from 'node:path';
import {cleanEnvironment} from './environment.ts';
import {eventually, WAIT_MS} from './eventually.ts';
import {isBusy} from './processes.ts';
import {SecretWatch} from './secret-watch.ts';
import {type TemporaryDirectory, temporaryDirectory} from './temporary-directory.ts';
import type {TerminalOptions} from './terminal.ts';

export type TmuxOptions = TerminalOptions & {
  /** Whether what the pane's program writes is kept, to be searched for planted secrets; it costs tmux time. */
  readonly keep?: boolean;
};

let sessions = 0;

/** Runs a program as the only pane of a tmux server of its own, with tmux's defaults. Dispose of it: `await using`. */
export async function openTmux(options: TmuxOptions): Promise<Tmux> {
  return new Tmux(options, await temporaryDirectory());
}

/** A program in tmux. The pane stays after the program has ended, so that what it left can be read. */
export class Tmux implements AsyncDisposable {
  readonly home: string;
  readonly #socket = `pipetail-test-${process.pid}-${sessions++}`;
  readonly #directory: TemporaryDirectory;
  readonly #env: Record<string, string>;
  readonly #secrets: SecretWatch;

  constructor(options: TmuxOptions, directory: TemporaryDirectory) {
    const {cols = 80, rows = 24, command, args = [], keep = true} = options;
    this.home = directory.path;
    this.#directory = directory;
    // The pane's TERM comes from tmux; the socket lives in our directory and goes with it.
    this.#env = cleanEnvironment(directory.path, {...options.env, TMUX_TMPDIR: directory.path});
    this.#secrets = new SecretWatch(this.#env);
    // The status line would take a row of the pane; with remain-on-exit the pane outlives the program.
    const setUp = ['set', '-g', 'status', 'off', ';', 'set', '-g', 'remain-on-exit', 'on', ';'];
    const size = ['-x', String(cols), '-y', String(rows)];
    const start = ['new-session', '-d', ...size, '-c', options.cwd ?? this.home, '--', command, ...args];
    // The directory is searched at the end, so the bytes are as well.
    const keeping = keep ? [';', 'pipe-pane', `exec cat > '${path.join(this.home, '.pane')}'`] : [];
    this.tmux('-f', '/dev/null', 'start-server', ';', ...setUp, ...start, ...keeping);
  }

  /** Runs a tmux command on this server and returns its output. Throws when it fails. */
  tmux(...args: readonly string[]): string {
    const result = spawnSync('tmux', ['-L', this.#socket, ...args], {env: this.#env, encoding: 'utf8'});
    if (result.error) throw result.error;
    if (result.status !== 0) throw new Error(`tmux ${args.join(' ')}: ${result.stderr.trim()}`);
    return result.stdout;
  }

  /** What a terminal has to run to be attached to this session. */
  get attachment(): Required<Pick<TerminalOptions, 'command' | 'args' | 'env'>> {
    return {command: 'tmux', args: ['-L', this.#socket, 'attach-session'], env: {TMUX_TMPDIR: this.home}};
  }

  /** The pane as text; with `escapes`, colours and styles as SGR sequences. */
  capture(escapes = false): string {
    return this.tmux('capture-pane', '-p', ...(escapes ? ['-e'] : []));
  }

  /** One row, without the blanks at its end. */
  row(row: number): string {
    return this.capture().split('\n').at(row)?.trimEnd() ?? '';
  }

  /** Presses keys by tmux's names: `Enter`, `Escape`, `C-c`, `PPage`, `j`. */
  sendKeys(...keys: readonly string[]): void {
    this.tmux('send-keys', ...keys);
  }

  resizeWindow(cols: number, rows: number): void {
    this.tmux('resize-window', '-x', String(cols), '-y', String(rows));
  }

  /** A tmux format, expanded for the pane: `#{cursor_flag}`, `#{alternate_on}`, `#{pane_dead_status}`. */
  format(format: string): string {
    return this.tmux('display-message', '-p', format).trimEnd();
  }

  /** Waits until the pane shows `sight`. Throws, with the pane, if it does not come. */
  async waitFor(sight: string | RegExp | ((pane: string) => boolean), timeout = WAIT_MS): Promise<void> {
    const sees = (pane: string): boolean => {
      if (typeof sight === 'function') return sight(pane);
      return typeof sight === 'string' ? pane.includes(sight) : sight.test(pane);
    };
    const what = typeof sight === 'string' ? JSON.stringify(sight) : String(sight);
    await eventually(
      () => sees(this.capture()),
      () => `tmux did not show ${what}; the pane:\n${this.capture()}`,
      timeout,
    );
  }

  /** Waits until the pane has been the same for some looks, and its program had nothing to do. */
  async stable(timeout = WAIT_MS): Promise<void> {
    const pid = Number(this.format('#{pane_pid}'));
    let before = '';
    let looks = 0;
    await eventually(
      () => {
        const now = this.capture();
        if (now !== before) looks = 0;
        else if (!isBusy(pid)) looks += 1;
        before = now;
        return looks === 12;
      },
      () => `the pane never came to rest:\n${this.capture()}`,
      timeout,
    );
  }

  /** Waits until the program has ended and returns its exit code. */
  async waitForExit(timeout = WAIT_MS): Promise<number> {
    await eventually(
      () => this.format('#{pane_dead}') === '1',
      () => `the program did not end; the pane:\n${this.capture()}`,
      timeout,
    );
    return Number(this.format('#{pane_dead_status}'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#secrets.lookAtProcesses();
    spawnSync('tmux', ['-L', this.#socket, 'kill-server'], {env: this.#env});
    await this.#directory[Symbol.asyncDispose]();
    this.#secrets.expectNone();
  }
}
