import {eventKind, isIncident, isOfErrors, type PipelineEvent, sumOfEvents} from './pipeline-event.ts';

/** Failures of one cause, or incidents of one kind: all, and those since the pipeline was seen. */
export type Listed = {readonly key: string; readonly all: PipelineEvent; readonly unseen: PipelineEvent | undefined};

/** More than a user reads: in all, and of one pipeline. */
const mostListed = 500;
const mostHappened = 200;

type Away = {readonly events: Map<string, PipelineEvent>; readonly dropped: number};

/** Events of pipelines: each is appended where it is found, and told from here. The newest are kept. */
export class Journal {
  /** The newest last. */
  readonly #listed = new Map<string, Listed>();
  readonly #away = new Map<string, Away>();
  #appended = 0;

  /** `now`: Unix time in ms, for what came without a time. `isHistory`: it was before the log was followed. */
  append(event: PipelineEvent, {now, isHistory = false}: {readonly now: number; readonly isHistory?: boolean}): void {
    const dated = {...event, at: event.at ?? now};
    const key = listKey(event);
    if (key !== undefined) {
      const {all, unseen} = this.#listed.get(key) ?? {};
      this.#listed.delete(key);
      this.#listed.set(key, {key, all: sumOfEvents(all, dated), unseen: sumOfEvents(unseen, dated)});
      dropOldest(this.#listed, mostListed);
    }
    if (isHistory) return;
    this.#appended += 1;
    const {events, dropped} = this.#away.get(event.pipeline) ?? {events: new Map<string, PipelineEvent>(), dropped: 0};
    const sumKey = eventKind(event).summedBy?.(event);
    const awayKey = sumKey === undefined ? `${this.#appended}` : `${event.kind} ${sumKey}`;
    events.set(awayKey, sumOfEvents(events.get(awayKey), dated));
    this.#away.set(event.pipeline, {events, dropped: dropped + dropOldest(events, mostHappened)});
  }

  /** The failures and incidents of all pipelines, the newest first. */
  get listed(): readonly Listed[] {
    return [...this.#listed.values()].reverse();
  }

  /** Events since `markUsed`, of each pipeline as they came. */
  get happened(): readonly PipelineEvent[] {
    return [...this.#away.values()].flatMap(({events}) => [...events.values()]);
  }

  /** Numbers of earlier events that were not kept, by pipeline. */
  get dropped(): ReadonlyMap<string, number> {
    return new Map([...this.#away].map(([name, {dropped}]) => [name, dropped] as const));
  }

  markSeen(pipelines: ReadonlySet<string>): void {
    for (const [key, {all}] of this.#listed)
      if (pipelines.has(all.pipeline)) this.#listed.set(key, {key, all, unseen: undefined});
  }

  /** The user reads on: an absence begins now. */
  markUsed(): void {
    this.#away.clear();
  }

  /** Forgets a pipeline that is gone: only an absence tells of it. */
  forget(name: string): void {
    for (const [key, {all}] of this.#listed) if (all.pipeline === name) this.#listed.delete(key);
  }

  /** The log of the pipeline is closed: nothing is left of its entries. */
  forgetLog(name: string): void {
    const isOfLog = (event: PipelineEvent) => isOfErrors(event) || (isIncident(event) && event.from !== 'API');
    const away = this.#away.get(name)?.events ?? new Map<string, PipelineEvent>();
    for (const [key, event] of away) if (isOfLog(event)) away.delete(key);
    for (const [key, {all}] of this.#listed) if (all.pipeline === name && isOfLog(all)) this.#listed.delete(key);
  }

  /** Renames pipelines. `names`: new by old ones. Of one that is gone, and had a new name, only an absence tells. */
  rename(names: ReadonlyMap<string, string>): void {
    if (names.size === 0) return;
    const taken = new Set(names.values());
    const named = (event: PipelineEvent) => ({...event, pipeline: names.get(event.pipeline) ?? event.pipeline});
    const [listed, away] = [[...this.#listed.values()], [...this.#away]];
    this.#listed.clear();
    this.#away.clear();
    for (const {key: before, all, unseen} of listed) {
      if (taken.has(all.pipeline) && !names.has(all.pipeline)) continue;
      const key = listKey(named(all)) ?? before;
      this.#listed.set(key, {key, all: named(all), unseen: unseen && named(unseen)});
    }
    for (const [from, {events: before, dropped}] of away) {
      const pipeline = names.get(from) ?? from;
      const all = this.#away.get(pipeline) ?? {events: new Map<string, PipelineEvent>(), dropped: 0};
      this.#away.set(pipeline, {...all, dropped: all.dropped + dropped});
      // What another one did under this name stays beside it.
      for (const [key, event] of before) all.events.set(all.events.has(key) ? `${from} ${key}` : key, named(event));
    }
  }
}

/** Returns the key of an event's row on the errors page, which events share; undefined: it has no row. */
function listKey(event: PipelineEvent): string | undefined {
  const key = eventKind(event).listedBy?.(event);
  return key === undefined ? undefined : `${event.pipeline} ${key}`;
}

/** Drops the oldest event if there are more than `most`. Returns how many were dropped. */
function dropOldest(events: Map<string, unknown>, most: number): number {
  const [oldest] = events.keys();
  return events.size > most && oldest !== undefined && events.delete(oldest) ? 1 : 0;
}
