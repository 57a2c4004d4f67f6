import {lstat, readdir, rename, rm, rmdir} from 'node:fs/promises';
import path from 'node:path';
import type {Clock} from '../../lib/clock.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import {acquireLock, type Processes, releaseLock} from '../disk/file-lock.ts';
import {NotRegularError} from '../disk/regular-file.ts';
import {codeOf, ignoreMissing, isReadOnly, makeFolder} from '../disk/save-file.ts';
import {commandAgainst, type Intruder, otherWriter} from '../disk/who-may-write.ts';
import type {TapPosition} from './buffer-tap.ts';
import {folderName, lockFile, logsOnDisk, pipelineOfFolder, readFacts, readRecorded, untold} from './facts.ts';
import {RecordedPast} from './past.ts';
import {type FoundRecording, findRecordings} from './read-recording.ts';
import {RecordedBytes} from './recorded-bytes.ts';
import {Recorder, readOnlyWords} from './recorder.ts';
import {RecordingWriter} from './writer.ts';

type RoomOptions = {
  readonly directory: string;
  readonly maxBytes: number;
  /** Whose recordings are deleted; undefined: nobody's. */
  readonly user: number | undefined;
  /** Locks a folder and returns its unlock; undefined: a program writes it. */
  readonly lock: (folder: string) => Promise<(() => Promise<void>) | undefined>;
  readonly onDeleted: (folder: string, file: number) => void;
};

/** A file of a log, or with `isLast` all that is left of a recording. `at`: Unix time in ms of the last write. */
type Part = {
  readonly folder: string;
  readonly names: readonly string[];
  readonly size: number;
  readonly at: number;
  readonly isLast: boolean;
};

/** Files of a recording, in the order in which they are deleted: the facts come last. */
const ownName = /^(?:\d+\.log(?:\.zst)?|facts\.jsonl)(?:\.new)?$/;

/**
 * Deletes the oldest log files of all recordings in a directory until they fit into `maxBytes`, or only files in use are
 * left. The newest one of a recording goes with its folder, unless a program writes it.
 */
async function makeRoom({directory, maxBytes, user, lock, onDeleted}: RoomOptions): Promise<void> {
  const parts: Part[] = [];
  for (const entry of await readdir(directory)) {
    const folder = path.join(directory, entry);
    if (pipelineOfFolder(entry) && (await isOf(folder, user))) parts.push(...(await partsOf(folder)));
  }
  let total = parts.reduce((sum, {size}) => sum + size, 0);
  // A stable sort: equally old parts of one folder keep their order.
  for (const part of parts.sort((a, b) => a.at - b.at)) {
    if (total <= maxBytes) return;
    const unlock = part.isLast ? await lock(part.folder) : async () => {};
    if (!unlock) continue;
    try {
      // It was written after the list of parts was made.
      if (part.isLast && ((await partsOf(part.folder)).at(-1)?.at ?? 0) > part.at) continue;
      for (const name of part.names) await rm(path.join(part.folder, name), {force: true});
      total -= part.size;
      const file = Number.parseInt(part.names[0] ?? '', 10);
      if (!part.isLast && file > 0) onDeleted(part.folder, file);
    } finally {
      await unlock();
    }
  }
}

/** A link could lead to other files, and in `/tmp` there may be folders of others. */
async function isOf(folder: string, user: number | undefined): Promise<boolean> {
  const stats = await lstat(folder).catch(() => undefined);
  return stats?.isDirectory() === true && stats.uid === user;
}

/** In the order in which they may be deleted. */
async function partsOf(folder: string): Promise<Part[]> {
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) => ownName.test(name)).sort();
  const found = await Promise.all(names.map((name) => lstat(path.join(folder, name)).catch(ignoreMissing)));
  const files = names.map((name, index) => {
    // Whole milliseconds: a date set with `utimes` is not finer.
    return {name, size: found[index]?.size ?? 0, at: found[index]?.mtime.getTime() ?? 0};
  });
  const logs = [...Map.groupBy(files, ({name}) => Number.parseInt(name, 10) || Number.POSITIVE_INFINITY)];
  const rest = logs.at(-1)?.[0] === Number.POSITIVE_INFINITY ? (logs.pop()?.[1] ?? []) : [];
  const newest = [...(logs.pop()?.[1] ?? []), ...rest];
  const parts: Part[] = [];
  // A part must not count as newer than the next: it was compressed late or copied, or the clock was set back.
  let at = Number.POSITIVE_INFINITY;
  for (const own of newest.length > 0 ? [newest, ...logs.map(([, each]) => each).toReversed()] : []) {
    at = Math.min(at, Math.max(...own.map((file) => file.at)));
    const size = own.reduce((sum, file) => sum + file.size, 0);
    parts.unshift({folder, names: own.map(({name}) => name), size, at, isLast: own === newest});
  }
  return parts;
}

/** Milliseconds until room is made: tabs opened together are recorded by then, with 3 s each for request and disk. */
const roomAfter = 10_000;
/** Attempts to lock a folder that other programs remove. */
const mostTries = 10;

export type RecordingsOptions = {
  /** Created if it is missing. */
  readonly directory: string;
  /** From `serverName`. A recording of another server is not continued; default: any is. */
  readonly server?: string;
  /** Most bytes of all recordings in the directory together; beyond them the oldest are deleted (make-room.ts). */
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
  /** Undefined: we may not write. */
  readonly record: ((options: RecordOptions) => Recorder) | undefined;
  readonly release: () => Promise<void>;
};

type RecordOptions = {
  readonly buffer: LogBuffer;
  readonly start: TapPosition;
  readonly state: () => unknown;
  readonly onChange: () => void;
  readonly onGone: (error: Error) => void;
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
      const before = await this.#lock(folder);
      const aside = before === undefined ? await this.#putAside(folder) : undefined;
      const by = aside === undefined ? before : await this.#lock(folder);
      if (by === undefined) return await this.#openToWrite(folder, {name, id, unlock, aside});
      unlock();
      const {facts, size, lastAt} = await readRecorded(folder);
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
    {name, id, unlock, aside}: Pick<OpenRecording, 'aside'> & {name: string; id: string; unlock: () => void},
  ): Promise<OpenRecording> {
    const {server, clock, fileBytes = 8 * 1024 * 1024} = this.#options;
    const lock = lockFile(folder);
    try {
      const writer = await RecordingWriter.open(folder, {name, id, server, clock});
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
  async #putAside(folder: string): Promise<string | undefined> {
    const aside = `${folder}-${Math.round(this.#options.clock.wall())}`;
    try {
      const logs = await logsOnDisk(folder);
      if (untold(await readFacts(folder), logs).length === 0) return undefined;
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

  /** One at a time: two would delete too much. */
  #makeRoom(): Promise<void> {
    const made = this.#roomMade.then(() => this.#makeRoomAlone());
    this.#roomMade = made.catch(() => {});
    return made;
  }

  /** Does nothing while another program makes room, which it does for all recordings. */
  async #makeRoomAlone(): Promise<void> {
    const {directory, maxBytes, processes} = this.#options;
    const roomLock = path.join(directory, 'making-room.lock');
    if ((await acquireLock(roomLock, processes)) !== undefined) return;
    const lock = (folder: string) => this.#lockIdle(folder);
    const onDeleted = (folder: string, file: number) => this.#ours.get(folder)?.(file);
    await makeRoom({directory, maxBytes, user: processes.user, lock, onDeleted}).finally(() => releaseLock(roomLock));
  }

  /** Locks a folder that no program writes. The returned function unlocks it, and deletes it if it is empty. */
  async #lockIdle(folder: string): Promise<(() => Promise<void>) | undefined> {
    const {id = folder} = pipelineOfFolder(path.basename(folder)) ?? {};
    if (this.#locked.has(id)) return undefined;
    const unlock = this.#reserve(id);
    const lock = lockFile(folder);
    const isLocked = await acquireLock(lock, this.#options.processes).then(
      (by) => by === undefined,
      () => false,
    );
    if (isLocked) {
      return async () => {
        // Fails if another program has started a recording in it between the two.
        const isFree = releaseLock(lock).then(() => rmdir(folder));
        await isFree.catch(() => {}).finally(unlock);
      };
    }
    unlock();
    return undefined;
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
