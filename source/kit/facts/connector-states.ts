import type {Pipeline, PipelineStats} from '../../engine/api/types.ts';
import type {Log} from '../../engine/logs/log.ts';
import type {LogRegistry} from '../../engine/logs/log-manager.ts';
import {connectorKey} from '../../engine/pipelines/recent-counts.ts';
import {hasProcess, type KnownStats, type StatsPoller} from '../../engine/pipelines/stats-poller.ts';
import type {ConnectorErrorCount} from '../../engine/records/error-log.ts';
import {
  type ConnectorIncrease,
  connectorsOf,
  errorCount,
  failuresInLog,
  type KnownConnector,
  type LoggedFailure,
} from './connectors.ts';

/** The errors of a pipeline's connectors in its last run, all of one moment: `all` is the sum of the others. */
type ConnectorTotal = {
  readonly all: number;
  readonly logged: number;
  /** Not in the log, but counted by lines of it. */
  readonly suppressed: number;
  /** Only counted by the API. */
  readonly uncounted: number;
};

/**
 * `counted`: by the API, which may be behind the log. `log`: its errors, where it is open: what it does not tell is uncounted.
 */
export function connectorTotal(counted: number, log: ConnectorErrorCount | undefined): ConnectorTotal {
  const {inRun, suppressedInRun} = log ?? {inRun: 0, suppressedInRun: 0};
  const all = Math.max(counted, inRun);
  return {all, logged: inRun - suppressedInRun, suppressed: suppressedInRun, uncounted: all - inRun};
}

export type FailedConnector = {
  readonly name: string;
  readonly group: number | undefined;
  /** Unix time in ms. */
  readonly at: number | undefined;
  readonly message: string;
};

/** The last run of a pipeline, as far as it is known; of one that no list has, what its log and statistics tell. */
export type OfRun = {
  /** Absent if no list has it. */
  readonly pipeline: Pipeline | undefined;
  readonly known: KnownStats | undefined;
  /** Connectors that stopped with a fatal error, as logs told. */
  readonly failures: readonly LoggedFailure[];
};

/** Absent: nothing is known of it. */
type StateSources = {
  readonly stats?: Pick<StatsPoller, 'known'> | undefined;
  readonly logs?: Pick<LogRegistry<Pick<Log, 'buffer' | 'errors'>>, 'get'>;
};

/** A run is of one deployment. `id`: of the pipeline. */
type LastRun = {
  readonly id: string;
  readonly deployment: string;
  /** Errors that the last list counts. */
  readonly listed: number;
  /** Errors of connectors that stopped with a fatal error: the list counts them no longer. */
  readonly dropped: number;
  readonly counted: number;
  /** List or statistics have counted them. */
  readonly isCounted: boolean;
  /** Incarnation of the process before: its statistics are known until there are newer ones. */
  readonly earlier: string | undefined;
  readonly failures: readonly LoggedFailure[];
};

/**
 * Knows the connectors of each pipeline in its last run, from list, statistics and log: the number of their
 * errors, and which of them stopped with a fatal error. The one owner of both.
 */
export class ConnectorStates {
  readonly #sources: StateSources;
  readonly #runs = new Map<string, LastRun>();
  /** Up to where each log was read for them, in a run. */
  readonly #read = new WeakMap<object, {readonly run: string; readonly to: number}>();
  /** Failures in logs of pipelines that no list has, by their errors, with the first entry of the run. */
  readonly #unlisted = new WeakMap<object, {readonly firstId: number; readonly failures: readonly LoggedFailure[]}>();
  #listed: ReadonlyMap<string, Pipeline> = new Map();

  constructor(sources: StateSources) {
    this.#sources = sources;
  }

  /** Call for each new list and for new statistics. */
  update(pipelines: readonly Pipeline[]): void {
    this.#listed = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
    const before = new Map(this.#runs);
    // A pipeline that was renamed keeps its id.
    const byId = new Map([...before.values()].map((run) => [run.id, run]));
    this.#runs.clear();
    for (const pipeline of pipelines) {
      const {name, id} = pipeline;
      this.#runs.set(name, this.#runOf(pipeline, byId.get(id) ?? before.get(name)));
    }
  }

  /**
   * The server's id of the last run, and its errors as the API counts them: never fewer than before. `isCounted`: it has
   * counted them. `isAtLeast`: of a connector that stopped with a fatal error before anybody looked, only the log tells,
   * which lacks suppressed ones.
   */
  counted(name: string) {
    const run = this.#runs.get(name);
    if (!run) return {run: '', errors: 0, isCounted: false, isAtLeast: false};
    const {deployment, counted, isCounted, dropped, earlier, failures} = run;
    const stats = dropped === 0 && failures.length > 0 ? this.#statsOf(name, earlier) : undefined;
    const isAtLeast = stats !== undefined && hasForgotten(this.connectors(name));
    return {run: deployment, errors: counted, isCounted, isAtLeast};
  }

  /**
   * Reads what an open log says of connectors that stopped with a fatal error in this run: it is remembered when the log
   * is closed. Of each run once: old lines are unpacked to be read.
   */
  readFailures(log: Pick<Log, 'name' | 'buffer' | 'errors'>): void {
    const {name, buffer, errors} = log;
    const {run} = this.counted(name);
    const read = this.#read.get(log);
    const from = Math.max(errors.connectors.firstId, read?.run === run ? read.to : 0);
    this.addFailures(name, failuresInLog({buffer, errors}, from));
    // The last line may be open.
    this.#read.set(log, {run, to: buffer.endId - 1});
  }

  addFailures(name: string, failures: readonly LoggedFailure[]): void {
    const run = this.#runs.get(name);
    if (!run || failures.length === 0) return;
    const all = new Map([...run.failures, ...failures].map((failure) => [connectorKey(failure), failure]));
    this.#runs.set(name, {...run, failures: [...all.values()]});
  }

  /** The connectors of the last run; empty while none is known. */
  connectors(name: string): readonly KnownConnector[] {
    return connectorsOf(this.#known.get(name), this.#failuresOf(name));
  }

  /** Those with errors that the open log does not have, most of them first; as far as statistics tell of them. */
  uncounted(name: string): ConnectorIncrease {
    const errors = this.#sources.logs?.get(name)?.errors;
    return this.connectors(name)
      .map((each) => ({name: each.name, count: errorCount(each) - (errors?.inRunOf(each.name) ?? 0)}))
      .filter((each) => each.count > 0)
      .toSorted((a, b) => b.count - a.count);
  }

  /**
   * Those that stopped with a fatal error and have not recovered, while the pipeline has a process. `group`: of the log's
   * errors, as far as the log told of it.
   */
  failed(name: string): readonly FailedConnector[] {
    if (!hasProcess(this.#listed.get(name))) return [];
    const {known, failures} = this.ofRun(name);
    // Of most pipelines, at each frame.
    const isFatal = known?.stats?.connectors.some(({fatalError}) => fatalError !== undefined);
    if (failures.length === 0 && !isFatal) return [];
    return connectorsOf(known, failures).flatMap(({key, name, failure}) => {
      const group = failures.find((each) => connectorKey(each) === key)?.group;
      return failure ? {name, group, ...failure} : [];
    });
  }

  /** Returns the same objects until something changes. */
  ofRun(name: string): OfRun {
    const run = this.#runs.get(name);
    return {
      pipeline: this.#listed.get(name),
      failures: this.#failuresOf(name),
      known: !run || this.#statsOf(name, run.earlier) ? this.#known.get(name) : undefined,
    };
  }

  /** The pipelines of which more is known than the list tells. */
  get informed(): readonly string[] {
    return [...this.#runs].flatMap(([name, {failures}]) => (failures.length > 0 || this.#known.has(name) ? name : []));
  }

  #runOf({name, id, deploymentId, connectorErrors}: Pipeline, before: LastRun | undefined): LastRun {
    // Without a deployment it is the last one that counts.
    const isSame = before?.id === id && (deploymentId === '' || deploymentId === before.deployment);
    const earlier = isSame ? before.earlier : before && this.#known.get(name)?.stats?.incarnation;
    const stats = this.#statsOf(name, earlier);
    const failures = isSame ? before.failures : [];
    const {listed: listedBefore, dropped: droppedBefore, counted} = isSame ? before : noErrors;
    const listed = deploymentId === '' ? listedBefore : (connectorErrors ?? listedBefore);
    const dropped = droppedBefore + Math.max(0, listedBefore - listed);
    return {
      id,
      listed,
      dropped,
      earlier,
      deployment: isSame ? before.deployment : deploymentId,
      counted: Math.max(counted, listed + dropped, stats ? errorsIn(connectorsOf(this.#known.get(name), failures)) : 0),
      isCounted:
        (isSame && before.isCounted) || (deploymentId !== '' && connectorErrors !== undefined) || stats !== undefined,
      failures,
    };
  }

  get #known(): ReadonlyMap<string, KnownStats> {
    return this.#sources.stats?.known.get() ?? noneKnown;
  }

  /** Returns those remembered of a run of the list; of any other pipeline, those of its open log. */
  #failuresOf(name: string): readonly LoggedFailure[] {
    const run = this.#runs.get(name);
    const log = run ? undefined : this.#sources.logs?.get(name);
    if (!log) return run?.failures ?? none;
    const {byKey, connectors} = log.errors;
    const {firstId} = connectors;
    const read = this.#unlisted.get(byKey);
    if (read?.firstId === firstId) return read.failures;
    const failures = failuresInLog(log, firstId);
    this.#unlisted.set(byKey, {firstId, failures});
    return failures;
  }

  #statsOf(name: string, earlier: string | undefined): PipelineStats | undefined {
    const stats = this.#known.get(name)?.stats;
    return earlier === undefined || stats?.incarnation !== earlier ? stats : undefined;
  }
}

const none: readonly LoggedFailure[] = [];
const noneKnown: ReadonlyMap<string, KnownStats> = new Map();
const noErrors = {listed: 0, dropped: 0, counted: 0};

/** All errors of these connectors, as far as they are known. */
export function errorsIn(connectors: readonly KnownConnector[]): number {
  return connectors.reduce((sum, each) => sum + errorCount(each), 0);
}

/** Only the log tells of some of them, which lacks suppressed errors: the API has forgotten theirs. */
export function hasForgotten(connectors: readonly KnownConnector[]): boolean {
  return connectors.some(({stats}) => stats === undefined);
}
