import {eventKind} from './event-kinds.ts';
import {type PipelineEvent, sumOfEvents} from './pipeline-event.ts';

/** Most different events that are summed up: more than a user reads. */
const mostSums = 500;

/** What happened since some time, in a bounded number of events: each once, with how often and its first and last time. */
export class EventSums {
  /** The newest last. */
  readonly #sums = new Map<string, PipelineEvent>();

  add(event: PipelineEvent): void {
    const key = `${event.pipeline} ${eventKind(event).listedBy?.(event)}`;
    const sum = sumOfEvents(this.#sums.get(key), event);
    this.#sums.delete(key);
    this.#sums.set(key, sum);
    const [oldest] = this.#sums.keys();
    if (this.#sums.size > mostSums && oldest !== undefined) this.#sums.delete(oldest);
  }

  /** The newest first. */
  get all(): readonly PipelineEvent[] {
    return [...this.#sums.values()].reverse();
  }

  forget(isForgotten: (event: PipelineEvent) => boolean): void {
    for (const [key, event] of this.#sums) if (isForgotten(event)) this.#sums.delete(key);
  }

  /** Pipelines have other names now, by the names before. One that had such a name, and has no other now, is gone. */
  rename(names: ReadonlyMap<string, string>): void {
    if (names.size === 0) return;
    const taken = new Set(names.values());
    const events = [...this.#sums.values()];
    this.#sums.clear();
    for (const event of events) {
      const pipeline = names.get(event.pipeline);
      if (pipeline !== undefined) this.add({...event, pipeline});
      else if (!taken.has(event.pipeline)) this.add(event);
    }
  }
}
