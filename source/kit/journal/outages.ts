import {type ListSnapshot, outageSince} from '../../engine/pipelines/list-poller.ts';
import type {Clock} from '../../lib/clock.ts';
import {failureWords} from './log-status.ts';
import type {EventOf} from './pipeline-event.ts';
import {outagePatience, type PipelineStatus, type PipelineStatuses, statusesById} from './pipeline-status.ts';

type OutagesOptions = {
  readonly clock: Clock;
  /** Requests the list now. */
  readonly refresh: () => void;
  /** Returns the pipelines of the last list; undefined: the last request for one failed. */
  readonly statuses: () => PipelineStatuses | undefined;
  /** Gets the beginning and, if the same process runs again, the end. */
  readonly tell: (event: EventOf<'unavailable' | 'resumed'>) => void;
};

/** Milliseconds in which the list is there that tells whether it is so still. */
const listPatience = 1_000;

/** Tells of pipelines that run and cannot be reached, each time once, if the list still says so after 10 s. */
export class Outages {
  readonly #options: OutagesOptions;
  /** By the server's id: ends the wait; undefined: it was told. */
  readonly #known = new Map<string, (() => void) | undefined>();

  constructor(options: OutagesOptions) {
    this.#options = options;
  }

  dispose(): void {
    for (const cancel of this.#known.values()) cancel?.();
    this.#known.clear();
  }

  /** Compares two lists in a row. */
  onList(before: PipelineStatuses, now: PipelineStatuses): void {
    const [earlier, later] = [statusesById(before), statusesById(now)];
    for (const [id, cancel] of this.#known) {
      const [last, status] = [earlier.get(id), later.get(id)];
      if (isSameOutage(last, status)) continue;
      this.#known.delete(id);
      cancel?.();
      if (cancel || !status?.running || status.deployment !== last?.deployment) continue;
      const {name: pipeline, since: at, state: now} = status;
      this.#options.tell({kind: 'resumed', pipeline, from: 'API', count: 1, at, before: last.state, now});
    }
    for (const [id, status] of later)
      if (status.unavailable !== undefined && !isSameOutage(earlier.get(id), status)) this.#wait(id);
  }

  #wait(id: string): void {
    const {clock, refresh} = this.#options;
    const check = () => {
      const cancel = clock.after(listPatience, () => this.#check(id));
      this.#known.set(id, cancel);
      // Its answer may show another time, which begins a wait of its own.
      refresh();
    };
    this.#known.set(id, clock.after(outagePatience, check));
  }

  #check(id: string): void {
    const statuses = this.#options.statuses();
    if (!statuses) {
      this.#wait(id);
      return;
    }
    this.#known.delete(id);
    const {name: pipeline, since: at, unavailable: why} = statusesById(statuses).get(id) ?? {};
    if (pipeline === undefined || why === undefined) return;
    this.#known.set(id, undefined);
    this.#options.tell({kind: 'unavailable', pipeline, from: 'API', count: 1, at, why});
  }
}

function isSameOutage(before: PipelineStatus | undefined, now: PipelineStatus | undefined): boolean {
  return before?.unavailable !== undefined && now?.unavailable !== undefined && before.since === now.since;
}

/** Tells of times without a list: the server is away, or its database is. Of no pipeline. */
export class ServerOutage {
  #begun: EventOf<'outage'> | undefined;

  /** The one that goes on. */
  get now(): EventOf<'outage'> | undefined {
    return this.#begun;
  }

  /** The last request for a list, and Unix time in ms. Returns what is over now. */
  update(list: ListSnapshot, now: number): EventOf<'outage'> | undefined {
    const {failure, goodAt} = list;
    const before = this.#begun;
    if (!failure) {
      this.#begun = undefined;
      return before && {...before, until: goodAt ?? now};
    }
    const at = before?.at ?? outageSince(list) ?? now;
    this.#begun = {kind: 'outage', pipeline: '', from: 'API', count: 1, at, why: failureWords(failure)};
    return undefined;
  }
}
