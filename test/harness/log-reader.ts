import {ApiError} from '../../source/engine/api/errors.ts';
import type {ApiClient, ApiFailure, BodyEnd} from '../../source/engine/api/types.ts';

/** What became of a log stream: how it ended or why it did not open, and the bytes that came. */
export type LogOutcome = {
  readonly end: BodyEnd | undefined;
  readonly failure: ApiFailure | undefined;
  readonly opened: number;
  readonly body: Buffer;
};

/** Follows a pipeline's logs to the end. `onData` is called after each piece. */
export async function readLogs(
  client: ApiClient,
  options: {name?: string; signal?: AbortSignal; onOpen?: () => void; onData?: () => void} = {},
): Promise<LogOutcome> {
  const pieces: Buffer[] = [];
  let opened = 0;
  try {
    const end = await client.followLogs(options.name ?? 'orders', {
      onOpen: () => {
        opened++;
        options.onOpen?.();
      },
      onData: (bytes) => {
        // Copied: the array is ours only during the call.
        pieces.push(Buffer.from(bytes));
        options.onData?.();
      },
      signal: options.signal ?? new AbortController().signal,
    });
    return {end, failure: undefined, opened, body: Buffer.concat(pieces)};
  } catch (error) {
    return {end: undefined, failure: failureIn(error), opened, body: Buffer.concat(pieces)};
  }
}

/** The failure of a rejected call; anything but an `ApiError` is thrown on. */
export function failureIn(error: unknown): ApiFailure {
  if (error instanceof ApiError) return error.failure;
  throw error;
}
