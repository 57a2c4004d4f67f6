import type {ApiClient} from '../api/types.ts';
import type {Clock} from '../lib/clock.ts';
import {didYouMean} from '../settings/closest.ts';

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
