import {homedir} from 'node:os';
import path from 'node:path';
import type {ApiClient} from '../../../engine/api/types.ts';
import type {Packer} from '../../../engine/buffer/packed-store.ts';
import type {Processes} from '../../../engine/disk/file-lock.ts';
import {stateFolder} from '../../../engine/disk/save-file.ts';
import {pipelineLogs} from '../../../engine/feeds/connection-feed.ts';
import type {Filter} from '../../../engine/filters/filter.ts';
import {Catalog, type OpenFound} from '../../../engine/logs/catalog.ts';
import {LogManager} from '../../../engine/logs/log-manager.ts';
import {LogTurns} from '../../../engine/logs/log-turns.ts';
import {budgetWithin} from '../../../engine/logs/memory-budget.ts';
import {RunnerHealthReader} from '../../../engine/pipelines/runner-health.ts';
import {serverName} from '../../../engine/recording/facts.ts';
import {Recordings} from '../../../engine/recording/recordings.ts';
import type {Settings} from '../../../kit/settings/settings.ts';
import {AlertCommand} from '../../../kit/system/alert-command.ts';
import {processesOf} from '../../../kit/system/processes.ts';
import type {Clock} from '../../../lib/clock.ts';
import {FrameRate} from '../../../lib/frames.ts';
import {Presence} from '../../../lib/presence.ts';
import {ScreenSession} from '../session/session-keeper.ts';
import {type Facts, serverFacts} from './server-facts.ts';

/** Milliseconds to wait for files in a home folder that hangs. */
const savePatience = 500;

/** Everything that runs behind the pages: the list, the logs, the files. */
export class ScreenBackend {
  readonly facts: Facts;
  readonly catalog: Catalog;
  readonly logs: LogManager;
  readonly runner: RunnerHealthReader;
  /** Reader of the logs without a tab; undefined without a server. */
  readonly turns: LogTurns | undefined;
  readonly presence: Presence;
  readonly frameRate: FrameRate;
  /** The command of `--on-alert`. */
  readonly alerts: AlertCommand | undefined;
  /** Session of this run; undefined for the demo server, which is a new one at every start, and without a server. */
  readonly session: ScreenSession | undefined;
  /** The folder of session and recordings. */
  readonly state: string;
  readonly recordingsFolder: string;
  readonly #recordings: Recordings;
  readonly #processes: Processes;
  readonly #clock: Clock;
  readonly #ended = new AbortController();
  readonly #endOfPresence: () => void;

  /** `opened`: what is shown in place of a server's pipelines. */
  constructor(options: {
    settings: Settings;
    client: ApiClient;
    clock: Clock;
    random: () => number;
    /** Compresses scrollback in memory; undefined: nothing is compressed. */
    packer: Packer | undefined;
    process: NodeJS.Process;
    opened: ShownLogs | undefined;
    /** Filters of `--filter`, for the tabs that come back, too. */
    filters?: readonly Filter[] | undefined;
  }) {
    const {settings, client, clock, random, packer, process, opened, filters} = options;
    const processes = processesOf(process);
    const {signal} = this.#ended;
    this.#clock = clock;
    this.#processes = processes;
    this.state = stateFolder({xdgStateHome: process.env.XDG_STATE_HOME, home: homedir()});
    this.presence = new Presence(clock);
    const {record, recordMax, fps, silence, scrollback, memory} = settings;
    const {fresh, readLogs, onAlert: command, credentialVariables} = settings;
    const directory = record ?? path.join(this.state, 'recordings');
    this.recordingsFolder = directory;
    const server = serverName(client.baseUrl, settings.server.tenant);
    this.#recordings = new Recordings({directory, server, maxBytes: recordMax, clock, processes});
    this.frameRate = new FrameRate(fps);
    const {catalog, facts} = opened ?? shownPipelines(serverFacts({client, clock, random}));
    this.catalog = catalog;
    this.facts = facts;
    this.logs = new LogManager(
      {
        recordings: {of: this.#recordings, all: record !== undefined, showPast: true},
        client,
        clock,
        random,
        fps,
        fpsNow: this.frameRate.now,
        silence,
        scrollbackBytes: scrollback,
        memoryBytes: memory ?? budgetWithin(process.constrainedMemory()),
        ...(packer && {packer}),
        ...(facts.listEvery && {listEvery: facts.listEvery}),
      },
      catalog,
    );
    facts.setHeard?.(() => this.logs.heardAt);
    this.turns = opened ? undefined : new LogTurns({logs: this.logs, list: facts.poller.snapshot, clock});
    this.runner = new RunnerHealthReader({
      client,
      clock,
      logs: this.logs,
      stats: facts.stats,
      list: facts.poller.snapshot,
    });
    if (readLogs === 'all') this.turns?.setOn(true);
    this.alerts = command === undefined ? undefined : new AlertCommand({command, credentialVariables, process, clock});
    this.session =
      catalog.hasServer && !settings.demo
        ? new ScreenSession({
            client,
            clock,
            folder: this.state,
            fresh,
            signal,
            viewOptions: {...settings.view.typed, ...(filters && {filters})},
          })
        : undefined;
    this.#endOfPresence = this.presence.here.subscribe(() => {
      const isAttended = this.presence.here.get();
      this.facts.setAttended(isAttended);
      this.frameRate.setAttended(isAttended);
    });
  }

  /** Makes what was recorded of a pipeline a log that can be opened. Resolves to its name; undefined: there is nothing. */
  async addPast(pipeline: string): Promise<string | undefined> {
    const id = this.logs.get(pipeline)?.connection?.pipelineId;
    const recordings = await this.#recordings.find(pipeline, id);
    if (recordings.length === 0) return undefined;
    // No other screen of a server reads files.
    const {openedLog} = await import('../../../engine/feeds/opened-log.ts');
    const name = `${pipeline} (recorded)`;
    const past = {kind: 'recording', name, path: this.recordingsFolder, recordings} as const;
    const open: OpenFound = (found, options) => openedLog(found, {...options, processes: this.#processes});
    if (!this.logs.get(name)) this.catalog.set(past, open);
    return name;
  }

  start(): void {
    this.facts.start();
    this.runner.start();
  }

  /** Ends everything. Resolves when the files are written, or after `savePatience`. */
  async close(): Promise<void> {
    this.#endOfPresence();
    this.presence.dispose();
    this.facts.stop();
    this.runner.stop();
    this.turns?.dispose();
    this.logs.dispose();
    this.alerts?.dispose();
    const saved = Promise.all([this.session?.close(), this.#recordings.closed()]);
    await Promise.race([saved, this.#clock.sleep(savePatience, this.#ended.signal).catch(() => {})]);
    this.#ended.abort();
  }
}

/** Logs that a screen can open, and the facts that it is told besides. */
export type ShownLogs = {readonly catalog: Catalog; readonly facts: Facts};

function shownPipelines(facts: Facts): ShownLogs {
  return {catalog: new Catalog({list: facts.poller.snapshot, ...pipelineLogs}), facts};
}
