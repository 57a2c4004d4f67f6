import {ApiError} from '../api/errors.ts';
import type {ApiClient, ApiFailure, PipelineEvent, PipelineEventDetail, PipelineStats} from '../api/types.ts';

/** What the API tells of a pipeline besides its log. */
export type PipelineHistory = {
  /** The newest first; the failure when the server has none. */
  readonly events: readonly PipelineEvent[] | ApiFailure;
  /** By id: of the newest events at which an error appeared. */
  readonly details: ReadonlyMap<string, PipelineEventDetail>;
  /** Undefined: it is not deployed, or an old server has none. */
  readonly stats: PipelineStats | undefined;
};

type HistoryClient = Pick<ApiClient, 'listEvents' | 'getEvent' | 'getStats'>;

/** Errors that are asked for in full. */
const mostDetails = 5;

/** Some requests at a time, when a page is opened. Rejects only when aborted. */
export async function readHistory(client: HistoryClient, name: string, signal: AbortSignal): Promise<PipelineHistory> {
  const [events, stats] = await Promise.all([
    orFailure(client.listEvents(name, signal), signal),
    orFailure(client.getStats(name, signal), signal),
  ]);
  const details = 'kind' in events ? [] : await detailsOf(client, name, events, signal);
  return {events, details: new Map(details), stats: 'kind' in stats ? undefined : stats};
}

async function detailsOf(
  client: HistoryClient,
  name: string,
  events: readonly PipelineEvent[],
  signal: AbortSignal,
): Promise<(readonly [string, PipelineEventDetail])[]> {
  const failed = events
    .filter((event, at) => event.hasError && events[at + 1]?.hasError !== true)
    .slice(0, mostDetails);
  const details: (readonly [string, PipelineEventDetail])[] = [];
  for (const {id} of failed) {
    const detail = await orFailure(client.getEvent(name, id, signal), signal);
    if (!('kind' in detail)) details.push([id, detail]);
  }
  return details;
}

async function orFailure<T extends object>(answer: Promise<T>, signal: AbortSignal): Promise<T | ApiFailure> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && !signal.aborted) return error.failure;
    throw error;
  }
}
