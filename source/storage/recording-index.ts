import {mkdir, open, readdir, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import type {Clock} from '../lib/clock.ts';
import {type Fact, factLine, recordingVersion} from './recording-facts.ts';
import {RecordingMap} from './recording-map.ts';
import {asidePrefix, indexFile} from './recording-names.ts';

/** The pipeline that a recording is of, and its server (`serverName`). */
export type Recorded = {readonly name: string; readonly id: string; readonly server?: string | undefined};

/** Begins a recording. An index that cannot be read, with log files beside it, is no reason to write over them. */
export async function beginIndex(
  folder: string,
  {name, id, server}: Recorded,
  clock: Pick<Clock, 'wall'>,
): Promise<RecordingMap> {
  await mkdir(folder, {recursive: true, mode: 0o700});
  const logs = (await readdir(folder)).filter((file) => file.endsWith('.log') || file.endsWith('.log.gz'));
  if (logs.length > 0) {
    const aside = path.join(folder, `${asidePrefix}${Math.round(clock.wall())}`);
    await mkdir(aside, {mode: 0o700});
    for (const file of logs) await rename(path.join(folder, file), path.join(aside, file));
  }
  await rm(indexFile(folder), {force: true});
  const index = await open(indexFile(folder), 'a', 0o600);
  const facts: Fact[] = [{kind: 'recording', version: recordingVersion, name, id, server, at: clock.wall()}];
  const map = new RecordingMap();
  try {
    await index.appendFile(facts.map(factLine).join(''));
  } finally {
    await index.close();
  }
  for (const fact of facts) map.apply(fact);
  return map;
}

/** Writes an index anew, without the facts that are of no use any more. */
export async function rewriteIndex(folder: string, recorded: Recorded, map: RecordingMap): Promise<void> {
  const draft = `${indexFile(folder)}.new`;
  const {name, id, server} = recorded;
  const first = {kind: 'recording', version: recordingVersion, name, id, server, at: map.begunAt} as const;
  const facts = [first, ...map.facts()];
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(facts.map(factLine).join(''));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, indexFile(folder));
  map.idle = 0;
}
