import {isToken, notCarried} from '../../engine/api/credentials.ts';
import {codeOf} from '../../engine/disk/save-file.ts';
import type {ValueWithSource} from '../../kit/settings/server-options.ts';
import {aborted, type Clock, withPatience} from '../../lib/clock.ts';
import {errorText, shortMessage} from '../../lib/format.ts';
import {readSmallFile} from './small-file.ts';

/** Bytes: the server accepts headers up to 128 KiB. */
const mostBytes = 128 * 1024;
/** Milliseconds: a file may be on a disk that hangs. */
const timeLimit = 10_000;

/**
 * The token in the file, trimmed. As in Feldera's own client, others may read the file: Kubernetes mounts tokens with mode
 * 0644. Rejects with an `Error` of one line, which quotes nothing of the file.
 */
export async function readTokenFile(
  {value, from}: ValueWithSource,
  clock: Pick<Clock, 'after'>,
  signal: AbortSignal,
): Promise<string> {
  const fail = (words: string) => new Error(shortMessage(`no token from ${from} · ${words}`));
  const late = async (soon: AbortSignal) => {
    await aborted(soon);
    throw new Error(`it was not read within ${timeLimit / 1000} s`);
  };
  const read = async (soon: AbortSignal) => await Promise.race([readSmallFile(value, mostBytes), late(soon)]);
  const {bytes} = await withPatience({clock, milliseconds: timeLimit, signal}, read).catch((error: unknown) => {
    throw fail(whyUnread(value, error));
  });
  const token = bytes.toString().trim();
  if (token === '') throw fail(`${value} is empty · the file must hold the token`);
  if (!isToken(token)) throw fail(`${value} holds ${notCarried} · the file must hold the token alone`);
  return token;
}

function whyUnread(file: string, error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOENT') return `there is no file ${file} · give the file that holds the token`;
  if (code === 'EACCES') return `${file} is not yours to read (EACCES)`;
  return `${file} cannot be read (${code ?? errorText(error)})`;
}
