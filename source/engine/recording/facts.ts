import type {Dirent} from 'node:fs';
import {type FileHandle, lstat, readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import {bisect} from '../../lib/bisect.ts';
import {isTime} from '../../lib/format.ts';
import {isObject, parseJson} from '../../lib/json.ts';
import {type Marker, storedMarker} from '../buffer/markers.ts';
import {bytesOfPath, openFor, openRegular} from '../disk/regular-file.ts';
import {ignoreMissing} from '../disk/save-file.ts';

/**
 * A line of `facts.jsonl`. `offset` (bytes) and `line` count all that was ever recorded in the folder, deleted files
 * included. A fact is appended before the bytes that it speaks of: beyond the bytes on the disk
 * it is void.
 */
export type Fact =
  /**
   * The recorded pipeline, and its server (`serverName`). `at`: Unix time in ms. `nextMarker`: the number of the next marker;
   * deleted ones count, too.
   */
  | {
      readonly kind: 'begin';
      readonly version: number;
      readonly at: number;
      readonly name: string;
      readonly id: string;
      readonly server?: string | undefined;
      readonly nextMarker?: number;
    }
  | RecordedFile
  /** The line `line` begins here: what is between two places is read back at once. */
  | {readonly kind: 'place'; readonly offset: number; readonly line: number}
  | RecordedMarker
  | RecordedState;

export type RecordedFile = {
  readonly kind: 'file';
  readonly file: number;
  readonly offset: number;
  readonly line: number;
};

/** A second one with the same number corrects the first. */
type RecordedMarker = {
  readonly kind: 'marker';
  readonly number: number;
  readonly offset: number;
  readonly line: number;
  readonly marker: Marker;
};

/** State of the log at `offset`; undefined: unknown. Bytes from `since` on are a reference for what follows. */
type RecordedState = {
  readonly kind: 'state';
  readonly offset: number;
  readonly since: number;
  readonly state?: unknown;
};

/** One write has never more. */
const mostStates = 64;

/** Facts of a recording, in the order of their places. */
export class Facts {
  begin: Extract<Fact, {kind: 'begin'}> | undefined;
  files: RecordedFile[] = [];
  /** Beginnings of files, and of other lines. */
  places: Pick<RecordedFile, 'offset' | 'line'>[] = [];
  markers: RecordedMarker[] = [];
  nextMarker = 0;
  /** Only the newest. */
  #states: RecordedState[] = [];

  add(fact: Fact): void {
    switch (fact.kind) {
      case 'begin':
        this.begin = fact;
        this.nextMarker = fact.nextMarker ?? 0;
        return;
      case 'file':
        cutFrom(this.files, ({file, offset}) => file >= fact.file || offset > fact.offset);
        this.files.push(fact);
        this.#addPlace(fact);
        return;
      case 'place':
        this.#addPlace(fact);
        return;
      case 'marker':
        cutFrom(this.markers, ({number}) => number >= fact.number);
        // None is before the one that came before it.
        this.markers.push({...fact, offset: Math.max(fact.offset, this.markers.at(-1)?.offset ?? 0)});
        this.nextMarker = fact.number + 1;
        return;
      case 'state':
        this.#states = [...this.#states.slice(1 - mostStates), fact];
        return;
    }
  }

  /** The last file; of a recording without any, its first one. */
  get lastFile(): RecordedFile {
    return this.files.at(-1) ?? {kind: 'file', file: 1, offset: 0, line: 0};
  }

  get state(): RecordedState | undefined {
    return this.#states.at(-1);
  }

  /** Beginning of the last line whose number is known. */
  get lastPlace(): {readonly offset: number; readonly line: number} {
    return this.places.at(-1) ?? {offset: this.firstOffset, line: 0};
  }

  /** Offset of the first byte that is not deleted. */
  get firstOffset(): number {
    return this.files[0]?.offset ?? 0;
  }

  /** The file with this byte, and where it ends; Infinity: it is the last one. */
  fileAt(offset: number): {readonly file: RecordedFile | undefined; readonly end: number} {
    const next = bisect(0, this.files.length, (at) => (this.files[at]?.offset ?? 0) <= offset);
    return {file: this.files[next - 1], end: this.files[next]?.offset ?? Number.POSITIVE_INFINITY};
  }

  /** Leaves out what is void: beyond `size`. */
  endAt(size: number): void {
    const isBeyond = ({offset}: {readonly offset: number}) => offset > size;
    for (const list of [this.places, this.markers, this.#states]) cutFrom(list, isBeyond);
    this.nextMarker = Math.max((this.markers.at(-1)?.number ?? -1) + 1, this.begin?.nextMarker ?? 0);
  }

  /** The files before this one are deleted. In new lists: those who read the old ones may go on. */
  beginWith(file: number): void {
    this.files = this.files.filter((each) => each.file >= file);
    this.places = this.places.filter(({offset}) => offset >= this.firstOffset);
    this.markers = this.markers.filter(({offset}) => offset >= this.firstOffset);
  }

  /** Those that are not void, superseded, or about deleted files. */
  all(): readonly Fact[] {
    const {begin, files, places, markers, nextMarker, state} = this;
    const starts = new Set(files.map(({offset}) => offset));
    const within = places.filter(({offset}) => !starts.has(offset));
    const ordered = [...files, ...within.map(({offset, line}) => ({kind: 'place', offset, line}) as const)];
    ordered.sort((a, b) => a.offset - b.offset);
    return [...(begin ? [{...begin, nextMarker}] : []), ...ordered, ...markers, ...(state ? [state] : [])];
  }

  #addPlace({offset, line}: Pick<RecordedFile, 'offset' | 'line'>): void {
    cutFrom(this.places, (place) => place.offset >= offset || place.line > line);
    this.places.push({offset, line});
  }
}

/** Removes the last items for which it holds. */
function cutFrom<T>(list: T[], isVoid: (item: T) => boolean): void {
  list.length = list.findLastIndex((item) => !isVoid(item)) + 1;
}

const numberFields: Readonly<Record<Fact['kind'], readonly string[]>> = {
  begin: ['version'],
  file: ['file', 'offset', 'line'],
  place: ['offset', 'line'],
  marker: ['number', 'offset', 'line'],
  state: ['offset', 'since'],
};

/** A damaged marker whose place can be read is an `unreadable` marker. Undefined: a line that cannot be read. */
function factIn(line: string): Fact | undefined {
  const json = parseJson(line);
  if (!isObject(json)) return undefined;
  const {kind, at, name, id} = json;
  if (typeof kind !== 'string' || !Object.hasOwn(numberFields, kind)) return undefined;
  if (!numberFields[kind as Fact['kind']].every((field) => isWhole(json[field]))) return undefined;
  if (kind === 'begin' && !(isTime(at) && typeof name === 'string' && typeof id === 'string')) return undefined;
  return (kind === 'marker' ? {...json, marker: storedMarker(json.marker)} : json) as Fact;
}

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Bytes of a file that is compressed, and so read back whole. */
export const mostPacked = 64 * 1024 * 1024;
/** Bytes of facts that count: a recording of 50 GB has less. */
export const mostFactsBytes = 32 * 1024 * 1024;

/** Reads the facts of a recording, and those that are added later. */
export class FactsFile {
  facts = new Facts();
  readonly #file: string;
  /** Open: no other file can get its number. */
  #handle: FileHandle | undefined;
  #read = 0;

  constructor(folder: string) {
    this.#file = factsFile(folder);
  }

  /** Returns what was added; nothing where the file was written anew: `facts` are others then. Undefined: there is none. */
  async readOn(most = mostFactsBytes): Promise<readonly Fact[] | undefined> {
    const [own, now] = await Promise.all([this.#handle?.stat(), stat(bytesOfPath(this.#file)).catch(ignoreMissing)]);
    const isSame = own !== undefined && own.ino === now?.ino && own.dev === now.dev && own.size >= this.#read;
    if (!isSame && now) {
      await this.close();
      this.#handle = await openRegular(this.#file, openFor.readOwn).catch(ignoreMissing);
      this.#read = 0;
      this.facts = new Facts();
    }
    if (!this.#handle) return undefined;
    const {size} = await this.#handle.stat();
    const memory = Buffer.allocUnsafe(Math.max(0, Math.min(size, most) - this.#read));
    const {bytesRead} = await this.#handle.read(memory, 0, memory.length, this.#read);
    const length = memory.subarray(0, bytesRead).lastIndexOf('\n') + 1;
    this.#read += length;
    const lines = memory.toString('utf8', 0, length).split('\n');
    const added = lines.flatMap((line) => factIn(line) ?? []);
    for (const fact of added) this.facts.add(fact);
    return isSame ? added : [];
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }
}

/** Reads the facts of a folder; undefined: it has none. */
export async function readFacts(folder: string, most?: number): Promise<Facts | undefined> {
  const file = new FactsFile(folder);
  try {
    return (await file.readOn(most)) && file.facts;
  } finally {
    await file.close();
  }
}

/** A recording: its facts without those that are void, where it ends, and Unix time in ms of its last write. */
export type Recorded = {readonly facts: Facts; readonly size: number; readonly lastAt: number};

/** Reads a recording. `untold`: names of log files of which its facts do not tell. */
export async function readRecorded(folder: string): Promise<Recorded & {readonly untold: readonly string[]}> {
  const logs = await logsOnDisk(folder);
  const facts = (await readFacts(folder)) ?? new Facts();
  const names = await untold(folder, facts, logs);
  const last = facts.lastFile;
  const [first] = logs;
  if (first) facts.beginWith(Math.min(first.file, last.file));
  const files = [logFile(folder, last.file), factsFile(folder)];
  const [log, written] = await Promise.all(files.map((file) => lstat(file).catch(ignoreMissing)));
  const size = last.offset + (log?.size ?? 0);
  facts.endAt(size);
  return {facts, size, lastAt: Math.max(log?.mtimeMs ?? 0, written?.mtimeMs ?? 0), untold: names};
}

/** A log file of a recording, as it lies in its folder. */
type LogOnDisk = {readonly file: number; readonly name: string};

/** In order; what is no regular file is none. To be asked before the facts, which tell of each file that is not empty by then. */
export async function logsOnDisk(folder: string): Promise<readonly LogOnDisk[]> {
  const reading = readdir(bytesOfPath(folder), {encoding: 'utf8', withFileTypes: true});
  const logs = (await reading.catch((): Dirent[] => [])).flatMap((entry): readonly LogOnDisk[] => {
    const [, number] = /^(\d{6,15})\.log(?:\.zst)?$/.exec(entry.name) ?? [];
    return number !== undefined && entry.isFile() ? [{file: Number(number), name: entry.name}] : [];
  });
  return logs.sort((a, b) => a.file - b.file);
}

/** Names of log files of which the facts do not tell; of a file that has no bytes yet they need not. */
export async function untold(folder: string, facts: Facts, logs: readonly LogOnDisk[]): Promise<readonly string[]> {
  const known = new Set((facts.begin ? facts.files : []).map(({file}) => file));
  const names: string[] = [];
  for (const {file, name} of logs) {
    if (known.has(file)) continue;
    const stats = await lstat(path.join(folder, name)).catch(ignoreMissing);
    if (stats?.isFile() && stats.size > 0) names.push(name);
  }
  return names;
}

/** Between name and id. No id (UUID) contains it, so the last one in a folder's name counts. */
const separator = '--';
const safeName = /^[\p{L}\p{N}][-\p{L}\p{M}\p{N}_]{0,62}$/u;
const safeId = /^[A-Za-z0-9]+(?:-[A-Za-z0-9]+){0,8}$/;
/** Bytes of a folder's name that most file systems allow. */
const longestFolderName = 255;

/** Returns the name of a server in its recordings: with the tenant, if one was requested by name. */
export function serverName(baseUrl: string, tenant: string | undefined): string {
  return tenant === undefined ? baseUrl : `${baseUrl} ${tenant}`;
}

/** Returns the name of a recording's folder; undefined if name or id is not safe in a path, or too long for one. */
export function folderName(name: string, id: string): string | undefined {
  const folder = `${name}${separator}${id}`;
  const isSafe = safeName.test(name) && safeId.test(id) && id.length <= 64;
  return isSafe && Buffer.byteLength(folder) <= longestFolderName ? folder : undefined;
}

/** Reads the name of a folder; undefined if it is not a recording's. */
export function pipelineOfFolder(folder: string): {readonly name: string; readonly id: string} | undefined {
  const at = folder.lastIndexOf(separator);
  if (at === -1) return undefined;
  const name = folder.slice(0, at);
  const id = folder.slice(at + separator.length);
  return folderName(name, id) === undefined ? undefined : {name, id};
}

/** `000001.log` */
export function logFile(folder: string, file: number): string {
  return path.join(folder, `${String(file).padStart(6, '0')}.log`);
}

/** Path of the compressed log file: `000001.log.zst`. */
export function packedFile(folder: string, file: number): string {
  return `${logFile(folder, file)}.zst`;
}

export function factsFile(folder: string): string {
  return path.join(folder, 'facts.jsonl');
}

export function lockFile(folder: string): string {
  return path.join(folder, 'lock');
}
