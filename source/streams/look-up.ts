import type {ApiClient, Pipeline} from '../api/types.ts';
import type {LookUp} from './connection-events.ts';
import {failureOf} from './failure-of.ts';

/** What the server answered, and the pipeline if there is one of that name. */
export type Answer = {readonly found: LookUp; readonly pipeline: Pipeline | undefined};

/** Asks for the pipeline whose log ended. `followed`: its id, as far as it is known. Never rejects. */
export async function lookUp(
  client: Pick<ApiClient, 'getPipeline'>,
  name: string,
  followed: string | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const pipeline = await client.getPipeline(name, signal);
    const isSame = followed === undefined || followed === pipeline.id;
    return {found: {kind: isSame ? 'same' : 'other'}, pipeline};
  } catch (error) {
    return {found: {kind: 'failed', failure: failureOf(error)}, pipeline: undefined};
  }
}
