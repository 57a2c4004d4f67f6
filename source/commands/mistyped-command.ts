import type {Clock} from '../lib/clock.ts';
import {closest} from '../settings/closest.ts';
import {commandWords} from '../settings/options.ts';
import {UsageError} from '../settings/usage-error.ts';
import {namesSoon} from './name-hint.ts';
import type {OpenServer} from './open-server.ts';

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
