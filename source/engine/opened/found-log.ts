import path from 'node:path';
import {clean} from '../../lib/clean.ts';
import {dateTime} from '../../lib/format.ts';
import type {FoundRecording} from '../recording/read-recording.ts';
import type {Packing} from './file-form.ts';
import type {Collection} from './find-bundle.ts';

/** A log that `pipetail open` shows in one tab. `name`: one line that is safe to show; `path`: as typed, or within it. */
export type FoundLog = {readonly name: string; readonly path: string} & (
  | {readonly kind: 'recording'; readonly recordings: readonly FoundRecording[]}
  | {readonly kind: 'file'; readonly packed: Packing}
  /** `path` is `-`, or a named pipe, which can be read once. */
  | {readonly kind: 'stdin'}
  /** Several are several logs only where their bytes do not overlap (`findOpened` of logs/bundle-log.ts). */
  | {readonly kind: 'bundle'; readonly collections: readonly Collection[]}
);

/** Abilities of a log besides its lines: known before it is open, and constant as long as it is. */
export type Capabilities = {
  /** A connection to a server brings its lines, and that server tells of its pipeline. */
  readonly hasServer: boolean;
  /** Its lines can be recorded while they come. */
  readonly recordable: boolean;
  /** Once closed, it can be read again. */
  readonly canReopen: boolean;
  /** pipetail recorded it, with its markers. */
  readonly isRecorded: boolean;
  /** Another logger than Feldera's may have written it. */
  readonly hasOthers?: boolean;
  /** Source of its lines, in a sentence; absent: a connection, or several logs. */
  readonly readFrom?: string;
};

const ofPipeline: Capabilities = {hasServer: true, recordable: true, canReopen: true, isRecorded: false};
const ofFile: Capabilities = {hasServer: false, recordable: false, canReopen: true, isRecorded: false};
const ofFound: Readonly<Record<FoundLog['kind'], Capabilities>> = {
  file: {...ofFile, hasOthers: true, readFrom: 'a file'},
  bundle: {...ofFile, readFrom: 'a support bundle'},
  recording: {...ofFile, isRecorded: true, readFrom: 'a recording'},
  stdin: {...ofFile, hasOthers: true, canReopen: false, readFrom: 'stdin'},
};

/** Returns what a log can do. `found`: what was opened; undefined: the log of a pipeline. */
export function capabilitiesOf(found: FoundLog | undefined): Capabilities {
  return found ? ofFound[found.kind] : ofPipeline;
}

/** Returns what several logs shown as one can do. */
export function mergedCapabilities(logs: readonly Capabilities[]): Capabilities {
  return {
    hasServer: logs.some(({hasServer}) => hasServer),
    recordable: false,
    canReopen: logs.every(({canReopen}) => canReopen),
    isRecorded: logs.every(({isRecorded}) => isRecorded),
  };
}

/**
 * Returns the same logs under names that differ: several of one bundle get the time at which each was collected last;
 * where two have one name, each gets as much of its path in front as tells it apart, such as `a/app.log`, and a number
 * if that is not enough. No name is one of `taken`.
 */
export function distinctNames(found: readonly FoundLog[], taken: (name: string) => boolean = () => false): FoundLog[] {
  const logs = withTimes(found);
  const byName = Map.groupBy(logs, ({name}) => name);
  const longNames = new Map<FoundLog, string>();
  for (const [name, same] of byName) if (same.length > 1 || taken(name)) nameWithFolders(same, longNames);
  const given = new Set<string>();
  const numbers = new Map<string, number>();
  return logs.map((log) => {
    const name = longNames.get(log) ?? log.name;
    let unique = name;
    let number = numbers.get(name) ?? 2;
    for (; taken(unique) || given.has(unique); number++) unique = `${name} (${number})`;
    numbers.set(name, number);
    given.add(unique);
    return {...log, name: unique};
  });
}

function withTimes(found: readonly FoundLog[]): readonly FoundLog[] {
  const ofBundles = Map.groupBy(found, ({kind, path: file}) => (kind === 'bundle' ? file : undefined));
  return found.map((log) => {
    if (log.kind !== 'bundle' || ofBundles.get(log.path)?.length === 1) return log;
    const at = log.collections.at(-1)?.at;
    return at === undefined ? log : {...log, name: `${log.name} ${dateTime(at)}`};
  });
}

/** With the last folders of its path, as few as no other of `same` has; a log without such folders gets no name. */
function nameWithFolders(same: readonly FoundLog[], names: Map<FoundLog, string>): void {
  let left = same.map((log) => ({log, folders: foldersOf(log)}));
  const lastOf = (folders: readonly string[], length: number) => folders.slice(-length).join('/');
  const all = left;
  for (let length = 1; left.length > 0; length++) {
    const counts = Map.groupBy(all, ({folders}) => lastOf(folders, length));
    left = left.filter(({log, folders}) => {
      if (length > folders.length) return false;
      const last = lastOf(folders, length);
      if (counts.get(last)?.length !== 1) return true;
      names.set(log, `${last}/${log.name}`);
      return false;
    });
  }
}

/** Returns the folders in front of a log's name, outermost first. */
function foldersOf({kind, path: place}: FoundLog): readonly string[] {
  if (place === '-') return [];
  // Recordings and bundles are called after their pipeline, files as their path ends.
  const isPipeline = kind === 'recording' || kind === 'bundle';
  const folder = isPipeline ? path.resolve(place) : path.dirname(path.resolve(place));
  return folder.split(path.sep).map((part) => clean(part));
}
