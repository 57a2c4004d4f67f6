import {encodingOf} from './answer.ts';
import {ApiError} from './api-error.ts';
import {gunzip} from './gunzip.ts';
import {bodyLimit, type WireAnswer} from './look-up.ts';

/**
 * The body without its compression; a server may compress an error though only the list asked for it. Of an error the
 * status counts: a body that cannot be read, perhaps because only its beginning was, is none.
 */
export async function decodeBody({status, headers, bytes}: WireAnswer, url: string): Promise<Uint8Array> {
  const encoding = encodingOf(headers);
  if (encoding === 'identity' || bytes.length === 0) return bytes;
  try {
    if (encoding !== 'gzip' && encoding !== 'x-gzip') throw new Error('an unknown encoding');
    return await gunzip(bytes, bodyLimit);
  } catch {
    if (status !== 200) return Buffer.alloc(0);
    const message = `${url} answered in an encoding that cannot be read (${encoding})`;
    throw new ApiError({kind: 'retryable', reason: 'protocol', message, url});
  }
}
