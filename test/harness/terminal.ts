import {setTimeout as sleep} from 'node:timers/promises';
import {stripVTControlCharacters} from 'node:util';
import type {IPty} from '@lydell/node-pty';
import type {Terminal as Emulator} from '@xterm/headless';
import {type Exit, startInEmulator} from './emulated-program.ts';
import {cleanEnvironment} from './environment.ts';
import {WAIT_MS} from './eventually.ts';
import {bytesOfKey} from './keys.ts';
import {killGroup} from './kill-group.ts';
import {isBusy} from './processes.ts';
import {type Cell, type CellStyle, Screen} from './screen.ts';
import {SecretWatch} from './secret-watch.ts';
import type {LinkSpeed, SlowLink} from './slow-link.ts';
import {type TemporaryDirectory, temporaryDirectory} from './temporary-directory.ts';
import {TerminalModes} from './terminal-modes.ts';
import {Watch} from './watch.ts';

/** What to run. `env` is added to a clean environment (`cleanEnvironment`); a value of undefined takes one out. */
export type TerminalOptions = {
  readonly command: string;
  readonly args?: readonly string[];
  readonly cols?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The home directory, made for this run, unless given. */
  readonly cwd?: string;
  /** A slow line between the program and the person: `stall` cannot be used with it. */
  readonly link?: LinkSpeed;
  /** The colour that the terminal answers for its ground (OSC 11), such as `rgb:ff/ff/ff`; absent: it does not answer. */
  readonly ground?: string;
};

/** What is waited for: text anywhere on the screen, a pattern over the rows joined by newlines, or any question. */
export type Sight = string | RegExp | ((terminal: Terminal) => boolean);

export type WaitOptions = {readonly timeout?: number; readonly hint?: string};

/** Between two keys. A terminal's user is no faster, and an Esc that a key follows at once would arrive as Alt. */
const KEY_GAP_MS = 30;
const ESCAPE_GAP_MS = 120;
/** For a program that is busy all the time. */
const ESCAPE_GAP_AT_MOST_MS = 1000;

/** Runs a program in a real pseudoterminal whose output feeds a real emulator. Dispose of it: `await using`. */
export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  return new Terminal(options, await temporaryDirectory());
}

/**
 * A program in a terminal: the screen that the user sees, and the keys that they press. The one object that a test
 * holds, so it is long: most of it are readers of one line; what takes thought lives in Screen, TerminalModes and Watch.
 */
export class Terminal implements AsyncDisposable {
  /** Resolves once the program has ended and everything that it wrote is on the screen. */
  readonly exit: Promise<Exit>;
  /** The home directory that the program was given. */
  readonly home: string;
  /** The line to the person, if it is a slow one. */
  readonly link: SlowLink | undefined;
  readonly #directory: TemporaryDirectory;
  readonly #pty: IPty;
  readonly #type: (bytes: string) => void;
  readonly #emulator: Emulator;
  readonly #screen: Screen;
  readonly #modes: TerminalModes;
  readonly #watch = new Watch();
  readonly #secrets: SecretWatch;
  readonly #output: Buffer[] = [];
  #ended: Exit | undefined;
  #isResized = false;

  constructor(options: TerminalOptions, directory: TemporaryDirectory) {
    this.#directory = directory;
    this.home = directory.path;
    const env = cleanEnvironment(this.home, options.env);
    this.#secrets = new SecretWatch(env);
    const {promise, resolve} = Promise.withResolvers<Exit>();
    this.exit = promise;
    const {pty, emulator, link, type} = startInEmulator({
      ...{args: [], cols: 80, rows: 24, cwd: this.home, ...options},
      ...{env, term: options.env?.TERM ?? 'xterm-256color'},
      onBytes: (bytes) => {
        this.#output.push(bytes);
        this.#secrets.heard('the terminal', bytes);
      },
      onChange: () => this.#watch.changed(),
      onExit: (exit) => {
        this.#ended = exit;
        this.#watch.changed();
        resolve(exit);
      },
    });
    this.link = link;
    this.#pty = pty;
    this.#type = type;
    this.#emulator = emulator;
    this.#screen = new Screen(emulator);
    this.#modes = new TerminalModes(emulator);
  }

  get pid(): number {
    return this.#pty.pid;
  }

  get cols(): number {
    return this.#emulator.cols;
  }

  get rows(): number {
    return this.#emulator.rows;
  }

  /** Every row from the top, blanks at the end cut. The same as what `row`, `text`, `cell` and `styleOf` look at. */
  screen(): string[] {
    return this.#screen.rows();
  }

  /** One row; -1 is the last. */
  row(row: number): string {
    return this.#screen.row(row);
  }

  text(): string {
    return this.#screen.text();
  }

  /** See `Screen.wrappedRows`. */
  wrappedRows(): number[] {
    return this.#screen.wrappedRows();
  }

  /** Its size has changed: a frame may have been of another one. */
  get isResized(): boolean {
    return this.#isResized;
  }

  cell(row: number, column: number): Cell {
    return this.#screen.cell(row, column);
  }

  find(text: string): {row: number; column: number} | undefined {
    return this.#screen.find(text);
  }

  styleOf(text: string): CellStyle {
    return this.#screen.styleOf(text);
  }

  /** All bytes that the program wrote so far, escape sequences included. */
  get output(): Buffer {
    return Buffer.concat(this.#output);
  }

  get alternateScreen(): boolean {
    return this.#emulator.buffer.active.type === 'alternate';
  }

  get cursorVisible(): boolean {
    return this.privateMode(25, true);
  }

  get bracketedPaste(): boolean {
    return this.#emulator.modes.bracketedPasteMode;
  }

  /** A DEC private mode (`CSI ? mode h`), such as 1004 for focus reports; `otherwise` if it was never set. */
  privateMode(mode: number, otherwise = false): boolean {
    return this.#modes.isSet(mode, otherwise);
  }

  /** The window title that the program last set. */
  get title(): string {
    return this.#modes.title;
  }

  get bells(): number {
    return this.#modes.bells;
  }

  /** What the program put into the clipboard (OSC 52), oldest first. */
  get copies(): readonly Buffer[] {
    return this.#modes.copies;
  }

  get running(): boolean {
    return this.#ended === undefined;
  }

  /** Presses keys one after the other, each a chunk of its own: `Enter`, `Esc`, `PageDown`, `C-c`, `S-Tab`, `j`. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.#type(bytesOfKey(key));
      if (key === 'Esc') await this.#rest(ESCAPE_GAP_MS, ESCAPE_GAP_AT_MOST_MS);
      else await sleep(KEY_GAP_MS);
    }
  }

  /**
   * Presses a key again until it shows: less, to name one, may drop a key that comes while it handles a signal. Only for
   * keys that do no more when they are pressed twice.
   */
  async pressUntil(key: string, sight: Sight): Promise<void> {
    for (let press = 0; press < 10 && !this.#sees(sight); press++) {
      await this.press(key);
      await this.waitFor(sight, {timeout: 1000}).catch(() => {});
    }
    await this.waitFor(sight);
  }

  /** Types text, character by character. */
  async type(text: string): Promise<void> {
    await this.press(...text);
  }

  /** Pastes text as one chunk, bracketed if the program requested it. */
  paste(text: string): void {
    this.#type(this.bracketedPaste ? `\u001B[200~${text}\u001B[201~` : text);
  }

  /** Sends bytes as they are: reports, several keys at once. */
  write(bytes: string): void {
    this.#type(bytes);
  }

  /** Changes the size of the window; the program gets SIGWINCH. */
  resize(cols: number, rows: number): void {
    this.#isResized = true;
    this.#emulator.resize(cols, rows);
    this.#pty.resize(cols, rows);
  }

  /** Stops reading what the program writes, as a stalled SSH link does: the kernel's buffer fills up. */
  stall(): void {
    this.#pty.pause();
  }

  /** Reads on after `stall`. */
  unstall(): void {
    this.#pty.resume();
  }

  /** Closes the terminal's end of the PTY, as a window that is closed or an sshd that ends does. */
  hangUp(): void {
    this.#secrets.lookAtProcesses();
    // Not in the declared interface; the class has it.
    (this.#pty as IPty & {destroy(): void}).destroy();
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.#secrets.lookAtProcesses();
    process.kill(this.#pty.pid, signal);
  }

  /** Waits until `sight` is there, looking again after each output. Throws, with the screen, if it does not come. */
  async waitFor(sight: Sight, options: WaitOptions = {}): Promise<void> {
    await this.#wait(() => this.#sees(sight), `for ${describeSight(sight)}`, options);
  }

  /** Waits until `sight` is no longer there. */
  async waitForGone(sight: Sight, options: WaitOptions = {}): Promise<void> {
    await this.#wait(() => !this.#sees(sight), `for ${describeSight(sight)} to go`, options);
  }

  /** Waits until the program has ended. Throws, with the screen, if it does not. */
  async waitForExit(options: WaitOptions = {}): Promise<Exit> {
    this.#secrets.lookAtProcesses();
    await this.#wait(() => !this.running, 'for the program to end', options);
    return this.exit;
  }

  /** Calls `look` with each whole frame that the user could see; the returned function ends it. */
  eachFrame(look: () => void): () => void {
    return this.#watch.each(() => {
      if (!this.#emulator.modes.synchronizedOutputMode) look();
    });
  }

  /** Resolves when the screen has been the same for `quiet` milliseconds, and the program had nothing to do. */
  async stable(quiet = 250, timeout = WAIT_MS): Promise<void> {
    let before = this.text();
    const isSame = () => {
      const now = this.text();
      const same = now === before;
      before = now;
      return same;
    };
    const isAtRest = await this.#rest(quiet, timeout, isSame);
    if (!isAtRest) throw new Error(`the screen never came to rest:\n${this.#screen.framed()}`);
  }

  /**
   * Ends the program and what it started, however they are, and removes the home directory. Throws when a planted secret
   * was on the terminal, in a command line or in the home directory.
   */
  async dispose(): Promise<void> {
    if (this.running) {
      this.#secrets.lookAtProcesses();
      killGroup(this.#pty.pid);
      await this.exit;
    }
    this.#emulator.dispose();
    // What a style or the end of a row cuts in two.
    const text = stripVTControlCharacters(this.output.toString('latin1')).replaceAll(/[\r\n]/g, '');
    this.#secrets.heard('the text on the terminal', Buffer.from(text, 'latin1'));
    await this.#directory[Symbol.asyncDispose]();
    this.#secrets.expectNone();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /**
   * Waits until the program has had nothing to do for `quiet` milliseconds since `isSame` was false; false: not within
   * `timeout`. One that waits for a processor has not read its keys nor drawn. Looks are counted, not time: on a busy
   * machine this process waits, too.
   */
  async #rest(quiet: number, timeout: number, isSame = () => true): Promise<boolean> {
    const deadline = performance.now() + timeout;
    const turn = Math.min(20, quiet);
    const wanted = Math.ceil(quiet / turn);
    for (let looks = 0; looks < wanted; ) {
      if (performance.now() > deadline) return false;
      await sleep(turn);
      if (!isSame()) looks = 0;
      else if (!isBusy(this.#pty.pid)) looks += 1;
    }
    return true;
  }

  #sees(sight: Sight): boolean {
    if (typeof sight === 'function') return sight(this);
    const text = this.text();
    return typeof sight === 'string' ? text.includes(sight) : sight.test(text);
  }

  async #wait(done: () => boolean, what: string, {timeout = WAIT_MS, hint = ''}: WaitOptions): Promise<void> {
    await this.#watch.until({
      // Between the two marks of a synchronised update a terminal shows the old frame; half a frame is no screen.
      done: () => !(this.running && this.#emulator.modes.synchronizedOutputMode) && done(),
      hopeless: () => this.#ended && `the program ended (${this.#ended.signal ?? `code ${this.#ended.code}`})`,
      describe: (why) => `${why} while waiting ${what}${hint && ` (${hint})`}; the screen:\n${this.#screen.framed()}`,
      timeout,
    });
  }
}

function describeSight(sight: Sight): string {
  return typeof sight === 'string' ? JSON.stringify(sight) : String(sight);
}
