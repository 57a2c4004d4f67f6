import {stat} from 'node:fs/promises';
import {openTerminal, type Terminal} from '../../test/harness/terminal.ts';
import {BenchServer} from './bench-server.ts';
import type {Chunking} from './bench-server-process.ts';
import {startOf} from './built-program.ts';
import {Probe} from './probe.ts';
import type {BenchContext} from './row.ts';

export const pipeline = 'orders';
/** The line by which it is seen that all have come. */
export const last = 'the last line of the log';
/** What 10,000,000 lines take to come, or to be indexed, on a slow machine: milliseconds. */
export const patience = 180_000;

/**
 * The built program at 200×50 with one pipeline open whose log is still empty, at rest, and its keys going to the log; a
 * probe in it, and the server behind it. Dispose of it: `await using`.
 */
export class LogProgram implements AsyncDisposable {
  readonly terminal: Terminal;
  readonly probe: Probe;
  readonly #server: BenchServer;

  private constructor(terminal: Terminal, probe: Probe, server: BenchServer) {
    this.terminal = terminal;
    this.probe = probe;
    this.#server = server;
  }

  /** `scrollback`: more than any log of the benches has, unless given. */
  static async open({tree}: BenchContext, {scrollback = '8GiB'}: {scrollback?: string} = {}): Promise<LogProgram> {
    const server = await BenchServer.start(pipeline);
    const probe = await Probe.make();
    const options = ['--scrollback', scrollback, '--memory', '8GiB'];
    const program = startOf(tree, '--host', server.url, ...options, pipeline);
    const terminal = await openTerminal({...program, env: {...program.env, ...probe.env}, cols: 200, rows: 50});
    await terminal.waitFor(() => /\bLIVE\b/.test(terminal.row(0)) && linesReceived(terminal) > 0, {hint: 'a live log'});
    // The keys go to the log once the list has been hidden.
    await terminal.press('z', 'z');
    await probe.rest();
    return new LogProgram(terminal, probe, server);
  }

  /** The program with all of a log in its scrollback, and nothing more to do. */
  static async withLog(context: BenchContext): Promise<LogProgram> {
    const program = await LogProgram.open(context);
    await program.takeIn(context);
    await program.probe.rest();
    return program;
  }

  /**
   * Resolves once the whole log has come and its last line is on the screen, with the bytes of the log. Throws when a line
   * is missing.
   */
  async takeIn({logFile, lines}: BenchContext, chunking: Chunking = 'block'): Promise<number> {
    const file = await logFile();
    const before = linesReceived(this.terminal);
    await this.#server.flood({pipeline, file, chunking, last});
    await this.terminal.waitFor(last, {timeout: patience});
    const wanted = before + lines + 1;
    const isWhole = () => linesReceived(this.terminal) >= wanted;
    await this.terminal.waitFor(isWhole, {timeout: 1000, hint: `${wanted} lines`});
    return (await stat(file)).size;
  }

  /** Resolves once the first `lines` lines of the log have come at `rate` a second, and are on the screen. */
  async follow({logFile}: BenchContext, {lines, rate}: {readonly lines: number; readonly rate: number}): Promise<void> {
    await this.#server.pour({pipeline, file: await logFile(), lines, rate, last});
    await this.terminal.waitFor(last, {timeout: patience});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminal.dispose();
    await this.#server[Symbol.asyncDispose]();
    await this.probe[Symbol.asyncDispose]();
  }
}

/** The status line's number of lines held and dropped, which together are all that came. NaN: none yet. */
export function linesReceived(terminal: Terminal): number {
  const numberIn = (pattern: RegExp) => Number(pattern.exec(terminal.row(-2))?.[1]?.replaceAll(',', ''));
  return numberIn(/([\d,]+) lines?\b/) + (numberIn(/([\d,]+) older lines? dropped/) || 0);
}
