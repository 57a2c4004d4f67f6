import {eventKind, isIncident} from './event-kinds.ts';
import {isOfErrors, type PipelineEvent, sumOfEvents} from './pipeline-event.ts';

/** Events of one pipeline, more than a user reads. */
const mostEvents = 200;

type OfPipeline = {readonly events: Map<string, PipelineEvent>; dropped: number};

/** What happened since some time: each event by itself, errors of a kind together. The newest of each pipeline are kept. */
export class Happened {
  readonly #pipelines = new Map<string, OfPipeline>();
  #added = 0;

  /** `now`: Unix time in ms, for what came without a time. */
  add(event: PipelineEvent, now: number): void {
    const {pipeline} = event;
    const known = this.#pipelines.get(pipeline) ?? {events: new Map(), dropped: 0};
    this.#pipelines.set(pipeline, known);
    this.#added += 1;
    const sumKey = eventKind(event).summedBy?.(event);
    const key = sumKey === undefined ? `${this.#added}` : `${event.kind} ${sumKey}`;
    known.events.set(key, sumOfEvents(known.events.get(key), {...event, at: event.at ?? now}));
    const [oldest] = known.events.keys();
    if (known.events.size <= mostEvents || oldest === undefined) return;
    known.events.delete(oldest);
    known.dropped += 1;
  }

  /** As they came. */
  get all(): readonly PipelineEvent[] {
    return [...this.#pipelines.values()].flatMap(({events}) => [...events.values()]);
  }

  /** How many events of each pipeline were not kept. */
  get dropped(): ReadonlyMap<string, number> {
    return new Map(
      [...this.#pipelines].flatMap(([name, {dropped}]) => (dropped > 0 ? [[name, dropped] as const] : [])),
    );
  }

  /** The log of the pipeline is closed: nothing is left of its entries. */
  forgetLog(name: string): void {
    const {events = new Map<string, PipelineEvent>()} = this.#pipelines.get(name) ?? {};
    for (const [key, event] of events)
      if (isOfErrors(event) || (isIncident(event) && event.from !== 'API')) events.delete(key);
  }

  /** Pipelines have other names now, by the names before. What one did that had such a name before them stays beside it. */
  rename(names: ReadonlyMap<string, string>): void {
    if (names.size === 0) return;
    const before = [...this.#pipelines];
    this.#pipelines.clear();
    for (const [from, {events, dropped}] of before) {
      const pipeline = names.get(from) ?? from;
      const all = this.#pipelines.get(pipeline) ?? {events: new Map(), dropped: 0};
      all.dropped += dropped;
      for (const [key, event] of events)
        all.events.set(all.events.has(key) ? `${from} ${key}` : key, {...event, pipeline});
      this.#pipelines.set(pipeline, all);
    }
  }
}
