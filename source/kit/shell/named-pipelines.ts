import {ApiError} from '../../engine/api/errors.ts';
import type {ApiClient, Pipeline, PipelineDetail} from '../../engine/api/types.ts';
import {type Clock, withPatience} from '../../lib/clock.ts';
import {commandWords} from '../settings/option.ts';
import {closest, didYouMean, UsageError} from '../settings/parse-values.ts';

/** Milliseconds to wait for the pipelines' names: to complete one, and to explain a mistake. */
const patienceForKey = 1_000;
const patienceForHint = 5_000;

/** The server's pipelines; undefined if they do not arrive in time. Never rejects. */
export async function pipelinesSoon(
  client: Pick<ApiClient, 'listPipelines'>,
  clock: Pick<Clock, 'after'>,
  patience = patienceForKey,
): Promise<readonly Pipeline[] | undefined> {
  try {
    return await withPatience({clock, milliseconds: patience}, (signal) => client.listPipelines(signal));
  } catch {
    return undefined;
  }
}

/** Returns a function for the end of a message about a missing pipeline (`nameHint`). It asks once, never rejects. */
export function nameHints(client: ApiClient, clock: Clock): (name: string) => Promise<string> {
  let asked: ReturnType<typeof pipelinesSoon> | undefined;
  return async (name) => {
    asked ??= pipelinesSoon(client, clock, patienceForHint);
    return nameHint(name, (await asked) ?? []);
  };
}

/** ` · did you mean 'orders'?`; if no name is near, how to see them all. */
function nameHint(typed: string, pipelines: readonly Pipeline[]): string {
  const names = pipelines.map(({name}) => name);
  return didYouMean(typed, names) || ` · ${seeAll}`;
}

/** The way out of a name or a pattern that finds nothing. */
export const seeAll = 'run pipetail list to see them all';

/** Rejects with an `ApiError`, or an `Error` of one line for a name that the server does not have. */
export async function describePipeline(client: ApiClient, name: string, signal: AbortSignal): Promise<PipelineDetail> {
  try {
    return await client.getPipeline(name, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.failure.kind !== 'fatal') throw error;
    if (error.failure.reason !== 'unknown-pipeline') throw error;
    const listed = await client.listPipelines(signal).catch(() => []);
    // The server contradicts itself, such as while it deletes the pipeline: its own words say more than ours.
    if (listed.some((pipeline) => pipeline.name === name)) throw error;
    throw new Error(`there is no pipeline '${name}'${nameHint(name, listed)}`, {cause: error});
  }
}

/** Our commands by the names that other programs use. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ...['ls', 'get', 'ps', 'pipelines'].map((word) => [word, 'list'] as const),
  ...['tail', 'follow', 'watch'].map((word) => [word, 'logs --follow'] as const),
  ['describe', 'status'],
]);

/** A word in the place of a command, and the command that is near it. */
export type CommandMeant = {readonly typed: string; readonly command: string};

/** The command that is meant by the first name, as `list` by `lst`; undefined: none is near, or the name is one. */
export function commandMeant([typed]: readonly string[]): CommandMeant | undefined {
  const command = typed === undefined ? undefined : (elsewhere.get(typed) ?? closest(typed, commandWords));
  return typed === undefined || command === undefined || command === typed ? undefined : {typed, command};
}

/** `pipetail lgos orders` throws a `UsageError` unless a pipeline `lgos` exists. Sends no request if no command is near. */
export async function checkFirstName(
  names: readonly string[],
  {open, clock}: {open: () => Promise<{readonly client: ApiClient; readonly close: () => Promise<void>}>; clock: Clock},
): Promise<void> {
  const meant = commandMeant(names);
  if (meant === undefined) return;
  const server = await open();
  const pipelines = await pipelinesSoon(server.client, clock, patienceForHint);
  await server.close();
  if (pipelines?.some(({name}) => name === meant.typed) !== false) return;
  throw new UsageError(
    `'${meant.typed}' is neither a command nor a pipeline · did you mean 'pipetail ${meant.command}'?`,
  );
}
