import {stat} from 'node:fs/promises';
import {bytesOfPath} from '../../engine/disk/regular-file.ts';
import {codeOf} from '../../engine/disk/save-file.ts';
import {type FindOpenedOptions, findOpened} from '../../engine/logs/bundle-log.ts';
import type {FoundLog} from '../../engine/opened/found-log.ts';
import {OpenError, readFailureWords} from '../../engine/opened/open-error.ts';
import {findRecordings} from '../../engine/recording/read-recording.ts';
import {clean} from '../../lib/clean.ts';
import {shortMessage} from '../../lib/format.ts';

/**
 * The logs in `from`, in the order in which it was typed. `name`: only those of that name: recordings of a pipeline, else what
 * is found under it. `fail` gets one line about what cannot be printed.
 */
export async function findLogs(
  from: readonly string[],
  name: string | undefined,
  {fail, ...options}: FindOpenedOptions & {readonly fail: (line: string) => void},
): Promise<readonly FoundLog[]> {
  const logs: FoundLog[] = [];
  const ofName = name === undefined ? '' : `${name}: `;
  for (const what of from) {
    try {
      const found = name === undefined ? await findOpened(what, options) : await namedIn(what, name, options);
      if (typeof found === 'string') fail(`${ofName}${found}`);
      else logs.push(...found);
    } catch (error) {
      const code = codeOf(error);
      if (error instanceof OpenError) fail(error.message);
      else if (code === undefined) throw error;
      else fail(`${ofName}${clean(what)} cannot be read: ${readFailureWords(code)}`);
    }
  }
  return logs;
}

/** A string: why there is none. `called`: stands for the name there. */
export async function namedIn(
  what: string,
  name: string,
  {called = 'it', ...options}: FindOpenedOptions & {readonly called?: string} = {},
): Promise<readonly FoundLog[] | string> {
  const isFolder = await stat(bytesOfPath(what)).then(
    (stats) => stats.isDirectory(),
    () => true,
  );
  const recordings = isFolder ? await findRecordings(what, name) : [];
  if (recordings.length > 0) return [{kind: 'recording', name, path: what, recordings}];
  const none = `no ${isFolder ? 'recording' : 'log'} of ${called} in ${shortMessage(clean(what))}`;
  // Of what is left out of a folder, the rest may be of another name.
  const isOfName = (line: string) => !isFolder || line.includes(`${name}--`);
  const note = (line: string) => void (isOfName(line) && options.note?.(line));
  try {
    const found = await findOpened(what, {...options, note});
    const named = found.filter((log) => isNamed(log, name));
    if (named.length > 0) return named;
    const others = found.filter((log) => log.kind !== 'file' || log.path !== what);
    return others.length === 0 ? none : `${none} · found: ${fewOf(others.map((log) => log.name))}`;
  } catch (error) {
    if (!(error instanceof OpenError)) throw error;
    return isOfName(error.message) ? error.message : none;
  }
}

/** A file `orders.log.gz` is also called `orders`. */
function isNamed(log: FoundLog, name: string): boolean {
  return log.name === name || (log.kind === 'file' && log.name.replace(/\.(?:log|txt|gz|zst)\b.*$/i, '') === name);
}

const mostListed = 6;

/** `a, b, c and 3 more`: the names, each once. */
export function fewOf(names: readonly string[]): string {
  const all = [...new Set(names)];
  const more = all.length - mostListed;
  return more > 0 ? `${all.slice(0, mostListed).join(', ')} and ${more} more` : all.join(', ');
}
