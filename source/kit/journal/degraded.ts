import type {Pipeline} from '../../engine/api/types.ts';
import {hasProcess} from '../../engine/pipelines/stats-poller.ts';
import type {Clock} from '../../lib/clock.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import type {ConnectorStates, OfRun} from '../facts/connector-states.ts';
import {type Finding, isDegraded} from '../facts/finding.ts';
import {lateFrom, lateSince, type PreviousEnd} from '../facts/pipeline-facts.ts';
import {type DegradedPipelines, pipelineState} from '../words/pipeline-words.ts';
import type {EventOf} from './pipeline-event.ts';
import {hour, type PreviousEnds} from './previous-ends.ts';

type DegradedOptions = {
  readonly connectors: Pick<ConnectorStates, 'ofRun' | 'informed'>;
  readonly previousEnds: Pick<PreviousEnds, 'of' | 'names'>;
  readonly why: (pipeline: string) => readonly Finding[];
  readonly clock: Pick<Clock, 'wall' | 'after'>;
  /** Unix time in ms: what was before is no news. */
  readonly startedAt: () => number;
};

/** A verdict on a pipeline, with the facts of which it was made. */
type Judged = OfRun & {
  readonly pipeline: Pipeline;
  readonly previousEnd: PreviousEnd | undefined;
  readonly isDegraded: boolean;
  /** The worst of what makes it so, in brief; undefined: it is not. */
  readonly cause: string | undefined;
  /** When the statistics came that say it, if that was a while ago; see `Finding.last`. */
  readonly asOf: number | undefined;
  /** When the last statistics came, if that was a while ago, whatever they say. */
  readonly lateSince: number | undefined;
  /** Keys of the findings that were told until it was well again. */
  readonly told: ReadonlySet<string>;
};

/** Which pipelines run and are degraded: they stay so until they are not, whatever was looked at. */
export class Degraded {
  readonly #options: DegradedOptions;
  readonly #names = createStore<DegradedPipelines>(new Map());
  /** By the server's id. */
  readonly #judged = new Map<string, Judged>();
  /** Runs of the first list: what their first statistics say is older than that. */
  #runsBefore: ReadonlySet<string | undefined> | undefined;

  #cancelTimer = () => {};

  constructor(options: DegradedOptions) {
    this.#options = options;
  }

  dispose(): void {
    this.#cancelTimer();
  }

  get names(): ReadableStore<DegradedPipelines> {
    return this.#names;
  }

  /** Returns why a pipeline is degraded: the first that its page says of it, in brief. Undefined: it is not. */
  causeOf(name: string): string | undefined {
    if (!this.#names.get().has(name)) return undefined;
    return [...this.#judged.values()].find(({pipeline}) => pipeline.name === name)?.cause;
  }

  /** Call when lists or statistics tell more. `names`: all pipelines of the list. Returns what is new. */
  update(names: Iterable<string>): readonly EventOf<'degraded'>[] {
    const {connectors, previousEnds} = this.#options;
    this.#runsBefore ??= new Set([...names].map((name) => connectors.ofRun(name).pipeline?.deploymentId));
    // Of most pipelines of a long list, nothing more is known.
    const known = new Set([...connectors.informed, ...previousEnds.names]);
    const informed = [...known].map((name) => connectors.ofRun(name));
    const ids = new Set(informed.map(({pipeline}) => pipeline?.id));
    for (const id of this.#judged.keys()) if (!ids.has(id)) this.#judged.delete(id);
    const events = informed.flatMap((run) => this.#read(run));
    this.#setNames();
    return events;
  }

  /** Updates one pipeline, whose log tells more. */
  updateOne(name: string): readonly EventOf<'degraded'>[] {
    const events = this.#read(this.#options.connectors.ofRun(name));
    this.#setNames();
    return events;
  }

  #read({pipeline, known, failures}: OfRun): readonly EventOf<'degraded'>[] {
    if (!pipeline) return [];
    const previousEnd = this.#options.previousEnds.of(pipeline.name);
    const isKnown = known?.stats !== undefined || failures.length > 0 || previousEnd !== undefined;
    if (hasProcess(pipeline) && isKnown) return this.#judge({pipeline, known, failures, previousEnd});
    this.#judged.delete(pipeline.id);
    return [];
  }

  #setNames(): void {
    // A list shows of a paused one that it is paused: a number of others must not have it.
    const shown = [...this.#judged.values()].filter(
      ({isDegraded, pipeline}) => pipelineState(pipeline, isDegraded).symbol === 'degraded',
    );
    const names = new Map(shown.map(({pipeline, asOf}) => [pipeline.name, asOf]));
    const before = this.#names.get();
    const isNew = ([name, asOf]: readonly [string, number | undefined]) =>
      !before.has(name) || before.get(name) !== asOf;
    if (before.size !== names.size || [...names].some(isNew)) this.#names.set(names);
    this.#awaitAge();
  }

  /** Waits until what was read has become old: where nothing is read, nothing else tells that. */
  #awaitAge(): void {
    const {clock} = this.#options;
    this.#cancelTimer();
    const now = clock.wall();
    const waits = [...this.#judged.values()].flatMap(({isDegraded, lateSince: late, known, previousEnd}) => [
      ...(isDegraded && late === undefined && known?.at !== undefined ? [known.at + lateFrom - now] : []),
      ...(previousEnd ? [previousEnd.startedAt + hour - now] : []),
    ]);
    if (waits.length === 0) return;
    this.#cancelTimer = clock.after(Math.min(...waits), () => {
      // It is no news.
      for (const {pipeline} of this.#judged.values()) this.#read(this.#options.connectors.ofRun(pipeline.name));
      this.#setNames();
    });
  }

  #judge(run: Pick<Judged, 'pipeline' | 'known' | 'failures' | 'previousEnd'>): readonly EventOf<'degraded'>[] {
    const {pipeline, known, failures, previousEnd} = run;
    const {id, name, deploymentId} = pipeline;
    const before = this.#judged.get(id);
    const late = lateSince({known, now: this.#options.clock.wall()});
    const isSame = before?.pipeline === pipeline && before?.known === known && before?.failures === failures;
    const hasSameEnd = before?.previousEnd?.at === previousEnd?.at;
    if (isSame && hasSameEnd && before?.lateSince === late) return [];
    const findings = this.#options.why(name);
    const isNow = isDegraded(findings);
    const isSameRun = before?.pipeline.deploymentId === deploymentId;
    // What is beside worse trouble is not told again.
    const isWell = !findings.some(({severity}) => severity === 'degraded');
    const told = new Set(isSameRun && !isWell ? before?.told : []);
    const isHistory = this.#runsBefore?.has(deploymentId) === true && !(isSameRun && before?.known?.stats);
    const events = findings.flatMap((finding, index): readonly EventOf<'degraded'>[] => {
      const {key, severity, since, last = 0, source, text: words, place, isTold = false} = finding;
      if (index === 0 || severity !== 'degraded' || isTold || told.has(key)) return [];
      told.add(key);
      const isNews = source === 'log' ? (since ?? last) >= this.#options.startedAt() : !isHistory;
      return isNews
        ? [{kind: 'degraded', pipeline: name, from: source, count: 1, at: since, id: place?.entry, words}]
        : [];
    });
    const asOf = isNow ? findings[0]?.last : undefined;
    const cause = isNow ? (findings[1]?.brief ?? findings[1]?.text) : undefined;
    this.#judged.set(id, {...run, isDegraded: isNow, cause, asOf, lateSince: late, told});
    return events;
  }
}
