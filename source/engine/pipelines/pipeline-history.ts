import {readTime} from '../../lib/format.ts';
import {ApiError} from '../api/errors.ts';
import type {ApiClient, ApiFailure, MonitorEvent, MonitorEventDetail, PipelineStats} from '../api/types.ts';

/** A part of what happened that could not be had, and why, in one line. `reasons`: of failures that the events name. */
export type MissingPart = {readonly part: 'events' | 'connectors' | 'reasons' | 'log'; readonly why: string};

/** Answers of the API about a pipeline, besides its log. */
export type PipelineHistory = {
  /** The newest first. */
  readonly events: readonly MonitorEvent[];
  /** By id: the newest events at which an error appeared, in full. May have some of other pipelines. */
  readonly details: ReadonlyMap<string, MonitorEventDetail>;
  /** Statistics; undefined: it is not deployed, or they are missing. */
  readonly stats: PipelineStats | undefined;
  readonly missing: readonly MissingPart[];
};

type HistoryClient = Pick<ApiClient, 'listEvents' | 'getEvent' | 'getStats'>;

/** Errors that are asked for in full. */
const mostDetails = 5;
/** Pipelines that are asked for together: 20 requests with the errors in full. */
const mostPipelines = 15;
const requestsAtATime = 4;

/** At most four requests at a time, when a page is opened. Rejects only when aborted. */
export async function readHistory(client: HistoryClient, name: string, signal: AbortSignal): Promise<PipelineHistory> {
  const [{events, missing}, stats] = await Promise.all([
    eventsOf(client, name, signal),
    orFailure(client.getStats(name, signal), signal),
  ]);
  const failed = failedOf(name, events).slice(0, mostDetails);
  const {details, failure} = await detailsOf(client, failed, signal);
  return {
    events,
    details,
    stats: 'kind' in stats ? undefined : stats,
    missing: [
      ...missing,
      ...('kind' in stats ? missingPart('connectors', stats) : []),
      ...(failure ? missingPart('reasons', failure) : []),
    ],
  };
}

function missingPart(part: MissingPart['part'], failure: ApiFailure): readonly MissingPart[] {
  // A pipeline that is not deployed has no connectors.
  if (failure.kind === 'cancelled' || failure.reason === 'not-deployed') return [];
  const isOld = part === 'events' && failure.reason === 'unsupported';
  return [{part, why: isOld ? 'this server has none: Feldera 0.292 and later have them' : failure.message}];
}

/**
 * The events of the first of these pipelines that the server has, without statistics, and the newest of the errors that
 * appeared since `since` (Unix time in ms) in full. At most 20 requests, four at a time. Rejects only when aborted.
 */
export async function readEventsOf(
  client: Pick<ApiClient, 'listEvents' | 'getEvent'>,
  names: readonly string[],
  {since, signal}: {readonly since: number; readonly signal: AbortSignal},
): Promise<ReadonlyMap<string, PipelineHistory>> {
  const lists = await someAtATime(names.slice(0, mostPipelines), async (name) => ({
    name,
    ...(await eventsOf(client, name, signal)),
  }));
  const failed = lists
    .flatMap(({name, events}) => failedOf(name, events))
    .filter(({event}) => readTime(event.time) >= since)
    .sort((a, b) => readTime(b.event.time) - readTime(a.event.time))
    .slice(0, mostDetails);
  const {details} = await detailsOf(client, failed, signal);
  return new Map(lists.map(({name, events, missing}) => [name, {events, details, stats: undefined, missing}]));
}

/** Answers in the order of the items; rejects when one does. */
export async function someAtATime<T, R>(
  items: readonly T[],
  ask: (item: T) => Promise<R>,
  atATime = requestsAtATime,
): Promise<readonly R[]> {
  const answers: R[] = [];
  const waiting = items.entries();
  const askOn = async () => {
    for (const [at, item] of waiting) answers[at] = await ask(item);
  };
  await Promise.all(Array.from({length: atATime}, askOn));
  return answers;
}

async function eventsOf(
  client: Pick<ApiClient, 'listEvents'>,
  name: string,
  signal: AbortSignal,
): Promise<Pick<PipelineHistory, 'events' | 'missing'>> {
  const events = await orFailure(client.listEvents(name, signal), signal);
  return 'kind' in events ? {events: [], missing: missingPart('events', events)} : {events, missing: []};
}

type EventOf = {readonly name: string; readonly event: MonitorEvent};

/** At which an error appeared. */
function failedOf(name: string, events: readonly MonitorEvent[]): readonly EventOf[] {
  const failed = events.filter((event, at) => event.hasError && events[at + 1]?.hasError !== true);
  return failed.map((event) => ({name, event}));
}

/** These events in full, by id; of the requests that fail, the first failure. */
async function detailsOf(
  client: Pick<ApiClient, 'getEvent'>,
  events: readonly EventOf[],
  signal: AbortSignal,
): Promise<Pick<PipelineHistory, 'details'> & {readonly failure: ApiFailure | undefined}> {
  const answers = await someAtATime(events, ({name, event}) =>
    orFailure(client.getEvent(name, event.id, signal), signal),
  );
  return {
    details: new Map(answers.flatMap((answer) => ('kind' in answer ? [] : [[answer.id, answer] as const]))),
    failure: answers.find((answer) => 'kind' in answer),
  };
}

async function orFailure<T extends object>(answer: Promise<T>, signal: AbortSignal): Promise<T | ApiFailure> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && !signal.aborted) return error.failure;
    throw error;
  }
}
