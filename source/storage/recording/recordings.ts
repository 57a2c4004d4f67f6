import {mkdir, readFile, rmdir, stat} from 'node:fs/promises';
import path from 'node:path';
import type {LogBuffer} from '../../buffer/log-buffer.ts';
import type {Clock} from '../../lib/clock.ts';
import {acquireLock, type Processes, releaseLock} from '../file-lock.ts';
import type {TapPosition} from './buffer-tap.ts';
import {folderName, indexFile, lockFile, logFile, pipelineOf} from './index-file.ts';
import {makeRoom} from './make-room.ts';
import {RecordedPast} from './past.ts';
import {type FoundRecording, findRecordings, lastHeartbeat, mapOf, RecordedBytes} from './reader.ts';
import {Recorder} from './recorder.ts';
import {RecordingWriter} from './writer.ts';

const day = 24 * 60 * 60 * 1000;
/**
 * Milliseconds from the opening of a recording until room is made: those of the tabs that open at the same time are open
 * by then, although their pipelines may have to be requested and the disk may be slow, 3 s each.
 */
const roomAfter = 10_000;
/** In the directory of the recordings. */
const roomLock = 'making-room.lock';

export type RecordingsOptions = {
  /** Made when it is not there. */
  readonly directory: string;
  /** Their server (`serverName`): those of another one are not continued. Default: any. */
  readonly server?: string;
  /** Bytes of all recordings in the directory together; the oldest are deleted (make-room.ts). */
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly processes: Processes;
  /** A file is full at this many bytes (16 MiB), or after this many milliseconds (a day). */
  readonly fileBytes?: number;
  readonly fileAge?: number;
};

/** A recording that was found or started. Its opener has to `record` or to `release` it. */
export type OpenRecording = {
  readonly folder: string;
  readonly past: RecordedPast;
  /** It held a log before. */
  readonly isOld: boolean;
  /** Unix time in ms of its writer's last heartbeat. */
  readonly lastAt: number;
  /** Id of the process that writes it; undefined: we may. */
  readonly readOnlyBy: number | undefined;
  readonly record: (options: RecordOptions) => Recorder;
  readonly release: () => Promise<void>;
};

export type RecordOptions = {
  readonly buffer: LogBuffer;
  readonly start: TapPosition;
  readonly state: () => unknown;
  readonly onChange: () => void;
};

/**
 * The recordings in one directory, a folder for each pipeline: `<name>--<id>/` with
 * - `000001.log` and on: the log's bytes as they came, in order; full ones are compressed (`.log.gz`). The server's own
 *   lines (its discard notice, its end marker) are no part of the log. A line whose rest was lost is ended with a
 *   newline.
 * - `index.jsonl`: what is not in the bytes (index-file.ts); grows at its end only.
 * - `lock`: the process that writes, while one does.
 */
export class Recordings {
  readonly #options: RecordingsOptions;
  /** Folders that this program has locked, and when each is unlocked. */
  readonly #locked = new Map<string, Promise<void>>();
  /** For each folder that this program writes: marks a file as deleted. */
  readonly #ours = new Map<string, (file: number) => Promise<void>>();
  /** Resolves when the room that was asked for is made; never rejects. */
  #roomMade: Promise<void> = Promise.resolve();
  #cancelRoom: (() => void) | undefined;

  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  /** Opens the recording of a pipeline. Rejects with a sentence or with an error of the file system. */
  async open(name: string, id: string): Promise<OpenRecording> {
    const ownName = folderName(name, id);
    if (ownName === undefined) throw new Error(`no folder can be named after the id '${id.slice(0, 80)}'`);
    const folder = path.join(this.#options.directory, ownName);
    const before = this.#locked.get(folder);
    // At once: the next opener waits for this one.
    const unlock = this.#reserve(folder);
    await before;
    try {
      await mkdir(folder, {recursive: true, mode: 0o700});
      const by = await acquireLock(lockFile(folder), this.#options.processes);
      if (by === undefined) return await this.#openToWrite(folder, {name, id, unlock});
      unlock();
      return await readOnly(folder, by);
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /** Id of the pipeline of that name that was recorded last, on our server; undefined: none was. */
  async newestId(name: string): Promise<string | undefined> {
    const {directory, server: ours} = this.#options;
    const isOurs = ({server = ours}: FoundRecording) => ours === undefined || server === ours;
    const found = (await findRecordings(directory, name)).findLast(isOurs);
    return found && pipelineOf(path.basename(found.folder))?.id;
  }

  /** Resolves when all folders are unlocked, and room is made. */
  async closed(): Promise<void> {
    this.#cancelRoom?.();
    await Promise.all([...this.#locked.values(), this.#roomMade]);
  }

  /** The next opener of the folder waits until the returned function is called. */
  #reserve(folder: string): () => void {
    const {promise, resolve} = Promise.withResolvers<void>();
    this.#locked.set(folder, promise);
    return () => {
      if (this.#locked.get(folder) === promise) this.#locked.delete(folder);
      resolve();
    };
  }

  async #openToWrite(
    folder: string,
    {name, id, unlock}: {readonly name: string; readonly id: string; readonly unlock: () => void},
  ): Promise<OpenRecording> {
    const {server, clock, fileBytes = 16 * 1024 * 1024, fileAge = day} = this.#options;
    const lock = lockFile(folder);
    try {
      const lastAt = await lastHeartbeat(folder);
      const writer = await RecordingWriter.open(folder, {name, id, server, clock});
      const bytes = new RecordedBytes(folder, writer.map);
      let onDeleted = () => {};
      this.#ours.set(folder, async (file) => {
        await writer.onDeleted(file);
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
        past: new RecordedPast(bytes, writer.map, writer.size),
        isOld: writer.size > 0,
        lastAt,
        readOnlyBy: undefined,
        record(options) {
          onDeleted = () => {
            options.buffer.forgetDeleted();
            options.onChange();
          };
          return new Recorder({...options, writer, bytes, clock, fileBytes, fileAge, onRotated, release});
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

  #makeRoomSoon(): void {
    this.#cancelRoom ??= this.#options.clock.after(roomAfter, () => {
      this.#cancelRoom = undefined;
      void this.#makeRoom().catch(() => {});
    });
  }

  /** Deletes the oldest until all recordings together have their size. Once at a time: two would delete too much. */
  #makeRoom(): Promise<void> {
    const made = this.#roomMade.then(() => this.#makeRoomAlone());
    this.#roomMade = made.catch(() => {});
    return made;
  }

  /** Nothing while another program makes room: it does so for all recordings. */
  async #makeRoomAlone(): Promise<void> {
    const {directory, maxBytes, clock, processes} = this.#options;
    const lock = path.join(directory, roomLock);
    if ((await acquireLock(lock, processes)) !== undefined) return;
    try {
      const lockIdle = (folder: string) => this.#lockIdle(folder);
      await makeRoom({directory, maxBytes, ours: this.#ours, lock: lockIdle, wall: clock.wall});
    } finally {
      await releaseLock(lock);
    }
  }

  /** Locks a folder that no program writes; when it is empty at its unlocking, it is deleted. */
  async #lockIdle(folder: string): Promise<(() => Promise<void>) | undefined> {
    if (this.#locked.has(folder)) return undefined;
    const unlock = this.#reserve(folder);
    const lock = lockFile(folder);
    const isLocked = await acquireLock(lock, this.#options.processes).then(
      (by) => by === undefined,
      () => false,
    );
    if (isLocked) {
      return async () => {
        // Another program may have started a recording in it between the two.
        const isFree = releaseLock(lock).then(() => rmdir(folder));
        await isFree.catch(() => {}).finally(unlock);
      };
    }
    unlock();
    return undefined;
  }
}

async function readOnly(folder: string, by: number): Promise<OpenRecording> {
  const map = mapOf(await readFile(indexFile(folder), 'utf8').catch(() => ''));
  const file = map.files.at(-1);
  const log = file && (await stat(logFile(folder, file.number)).catch(() => undefined));
  const size = (file?.offset ?? 0) + (log?.size ?? 0);
  map.endAt(size);
  const past = new RecordedPast(new RecordedBytes(folder, map), map, size);
  return {
    folder,
    past,
    isOld: size > 0,
    lastAt: await lastHeartbeat(folder),
    readOnlyBy: by,
    record() {
      throw new Error(`${folder} is written by process ${by}`);
    },
    release: () => Promise.resolve(),
  };
}
