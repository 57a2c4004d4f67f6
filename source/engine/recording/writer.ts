import {type FileHandle, readdir, rename, rm, stat, utimes} from 'node:fs/promises';
import path from 'node:path';
import {promises as streams} from 'node:stream';
import {createZstdCompress} from 'node:zlib';
import type {Clock} from '../../lib/clock.ts';
import {openFor, openRegular} from '../disk/regular-file.ts';
import {ignoreMissing, makeFolder} from '../disk/save-file.ts';
import {
  asidePrefix,
  type Fact,
  Facts,
  factLine,
  factsFile,
  formerFile,
  logFile,
  mostPacked,
  packedFile,
  type Recorded,
  type RecordedFile,
  readFacts,
  recordingVersion,
} from './facts.ts';
import {logsOnDisk, tellsOf} from './logs-on-disk.ts';
import {chunksOf} from './recorded-bytes.ts';

/** Milliseconds after which no program still writes a draft. */
const draftAge = 60_000;

/** What is written into it is lost. */
export class FolderGoneError extends Error {}

/**
 * Writes into a recording's folder, which the caller has locked. One call at a time, besides `pack`. Each rejects with an
 * error of the file system, and may be tried again after `repair`.
 */
export class RecordingWriter {
  readonly folder: string;
  readonly facts: Facts;
  /** Where earlier log files were put, of which the facts did not tell; undefined: there were none. */
  readonly aside: string | undefined;
  readonly #clock: Pick<Clock, 'wall'>;
  #factsFile: FileHandle;
  #factsSize: number;
  #log: FileHandle;
  #size: number;

  private constructor(options: {
    readonly folder: string;
    readonly facts: Facts;
    readonly aside: string | undefined;
    readonly clock: Pick<Clock, 'wall'>;
    readonly written: {readonly handle: FileHandle; readonly size: number};
    readonly log: FileHandle;
    readonly size: number;
  }) {
    this.folder = options.folder;
    this.facts = options.facts;
    this.aside = options.aside;
    this.#clock = options.clock;
    this.#factsFile = options.written.handle;
    this.#factsSize = options.written.size;
    this.#log = options.log;
    this.#size = options.size;
  }

  /** Opens or starts a recording, and leaves out what a crash has made void. Rejects for one in another form. */
  static async open(
    folder: string,
    {clock, ...recorded}: Recorded & {readonly clock: Pick<Clock, 'wall'>},
  ): Promise<RecordingWriter> {
    const logs = await logsOnDisk(folder);
    const names = await readdir(folder);
    if (names.includes(path.basename(formerFile(folder)))) {
      throw new Error(`${folder} has a recording in a former form, which is not continued · move it elsewhere`);
    }
    let facts = (await readFacts(folder)) ?? new Facts();
    if ((facts.begin?.version ?? 0) > recordingVersion) {
      throw new Error(`${folder} was written by a later version of pipetail`);
    }
    await tidy(folder, names, clock.wall);
    const isDamaged = !tellsOf(facts, logs);
    const [first] = logs;
    if (first) facts.beginWith(Math.min(first.file, facts.files.at(-1)?.file ?? 0));
    const aside = isDamaged ? await putAside(folder, names, clock.wall()) : undefined;
    const at = clock.wall();
    if (isDamaged) facts = new Facts();
    if (!facts.begin) facts.add({kind: 'begin', version: recordingVersion, ...recorded, at});
    if (facts.files.length === 0) facts.add({kind: 'file', file: 1, offset: 0, line: 0, at});
    const file = fileOf(folder, facts);
    const log = await openLog(folder, file.file);
    try {
      const size = file.offset + (await log.stat()).size;
      facts.endAt(size);
      const written = await writeFacts(folder, facts.all());
      return new RecordingWriter({folder, facts, aside, clock, written, log, size});
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  /** Bytes recorded in all: the offset of the next byte. */
  get size(): number {
    return this.#size;
  }

  get file(): RecordedFile {
    return fileOf(this.folder, this.facts);
  }

  /** Facts first, so that they speak of all bytes on the disk. */
  async append(facts: readonly Fact[], bytes: readonly Uint8Array[]): Promise<void> {
    if ((await this.#log.stat()).nlink === 0) throw new FolderGoneError(`${this.folder} was deleted`);
    const text = Buffer.from(facts.map(factLine).join(''));
    await this.#factsFile.appendFile(text);
    let position = this.#size - this.file.offset;
    for (let rest: Uint8Array = Buffer.concat(bytes); rest.length > 0; ) {
      const {bytesWritten} = await this.#log.write(rest, 0, rest.length, position);
      rest = rest.subarray(bytesWritten);
      position += bytesWritten;
    }
    this.#factsSize += text.length;
    this.#size = this.file.offset + position;
    for (const fact of facts) this.facts.add(fact);
  }

  /** Starts the next file, where a line begins, and leaves out the facts that are no longer needed. */
  async rotate(line: number): Promise<void> {
    if (this.#size === this.file.offset) return;
    const file = {...this.file, file: this.file.file + 1, offset: this.#size, line, at: this.#clock.wall()};
    await this.#log.sync();
    const log = await openLog(this.folder, file.file);
    try {
      const {handle, size} = await writeFacts(this.folder, [...this.facts.all(), file]);
      await Promise.all([this.#log.close(), this.#factsFile.close()]);
      [this.#log, this.#factsFile, this.#factsSize] = [log, handle, size];
      this.facts.add(file);
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  /** Compresses the files that are full. */
  async pack(): Promise<void> {
    for (const {file, offset} of this.facts.files.slice(0, -1)) {
      if (this.facts.fileAt(offset).end - offset <= mostPacked) await packFile(this.folder, file);
    }
  }

  /** After a failed call: removes what it may have left. */
  async repair(): Promise<void> {
    await this.#log.truncate(this.#size - this.file.offset);
    await this.#factsFile.truncate(this.#factsSize);
  }

  /** Syncs everything to disk; no call may follow. */
  async close(): Promise<void> {
    try {
      await Promise.allSettled([this.#log.datasync(), this.#factsFile.datasync()]);
    } finally {
      await Promise.all([this.#log.close(), this.#factsFile.close()]);
    }
  }
}

function fileOf(folder: string, {files}: Facts): RecordedFile {
  const file = files.at(-1);
  if (!file) throw new Error(`${folder} has no file`);
  return file;
}

/** Moves files that are not continued into a folder of their own, and returns its path. */
async function putAside(folder: string, names: readonly string[], at: number): Promise<string> {
  const aside = path.join(folder, `${asidePrefix}${Math.round(at)}`);
  await makeFolder(aside);
  const own = names.filter((name) => /^\d+\.log(?:\.zst)?$/.test(name) || name === path.basename(factsFile(folder)));
  for (const name of own) await rename(path.join(folder, name), path.join(aside, name));
  return aside;
}

/** Created if missing, never truncated. Not opened with `a`: half-written bytes are overwritten in place. */
async function openLog(folder: string, file: number): Promise<FileHandle> {
  return await openRegular(logFile(folder, file), openFor.update);
}

/** In place of those that are there. Returns the file, open, and its size. */
async function writeFacts(
  folder: string,
  facts: readonly Fact[],
): Promise<{readonly handle: FileHandle; readonly size: number}> {
  const draft = `${factsFile(folder)}.new`;
  const text = Buffer.from(facts.map(factLine).join(''));
  await rm(draft, {force: true});
  const handle = await openRegular(draft, openFor.appendOwn);
  try {
    await handle.appendFile(text);
    await handle.sync();
    await rename(draft, factsFile(folder));
    return {handle, size: text.length};
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** As one stream, which has the time of the file; that is removed. */
async function packFile(folder: string, file: number): Promise<void> {
  const [plain, packed] = [logFile(folder, file), packedFile(folder, file)];
  await using from = await openRegular(plain, openFor.readOwn).catch(ignoreMissing);
  if (!from) return;
  const draft = `${packed}.new`;
  {
    await using to = await openRegular(draft, openFor.write);
    await streams.pipeline(chunksOf(from), createZstdCompress(), async (chunks) => {
      for await (const chunk of chunks as AsyncIterable<Buffer>) await to.writeFile(chunk);
    });
    await to.sync();
    const {atime, mtime} = await from.stat();
    await utimes(draft, atime, mtime);
  }
  await rename(draft, packed);
  await rm(plain, {force: true});
}

/** Removes the drafts that a crash has left. */
async function tidy(folder: string, names: readonly string[], wall: () => number): Promise<void> {
  for (const name of names.filter((each) => each.endsWith('.new'))) {
    const draft = path.join(folder, name);
    const found = await stat(draft).catch(ignoreMissing);
    if (found && wall() - found.mtimeMs > draftAge) await rm(draft, {recursive: true, force: true});
  }
}
