import {type Incident, incidentsOf, type PipelineStatus, pipelineEvents, type Suffered} from './events.ts';

/** Incidents of one kind and one pipeline, as one. Times are wall milliseconds, ids those of the log's entries. */
export type Tally = {
  /** The last of them; of losses the sum of all. */
  readonly last: Incident;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly firstId: number | undefined;
  readonly lastId: number | undefined;
};

/** `unseen`: those since the log was last looked at. `isOver`: nothing of it is left to see by now. */
export type IncidentSummary = {
  readonly pipeline: string;
  readonly kind: Incident['kind'];
  readonly all: Tally;
  readonly unseen: Tally | undefined;
  readonly isOver: boolean;
};

/** Restarts are told by the list and by the log, in any order and each perhaps alone. */
type Source = 'log' | 'list';
type Kept = {readonly sums: ReadonlyMap<Source, Tally>; readonly unseen: ReadonlyMap<Source, Tally>};

/** Counts what befalls pipelines, from what is known of them at each moment, and what of it was not seen. */
export class Incidents {
  readonly #logs = new Map<string, Suffered>();
  #list: ReadonlyMap<string, PipelineStatus> | undefined;
  /** The pipelines that have run: what starts for the first time was not restarted. */
  readonly #ran = new Set<string>();
  readonly #kept = new Map<string, Map<Incident['kind'], Kept>>();

  /** An open log as it is at `at`; the first time there is nothing to compare it with. */
  noteLog(log: Suffered, at: number): void {
    const before = this.#logs.get(log.name);
    this.#logs.set(log.name, log);
    if (before) for (const each of incidentsOf(before, log)) this.#add(each, 'log', at);
  }

  /** The list as it is at `at`; the first one is history. */
  noteList(list: ReadonlyMap<string, PipelineStatus>, at: number): void {
    const before = this.#list;
    if (before === list) return;
    this.#list = list;
    for (const name of before?.keys() ?? []) if (!list.has(name)) this.#forgetPipeline(name);
    for (const pipeline of list.values()) {
      for (const each of pipelineEvents(before?.get(pipeline.name), pipeline)) {
        if (each.kind === 'restarted' && this.#ran.has(each.pipeline)) this.#add(each, 'list', at);
      }
      if (pipeline.running) this.#ran.add(pipeline.name);
    }
  }

  /** The log of this pipeline was looked at until now. */
  markSeen(name: string): void {
    const kinds = this.#kept.get(name);
    for (const [kind, {sums}] of kinds ?? []) kinds?.set(kind, {sums, unseen: new Map()});
  }

  /** The log is no longer open: its entries are gone. */
  forget(name: string): void {
    this.#logs.delete(name);
    this.#kept.delete(name);
  }

  /** Everything that befell, in no order. */
  get all(): readonly IncidentSummary[] {
    return [...this.#kept].flatMap(([pipeline, kinds]) =>
      [...kinds].flatMap(([kind, {sums, unseen}]): readonly IncidentSummary[] => {
        const all = together(sums);
        const isOver = kind === 'silent' && this.#logs.get(pipeline)?.silent === undefined;
        return all ? [{pipeline, kind, all, unseen: together(unseen), isOver}] : [];
      }),
    );
  }

  /** It was deleted: what comes under its name is another one. What its log suffered stays as long as that is open. */
  #forgetPipeline(name: string): void {
    this.#ran.delete(name);
    if (!this.#logs.has(name)) this.#kept.delete(name);
  }

  #add(each: Incident, source: Source, at: number): void {
    const kinds = this.#kept.get(each.pipeline) ?? new Map<Incident['kind'], Kept>();
    this.#kept.set(each.pipeline, kinds);
    const {sums, unseen} = kinds.get(each.kind) ?? {sums: new Map(), unseen: new Map()};
    const more = (of: ReadonlyMap<Source, Tally>) => new Map(of).set(source, added(of.get(source), each, at));
    kinds.set(each.kind, {sums: more(sums), unseen: more(unseen)});
  }
}

function added(tally: Tally | undefined, each: Incident, noted: number): Tally {
  const {id, at = noted} = each;
  return {
    last: sum(tally?.last, each),
    count: (tally?.count ?? 0) + 1,
    firstAt: tally?.firstAt ?? at,
    lastAt: at,
    firstId: tally?.firstId ?? id,
    lastId: id ?? tally?.lastId,
  };
}

function sum(before: Incident | undefined, each: Incident): Incident {
  if (before?.kind !== 'lost' || each.kind !== 'lost') return each;
  const gaps = before.gaps + each.gaps;
  return {...each, gaps, atLeast: before.atLeast + each.atLeast, atMost: before.atMost + each.atMost};
}

/** Both may tell of the same restarts: there were as many as the one that knows more says. The log knows where. */
function together(of: ReadonlyMap<Source, Tally>): Tally | undefined {
  const log = of.get('log');
  const list = of.get('list');
  if (!log || !list) return log ?? list;
  const firstAt = Math.min(log.firstAt, list.firstAt);
  return {...log, count: Math.max(log.count, list.count), firstAt, lastAt: Math.max(log.lastAt, list.lastAt)};
}
