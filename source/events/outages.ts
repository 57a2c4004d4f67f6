import type {Clock} from '../lib/clock.ts';
import type {EventOf} from './pipeline-event.ts';
import {type PipelineStatus, type PipelineStatuses, statusesById} from './pipeline-status.ts';

type OutagesOptions = {
  readonly clock: Clock;
  /** Requests the list now. */
  readonly refresh: () => void;
  /** Of the last list; undefined: the last request for one failed. */
  readonly statuses: () => PipelineStatuses | undefined;
  readonly tell: (event: EventOf<'unavailable'>) => void;
};

/** Milliseconds for which a pipeline cannot be reached before that is told: a busy one may not answer for some seconds. */
const outagePatience = 10_000;
/** Milliseconds in which the list is there that tells whether it is so still. */
const listPatience = 1_000;

/** Tells of pipelines that run and cannot be reached, each time once, if the list still says so after 10 s. */
export class Outages {
  readonly #options: OutagesOptions;
  /** By the server's id: ends the wait. */
  readonly #waiting = new Map<string, () => void>();

  constructor(options: OutagesOptions) {
    this.#options = options;
  }

  dispose(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  /** Two lists in a row. */
  onList(before: PipelineStatuses, now: PipelineStatuses): void {
    const [earlier, later] = [statusesById(before), statusesById(now)];
    for (const [id, cancel] of this.#waiting)
      if (!isSameOutage(earlier.get(id), later.get(id))) {
        cancel();
        this.#waiting.delete(id);
      }
    for (const [id, status] of later)
      if (status.unavailable !== undefined && !isSameOutage(earlier.get(id), status)) this.#wait(id);
  }

  #wait(id: string): void {
    const {clock, refresh} = this.#options;
    const check = () => {
      refresh();
      this.#waiting.set(
        id,
        clock.after(listPatience, () => this.#check(id)),
      );
    };
    this.#waiting.set(id, clock.after(outagePatience, check));
  }

  #check(id: string): void {
    const statuses = this.#options.statuses();
    if (!statuses) {
      this.#wait(id);
      return;
    }
    this.#waiting.delete(id);
    const {name: pipeline, since: at, unavailable: why} = statusesById(statuses).get(id) ?? {};
    if (pipeline === undefined || why === undefined) return;
    this.#options.tell({kind: 'unavailable', pipeline, from: 'API', count: 1, at, why});
  }
}

function isSameOutage(before: PipelineStatus | undefined, now: PipelineStatus | undefined): boolean {
  return before?.unavailable !== undefined && now?.unavailable !== undefined && before.since === now.since;
}
