import {lstat, readdir, rename, rm, rmdir} from 'node:fs/promises';
import path from 'node:path';
import type {Clock} from '../../lib/clock.ts';
import {acquireLock, type Processes, releaseLock} from '../disk/file-lock.ts';
import {NotRegularError} from '../disk/regular-file.ts';
import {codeOf, ignoreMissing, isReadOnly, makeFolder} from '../disk/save-file.ts';
import {commandAgainst, type Intruder, otherWriter} from '../disk/who-may-write.ts';
import {folderName, lockFile, pipelineOfFolder, type Recorded, readRecorded} from './facts.ts';
import {RecordedPast} from './past.ts';
import {type FoundRecording, findRecordings} from './read-recording.ts';
import {RecordedBytes} from './recorded-bytes.ts';
import {Recorder, type RecordOptions, readOnlyWords} from './recorder.ts';
import {RecordingWriter} from './writer.ts';

/** A file of a log, or with `isLast` all that is left of a recording. `at`: Unix time in ms of the last write. */
type Part = {
  readonly folder: string;
  readonly file: number;
  readonly names: readonly string[];
  readonly size: number;
  readonly at: number;
  readonly isLast: boolean;
};

/** Files of a recording, in the order in which they are deleted: the facts come last. */
const ownName = /^(?:\d+\.log(?:\.zst)?|facts\.jsonl)(?:\.new)?$/;

/** A link could lead to other files, and in `/tmp` there may be folders of others. */
async function isOf(folder: string, user: number | undefined): Promise<boolean> {
  const stats = await lstat(folder).catch(() => undefined);
  return stats?.isDirectory() === true && stats.uid === user;
}

/** In the order in which they may be deleted. */
async function partsOf(folder: string): Promise<Part[]> {
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) => ownName.test(name));
  const parts: Part[] = [];
  for (const name of names.sort().reverse()) {
    const stats = await lstat(path.join(folder, name)).catch(ignoreMissing);
    const file = Number.parseInt(name, 10);
    // Facts, which have no number, go with the newest log.
    const isSame = parts[0]?.file === file || Number.isNaN(parts[0]?.file);
    const same = isSame ? parts.shift() : undefined;
    // Whole milliseconds: a date set with `utimes` is not finer.
    const at = Math.max(stats?.mtime.getTime() ?? 0, same?.at ?? 0);
    parts.unshift({
      folder,
      file,
      names: [name, ...(same?.names ?? [])],
      size: (stats?.size ?? 0) + (same?.size ?? 0),
      // A part must not count as newer than the next: it was compressed late or copied, or the clock was set back.
      at: Math.min(at, parts[0]?.at ?? at),
      isLast: parts.length === 0,
    });
  }
  return parts;
}

/** Milliseconds until room is made: tabs opened together are recorded by then (3 s for the request, 10 s for the disk). */
const roomAfter = 15_000;
/** Attempts to lock a folder that other programs remove. */
const mostTries = 10;

export type RecordingsOptions = {
  /** Created if it is missing. */
  readonly directory: string;
  /** From `serverName`. A recording of another server is not continued; default: any is. */
  readonly server?: string;
  /** Most bytes of all recordings in the directory together; beyond them the oldest are deleted. */
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly processes: Processes;
  /** A file is full at this size (default: 8 MiB). */
  readonly fileBytes?: number;
};

/** A recording, found or started. Its opener has to `record` or to `release` it. */
export type OpenRecording = {
  readonly folder: string;
  readonly past: RecordedPast;
  /** The folder that was found under its name, whose facts do not tell of its files: it got a name of its own. */
  readonly aside: string | undefined;
  /** Unix time in ms of its writer's last heartbeat. */
  readonly lastAt: number;
  /** Id of the other process that writes it; undefined: we may write. */
  readonly readOnlyBy: number | undefined;
  /** Starts to write; undefined where we may not. */
  readonly record: ((options: RecordOptions) => Recorder) | undefined;
  readonly release: () => Promise<void>;
};

/**
 * The recordings in one directory, a folder `<name>--<id>/` for each pipeline. The id alone tells whose it is: once a
 * pipeline was renamed, its recording goes on, and the folder takes the new name when it is opened next.
 * - `000001.log` and on: the log's bytes as they came; full files are compressed (`.log.zst`). The server's own lines
 *   (discard notice, end marker) are left out. A line whose rest was lost ends with a newline.
 * - `facts.jsonl`: what is not in the bytes (facts.ts).
 * - `lock`: the process that writes, while one does.
 */
export class Recordings {
  readonly #options: RecordingsOptions;
  /** By id of the pipeline: those whose folders this program has locked; each promise resolves at the unlock. */
  readonly #locked = new Map<string, Promise<void>>();
  /** Folders that this program has opened: they keep their names, since it may read from them. */
  readonly #opened = new Set<string>();
  /** Functions to call when a file was deleted, by the folders that this program writes. */
  readonly #ours = new Map<string, (file: number) => void>();
  /** The last `#makeRoom`; never rejects. */
  #roomMade: Promise<void> = Promise.resolve();
  #cancelRoom: (() => void) | undefined;

  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  /** Rejects with one sentence or with an error of the file system. */
  async open(name: string, id: string): Promise<OpenRecording> {
    const ownName = folderName(name, id);
    if (ownName === undefined)
      throw new Error(`no folder can be named after '${name.slice(0, 80)}' and its id '${id.slice(0, 80)}'`);
    const earlier = this.#locked.get(id);
    // Before any `await`: the next opener has to wait for this one.
    const unlock = this.#reserve(id);
    await earlier;
    try {
      const folder = await this.#folderOf(ownName, id);
      this.#opened.add(folder);
      const found = await this.#lockAndRead(folder);
      const aside = found.by === undefined && found.untold.length > 0 ? await this.#putAside(folder) : undefined;
      const {by, ...recorded} = aside === undefined ? found : await this.#lockAndRead(folder);
      if (by === undefined) return await this.#openToWrite(folder, recorded, {name, id, unlock, aside});
      unlock();
      const {facts, size, lastAt} = recorded;
      const past = new RecordedPast(new RecordedBytes(folder, facts), size);
      return {folder, past, aside, lastAt, readOnlyBy: by, record: undefined, release: () => Promise.resolve()};
    } catch (error) {
      unlock();
      const {directory} = this.#options;
      throw (await isReadOnly(directory)) ? new Error(readOnlyWords(directory)) : error;
    }
  }

  /** Finds recordings of our server: of all pipelines that had this name, and of the one with this id, oldest first. */
  async find(name: string, id?: string): Promise<readonly FoundRecording[]> {
    const {directory, server: ours} = this.#options;
    const isOurs = ({server = ours}: FoundRecording) => ours === undefined || server === ours;
    return (await findRecordings(directory, name, id)).filter(isOurs);
  }

  /** Id of the pipeline of that name whose recording started last, on our server. */
  async newestId(name: string): Promise<string | undefined> {
    const found = (await this.find(name)).at(-1);
    return found && pipelineOfFolder(path.basename(found.folder))?.id;
  }

  /** Resolves when all folders are unlocked and room is made. */
  async closed(): Promise<void> {
    this.#cancelRoom?.();
    await Promise.all([...this.#locked.values(), this.#roomMade]);
  }

  /** The next opener of the pipeline's folder waits until the returned function is called. */
  #reserve(id: string): () => void {
    const {promise, resolve} = Promise.withResolvers<void>();
    this.#locked.set(id, promise);
    return () => {
      if (this.#locked.get(id) === promise) this.#locked.delete(id);
      resolve();
    };
  }

  /** A folder of before a rename takes the new name, unless it is in use. */
  async #folderOf(ownName: string, id: string): Promise<string> {
    const {directory, processes} = this.#options;
    const own = path.join(directory, ownName);
    const entries = await readdir(directory).catch((): string[] => []);
    const earlier = entries.includes(ownName) ? undefined : entries.find((entry) => pipelineOfFolder(entry)?.id === id);
    if (earlier === undefined) return own;
    const folder = path.join(directory, earlier);
    await this.#checkFolder(folder);
    if (this.#opened.has(folder) || (await acquireLock(lockFile(folder), processes)) !== undefined) return folder;
    const renamed = await rename(folder, own).then(
      () => own,
      () => folder,
    );
    await releaseLock(lockFile(renamed));
    return renamed;
  }

  /** Creates it if it is missing. Returns the id of the process that has it, if any. */
  async #lock(folder: string): Promise<number | undefined> {
    const {directory} = this.#options;
    for (let tries = 1; ; tries++) {
      await makeFolder(directory);
      this.#checkWriters(directory, 'parent');
      await makeFolder(folder);
      try {
        await this.#checkFolder(folder);
        return await acquireLock(lockFile(folder), this.#options.processes);
      } catch (error) {
        // Another program makes room, and has removed the folder while it was empty.
        if (codeOf(error) !== 'ENOENT' || tries === mostTries) throw error;
      }
    }
  }

  /** Locks a folder, unless the process `by` has it, and reads what is recorded there. */
  async #lockAndRead(folder: string) {
    const by = await this.#lock(folder);
    try {
      return {...(await readRecorded(folder)), by};
    } catch (error) {
      if (by === undefined) await releaseLock(lockFile(folder));
      throw error;
    }
  }

  async #checkFolder(folder: string): Promise<void> {
    if (!(await lstat(folder)).isDirectory()) throw new NotRegularError(folder, 'EISLINK');
    this.#checkWriters(folder, 'data');
  }

  /** Throws one sentence if another user could change what is written there, or make it go elsewhere. */
  #checkWriters(folder: string, kind: 'parent' | 'data'): void {
    const found = otherWriter(path.resolve(folder), this.#options.processes.user, kind);
    if (found) throw new Error(intruderWords(found));
  }

  /** Opens a locked folder for writing; unlocks it if that fails. */
  async #openToWrite(
    folder: string,
    recorded: Recorded,
    {name, id, unlock, aside}: Pick<OpenRecording, 'aside'> & {name: string; id: string; unlock: () => void},
  ): Promise<OpenRecording> {
    const {server, clock, fileBytes = 8 * 1024 * 1024} = this.#options;
    const lock = lockFile(folder);
    try {
      const writer = await RecordingWriter.open(folder, recorded, {name, id, server, at: clock.wall()});
      let onDeleted = () => {};
      this.#ours.set(folder, (file) => {
        writer.facts.beginWith(file + 1);
        onDeleted();
      });
      const release = async () => {
        this.#ours.delete(folder);
        await releaseLock(lock).finally(unlock);
      };
      const onRotated = () => this.#makeRoom();
      this.#makeRoomSoon();
      return {
        folder,
        aside,
        lastAt: writer.lastAt,
        readOnlyBy: undefined,
        past: new RecordedPast(writer.bytes, writer.size),
        record(options) {
          onDeleted = () => {
            options.buffer.forgetDeleted();
            options.onChange();
          };
          return new Recorder({...options, writer, aside, clock, fileBytes, onRotated, release});
        },
        async release() {
          await writer.close();
          await release();
        },
      };
    } catch (error) {
      await releaseLock(lock);
      throw error;
    }
  }

  /**
   * A locked folder with log files of which its facts do not tell is not written over: it gets a name of its own, as of another
   * pipeline. Returns its new path, under which it is unlocked.
   */
  async #putAside(folder: string): Promise<string> {
    const aside = `${folder}-${Math.round(this.#options.clock.wall())}`;
    try {
      await rename(folder, aside);
    } catch (error) {
      await releaseLock(lockFile(folder));
      throw error;
    }
    await releaseLock(lockFile(aside));
    return aside;
  }

  #makeRoomSoon(): void {
    this.#cancelRoom ??= this.#options.clock.after(roomAfter, () => {
      this.#cancelRoom = undefined;
      void this.#makeRoom().catch(() => {});
    });
  }

  /** One at a time: two would delete too much. Does nothing while another program does it, for all recordings. */
  #makeRoom(): Promise<void> {
    const {directory, processes} = this.#options;
    const roomLock = path.join(directory, 'making-room.lock');
    const made = this.#roomMade.then(async () => {
      if ((await acquireLock(roomLock, processes)) !== undefined) return;
      await this.#deleteOldest().finally(() => releaseLock(roomLock));
    });
    this.#roomMade = made.catch(() => {});
    return made;
  }

  /**
   * Deletes the oldest log files of all recordings until they fit into `maxBytes`, or only files in use are left. The newest one
   * of a recording goes with its folder, unless a program writes it.
   */
  async #deleteOldest(): Promise<void> {
    const {directory, maxBytes, processes} = this.#options;
    const parts: Part[] = [];
    for (const entry of await readdir(directory)) {
      const folder = path.join(directory, entry);
      if (pipelineOfFolder(entry) && (await isOf(folder, processes.user))) parts.push(...(await partsOf(folder)));
    }
    let total = parts.reduce((sum, {size}) => sum + size, 0);
    // A stable sort: equally old parts of one folder keep their order.
    for (const {folder, file, names, size, at, isLast} of parts.sort((a, b) => a.at - b.at)) {
      if (total <= maxBytes) return;
      const unlock = isLast ? await this.#lockIdle(folder) : async () => {};
      if (!unlock) continue;
      try {
        // It was written after the list of parts was made.
        if (isLast && ((await partsOf(folder)).at(-1)?.at ?? 0) > at) continue;
        for (const name of names) await rm(path.join(folder, name), {force: true});
        total -= size;
        if (!isLast) this.#ours.get(folder)?.(file);
      } finally {
        await unlock();
      }
    }
  }

  /** Locks a folder that no program writes. The returned function unlocks it, and deletes it if it is empty. */
  async #lockIdle(folder: string): Promise<(() => Promise<void>) | undefined> {
    const {id = folder} = pipelineOfFolder(path.basename(folder)) ?? {};
    if (this.#locked.has(id)) return undefined;
    const unlock = this.#reserve(id);
    const lock = lockFile(folder);
    // Of a lock that cannot be read, nobody knows.
    const by = await acquireLock(lock, this.#options.processes).catch(() => Number.NaN);
    if (by !== undefined) {
      unlock();
      return undefined;
    }
    return async () => {
      // Fails if another program has started a recording in it between the two.
      const isFree = releaseLock(lock).then(() => rmdir(folder));
      await isFree.catch(() => {}).finally(unlock);
    };
  }
}

function intruderWords(found: Intruder): string {
  const {path: place, why, isOwn} = found;
  if (why === 'foreign') {
    return `${place} belongs to another user, who could change the recording · name another folder with --record`;
  }
  const way = isOwn ? commandAgainst(found) : 'name another folder with --record';
  return `other users may write to ${place}, and change the recording · ${way}`;
}
