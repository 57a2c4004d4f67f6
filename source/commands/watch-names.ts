import type {ApiClient} from '../api/types.ts';
import type {Clock} from '../lib/clock.ts';
import {errorText} from '../lib/error-text.ts';
import type {NamePattern} from '../settings/name-pattern.ts';

/** As often as the screen asks. Milliseconds. */
const askEvery = 2_000;

export type WatchNamesOptions = {
  readonly patterns: readonly NamePattern[];
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Go on for those that come later. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** The names that match, with every answer. */
  readonly onNames: (names: readonly string[]) => void;
  /** Says why the list cannot be had, once for each reason; it is asked again. */
  readonly note: (text: string) => void;
};

/**
 * Keeps finding the pipelines that match. Without `follow` it asks once, and rejects with an `ApiError` when that fails;
 * so does the first question with it. Resolves when the signal is aborted, or there is nothing more to do.
 */
export async function watchNames(options: WatchNamesOptions): Promise<void> {
  const {patterns, client, clock, follow, signal, onNames, note} = options;
  let trouble: string | undefined;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    try {
      const pipelines = await client.listPipelines(signal);
      trouble = undefined;
      onNames(pipelines.map(({name}) => name).filter((name) => patterns.some(({matches}) => matches(name))));
    } catch (error) {
      if (signal.aborted) return;
      if (isFirst) throw error;
      const message = errorText(error);
      if (message !== trouble) note(`${message} · trying again`);
      trouble = message;
    }
    if (!follow) return;
    await clock.sleep(askEvery, signal).catch(() => {});
  }
}
