import type {UnaskedEnd} from '../../engine/logs/log-states.ts';
import type {PipelineHistory} from '../../engine/pipelines/pipeline-history.ts';
import {
  clocksDiffer,
  nearestSame,
  sameFailure,
  type ToldFailure,
  timesDiffer,
} from '../../engine/records/same-failure.ts';
import type {Clock} from '../../lib/clock.ts';
import {readTime} from '../../lib/format.ts';
import {failedWords} from '../words/pipeline-words.ts';
import {historyEvents, type RunChange} from './history-changes.ts';
import {type EventOf, type PipelineEvent, rekey} from './pipeline-event.ts';
import {isEnding, type PipelineStatus} from './pipeline-status.ts';

type Failed = EventOf<'failed'>;

/** Who tells of a failure: the log, the list, the API's events. */
type Source = 'log' | 'list' | 'events';

/** One failure, as each source tells of it that has. */
type Failure = {
  readonly by: Map<Source, ToldFailure>;
  isTold: boolean;
  /** A list has shown a later run: what a list tells from then on is another one. */
  isOfEarlierRun?: boolean;
  /** It waits for the list; undefined: it does not. `event`: of the log, which knows no cause where undefined. */
  wait?: {readonly event: Failed | undefined; readonly cancel: () => void} | undefined;
};

type FailuresOptions = {
  readonly clock: Clock;
  /** Requests the list now. */
  readonly refresh: () => void;
  /** See `Services.history`; absent: the API's events are not asked. */
  readonly history?: ((pipeline: string, signal: AbortSignal) => Promise<PipelineHistory>) | undefined;
  /** Gets all that happened, each once: what no list has told, too, of which `tell` tells besides. */
  readonly append: (events: readonly PipelineEvent[]) => void;
  readonly tell: (failures: readonly Failed[]) => void;
};

/** Milliseconds that the log waits for the list, which has the cause in the API's words. */
const listPatience = 1_000;
/** Failures of each pipeline that are remembered. */
const mostKept = 20;
/** Changes of each pipeline that are told of once, whether by a list or by the API's events. */
const mostChanges = 200;
/** Pipelines whose events are asked for after one list: when a server goes, thousands fail in one. */
const mostAsked = 15;

/**
 * Makes one failure of what the log, the list and the API's events report, and tells it once: at once by the list, which
 * is requested when the log reports the end; by the log if the list does not show it any more; by the events where a
 * whole run was between two lists.
 */
export class Failures {
  readonly #options: FailuresOptions;
  readonly #known = new Map<string, Failure[]>();
  /** When the last program that did not compile failed, as lists tell it: Unix time in ms. */
  readonly #compiled = new Map<string, number | undefined>();
  /** The changes that were told. */
  readonly #changes = new Map<string, readonly RunChange[]>();
  /** Changes that lists tell, until it is known whether the API's events tell more. */
  readonly #held = new Map<string, readonly RunChange[]>();
  readonly #closing = new AbortController();
  /** One pipeline after the other. */
  #asking = Promise.resolve();

  constructor(options: FailuresOptions) {
    this.#options = options;
  }

  dispose(): void {
    this.#closing.abort();
    for (const pipeline of this.#known.keys()) this.forget(pipeline);
  }

  /** The log reports these ends. */
  onLog(pipeline: string, ends: readonly UnaskedEnd[]): void {
    const {clock, refresh} = this.#options;
    for (const {at = clock.wall(), cause} of ends) {
      const failure = this.#failureOf(pipeline, 'log', {at, until: at, words: cause ?? ''});
      if (!failure || failure.isTold) continue;
      const event = cause === undefined ? undefined : failureByLog(pipeline, at, cause);
      failure.wait = {event, cancel: clock.after(listPatience, () => this.#stopAsking(failure, {pipeline, at, event}))};
      refresh();
    }
  }

  /** Returns the events of a list that were not told before; for a pipeline that runs again, first why it had ended. */
  untold(events: readonly PipelineEvent[]): readonly PipelineEvent[] {
    const untold = events.flatMap((event): readonly PipelineEvent[] => {
      if (isRunChange(event)) {
        const ends = event.kind === 'restarted' || event.kind === 'started' ? this.#stopWaiting(event.pipeline) : [];
        return [...ends, ...this.#newChange(event)];
      }
      if (event.kind !== 'failed') return [event];
      if (event.endedAfter !== undefined) return this.#isNews(event, 'list') ? [event] : [];
      this.#compiled.set(event.pipeline, event.at);
      return [event];
    });
    // A change that waits for what the API's events tell may have been at another time.
    const held = new Set<PipelineEvent>([...this.#held.values()].flat());
    this.#options.append(untold.filter((event) => !held.has(event)));
    return untold;
  }

  /** Holds back the changes of pipelines with gaps. Call before `untold`, with the gaps of the same list. */
  hold(gaps: readonly Gap[]): void {
    if (!this.#options.history) return;
    for (const {before} of gaps.slice(0, mostAsked)) this.#held.set(before.name, this.#held.get(before.name) ?? []);
  }

  /** Counts what waits as the lists tell it, from now on: who comes back wants to know it before there is an answer. */
  release(): void {
    const held = [...this.#held.values()].flat();
    for (const pipeline of this.#held.keys()) this.#held.set(pipeline, []);
    this.#options.append(held.filter((event) => this.#isNewChange(event)));
  }

  #newChange(event: RunChange): readonly RunChange[] {
    const held = event.kind === 'unavailable' ? undefined : this.#held.get(event.pipeline);
    if (held) this.#held.set(event.pipeline, [...held, event]);
    return held || this.#isNewChange(event) ? [event] : [];
  }

  /** These pipelines may have failed, or changed, between two lists, the earlier of which shows them so. */
  onGaps(gaps: readonly Gap[]): void {
    for (const {before, isReported} of gaps.slice(0, mostAsked)) {
      const {name, failedAt: until, failedAfter: at, endedByRunner, since} = before;
      // What the earlier list had is no news.
      const failure = endedByRunner && !isReported ? this.#failureOf(name, 'list', {at, until}) : undefined;
      if (failure) failure.isTold = true;
      this.#ask(name, since, {before, isReported});
    }
  }

  /** A list that was requested then (monotonic ms) shows that another run of the pipeline has begun, and not failed. */
  onOtherRun(pipeline: string, askedAt: number): void {
    for (const failure of this.#known.get(pipeline) ?? [])
      if ((failure.by.get('log')?.heard?.at ?? askedAt) <= askedAt) failure.isOfEarlierRun = true;
  }

  /** Tells what waits for the list: the program ends. */
  flush(): void {
    this.#tell([...this.#known.keys()].flatMap((pipeline) => this.#stopWaiting(pipeline)));
  }

  /** Renames pipelines. `names`: new names, by the old ones. */
  rename(names: ReadonlyMap<string, string>): void {
    for (const values of [this.#known, this.#compiled, this.#changes, this.#held]) rekey<unknown>(values, names);
  }

  /** Forgets a pipeline that is gone. */
  forget(pipeline: string): void {
    for (const {wait} of this.#known.get(pipeline) ?? []) wait?.cancel();
    this.#known.delete(pipeline);
    this.#compiled.delete(pipeline);
    this.#changes.delete(pipeline);
    this.#held.delete(pipeline);
  }

  /** The list does not show these any more, and the log knows their causes. */
  #stopWaiting(pipeline: string): readonly Failed[] {
    return (this.#known.get(pipeline) ?? []).flatMap((failure) => {
      const event = failure.wait?.event;
      if (event) setTold(failure);
      return event ?? [];
    });
  }

  #stopAsking(
    failure: Failure,
    {pipeline, at, event}: {readonly pipeline: string; readonly at: number; readonly event: Failed | undefined},
  ): void {
    // Without a cause, the process may have stopped as asked, which only the API knows.
    if (!event) this.#ask(pipeline, at - clocksDiffer);
    else {
      setTold(failure);
      this.#tell([event]);
    }
  }

  #tell(failures: readonly Failed[]): void {
    this.#options.append(failures);
    this.#options.tell(failures);
  }

  /** Never rejects. `since`: Unix time in ms. `gap`: which the API's events may fill. */
  #ask(pipeline: string, since: number, gap?: Gap): void {
    const {history, append} = this.#options;
    const {signal} = this.#closing;
    if (!history) return;
    this.#asking = this.#asking.then(async () => {
      const answer = signal.aborted ? undefined : await history(pipeline, signal).catch(() => undefined);
      if (signal.aborted) return;
      const held = this.#held.get(pipeline) ?? [];
      this.#held.delete(pipeline);
      const all = answer ? historyEvents(pipeline, answer) : [];
      const newest = readTime(answer?.events[0]?.time ?? '');
      const isNewer = ({at = newest}: RunChange) => !(at <= newest + timesDiffer);
      const missed = gap ? all.filter(isRunChange).filter((event) => isAfter(event, gap.before)) : [];
      const changes = [...missed, ...held.filter(isNewer)].filter((event) => this.#isNewChange(event));
      append(changes);
      if (gap?.isReported) return;
      const compiled = this.#compiled.get(pipeline) ?? Number.NaN;
      const isTold = (at: number) => Math.abs(at - compiled) <= timesDiffer;
      const failed = all.flatMap((event): readonly Failed[] => {
        const {at} = event;
        return event.kind === 'failed' && at !== undefined && at > since - clocksDiffer && !isTold(at) ? [event] : [];
      });
      // The ones that are known first: another one may be near.
      const times = (this.#known.get(pipeline) ?? []).flatMap(({by}) => [...by.values()]);
      const distance = ({at = 0}: Failed) => Math.min(...times.map((told) => Math.abs((told.until ?? at) - at)));
      const byDistance = [...failed].sort((a, b) => distance(a) - distance(b));
      const news = new Set(byDistance.filter((event) => this.#isNews(event, 'events') && (event.at ?? 0) > since));
      if (news.size > 0) this.#tell(failed.filter((event) => news.has(event)));
    });
  }

  /** Notes a change that is no failure, and tells whether it is new. A start has one time, the first one or not. */
  #isNewChange(event: RunChange): boolean {
    const known = this.#changes.get(event.pipeline) ?? [];
    const kindOf = ({kind}: RunChange) => (kind === 'started' ? 'restarted' : kind);
    const isSame = (told: RunChange) => kindOf(told) === kindOf(event) && sameFailure(told, event);
    if (event.at && known.some(isSame)) return false;
    this.#changes.set(event.pipeline, [...known, event].slice(-mostChanges));
    return true;
  }

  /** Tells whether a failure is new, and notes that it is told. */
  #isNews({pipeline, at: until = 0, endedAfter: at = until, why}: Failed, source: Source): boolean {
    const failure = this.#failureOf(pipeline, source, {at, until, words: source === 'list' ? why : undefined});
    if (!failure || failure.isTold) return false;
    setTold(failure);
    return true;
  }

  /**
   * The failure of which this source tells: a known one, else a new one. Undefined: it has told of it before. `words`: it
   * tells of it now, as does another source of the same, whatever its clock says.
   */
  #failureOf(
    pipeline: string,
    source: Source,
    {words, ...when}: {readonly at: number; readonly until: number; readonly words?: string | undefined},
  ): Failure | undefined {
    const known = this.#known.get(pipeline) ?? [];
    if (known.some(({by}) => by.get(source)?.until === when.until)) return undefined;
    const heard = words === undefined ? undefined : {at: this.#options.clock.monotonic(), words};
    const from = source === 'log' ? 'log' : 'API';
    const report = {...when, heard, from} as const;
    const others = known.filter(({by, isOfEarlierRun}) => !by.has(source) && !(source === 'list' && isOfEarlierRun));
    const told = nearestSame(report, others, ({by}) => [...by.values()]);
    const failure = told ?? {by: new Map(), isTold: false};
    failure.by.set(source, report);
    if (!told) this.#known.set(pipeline, [...known, failure].slice(-mostKept));
    return failure;
  }
}

/** `isReported`: its log, which is open, tells of failures. */
export type Gap = {readonly before: PipelineStatus; readonly isReported: boolean};

/** It was, and was over, after this status began. What goes on, lists tell. */
function isAfter(event: RunChange, {state, since}: PipelineStatus): boolean {
  const {kind, at = since, until} = event;
  const end = until ?? at;
  if (end <= since || (kind === 'unavailable' && until === undefined)) return false;
  const now = 'now' in event ? event.now : 'Unavailable';
  // The status itself.
  return (
    end > since + timesDiffer || (now !== state && !(kind === 'stopped' && (isEnding(state) || state === 'Failed')))
  );
}

function failureByLog(pipeline: string, at: number, cause: string): Failed {
  const why = failedWords({state: 'Failed', error: cause, endedStart: false});
  return {kind: 'failed', pipeline, from: 'log', count: 1, at, why};
}

function setTold(failure: Failure): void {
  failure.isTold = true;
  failure.wait?.cancel();
  failure.wait = undefined;
}

function isRunChange(event: PipelineEvent): event is RunChange {
  const {kind, from} = event;
  return (
    (kind === 'restarted' && from === 'API') ||
    ['started', 'resumed', 'paused', 'stopped', 'unavailable'].includes(kind)
  );
}
