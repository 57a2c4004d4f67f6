import {homedir} from 'node:os';
import path from 'node:path';
import type {ApiClient} from '../../../engine/api/types.ts';
import type {Packer} from '../../../engine/buffer/packed-store.ts';
import {stateFolder} from '../../../engine/disk/save-file.ts';
import {pipelineLogs} from '../../../engine/feeds/connection-feed.ts';
import type {Filter} from '../../../engine/filters/filter.ts';
import {Catalog, type OpenFound} from '../../../engine/logs/catalog.ts';
import {LogManager} from '../../../engine/logs/log-manager.ts';
import {LogTurns} from '../../../engine/logs/log-turns.ts';
import {budgetWithin} from '../../../engine/logs/memory-budget.ts';
import {runnerHealthReader} from '../../../engine/pipelines/runner-health.ts';
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

export type ScreenBackend = ReturnType<typeof screenBackend>;

/** Makes everything that runs behind the pages: the list, the logs, the files. */
export function screenBackend(options: {
  settings: Settings;
  client: ApiClient;
  clock: Clock;
  random: () => number;
  /** Compresses scrollback in memory; undefined: nothing is compressed. */
  packer: Packer | undefined;
  process: NodeJS.Process;
  /** Logs that are shown in place of a server's pipelines. */
  opened: ShownLogs | undefined;
  /** Filters of `--filter`, for the tabs that come back, too. */
  filters?: readonly Filter[] | undefined;
}) {
  const {settings, client, clock, random, packer, process, opened, filters} = options;
  const processes = processesOf(process);
  const ended = new AbortController();
  /** The folder of session and recordings. */
  const state = stateFolder({xdgStateHome: process.env.XDG_STATE_HOME, home: homedir()});
  const presence = new Presence(clock);
  const {record, recordMax, fps, silence, scrollback, memory} = settings;
  const {fresh, readLogs, onAlert: command, credentialVariables} = settings;
  const recordingsFolder = record ?? path.join(state, 'recordings');
  const server = serverName(client.baseUrl, settings.server.tenant);
  const recordings = new Recordings({directory: recordingsFolder, server, maxBytes: recordMax, clock, processes});
  const frameRate = new FrameRate(fps);
  const {catalog, facts} = opened ?? shownPipelines(serverFacts({client, clock, random}));
  const logs = new LogManager(
    {
      recordings: {of: recordings, all: record !== undefined, showPast: true},
      client,
      clock,
      random,
      fps,
      fpsNow: frameRate.now,
      silence,
      scrollbackBytes: scrollback,
      memoryBytes: memory ?? budgetWithin(process.constrainedMemory()),
      ...(packer && {packer}),
      ...(facts.listEvery && {listEvery: facts.listEvery}),
    },
    catalog,
  );
  facts.setHeard?.(() => logs.heardAt);
  const list = facts.poller.snapshot;
  const turns = opened ? undefined : new LogTurns({logs, list, clock});
  const runner = runnerHealthReader({client, clock, logs, stats: facts.stats, list});
  if (readLogs === 'all') turns?.setOn(true);
  const alerts = command === undefined ? undefined : new AlertCommand({command, credentialVariables, process, clock});
  const viewOptions = {...settings.view.typed, ...(filters && {filters})};
  const session =
    catalog.hasServer && !settings.demo
      ? new ScreenSession({client, clock, folder: state, fresh, signal: ended.signal, viewOptions})
      : undefined;
  const endOfPresence = presence.here.subscribe(() => {
    const isAttended = presence.here.get();
    facts.setAttended(isAttended);
    frameRate.setAttended(isAttended);
  });

  return {
    facts,
    catalog,
    logs,
    runner,
    /** Reader of the logs without a tab; undefined without a server. */
    turns,
    presence,
    frameRate,
    /** The command of `--on-alert`. */
    alerts,
    /** Session of this run; undefined for the demo server, which is a new one at every start, and without a server. */
    session,
    recordingsFolder,
    /** Makes what was recorded of a pipeline a log that can be opened. Resolves to its name; undefined: there is nothing. */
    async addPast(pipeline: string): Promise<string | undefined> {
      const id = logs.get(pipeline)?.connection?.pipelineId;
      const found = await recordings.find(pipeline, id);
      if (found.length === 0) return undefined;
      // No other screen of a server reads files.
      const {openedLog} = await import('../../../engine/feeds/opened-log.ts');
      const name = `${pipeline} (recorded)`;
      const past = {kind: 'recording', name, path: recordingsFolder, recordings: found} as const;
      const open: OpenFound = (log, its) => openedLog(log, {...its, processes});
      if (!logs.get(name)) catalog.set(past, open);
      return name;
    },
    start() {
      facts.start();
      runner.start();
    },
    /** Ends everything. Resolves when the files are written, or after `savePatience`. */
    async close(): Promise<void> {
      endOfPresence();
      presence.dispose();
      facts.stop();
      runner.stop();
      turns?.dispose();
      logs.dispose();
      alerts?.dispose();
      const saved = Promise.all([session?.close(), recordings.closed()]);
      await Promise.race([saved, clock.sleep(savePatience, ended.signal).catch(() => {})]);
      ended.abort();
    },
  };
}

/** Logs that a screen can open, and the facts that it is told besides. */
export type ShownLogs = {readonly catalog: Catalog; readonly facts: Facts};

function shownPipelines(facts: Facts): ShownLogs {
  return {catalog: new Catalog({list: facts.poller.snapshot, ...pipelineLogs}), facts};
}
