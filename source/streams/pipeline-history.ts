import {ApiError} from '../api/errors.ts';
import type {ApiClient, ApiFailure, PipelineEvent, PipelineEventDetail, PipelineStats} from '../api/types.ts';
import {readTime} from '../lib/format.ts';

/** What the API tells of a pipeline besides its log. */
export type PipelineHistory = {
  /** The newest first; the failure when the server has none. */
  readonly events: readonly PipelineEvent[] | ApiFailure;
  /** By id: the newest events at which an error appeared, in full. May have some of other pipelines. */
  readonly details: ReadonlyMap<string, PipelineEventDetail>;
  /** Undefined: it is not deployed, or an old server has none. */
  readonly stats: PipelineStats | undefined;
};

type HistoryClient = Pick<ApiClient, 'listEvents' | 'getEvent' | 'getStats'>;

/** Errors that are asked for in full. */
const mostDetails = 5;
/** Pipelines that are asked for together: 20 requests with the errors in full. */
const mostPipelines = 15;
const requestsAtATime = 4;

/** At most four requests at a time, when a page is opened. Rejects only when aborted. */
export async function readHistory(client: HistoryClient, name: string, signal: AbortSignal): Promise<PipelineHistory> {
  const [events, stats] = await Promise.all([
    orFailure(client.listEvents(name, signal), signal),
    orFailure(client.getStats(name, signal), signal),
  ]);
  const failed = 'kind' in events ? [] : failedOf(events).map((event) => ({name, event}));
  const details = await detailsOf(client, failed.slice(0, mostDetails), signal);
  return {events, details, stats: 'kind' in stats ? undefined : stats};
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
    events: await orFailure(client.listEvents(name, signal), signal),
  }));
  const failed = lists
    .flatMap(({name, events}) => ('kind' in events ? [] : failedOf(events).map((event) => ({name, event}))))
    .filter(({event}) => readTime(event.time) >= since)
    .sort((a, b) => readTime(b.event.time) - readTime(a.event.time))
    .slice(0, mostDetails);
  const details = await detailsOf(client, failed, signal);
  return new Map(lists.map(({name, events}) => [name, {events, details, stats: undefined}]));
}

/** Four at a time. Answers in the order of the items; rejects when one does. */
export async function someAtATime<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<readonly R[]> {
  const answers: R[] = [];
  const waiting = items.entries();
  const askOn = async () => {
    for (const [at, item] of waiting) answers[at] = await ask(item);
  };
  await Promise.all(Array.from({length: requestsAtATime}, askOn));
  return answers;
}

/** At which an error appeared. */
function failedOf(events: readonly PipelineEvent[]): readonly PipelineEvent[] {
  return events.filter((event, at) => event.hasError && events[at + 1]?.hasError !== true);
}

/** These events in full, by id; without those whose request fails. */
async function detailsOf(
  client: Pick<ApiClient, 'getEvent'>,
  events: readonly {readonly name: string; readonly event: PipelineEvent}[],
  signal: AbortSignal,
): Promise<PipelineHistory['details']> {
  const answers = await someAtATime(events, ({name, event}) =>
    orFailure(client.getEvent(name, event.id, signal), signal),
  );
  return new Map(answers.flatMap((answer) => ('kind' in answer ? [] : [[answer.id, answer] as const])));
}

async function orFailure<T extends object>(answer: Promise<T>, signal: AbortSignal): Promise<T | ApiFailure> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && !signal.aborted) return error.failure;
    throw error;
  }
}
