import {type FileHandle, readdir, rename, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {gunzip, gzip} from 'node:zlib';
import type {Clock} from '../../lib/clock.ts';
import {openFor, openRegular, readRegular} from '../regular-file.ts';
import {ignoreMissing} from '../save-file.ts';
import {
  type IndexFact,
  indexFile,
  indexLine,
  logFile,
  type Recorded,
  type RecordingMap,
  recordingVersion,
  rewriteIndex,
  startIndex,
} from './index-file.ts';
import {logsOnDisk, tellsOf} from './logs-on-disk.ts';
import {mapOf} from './reader.ts';

/** Void facts after which an index is written anew. */
const mostVoidFacts = 2_000;

/**
 * Writes into a recording's folder, which the caller has locked. One call at a time, besides `pack` and `onDeleted`.
 * Each rejects with an error of the file system, and may be tried again after `repair`.
 */
export class RecordingWriter {
  readonly folder: string;
  readonly map: RecordingMap;
  /** Where earlier log files were put, of which the index did not tell; undefined: there were none. */
  readonly aside: string | undefined;
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #index: FileHandle;
  #log: FileHandle;
  #size: number;
  #indexIsTorn = false;
  #adding: Promise<void> = Promise.resolve();

  private constructor(options: {
    folder: string;
    map: RecordingMap;
    aside: string | undefined;
    clock: Pick<Clock, 'wall'>;
    index: FileHandle;
    log: FileHandle;
    size: number;
  }) {
    this.folder = options.folder;
    this.map = options.map;
    this.aside = options.aside;
    this.#clock = options.clock;
    this.#index = options.index;
    this.#log = options.log;
    this.#size = options.size;
  }

  /** Opens or starts a recording, and repairs what a crash has left. Rejects for one of a later version. */
  static async open(
    folder: string,
    {clock, ...recorded}: Recorded & {readonly clock: Pick<Clock, 'wall'>},
  ): Promise<RecordingWriter> {
    const logs = await logsOnDisk(folder);
    const text = (await readRegular(indexFile(folder), openFor.readOwn).catch(ignoreMissing))?.toString();
    let map = mapOf(text ?? '');
    if (map.version !== undefined && map.version > recordingVersion) {
      throw new Error(`${folder} was written by a later version of pipetail`);
    }
    let aside: string | undefined;
    if (map.version === undefined || !tellsOf(map, logs)) ({map, aside} = await startIndex(folder, recorded, clock));
    else if (map.voidFacts > mostVoidFacts) await rewriteIndex(folder, recorded, map);
    const file = map.files.at(-1);
    const index = await openRegular(indexFile(folder), openFor.appendOwn);
    const log = await openLog(folder, file?.number ?? 1).catch(async (error: unknown) => {
      await index.close();
      throw error;
    });
    const size = (file?.offset ?? 0) + (await log.stat()).size;
    const writer = new RecordingWriter({folder, map, aside, clock, index, log, size});
    writer.#indexIsTorn = aside === undefined && text !== undefined && !text.endsWith('\n');
    try {
      await writer.#repairStart();
      return writer;
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  /** Bytes recorded in all: the offset of the next byte. */
  get size(): number {
    return this.#size;
  }

  get fileSize(): number {
    return this.#size - (this.map.files.at(-1)?.offset ?? 0);
  }

  /** Unix time in ms. */
  get fileStartedAt(): number {
    return this.map.files.at(-1)?.startedAt ?? 0;
  }

  /** Facts first, so that the index describes all bytes on disk (index-file.ts). */
  async append(facts: readonly IndexFact[], bytes: readonly Uint8Array[]): Promise<void> {
    await this.#addFacts(facts);
    const block = bytes.length === 1 && bytes[0] ? bytes[0] : Buffer.concat(bytes);
    let position = this.fileSize;
    for (let rest = block; rest.length > 0; ) {
      const {bytesWritten} = await this.#log.write(rest, 0, rest.length, position);
      rest = rest.subarray(bytesWritten);
      position += bytesWritten;
    }
    this.#size += block.length;
  }

  /** Starts the next file; the log has to end with a block. Returns the number of the full file, if there is one. */
  async rotate(line: number): Promise<number | undefined> {
    const file = this.map.files.at(-1);
    if (!file || this.fileSize === 0) return undefined;
    await this.#log.sync();
    const next = await openLog(this.folder, file.number + 1);
    await this.#addFacts([{kind: 'file', file: file.number + 1, offset: this.#size, line, at: this.#clock.wall()}]);
    await this.#log.close();
    this.#log = next;
    return file.number;
  }

  async pack(number: number): Promise<void> {
    const {files, blocks} = this.map;
    const index = files.findIndex((file) => file.number === number);
    const [file, next] = [files[index], files[index + 1]];
    if (!file || !next || file.members) return;
    const lengths = blocks
      .filter(({offset}) => offset >= file.offset && offset < next.offset)
      .map(({length}) => length);
    // A file that is not all in blocks stays as it is.
    if (lengths.reduce((sum, length) => sum + length, 0) !== next.offset - file.offset) return;
    const members = await packFile(logFile(this.folder, number), lengths);
    await this.#addFacts([{kind: 'compressed', file: number, members}]);
    // On disk before the plain file goes: a power cut must not lose how to read the compressed one.
    await this.#index.datasync();
    await rm(logFile(this.folder, number), {force: true});
  }

  async onDeleted(number: number): Promise<void> {
    await this.#addFacts([{kind: 'deleted', file: number, at: this.#clock.wall()}]);
  }

  /** After a failed call: removes what the call may have left. */
  async repair(): Promise<void> {
    await this.#log.truncate(this.fileSize);
    await this.#addFacts([{kind: 'end', offset: this.#size, at: this.#clock.wall()}]);
  }

  /** Syncs everything to disk; no call may follow. */
  async close(): Promise<void> {
    try {
      await Promise.allSettled([this.#log.datasync(), this.#index.datasync()]);
    } finally {
      await Promise.all([this.#log.close(), this.#index.close()]);
    }
  }

  /** In order: a file may be compressed while another is written. */
  async #addFacts(facts: readonly IndexFact[]): Promise<void> {
    if (facts.length === 0) return;
    const before = this.#adding;
    const adding = before.catch(() => {}).then(() => this.#writeFacts(facts));
    this.#adding = adding;
    await adding;
  }

  async #writeFacts(facts: readonly IndexFact[]): Promise<void> {
    // A newline ends a torn line, so that only that line is lost.
    const text = `${this.#indexIsTorn ? '\n' : ''}${facts.map(indexLine).join('')}`;
    this.#indexIsTorn = true;
    await this.#index.appendFile(text);
    this.#indexIsTorn = false;
    for (const fact of facts) this.map.apply(fact);
  }

  /** Repairs what an earlier run has left: facts without their bytes, a file half compressed. */
  async #repairStart(): Promise<void> {
    if (this.map.files.length === 0) {
      await this.#addFacts([{kind: 'file', file: 1, offset: 0, line: 0, at: this.#clock.wall()}]);
    } else await this.#addFacts([{kind: 'end', offset: this.#size, at: this.#clock.wall()}]);
    const {folder, map} = this;
    await tidyFolder(folder, {map, wall: this.#clock.wall, onDeleted: (number) => this.onDeleted(number)});
    for (const file of map.files.slice(0, -1)) if (!file.members) await this.pack(file.number);
  }
}

/** Created if missing, never truncated. Not opened with `a`: half-written bytes are overwritten in place. */
async function openLog(folder: string, number: number): Promise<FileHandle> {
  return await openRegular(logFile(folder, number), openFor.update);
}

/**
 * Compresses a file into `<file>.gz`, one gzip member for each block: a member can be unpacked alone, and `zcat` and
 * `zgrep` read them all. Returns the members' lengths; the plain file stays. Node's thread pool does the work.
 */
async function packFile(file: string, lengths: readonly number[]): Promise<number[]> {
  const members: number[] = [];
  const draft = `${file}.gz.new`;
  await using from = await openRegular(file, openFor.readOwn);
  {
    await using to = await openRegular(draft, openFor.write);
    let position = 0;
    for (const length of lengths) {
      const block = Buffer.alloc(length);
      for (let read = 0; read < length; ) {
        const {bytesRead} = await from.read(block, read, length - read, position + read);
        if (bytesRead === 0) throw new Error(`${file} is shorter than it was`);
        read += bytesRead;
      }
      position += length;
      const member = await pack(block);
      await to.writeFile(member);
      members.push(member.length);
    }
    await to.sync();
  }
  await rename(draft, `${file}.gz`);
  return members;
}

/** Restores the file from `<file>.gz`, which stays. */
async function unpackFile(file: string): Promise<void> {
  const bytes = await unpack(await readRegular(`${file}.gz`, openFor.readOwn));
  const draft = `${file}.new`;
  {
    await using to = await openRegular(draft, openFor.write);
    await to.writeFile(bytes);
    await to.sync();
  }
  await rename(draft, file);
}

function unpack(packed: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => gunzip(packed, (error, bytes) => (error ? reject(error) : resolve(bytes))));
}

function pack(block: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => gzip(block, (error, packed) => (error ? reject(error) : resolve(packed))));
}

/** Milliseconds after which no program still writes a draft. */
const draftAge = 60_000;

/**
 * Brings a folder in line with its index. A crash may have left drafts, a file both plain and compressed, or a deletion
 * that is only in the index, or only on disk (then `onDeleted`).
 */
export async function tidyFolder(
  folder: string,
  {
    map,
    wall,
    onDeleted,
  }: {
    readonly map: RecordingMap;
    readonly wall: () => number;
    readonly onDeleted: (file: number) => Promise<void>;
  },
): Promise<void> {
  const kept = new Set(await readdir(folder));
  for (const name of kept) {
    if (name.startsWith('lock.') || name.endsWith('.new')) await removeOld(path.join(folder, name), wall);
    const isLog = name.endsWith('.log') || name.endsWith('.log.gz');
    // The program has died between the fact and the deletion.
    if (isLog && Number.parseInt(name, 10) <= map.deletedTo) await rm(path.join(folder, name));
  }
  for (const {number, members} of map.files) {
    const file = logFile(folder, number);
    const name = path.basename(file);
    // Deleted without a fact, which could not be written. The fact removes the file from the map.
    if (!kept.has(name) && !kept.has(`${name}.gz`) && number === map.files[0]?.number) await onDeleted(number);
    if (members) await rm(file, {force: true});
    else if (kept.has(name)) await rm(`${file}.gz`, {force: true});
    else if (kept.has(`${name}.gz`)) await unpackFile(file);
  }
}

async function removeOld(file: string, wall: () => number): Promise<void> {
  const found = await stat(file).catch(ignoreMissing);
  if (found && wall() - found.mtimeMs > draftAge) await rm(file, {force: true});
}
