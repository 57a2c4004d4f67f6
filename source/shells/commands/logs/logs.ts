import {asFailure} from '../../../engine/api/errors.ts';
import type {ApiClient, Pipeline} from '../../../engine/api/types.ts';
import {type ConnectionFeed, pipelineLogs} from '../../../engine/feeds/connection-feed.ts';
import {LogManager, type ManagerOptions} from '../../../engine/logs/log-manager.ts';
import {ListPoller, type ListSnapshot} from '../../../engine/pipelines/list-poller.ts';
import type {NamePattern} from '../../../kit/settings/names.ts';
import {seeAll} from '../../../kit/shell/named-pipelines.ts';
import {withAdvice} from '../../../kit/words/failure-words.ts';
import {aborted, withPatience} from '../../../lib/clock.ts';
import {type LogsFeed, LogsRun, linePrefixes, type RunOptions} from './logs-run.ts';
import {type FollowOptions, PipelineLog} from './pipeline-log.ts';

export type LogsOptions = RunOptions &
  FollowOptions & {
    readonly names: readonly string[];
    /** All pipelines that match; with `follow` also those that come later. */
    readonly patterns?: readonly NamePattern[];
    /** Milliseconds of silence before a stream is refreshed; 0 = never. */
    readonly silence: number;
    readonly client: ApiClient;
    readonly recordings?: NonNullable<ManagerOptions['recordings']>;
    /** With `follow`: watches the logs; called once, before the first is opened. The result is called at the end. */
    readonly watch?: ((manager: LogManager, poller: ListPoller) => () => Promise<void>) | undefined;
    /** Bytes that may wait for a slow reader, of all pipelines together, for tests. */
    readonly spillBytes?: number;
  };

/**
 * Prints logs of a server: with `follow` for days, stitched over every reconnect, else only the catch-up. Markers and causes
 * go to `note`. Returns the exit code.
 */
export async function runLogs(options: LogsOptions): Promise<number> {
  const {follow, names, patterns = []} = options;
  const run = new LogsRun(options, {inOrder: !follow && (patterns.length > 0 || new Set(names).size > 1)});
  return await run.run(new PipelineLogs(run, options));
}

/** Milliseconds that the end waits for the server's number of connector errors. */
const countPatience = 1_000;
/** Milliseconds that the end waits for a disk that hangs: a busy one took over 2 s to sync ten recordings. */
const recordingPatience = 5_000;
/** Checks for new lines per second: a line waits at most 17 ms. */
const fps = 60;
/** Bytes that may wait for a slow reader, of all pipelines together. */
const usualSpill = 256 * 1024 * 1024;
/** Bytes, twice what can come between two checks: no line is dropped before the reader had a chance. */
const leastSpill = 8 * 1024 * 1024;

/** The logs of pipelines in a run: those that are named, and those that the list has under a pattern. */
class PipelineLogs implements LogsFeed {
  readonly #run: LogsRun;
  readonly #options: LogsOptions;
  readonly #names: readonly string[];
  readonly #patterns: readonly NamePattern[];
  readonly #spillBytes: number;
  readonly #manager: LogManager<ConnectionFeed>;
  readonly #poller: ListPoller;
  readonly #endWatch: (() => Promise<void>) | undefined;
  readonly #logs = new Set<PipelineLog>();
  /** Refused logs: what becomes of the others decides whether they end. */
  readonly #refused = new Set<PipelineLog>();
  /** Resolves when the names of the patterns cannot be had, or are none. */
  readonly #failed = Promise.withResolvers<void>();
  #listed: readonly Pipeline[] | undefined;
  /** Why there is no list now, as it was noted. */
  #trouble: string | undefined;

  /** Named logs and later ones share the spill. */
  constructor(run: LogsRun, options: LogsOptions) {
    const {names, patterns = [], endsByState = false, watch} = options;
    const memoryBytes = options.spillBytes ?? usualSpill;
    this.#run = run;
    this.#options = options;
    this.#names = [...new Set(names)];
    this.#patterns = patterns;
    this.#spillBytes = Math.max(leastSpill, memoryBytes / Math.max(1, this.#names.length));
    this.#manager = new LogManager({...options, fps, scrollbackBytes: this.#spillBytes, memoryBytes}, pipelineLogs);
    this.#poller = new ListPoller(options);
    this.#poller.snapshot.subscribe(() => this.#onList(this.#poller.snapshot.get()));
    // Nobody waits for the list of one who only watches: as often as the screen asks without a user.
    this.#poller.setAttended(patterns.length > 0 || endsByState);
    this.#endWatch = watch?.(this.#manager, this.#poller);
    run.settle = () => this.#settleRefusals();
  }

  async bring(signal: AbortSignal): Promise<void> {
    const {client, follow, endsByState = false} = this.#options;
    const isOpenEnded = this.#patterns.length > 0;
    this.#add(this.#names);
    if (!isOpenEnded) this.#run.close();
    if (follow && (isOpenEnded || endsByState || this.#endWatch)) this.#poller.start();
    if (isOpenEnded && !follow) {
      const answer = await client.listPipelines(signal).catch(asFailure);
      if (signal.aborted) return;
      this.#onList(
        'kind' in answer ? {pipelines: undefined, failure: answer} : {pipelines: answer, failure: undefined},
      );
    }
    await this.#failed.promise;
  }

  stop(): void {
    this.#poller.stop();
    for (const log of this.#logs) log.stop();
  }

  async close(): Promise<readonly string[]> {
    await this.#endWatch?.();
    const {recordings, clock} = this.#options;
    if (!recordings) return [];
    const closed = recordings.of.closed().then(() => true);
    const isClosed = await withPatience({clock, milliseconds: recordingPatience}, (late) =>
      Promise.race([closed, aborted(late)]),
    );
    if (!isClosed) return ['the disk does not answer: the ends of recordings may be missing'];
    return this.#linesOf(({unrecorded}) => unrecorded);
  }

  async unmatched(): Promise<readonly string[]> {
    const {clock, signal, waitsForRecord = false} = this.#options;
    if (!waitsForRecord) return [];
    const all = await withPatience({clock, milliseconds: countPatience, signal}, async (limit) => {
      const ofLog = async (log: PipelineLog) => [log, await log.unmatched(limit)] as const;
      return new Map(await Promise.all([...this.#logs].map(ofLog)));
    });
    return this.#linesOf((log) => all.get(log));
  }

  #linesOf(words: (log: PipelineLog) => string | undefined): readonly string[] {
    return [...this.#logs].flatMap((log) => {
      const said = words(log);
      return said === undefined ? [] : [`${log.name}: ${said}`];
    });
  }

  #onList({pipelines, failure}: Pick<ListSnapshot, 'pipelines' | 'failure'>): void {
    if (failure && this.#patterns.length > 0 && !this.#listed) {
      this.#fail(failure.kind === 'cancelled' ? failure.kind : withAdvice(failure));
      return;
    }
    this.#noteTrouble(failure);
    // After a failure this is an old list, with old names.
    if (failure || !pipelines) return;
    const isFirst = !this.#listed;
    this.#listed = pipelines;
    // A new name of a log that is printed is no other log.
    this.#manager.followNames(pipelines);
    if (this.#patterns.length > 0) this.#addMatching(pipelines, isFirst);
    for (const log of this.#logs) this.#tell(log);
  }

  /** Opens the pipelines that match. */
  #addMatching(pipelines: readonly Pipeline[], isFirst: boolean): void {
    const {follow, exitOnEnd, endsByState = false} = this.#options;
    const sources = this.#patterns.map(({source}) => `'${source}'`).join(', ');
    const matching = pipelines.filter((pipeline) => this.#patterns.some(({matches}) => matches(pipeline)));
    this.#add(matching.map(({name}) => name));
    const isNone = this.#logs.size === 0;
    if (isNone && !follow) this.#fail(`no pipeline matches ${sources} · ${seeAll}`);
    else if (isNone && isFirst) this.#run.note(`no pipeline matches ${sources} yet · waiting for one`);
    else if (isFirst) {
      // Of several patterns one that matches nothing is rather a mistake.
      for (const {source, matches} of this.#patterns)
        if (!pipelines.some(matches)) this.#run.note(`no pipeline matches '${source}'${follow ? ' yet' : ''}`);
    }
    // What ends with its logs does not wait for later pipelines.
    if (!isNone && (!follow || exitOnEnd || endsByState)) this.#run.close();
  }

  #fail(why: string): void {
    this.#run.note(why, 'failure');
    this.#failed.resolve();
  }

  /** A server that is away is noted by its logs; one that refuses its list alone leaves the ends of pipelines unseen. */
  #noteTrouble(failure: ListSnapshot['failure']): void {
    const isOfNames = this.#patterns.length > 0;
    const isOfStates = this.#options.endsByState === true && (!failure || failure.kind === 'fatal');
    if (failure?.kind === 'cancelled' || !(isOfNames || isOfStates)) return;
    const states = 'the states of pipelines can';
    const trouble = failure && (isOfNames ? failure.message : `${states}not be read: ${withAdvice(failure)}`);
    if (trouble !== undefined && trouble !== this.#trouble) this.#run.note(`${trouble} · trying again`);
    if (!failure && this.#trouble !== undefined)
      this.#run.note(isOfNames ? 'connected again' : `${states} be read again`);
    this.#trouble = trouble;
  }

  #tell(log: PipelineLog): void {
    if (this.#listed) log.onListed(this.#listed.find(({name}) => name === log.name));
  }

  /** Opens the logs that are not open yet. */
  #add(names: readonly string[]): void {
    const open = new Set([...this.#logs].map(({name}) => name));
    const all = [...new Set([...open, ...names])];
    const hasPrefix = this.#patterns.length > 0 || this.#names.length > 1;
    const prefixOf = hasPrefix ? linePrefixes(all) : () => undefined;
    for (const name of all) if (!open.has(name)) this.#open(name, prefixOf);
  }

  #open(name: string, prefixOf: (name: string) => string | undefined): void {
    const onChange = () => {
      if (log.beginning === 'refused') this.#refused.add(log);
      else this.#refused.delete(log);
      this.#run.printOf(log.printer);
    };
    const log: PipelineLog = new PipelineLog(this.#run, {
      ...this.#options,
      name,
      manager: this.#manager,
      prefixOf,
      spillBytes: this.#spillBytes,
      onChange,
    });
    this.#logs.add(log);
    this.#run.add(log.printer);
    this.#tell(log);
  }

  /** Logs that are refused end where no other is printed, else they are tried again. True: they have ended. */
  #settleRefusals(): boolean {
    if (this.#refused.size === 0) return false;
    const open = [...this.#logs].filter(({printer}) => !printer.done);
    const goesOn = this.#run.mayGrow || open.some(({beginning}) => beginning === 'served');
    if (!goesOn && open.some(({beginning}) => beginning === undefined)) return false;
    for (const log of this.#refused) log.settleRefusal(goesOn);
    if (!goesOn) this.#refused.clear();
    return !goesOn;
  }
}
