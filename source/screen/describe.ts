import {ApiError} from '../api/api-error.ts';
import type {ApiClient} from '../api/types.ts';
import type {Description} from '../ui/services.ts';

/** Looks a pipeline up for the page that describes it. */
export async function describe(client: ApiClient, name: string, signal: AbortSignal): Promise<Description> {
  try {
    return {kind: 'detail', detail: await client.getPipeline(name, signal)};
  } catch (error) {
    if (error instanceof ApiError) return {kind: 'failure', failure: error.failure};
    throw error;
  }
}
