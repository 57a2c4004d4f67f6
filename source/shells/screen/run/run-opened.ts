import path from 'node:path';
import type {ReadStream} from 'node:tty';
import {noServer} from '../../../engine/api/no-server.ts';
import {codeOf} from '../../../engine/disk/save-file.ts';
import {openedLog} from '../../../engine/feeds/opened-log.ts';
import {type BundleFacts, readFacts} from '../../../engine/logs/bundle-facts.ts';
import {type FindOpenedOptions, findOpened} from '../../../engine/logs/bundle-log.ts';
import {Catalog} from '../../../engine/logs/catalog.ts';
import type {FoundLog} from '../../../engine/opened/found-log.ts';
import {OpenError} from '../../../engine/opened/open-error.ts';
import type {ListSnapshot} from '../../../engine/pipelines/list-poller.ts';
import type {PipelineHistory} from '../../../engine/pipelines/pipeline-history.ts';
import type {KnownStats} from '../../../engine/pipelines/stats-poller.ts';
import {UsageError} from '../../../kit/settings/parse-values.ts';
import {promptHistories} from '../../../kit/state/prompt-history.ts';
import {processesOf} from '../../../kit/system/processes.ts';
import {TerminalGround} from '../../../kit/system/terminal-ground.ts';
import {openTerminal} from '../../../kit/system/terminal-input.ts';
import {clean} from '../../../lib/clean.ts';
import {type Clock, systemClock} from '../../../lib/clock.ts';
import {createStore} from '../../../lib/store.ts';
import {commandsOf, runScreen, type ScreensOptions} from './run-screen.ts';
import {readTerminal} from './screen-services.ts';
import type {Facts} from './server-facts.ts';
import {startOf} from './start.ts';

type OpenedOptions = Pick<ScreensOptions, 'settings' | 'version' | 'process'> & {
  /** Paths as typed; `-`: stdin. */
  readonly what: readonly string[];
};

/**
 * Runs a screen of logs that are files, without a server. Resolves to the exit code; rejects with a `UsageError`, or an
 * `OpenError` for what is no log.
 */
export async function runOpenedScreen({settings, what, version, process}: OpenedOptions): Promise<number> {
  const {stdin} = process;
  if (what.includes('-') && stdin.isTTY) {
    throw new UsageError('- is stdin, which is the terminal here · kubectl logs -f pod | pipetail open -');
  }
  const keys = stdin.isTTY ? stdin : openTerminal();
  try {
    readTerminal({process, keys, instead: 'pipetail logs --from'});
    return await runWithKeys({settings, what, version, process}, keys);
  } finally {
    // The writer of stdin may go on for ever, and would keep this process.
    if (keys !== stdin) for (const each of [keys, stdin]) each?.destroy();
  }
}

/** Pattern of a name that a pipeline may have. */
const isName = /^[\p{L}\p{N}][-\p{L}\p{N}_]*$/u;

/** A name without a file may be that of a pipeline or of a server. */
function explain(what: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof OpenError) || codeOf(error.cause) !== 'ENOENT') throw error;
    if (/^https?:/.test(what)) throw new OpenError(`${error.message} · a server: pipetail --host ${clean(what)}`);
    throw isName.test(what) ? new OpenError(`${error.message} · a pipeline: pipetail ${what}`) : error;
  };
}

/** A path that was typed twice counts once. What cannot be opened is noted if there is another log, and else thrown. */
async function findAll(
  what: readonly string[],
  {note, progress}: Required<Pick<FindOpenedOptions, 'note' | 'progress'>>,
): Promise<readonly FoundLog[]> {
  const failures: OpenError[] = [];
  const find = async (each: string) => await findOpened(each, {note, progress}).catch(explain(each));
  const noteFailure = (error: unknown): readonly FoundLog[] => {
    if (!(error instanceof OpenError)) throw error;
    failures.push(error);
    return [];
  };
  const once = [...new Map(what.map((each) => [path.resolve(each), each])).values()];
  const logs = await Promise.all(once.map(async (each) => await find(each).catch(noteFailure)));
  const [first] = failures;
  if (first && logs.every(({length}) => length === 0)) throw first;
  for (const {message} of failures) note(message);
  return logs.flat();
}

async function runWithKeys(
  {settings, what, version, process}: OpenedOptions,
  keys: ReadStream | undefined,
): Promise<number> {
  const {stdin} = process;
  const commands = commandsOf(settings);
  const start = startOf(settings);
  const notes: string[] = [];
  const note = (line: string) => void notes.push(line);
  const tell = (line: string) => void process.stderr.write(`pipetail: ${line}\n`);
  const logs = await findAll(what, {note, progress: {clock: systemClock, tell}});
  const processes = processesOf(process);
  const catalog = new Catalog();
  catalog.add(logs, (found, options) => openedLog(found, {...options, processes, ...(what.includes('-') && {stdin})}));
  const opened = {catalog, facts: openedFacts(catalog, systemClock)};
  const client = noServer();
  const server = {client, clock: systemClock, name: '', secrets: () => [], close: client.close};
  const end = await runScreen({
    settings,
    version,
    process,
    keys,
    commands,
    server,
    opened,
    notes,
    start,
    names: [],
    patterns: [],
    contexts: undefined,
    histories: promptHistories(),
    ground: new TerminalGround(process.env, systemClock),
  });
  return end.code;
}

const noList: ListSnapshot = {pipelines: undefined, goodAt: undefined, failure: undefined, nextTryAt: undefined};
const noHistory: PipelineHistory = {events: [], details: new Map(), stats: undefined, missing: []};

/** Facts of opened logs besides their lines: support bundles have them, other logs have none. */
export function openedFacts(catalog: Pick<Catalog, 'find'>, clock: Clock): Facts {
  const known = createStore<ReadonlyMap<string, KnownStats>>(new Map());
  const read = new Map<string, Promise<BundleFacts | undefined>>();

  /** Never rejects: what is missing or damaged in a bundle is left out. */
  function factsOf(name: string): Promise<BundleFacts | undefined> {
    const facts = read.get(name) ?? readBundle(name);
    read.set(name, facts);
    return facts;
  }

  async function readBundle(name: string): Promise<BundleFacts | undefined> {
    const found = catalog.find(name);
    const facts = found && (await readFacts(found, {clock}).catch(() => undefined));
    if (facts) known.set(new Map([...known.get(), [name, facts.known]]));
    return facts;
  }

  return {
    // There is no list to wait for.
    poller: {snapshot: createStore(noList), waitingSince: createStore(undefined), refresh() {}},
    session: createStore(undefined),
    serverVersion: createStore(undefined),
    // In place of requests for the statistics: those of an open page are read.
    stats: {
      known,
      ask() {},
      setDegraded() {},
      setShown() {},
      setOpen: (name) => void (name !== undefined && factsOf(name)),
    },
    start() {},
    stop() {},
    setAttended() {},
    async describe(name) {
      const {pipeline, configuration} = (await factsOf(name)) ?? {};
      return pipeline ? {kind: 'detail', detail: pipeline, configuration} : {kind: 'file'};
    },
    history: async (name) => (await factsOf(name))?.history ?? noHistory,
  };
}
