import {readTime} from '../source/lib/format.ts';
import {formatMicros} from './log-lines.ts';
import {type PipelineState, runtimeDetails, storageDetails} from './pipeline-json.ts';
import {createRandom, type Random, uuidV7} from './random.ts';

export type EventSelector = 'all' | 'status';

type Event = {readonly id: string; readonly at: string; readonly state: PipelineState};

/** The server's default. */
const eventsKept = 720;
/** Milliseconds between two events when nothing, or only the details, have changed (Feldera 0.337, recording 34). */
const restMs = 600_000;
const detailsMs = 10_000;

/**
 * The server's record of a pipeline's statuses. Times that pass are filled in when the next state, or a request, comes:
 * a quiet demo has no timer.
 */
export class EventHistory {
  readonly #now: () => number;
  readonly #random: Random;
  /** The oldest first. */
  #events: Event[] = [];
  /** Unix time in ms of the last state. */
  #changedAt = 0;

  /** `now` returns Unix time in ms; `label` distinguishes pipelines. */
  constructor(now: () => number, label: string) {
    this.#now = now;
    this.#random = createRandom(1, `events of ${label}`);
  }

  /** `at`: RFC 3339. `always`: also when no status has changed. */
  add(state: PipelineState, at: string, always = false): void {
    const last = this.#events.at(-1);
    this.#changedAt = this.#now();
    if (always || !last || !sameStatuses(last.state, state)) this.#append(state, at);
  }

  /** Adds what the server would have recorded while `state` was in force, up to now. */
  pass(state: PipelineState): void {
    const now = this.#now();
    for (let due = this.#due(state, now); due <= now; due = this.#due(state, now)) {
      this.#append(state, formatMicros(Math.floor(due) * 1000 + this.#random.integer(1000)));
    }
  }

  /** The newest first. */
  list(selector: EventSelector): Record<string, unknown>[] {
    return this.#events
      .slice(-eventsKept)
      .reverse()
      .map((event) => eventJson(event, selector));
  }

  /** Undefined when the event is not, or no longer, kept. */
  find(id: string, selector: EventSelector): Record<string, unknown> | undefined {
    const kept = this.#events.slice(-eventsKept);
    const event = id === 'latest' ? kept.at(-1) : kept.find((each) => each.id === id);
    return event && eventJson(event, selector);
  }

  /** Unix time in ms of the next event if nothing else changes. */
  #due(state: PipelineState, now: number): number {
    const last = this.#events.at(-1);
    if (!last) return Number.POSITIVE_INFINITY;
    const lastAt = readTime(last.at);
    const hasDetails = JSON.stringify(runtimeDetails(state)) !== JSON.stringify(runtimeDetails(last.state));
    if (hasDetails) return Math.max(lastAt + detailsMs, this.#changedAt);
    return Math.max(lastAt + restMs, now - eventsKept * restMs);
  }

  #append(state: PipelineState, at: string): void {
    this.#events.push({id: uuidV7(readTime(at), this.#random), at, state});
    if (this.#events.length >= 2 * eventsKept) this.#events = this.#events.slice(-eventsKept);
  }
}

function sameStatuses(one: PipelineState, other: PipelineState): boolean {
  return (
    one.resourcesStatus === other.resourcesStatus &&
    one.resourcesDesiredStatus === other.resourcesDesiredStatus &&
    one.runtimeStatus === other.runtimeStatus &&
    one.runtimeDesiredStatus === other.runtimeDesiredStatus &&
    (one.deploymentError === null) === (other.deploymentError === null) &&
    one.programStatus === other.programStatus &&
    one.storageStatus === other.storageStatus
  );
}

/** Fields and their order are those of the recordings 18a and 18b. */
function eventJson({id, at, state}: Event, selector: EventSelector): Record<string, unknown> {
  const all = selector === 'all';
  return {
    event_id: id,
    recorded_at: at,
    deployment_resources_status: state.resourcesStatus,
    ...(all && {
      deployment_resources_status_details:
        state.resourcesStatus === 'Provisioned' ? {process: 'has not exited', working_dir: 'exists'} : null,
    }),
    deployment_resources_desired_status: state.resourcesDesiredStatus,
    deployment_runtime_status: state.runtimeStatus,
    ...(all && {deployment_runtime_status_details: runtimeDetails(state)}),
    deployment_runtime_desired_status: state.runtimeDesiredStatus,
    deployment_has_error: state.deploymentError !== null,
    ...(all && {deployment_error: state.deploymentError}),
    program_status: state.programStatus,
    storage_status: state.storageStatus,
    ...(all && {storage_status_details: storageDetails(state)}),
  };
}
