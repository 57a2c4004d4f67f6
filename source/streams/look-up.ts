import type {ApiClient, Pipeline} from '../api/types.ts';
import {asFailure} from './as-failure.ts';
import type {LookedUp} from './connection-events.ts';

/** What the server answered, and the pipeline if there is one of that name. */
export type LookUpAnswer = {readonly found: LookedUp; readonly pipeline: Pipeline | undefined};

/** Asks for the pipeline whose log ended. `followed`: its id, as far as it is known. Never rejects. */
export async function lookUp(
  client: Pick<ApiClient, 'getPipeline'>,
  name: string,
  followed: string | undefined,
  signal: AbortSignal,
): Promise<LookUpAnswer> {
  try {
    const pipeline = await client.getPipeline(name, signal);
    const isSame = followed === undefined || followed === pipeline.id;
    return {found: {kind: isSame ? 'same' : 'other'}, pipeline};
  } catch (error) {
    return {found: {kind: 'failed', failure: asFailure(error)}, pipeline: undefined};
  }
}
