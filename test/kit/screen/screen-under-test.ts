import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {DemoServerOptions, Scenario} from '../../../demo/demo.ts';
import {quiet} from '../../../demo/scenario.ts';
import {DemoServer} from '../../../demo/server.ts';
import {createClient} from '../../../source/engine/api/client.ts';
import {saveFile, stateFolder} from '../../../source/engine/disk/save-file.ts';
import {openedLog} from '../../../source/engine/feeds/opened-log.ts';
import {Catalog, type OpenFound} from '../../../source/engine/logs/catalog.ts';
import type {LogManager} from '../../../source/engine/logs/log-manager.ts';
import type {FoundLog} from '../../../source/engine/opened/found-log.ts';
import type {Size} from '../../../source/kit/screen/layout.ts';
import type {Services} from '../../../source/kit/screen/services.ts';
import type {Settings} from '../../../source/kit/settings/settings.ts';
import type {ViewOptions} from '../../../source/kit/state/pane-view.ts';
import {promptHistories} from '../../../source/kit/state/prompt-history.ts';
import type {Shade} from '../../../source/kit/system/terminal-ground.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import type {ZoneOffset} from '../../../source/kit/viewport/time-column.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {createStore} from '../../../source/lib/store.ts';
import {features} from '../../../source/shells/features.ts';
import {Controller} from '../../../source/shells/screen/controller.ts';
import {pressKeys} from '../../../source/shells/screen/press-keys.ts';
import {type ScreenBackend, type ShownLogs, screenBackend} from '../../../source/shells/screen/run/backend.ts';
import {openedFacts} from '../../../source/shells/screen/run/run-opened.ts';
import {screenServices} from '../../../source/shells/screen/run/screen-services.ts';
import type {Facts} from '../../../source/shells/screen/run/server-facts.ts';
import type {OpenServer} from '../../../source/shells/startup/open-server.ts';
import {WAIT_MS} from '../../harness/eventually.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {freePort} from '../../harness/free-port.ts';
import {readSettings} from '../../harness/read-settings.ts';
import {type TemporaryDirectory, temporaryDirectory} from '../../harness/temporary-directory.ts';

/** Four pipelines, two of which failed. */
export const withFailures: Scenario = (server) => {
  for (const name of ['billing', 'fraud', 'orders', 'etl']) server.addPipeline(name).start();
  server.pipeline('fraud').fail('exit status: 101');
  server.pipeline('orders').fail('exit status: 101');
};

export type ScreenOptions = {
  readonly scenario?: Scenario;
  readonly server?: DemoServerOptions;
  readonly names?: readonly string[];
  /** See `Controller`. */
  readonly isRequested?: (pipeline: {readonly name: string; readonly tags: readonly string[] | undefined}) => boolean;
  readonly size?: Size;
  /** Where to look for the server instead of the one that is started. */
  readonly baseUrl?: (server: DemoServer) => string;
  readonly apiKey?: string;
  /** Logs that are shown without a server: the one that is started is not asked. Their tabs are `names`. */
  readonly opened?: readonly FoundLog[];
  /** Of an opened log that is stdin. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** See `DemoServerOptions`. */
  readonly lacks?: DemoServerOptions['lacks'];
  readonly scrollbackBytes?: number;
  /** Bound of all tabs together; default: none. */
  readonly memoryBytes?: number;
  /** Minutes that local time is ahead of UTC; default 0. */
  readonly offsetAt?: ZoneOffset;
  readonly suspendProcess?: () => Promise<boolean>;
  /** See `Controller`. The histogram is off by default: most tests are about the rows of the log. */
  readonly viewOptions?: ViewOptions;
  /** See `Controller`. */
  readonly beforeFirst?: (screen: ScreenUnderTest) => Promise<void>;
  /** In place of those of this file. */
  readonly services?: Partial<
    Pick<
      Services,
      | 'copy'
      | 'copyForm'
      | 'home'
      | 'save'
      | 'events'
      | 'commands'
      | 'contexts'
      | 'isUtf8'
      | 'frameRate'
      | 'takesFrames'
      | 'serverVersion'
      | 'addPast'
      | 'recordingsFolder'
      | 'savedFilters'
    >
  >;
};

/**
 * A controller over real streams from an embedded server, in a time that the test owns. `connect` does what the root
 * component does: it opens a stream for each tab. Components do it themselves.
 */
export class ScreenUnderTest implements AsyncDisposable {
  readonly server: DemoServer;
  readonly clock = new FakeClock();
  readonly catalog: Catalog;
  readonly logs: LogManager;
  readonly facts: Facts;
  readonly controller: Controller;
  quits = 0;
  /** What was copied, oldest first. */
  readonly copied: string[] = [];
  /** The program's folder, in one of this test's own. */
  readonly folder: string;
  readonly #backend: ScreenBackend;
  readonly #server: OpenServer;
  readonly #directory: TemporaryDirectory;
  readonly #open: OpenFound;
  #stop = () => {};

  private constructor(server: DemoServer, directory: TemporaryDirectory, options: ScreenOptions) {
    const {clock} = this;
    this.server = server;
    this.#directory = directory;
    const client = createClient({
      baseUrl: options.baseUrl?.(server) ?? server.url,
      clock: systemClock,
      userAgent: 'pipetail/test',
    });
    this.#server = {client, clock: systemClock, name: 'test', secrets: () => [], close: client.close};
    const {opened, stdin} = options;
    this.#open = (found, each) => openedLog(found, {...each, ...(stdin && {stdin})});
    const settings: Settings = {
      ...readSettings(['--host', client.baseUrl], {}),
      ...{fps: 100, title: false},
      scrollback: options.scrollbackBytes ?? 32 * 1024 * 1024,
      memory: options.memoryBytes ?? Number.POSITIVE_INFINITY,
    };
    const process = processIn(directory.path);
    const backend = screenBackend({
      ...{settings, client, clock, process, random: () => 0, packer: undefined},
      opened: opened && shownOf(opened, this.#open),
    });
    this.#backend = backend;
    this.folder = stateFolder({xdgStateHome: process.env.XDG_STATE_HOME, home: ''});
    this.catalog = backend.catalog;
    this.logs = backend.logs;
    this.facts = backend.facts;
    const services: Services = {
      ...screenServices({
        ...{
          settings,
          backend,
          clock,
          process,
          server: this.#server,
          commands: features.commands,
          histories: promptHistories(),
        },
        terminal: {keys: process.stdin, depth: 'none', symbols: symbolsFor(true), isUtf8: true},
        shade: createStore<Shade>(undefined),
        setTitle: () => {},
        quit: () => {
          this.quits += 1;
        },
      }),
      ...(opened && {serverUrl: ''}),
      offsetAt: options.offsetAt ?? (() => 0),
      home: '/home/user',
      copy: (text, lines) => {
        this.copied.push(Buffer.from(text).toString());
        return Promise.resolve({kind: 'sent', how: 'OSC 52', bytes: text.length, lines});
      },
      // What a test types is no file of the folder it runs in.
      save: (file, blocks, options) => saveFile(path.resolve(this.folder, file), blocks, options),
      suspendProcess: options.suspendProcess ?? (() => Promise.resolve(true)),
      ...options.services,
    };
    this.controller = new Controller({
      services,
      features,
      names: options.names ?? [],
      size: options.size ?? {columns: 100, rows: 30},
      ...(options.isRequested && {isRequested: options.isRequested}),
      viewOptions: {histogram: 'off', ...options.viewOptions},
      ...(options.beforeFirst && {beforeFirst: async () => await options.beforeFirst?.(this)}),
    });
  }

  static async open(options: ScreenOptions = {}): Promise<ScreenUnderTest> {
    const server = await DemoServer.start({
      port: await freePort(),
      scenario: options.scenario ?? quiet('billing', 'fraud', 'orders'),
      ...options.server,
      ...(options.apiKey !== undefined && {apiKey: options.apiKey}),
      ...(options.lacks && {lacks: options.lacks}),
    });
    const screen = new ScreenUnderTest(server, await temporaryDirectory(), options);
    await mkdir(screen.folder, {mode: 0o700});
    return screen;
  }

  /** Opens, connects, and waits for the list. */
  static async connected(options: ScreenOptions = {}): Promise<ScreenUnderTest> {
    const screen = await ScreenUnderTest.open(options);
    screen.connect();
    await screen.until(() => screen.poller.snapshot.get().pipelines !== undefined, 'the list');
    return screen;
  }

  connect(): void {
    const {controller, logs} = this;
    const openStreams = () => {
      const wanted = controller.state.tabs.flatMap(({name, merges}) => (merges ? [] : name));
      for (const name of logs.names.get()) if (!wanted.includes(name)) logs.close(name);
      for (const name of wanted) logs.open(name);
    };
    const leave = controller.view.subscribe(openStreams);
    const stop = controller.start();
    openStreams();
    this.#stop = () => {
      leave();
      stop();
    };
    this.#backend.start();
  }

  /** The list of the server. */
  get poller(): Facts['poller'] {
    return this.facts.poller;
  }

  /** Makes a log known, as `screenBackend` does. Returns its name. */
  openPast(found: FoundLog): string {
    this.catalog.set(found, this.#open);
    return found.name;
  }

  /** Names of the open tabs; the preview's with a question mark. */
  get tabs(): readonly string[] {
    return this.controller.state.tabs.map((tab) => `${tab.name}${tab.pinned ? '' : '?'}`);
  }

  /** Presses keys by name, one after the other. */
  press(...names: string[]): void {
    for (const name of names) pressKeys(this.controller, [name]);
  }

  /** Keys that the terminal sent in one piece. */
  pressTogether(...names: string[]): void {
    pressKeys(this.controller, names);
  }

  /** Lets time pass in small steps, and the network do its part, until `probe` holds. */
  async until(probe: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + WAIT_MS;
    while (!probe()) {
      if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
      await this.clock.advance(20);
      await sleep(2);
    }
  }

  /** Waits until a tab's log holds a line with this text. */
  async untilLine(name: string, text: string): Promise<void> {
    await this.until(() => {
      const buffer = this.logs.get(name)?.buffer;
      const last = buffer?.lineAt((buffer.endId ?? 0) - 1);
      return last?.includes(text) === true;
    }, `${text} in ${name}`);
  }

  /** Waits until the server holds exactly these log connections, one each. */
  async untilConnected(...names: string[]): Promise<void> {
    await this.until(
      () =>
        this.server.openLogConnections() === names.length &&
        names.every((name) => this.server.openLogConnections(name) === 1),
      `connections to ${names.join(', ')}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    await this.#backend.close();
    await this.#server.close();
    await this.server.close();
    await this.#directory[Symbol.asyncDispose]();
  }
}

/** The process of a program whose files are in this folder, and that has no terminal to write to. */
function processIn(folder: string): NodeJS.Process {
  const stream = {write: () => true, writableLength: 0};
  const env = {XDG_STATE_HOME: folder, PAGER: 'less'};
  const {geteuid} = process;
  const fake = {env, pid: 1, geteuid, platform: 'linux', kill: () => false, stdin: {}, stdout: stream, stderr: stream};
  return fake as unknown as NodeJS.Process;
}

function shownOf(found: readonly FoundLog[], open: OpenFound): ShownLogs {
  const catalog = new Catalog();
  catalog.add(found, open);
  return {catalog, facts: openedFacts(catalog, systemClock)};
}
