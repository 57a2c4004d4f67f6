import {expect} from 'vitest';
import type {DemoServerOptions} from '../../demo/demo.ts';
import {type Level, plainLine} from '../../demo/log-lines.ts';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {eventually} from '../harness/eventually.ts';
import {freePort} from '../harness/free-port.ts';
import {openProgram} from '../harness/program.ts';
import type {Sight, Terminal, TerminalOptions} from '../harness/terminal.ts';

export type ViewerOptions = Omit<TerminalOptions, 'command' | 'args'> & {
  /** Running pipelines that log only what the test writes. */
  readonly pipelines?: readonly string[];
  /** What happens on the server before the program starts. */
  readonly before?: (server: DemoServer) => void;
  readonly server?: DemoServerOptions;
  /** Beside `--host`. */
  readonly args?: readonly string[];
};

/** Starts a quiet server in this process and the built program on it, in a terminal. Dispose of it: `await using`. */
export async function openViewer(options: ViewerOptions = {}): Promise<Viewer> {
  const {pipelines = ['alpha', 'beta', 'gamma'], before, server: serverOptions, args = [], ...terminal} = options;
  const server = await DemoServer.start({scenario: quiet(...pipelines), port: await freePort(), ...serverOptions});
  before?.(server);
  return new Viewer(server, await openProgram(['--host', server.url, ...args], terminal));
}

export type ViewOptions = Omit<TerminalOptions, 'command' | 'args'>;

/** Starts the built program in a terminal, on the server that `args` name. Dispose of it: `await using`. */
export async function openView(args: readonly string[], options: ViewOptions = {}): Promise<View> {
  return new View(await openProgram(args, options));
}

/** The program on its screen. */
export class View implements AsyncDisposable {
  readonly terminal: Terminal;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  /** The rows of the log pane, top to bottom, without list, tab bar and margin. */
  pane(): string[] {
    return (
      this.#right()
        .slice(1)
        // Rows above the log have a margin of one cell, those of the log one of two.
        .map((row) =>
          row
            .replace(/▕$/, '')
            .replace(/^[ ▸][ ◆▎]?/, '')
            .trimEnd(),
        )
    );
  }

  /** The log pane's rows that hold something. */
  shown(): string[] {
    return this.pane().filter((row) => row !== '');
  }

  /** How often a text is in the log pane. */
  countShown(text: string): number {
    return this.pane().filter((row) => row.includes(text)).length;
  }

  tabBar(): string {
    return this.#right()[0] ?? '';
  }

  /** The list's rows that hold something, below its title. */
  list(): string[] {
    const rows = this.#body()
      .slice(1)
      .map((row) => row.slice(0, Math.max(0, this.#divider())).trimEnd());
    return rows.filter((row) => row !== '');
  }

  header(): string {
    return this.terminal.row(0);
  }

  status(): string {
    return this.terminal.row(-2);
  }

  /** Waits until the program has read its session: what is quit earlier keeps nothing. */
  async keepsSession(): Promise<void> {
    await this.terminal.stable();
  }

  /** Waits until the shown tab is live and, if given, until it shows `sight`. */
  async live(sight: Sight = / LIVE\b| follows$/m): Promise<void> {
    // A paused log that could be followed is live, too.
    await this.terminal.waitFor(() => /\bLIVE\b| follows$/.test(this.header()), {hint: 'live'});
    await this.terminal.waitFor(sight);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const {terminal} = this;
    // Where it was ended in the middle of a frame, the system prints what the terminal answers, wherever the cursor is.
    const isWhole = terminal.running && terminal.alternateScreen && !terminal.isResized;
    const wrapped = isWhole ? terminal.wrappedRows() : [];
    const text = terminal.text();
    await terminal.dispose();
    // A row that is wider than the terminal moves those above it up, and the first ones off the screen.
    expect(wrapped, text).toEqual([]);
  }

  #body(): string[] {
    return this.terminal.screen().slice(1, -2);
  }

  #divider(): number {
    return this.#body()[0]?.indexOf('│') ?? -1;
  }

  #right(): string[] {
    return this.#body().map((row) => row.slice(this.#divider() + 1));
  }
}

/** The program on its screen and the server that it talks to. */
export class Viewer extends View {
  readonly server: DemoServer;
  #written = 0;

  constructor(server: DemoServer, terminal: Terminal) {
    super(terminal);
    this.server = server;
  }

  /** Logs `count` lines, `line 1` onward, on one pipeline. Returns the number of the last one. */
  write(pipeline: string, count = 1, word = 'line'): number {
    for (let index = 0; index < count; index++) {
      this.#written += 1;
      this.say(pipeline, `${word} ${this.#written}.`);
    }
    return this.#written;
  }

  /** Logs one line of a pipeline's process, as the server would send it. */
  say(pipeline: string, message: string, level: Level = 'INFO'): void {
    const to = this.server.pipeline(pipeline);
    to.write(plainLine({name: pipeline}, to.stamp(), {level, target: 'dbsp_adapters::controller', message}));
  }

  /** What the server holds of a pipeline's log, byte for byte. */
  log(pipeline: string): Buffer {
    return Buffer.concat([...(this.server.pipeline(pipeline).ring?.entries() ?? [])]);
  }

  /** Waits until the server holds exactly `count` log connections. */
  async connections(wanted: number): Promise<void> {
    await eventually(
      () => this.server.openLogConnections() === wanted,
      () =>
        `the server holds ${this.server.openLogConnections()} log connections, not ${wanted}\n${this.terminal.text()}`,
    );
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await this.server.close();
  }
}
