import {readdir, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {unpackFile} from './pack-file.ts';
import type {RecordingMap} from './recording-map.ts';
import {logFile} from './recording-names.ts';
import {unlessAbsent} from './save-failure.ts';

/** A draft that is older than this, in milliseconds, is nobody's any more. */
const draftAge = 60_000;

/**
 * Brings a recording's folder in line with its index: a program that died may have left drafts, a file both compressed
 * and not, or a deletion that was noted and not done, or done and not noted (`noteDeleted` is for that).
 */
export async function tidyFolder(
  folder: string,
  {
    map,
    wall,
    noteDeleted,
  }: {
    readonly map: RecordingMap;
    readonly wall: () => number;
    readonly noteDeleted: (file: number) => Promise<void>;
  },
): Promise<void> {
  const kept = new Set(await readdir(folder));
  for (const name of kept) {
    if (name.startsWith('lock.') || name.endsWith('.new')) await removeOld(path.join(folder, name), wall);
    const isLog = name.endsWith('.log') || name.endsWith('.log.gz');
    // Whoever made room may have died between the note and the deletion.
    if (isLog && Number.parseInt(name, 10) < (map.files[0]?.number ?? 0)) await rm(path.join(folder, name));
  }
  for (const {number, members} of map.files) {
    const file = logFile(folder, number);
    const name = path.basename(file);
    // Whoever made room may not have come to say so. A note takes the file out of the map.
    if (!kept.has(name) && !kept.has(`${name}.gz`) && number === map.files[0]?.number) await noteDeleted(number);
    if (members) await rm(file, {force: true});
    else if (kept.has(name)) await rm(`${file}.gz`, {force: true});
    else if (kept.has(`${name}.gz`)) await unpackFile(file);
  }
}

/** Drafts of locks, and of files, stay when a program dies at the wrong moment. */
async function removeOld(file: string, wall: () => number): Promise<void> {
  const found = await stat(file).catch(unlessAbsent);
  if (found && wall() - found.mtimeMs > draftAge) await rm(file, {force: true});
}
