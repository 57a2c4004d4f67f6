import path from 'node:path';
import {clean} from '../../terminal/clean.ts';
import type {FoundLog} from './find-logs.ts';

/**
 * The same logs under names that differ: where two have one name, each gets as much of its path in front as tells it
 * apart, such as `a/app.log`, and a number if that is not enough. No name is one of `taken`.
 */
export function distinctNames(logs: readonly FoundLog[], taken: (name: string) => boolean = () => false): FoundLog[] {
  const byName = Map.groupBy(logs, ({name}) => name);
  const given = new Set<string>();
  return logs.map((log) => {
    const same = byName.get(log.name) ?? [];
    const name = same.length > 1 || taken(log.name) ? nameWithFolders(log, same) : log.name;
    let unique = name;
    for (let number = 2; taken(unique) || given.has(unique); number++) unique = `${name} (${number})`;
    given.add(unique);
    return {...log, name: unique};
  });
}

/** With the last folders of its path, as few as no other of `same` has. */
function nameWithFolders(log: FoundLog, same: readonly FoundLog[]): string {
  const folders = foldersOf(log);
  const others = same.filter((other) => other !== log).map(foldersOf);
  for (let length = 1; length <= folders.length; length++) {
    const last = folders.slice(-length);
    const isOwn = others.every((other) => last.join('/') !== other.slice(-length).join('/'));
    if (isOwn) return [...last, log.name].join('/');
  }
  return log.name;
}

/** Of the path, outermost first; the log's name follows. */
function foldersOf({kind, path: place}: FoundLog): readonly string[] {
  if (place === '-') return [];
  // Recordings and bundles are called after their pipeline, files as their path ends.
  const isPipeline = kind === 'recording' || kind === 'bundle';
  const folder = isPipeline ? path.resolve(place) : path.dirname(path.resolve(place));
  return folder.split(path.sep).map((part) => clean(part));
}
