import type {ApiClient} from '../api/types.ts';
import type {Clock} from '../lib/clock.ts';
import {commandWords} from '../settings/option-table.ts';
import {closest, didYouMean, UsageError} from '../settings/parse-values.ts';
import type {OpenServer} from './open-server.ts';

/** A hint is worth so many milliseconds. */
const patience = 1_000;

/** The names that the server has, if it says so soon; undefined if not. Never rejects. */
export async function namesSoon(client: ApiClient, clock: Clock): Promise<readonly string[] | undefined> {
  const stop = new AbortController();
  const late = clock.after(patience, () => stop.abort());
  try {
    return (await client.listPipelines(stop.signal)).map(({name}) => name);
  } catch {
    return undefined;
  } finally {
    late();
  }
}

/** The end of the news that there is no such pipeline: which was meant, or nothing. Never rejects. */
export async function nameHint(name: string, client: ApiClient, clock: Clock): Promise<string> {
  return didYouMean(name, (await namesSoon(client, clock)) ?? []);
}

/** What other programs call it. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['help', '--help'],
  ['version', '--version'],
  ...['ls', 'get', 'ps', 'pipelines'].map((word) => [word, 'list'] as const),
  ...['tail', 'follow'].map((word) => [word, 'logs --follow'] as const),
  ['describe', 'status'],
]);

/**
 * `pipetail lgos orders` would open the pipeline `lgos`: throws a `UsageError` when the first word is nearly a command and
 * the server knows no such pipeline. Nothing is asked where no command is near.
 */
export async function checkFirstName(
  names: readonly string[],
  {open, clock}: {open: () => Promise<Pick<OpenServer, 'client' | 'close'>>; clock: Clock},
): Promise<void> {
  const [first] = names;
  if (first === undefined) return;
  const meant = elsewhere.get(first) ?? closest(first, commandWords);
  if (meant === undefined || meant === first) return;
  const server = await open();
  const known = await namesSoon(server.client, clock);
  await server.close();
  if (known === undefined || known.includes(first)) return;
  throw new UsageError(`'${first}' is neither a command nor a pipeline · did you mean 'pipetail ${meant}'?`);
}
