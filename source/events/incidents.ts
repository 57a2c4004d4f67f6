import {type Incident, isIncident, type TimelineEvent} from './events.ts';

/** Incidents of one kind and one pipeline. Times are Unix time in ms, ids those of the log's entries. */
type Tally = {
  /** The last one, or the sum of all losses. */
  readonly last: Incident;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly firstId: number | undefined;
  readonly lastId: number | undefined;
};

/** `unseen`: those since `markSeen`. */
export type IncidentSummary = {
  readonly pipeline: string;
  readonly kind: Incident['kind'];
  readonly all: Tally;
  readonly unseen: Tally | undefined;
};

/** Both report restarts, in any order, and each may miss one. */
type Source = 'log' | 'list';
type Tallies = {readonly all: ReadonlyMap<Source, Tally>; readonly unseen: ReadonlyMap<Source, Tally>};

export class Incidents {
  readonly #tallies = new Map<string, Map<Incident['kind'], Tallies>>();

  /** `now`: Unix time in ms, for incidents without a time. */
  add(events: readonly TimelineEvent[], source: Source, now: number): void {
    for (const event of events) {
      if (!isIncident(event)) continue;
      const kinds = this.#tallies.get(event.pipeline) ?? new Map<Incident['kind'], Tallies>();
      this.#tallies.set(event.pipeline, kinds);
      const {all, unseen} = kinds.get(event.kind) ?? {all: new Map(), unseen: new Map()};
      const more = (of: ReadonlyMap<Source, Tally>) => new Map(of).set(source, counted(of.get(source), event, now));
      kinds.set(event.kind, {all: more(all), unseen: more(unseen)});
    }
  }

  markSeen(pipeline: string): void {
    const kinds = this.#tallies.get(pipeline);
    for (const [kind, {all}] of kinds ?? []) kinds?.set(kind, {all, unseen: new Map()});
  }

  /** The log is closed: nothing is left of its entries. What the list reported stays. */
  forgetLog(pipeline: string): void {
    const kinds = this.#tallies.get(pipeline);
    for (const [kind, {all, unseen}] of kinds ?? [])
      kinds?.set(kind, {all: withoutLog(all), unseen: withoutLog(unseen)});
  }

  /** Pipelines have other names, by the old ones. */
  rename(names: ReadonlyMap<string, string>): void {
    rekey(this.#tallies, names);
  }

  /** The pipeline is gone. */
  forget(pipeline: string): void {
    this.#tallies.delete(pipeline);
  }

  /** In no order. */
  get all(): readonly IncidentSummary[] {
    return [...this.#tallies].flatMap(([pipeline, kinds]) =>
      [...kinds].flatMap(([kind, tallies]): readonly IncidentSummary[] => {
        const all = joined(tallies.all);
        return all ? [{pipeline, kind, all, unseen: joined(tallies.unseen)}] : [];
      }),
    );
  }
}

/** Moves the values of `names`, which are all new names by the old ones, two of which may be exchanged. */
export function rekey<Value>(values: Map<string, Value>, names: ReadonlyMap<string, string>): void {
  const moved = [...names].flatMap(([from, to]) => {
    const value = values.get(from);
    return value === undefined ? [] : [[to, value] as const];
  });
  for (const from of names.keys()) values.delete(from);
  for (const [to, value] of moved) values.set(to, value);
}

function withoutLog(of: ReadonlyMap<Source, Tally>): ReadonlyMap<Source, Tally> {
  return new Map([...of].filter(([source]) => source !== 'log'));
}

function counted(tally: Tally | undefined, incident: Incident, now: number): Tally {
  const {id, at = now} = incident;
  return {
    last: sum(tally?.last, incident),
    count: (tally?.count ?? 0) + 1,
    firstAt: tally?.firstAt ?? at,
    lastAt: at,
    firstId: tally?.firstId ?? id,
    lastId: id ?? tally?.lastId,
  };
}

function sum(before: Incident | undefined, incident: Incident): Incident {
  if (before?.kind !== 'lost' || incident.kind !== 'lost') return incident;
  const gaps = before.gaps + incident.gaps;
  return {...incident, gaps, atLeast: before.atLeast + incident.atLeast, atMost: before.atMost + incident.atMost};
}

/** The higher count of restarts is right; only the log has ids. */
function joined(of: ReadonlyMap<Source, Tally>): Tally | undefined {
  const log = of.get('log');
  const list = of.get('list');
  if (!log || !list) return log ?? list;
  const firstAt = Math.min(log.firstAt, list.firstAt);
  return {...log, count: Math.max(log.count, list.count), firstAt, lastAt: Math.max(log.lastAt, list.lastAt)};
}
