import {type FileHandle, rename, rm, utimes} from 'node:fs/promises';
import {promises as streams} from 'node:stream';
import {createZstdCompress} from 'node:zlib';
import type {Marker} from '../buffer/markers.ts';
import {newline, newlinesIn} from '../buffer/segment.ts';
import {openFor, openRegular} from '../disk/regular-file.ts';
import {ignoreMissing} from '../disk/save-file.ts';
import {type Fact, type Facts, factsFile, logFile, mostPacked, packedFile, type Recorded} from './facts.ts';
import {RecordedBytes} from './recorded-bytes.ts';

/** Version of the form of a recording. */
const version = 2;
/** Bytes between two places: what is read back at once. */
const placeEvery = 256 * 1024;

/**
 * Next item of a recording. `lines`: newlines in the bytes. `corrects`: the marker stands for the one before it.
 * `isEpochStart`: nothing before is a reference for what follows.
 */
export type Item =
  | {readonly bytes: Uint8Array; readonly lines: number}
  | {readonly marker: Marker; readonly corrects?: boolean}
  | {readonly state: unknown; readonly isEpochStart: boolean};

/** The folder was deleted: what is written into it is lost. */
export class FolderGoneError extends Error {}

/**
 * Writes into a recording's folder, which the caller has locked: it knows where each byte and marker goes. One call at a
 * time, besides `pack`. Each rejects with an error of the file system, and may be tried again after `repair`.
 */
export class RecordingWriter {
  readonly folder: string;
  readonly facts: Facts;
  /** Unix time in ms of the last write before it was opened. */
  readonly lastAt: number;
  /** To read them back. */
  readonly bytes: RecordedBytes;
  #factsFile: FileHandle;
  #factsSize: number;
  #log: FileHandle;
  #size: number;
  /** Ended lines. */
  #lines: number;

  private constructor(
    folder: string,
    {facts, size, lastAt}: Recorded,
    {log, written}: {readonly log: FileHandle; readonly written: Awaited<ReturnType<typeof writeFacts>>},
  ) {
    this.folder = folder;
    this.facts = facts;
    this.lastAt = lastAt;
    this.bytes = new RecordedBytes(folder, facts);
    this.#factsFile = written.handle;
    this.#factsSize = written.size;
    this.#log = log;
    this.#size = size;
    const {offset, line} = facts.lastPlace;
    const rest = size > offset ? this.bytes.readNow(offset, size - offset) : undefined;
    this.#lines = line + (rest ? newlinesIn(rest).length : 0);
  }

  /**
   * Opens or starts a recording, and leaves out what a crash has made void. `found`: what `readRecorded` says of it; `at`:
   * Unix time in ms, for one that is started. Rejects for one of a later version.
   */
  static async open(
    folder: string,
    found: Recorded,
    recorded: Omit<Extract<Fact, {kind: 'begin'}>, 'kind' | 'version'>,
  ): Promise<RecordingWriter> {
    const {facts} = found;
    if ((facts.begin?.version ?? 0) > version) {
      throw new Error(`${folder} was written by a later version of pipetail`);
    }
    if (!facts.begin) facts.add({kind: 'begin', version, ...recorded});
    if (facts.files.length === 0) facts.add(facts.lastFile);
    const log = await openLog(folder, facts.lastFile.file);
    try {
      const written = await writeFacts(folder, facts.all());
      return new RecordingWriter(folder, found, {log, written});
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  /** Bytes recorded in all: the offset of the next byte. */
  get size(): number {
    return this.#size;
  }

  /** Facts first, so that they speak of all bytes on the disk. */
  async append(items: readonly Item[]): Promise<void> {
    if ((await this.#log.stat()).nlink === 0) throw new FolderGoneError(`${this.folder} was deleted`);
    const {facts, lines} = this.#factsOf(items);
    const text = bytesOf(facts);
    await this.#factsFile.appendFile(text);
    let position = this.#size - this.facts.lastFile.offset;
    const bytes = items.flatMap((item) => ('bytes' in item ? item.bytes : []));
    for (let rest: Uint8Array = Buffer.concat(bytes); rest.length > 0; ) {
      const {bytesWritten} = await this.#log.write(rest, 0, rest.length, position);
      rest = rest.subarray(bytesWritten);
      position += bytesWritten;
    }
    this.#factsSize += text.length;
    this.#size = this.facts.lastFile.offset + position;
    this.#lines = lines;
    for (const fact of facts) this.facts.add(fact);
  }

  /** `lines`: ended ones behind the items. */
  #factsOf(items: readonly Item[]): {readonly facts: readonly Fact[]; readonly lines: number} {
    const facts: Fact[] = [];
    let [offset, line, placeAt] = [this.#size, this.#lines, this.facts.lastPlace.offset];
    let {nextMarker: number} = this.facts;
    let last = this.facts.markers.at(-1);
    let since = this.facts.state?.since ?? 0;
    for (const item of items) {
      if ('bytes' in item) {
        offset += item.bytes.length;
        line += item.lines;
        if (item.bytes.at(-1) !== newline || offset - placeAt < placeEvery) continue;
        facts.push({kind: 'place', offset, line});
        placeAt = offset;
      } else if ('marker' in item) {
        const {marker} = item;
        // One that was deleted meanwhile needs no correction.
        if (item.corrects && !last) continue;
        last = item.corrects && last ? {...last, marker} : {kind: 'marker', number: number++, offset, line, marker};
        facts.push(last);
      } else {
        if (item.isEpochStart) since = offset;
        facts.push({kind: 'state', offset, since, state: item.state});
      }
    }
    return {facts, lines: line};
  }

  /** Starts the next file, where a line begins, and leaves out the facts that are no longer needed. */
  async rotate(): Promise<void> {
    const {lastFile} = this.facts;
    if (this.#size === lastFile.offset) return;
    const file = {...lastFile, file: lastFile.file + 1, offset: this.#size, line: this.#lines};
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
    await this.#log.truncate(this.#size - this.facts.lastFile.offset);
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

/** Created if missing, never truncated. Not opened with `a`: half-written bytes are overwritten in place. */
async function openLog(folder: string, file: number): Promise<FileHandle> {
  return await openRegular(logFile(folder, file), openFor.update);
}

/** As `facts.jsonl` has them. */
function bytesOf(facts: readonly Fact[]): Buffer {
  return Buffer.from(facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''));
}

/** In place of those that are there. Returns the file, open, and its size. */
async function writeFacts(folder: string, facts: readonly Fact[]) {
  const draft = `${factsFile(folder)}.new`;
  const text = bytesOf(facts);
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

/** Compresses a file as one stream, which gets its times, and removes it. */
async function packFile(folder: string, file: number): Promise<void> {
  const [plain, packed] = [logFile(folder, file), packedFile(folder, file)];
  await using from = await openRegular(plain, openFor.readOwn).catch(ignoreMissing);
  if (!from) return;
  const {atime, mtime} = await from.stat();
  const draft = `${packed}.new`;
  {
    await using to = await openRegular(draft, openFor.write);
    await streams.pipeline(from.createReadStream(), createZstdCompress(), (chunks: AsyncIterable<Buffer>) =>
      to.writeFile(chunks),
    );
    await to.sync();
    await utimes(draft, atime, mtime);
  }
  await rename(draft, packed);
  await rm(plain, {force: true});
}
