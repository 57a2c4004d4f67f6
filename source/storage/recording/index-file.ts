import {type FileHandle, mkdir, readdir, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import type {Marker} from '../../buffer/markers.ts';
import {bisect} from '../../lib/bisect.ts';
import type {Clock} from '../../lib/clock.ts';
import {isObject, parseJson} from '../../lib/json.ts';
import {openFor, openRegular, writeRegular} from '../regular-file.ts';
import {makeFolder} from '../save-file.ts';
import {isTimestamp, storedMarker} from './stored-marker.ts';

export type RecordedFile = {
  readonly number: number;
  readonly offset: number;
  readonly line: number;
  readonly startedAt: number;
  /** Lengths of its gzip members, a block each; undefined while it is plain. */
  members: readonly number[] | undefined;
};
export type RecordedBlock = Extract<IndexFact, {kind: 'block'}>;
type RecordedMarker = {
  readonly number: number;
  readonly offset: number;
  readonly line: number;
  readonly marker: Marker;
};

/** How the log continues from `offset`; undefined: unknown. The log is a reference from `epochStart` on. */
type RecordedState = {readonly offset: number; readonly state: unknown; readonly epochStart: number};

/**
 * One line of a recording's index. `offset` (bytes) and `line` count all that was ever recorded in the folder, deleted
 * files included; `at` is Unix time in ms. A fact is written before the bytes that it describes: beyond the end of the
 * log it is void, as the program died between the two writes. Of repeated facts the later one counts.
 */
export type IndexFact =
  | {
      readonly kind: 'recording';
      readonly version: number;
      readonly name: string;
      readonly id: string;
      readonly server?: string | undefined;
      readonly at: number;
    }
  | {readonly kind: 'file'; readonly file: number; readonly offset: number; readonly line: number; readonly at: number}
  /** Whole lines that are read back, and compressed, at once. */
  | {
      readonly kind: 'block';
      readonly offset: number;
      readonly length: number;
      readonly line: number;
      readonly lines: number;
      readonly at: number;
    }
  /** A second marker with the same number corrects the first. */
  | {
      readonly kind: 'marker';
      readonly number: number;
      readonly offset: number;
      readonly line: number;
      readonly marker: Marker;
    }
  /** How the log continues from here. `fresh`: nothing before is a reference for what follows. */
  | {readonly kind: 'state'; readonly offset: number; readonly fresh: boolean; readonly state: unknown}
  /** Something is missing here: how the log continues is unknown until the next state. */
  | {readonly kind: 'gap'; readonly offset: number}
  /** `members`: length in bytes of each gzip member, one for each block. */
  | {readonly kind: 'compressed'; readonly file: number; readonly members: readonly number[]}
  | {readonly kind: 'deleted'; readonly file: number; readonly at: number}
  /** The log was found to end here: earlier facts about later bytes are void. */
  | {readonly kind: 'end'; readonly offset: number; readonly at: number};

/** The recorded pipeline, and its server (`serverName`). */
export type Recorded = {readonly name: string; readonly id: string; readonly server?: string | undefined};

/** Facts of one write become void together, and one write never has this many states. */
const mostStates = 64;

/** What the index of one recording lists, in order. */
export class RecordingMap {
  /** Unix time in ms. */
  startedAt = 0;
  /** Undefined until the `recording` fact was read. */
  version: number | undefined;
  server: string | undefined;
  files: RecordedFile[] = [];
  blocks: RecordedBlock[] = [];
  markers: RecordedMarker[] = [];
  nextMarker = 0;
  /** Number of the newest file that was deleted to make room. */
  deletedTo = 0;
  /** Only the newest. */
  readonly #states: RecordedState[] = [];
  /** Facts that were superseded, or are about deleted files. */
  voidFacts = 0;

  apply(fact: IndexFact): void {
    switch (fact.kind) {
      case 'recording':
        this.startedAt = fact.at;
        this.version = fact.version;
        this.server = fact.server;
        return;
      case 'file':
        this.#keepWhile(this.files, ({number, offset}) => number < fact.file && offset <= fact.offset);
        this.files.push({
          number: fact.file,
          offset: fact.offset,
          line: fact.line,
          startedAt: fact.at,
          members: undefined,
        });
        return;
      case 'block':
        this.#keepWhile(this.blocks, ({offset, length}) => offset + length <= fact.offset);
        this.blocks.push(fact);
        return;
      case 'marker': {
        this.#keepWhile(this.markers, ({number}) => number < fact.number);
        const {number, line, marker} = fact;
        // None is before the one that came before it.
        const offset = Math.max(fact.offset, this.markers.at(-1)?.offset ?? 0);
        this.markers.push({number, offset, line, marker});
        this.nextMarker = number + 1;
        return;
      }
      case 'state':
        this.#addState(fact.state, fact.offset, fact.fresh);
        return;
      case 'gap':
        this.#addState(undefined, fact.offset, true);
        return;
      case 'compressed': {
        const file = this.files[lastBelow(this.files, ({number}) => number, fact.file + 1)];
        if (file?.number === fact.file) file.members = fact.members;
        return;
      }
      case 'deleted':
        this.#deleteTo(fact.file);
        return;
      case 'end':
        this.endAt(fact.offset);
        return;
    }
  }

  /** Offset of the first byte that is not deleted. */
  get firstOffset(): number {
    return this.files[0]?.offset ?? 0;
  }

  /** End of the last block: the rest of the log is in no block yet. */
  get blocksEnd(): {readonly offset: number; readonly line: number} {
    const block = this.blocks.at(-1);
    if (block) return {offset: block.offset + block.length, line: block.line + block.lines};
    const [file] = this.files;
    return {offset: file?.offset ?? 0, line: file?.line ?? 0};
  }

  get state(): RecordedState | undefined {
    return this.#states.at(-1);
  }

  /** Removes facts about bytes beyond `size`. */
  endAt(size: number): void {
    this.#keepWhile(this.blocks, ({offset, length}) => offset + length <= size);
    this.#keepWhile(this.markers, ({offset}) => offset <= size);
    this.nextMarker = (this.markers.at(-1)?.number ?? -1) + 1;
    this.#keepWhile(this.#states, ({offset}) => offset <= size);
  }

  /** The facts that make this map, in order, without void ones. */
  facts(): IndexFact[] {
    const facts: IndexFact[] = [];
    for (const {number, offset, line, startedAt, members} of this.files) {
      facts.push({kind: 'file', file: number, offset, line, at: startedAt});
      if (members) facts.push({kind: 'compressed', file: number, members});
    }
    facts.push(...this.blocks, ...this.markers.map((marker) => ({kind: 'marker', ...marker}) as const));
    const {state} = this;
    if (!state) return facts;
    if (state.state === undefined) return [...facts, {kind: 'gap', offset: state.offset}];
    // Keeps `epochStart`, which may be before the state.
    facts.push({kind: 'gap', offset: state.epochStart});
    facts.push({kind: 'state', offset: state.offset, fresh: false, state: state.state});
    return facts;
  }

  #addState(state: unknown, offset: number, isEpochStart: boolean): void {
    this.voidFacts += 1;
    this.#keepWhile(this.#states, (state) => state.offset <= offset);
    if (this.#states.length === mostStates) this.#states.shift();
    this.#states.push({offset, state, epochStart: isEpochStart ? offset : (this.state?.epochStart ?? 0)});
  }

  #keepWhile<T>(list: T[], isKept: (item: T) => boolean): void {
    let length = list.length;
    while (length > 0 && !isKept(list[length - 1] as T)) length -= 1;
    this.voidFacts += list.length - length;
    list.length = length;
  }

  /** Files are deleted from the old end only. */
  #deleteTo(file: number): void {
    this.deletedTo = Math.max(this.deletedTo, file);
    const files = lastBelow(this.files, ({number}) => number, file + 1) + 1;
    if (files === 0) return;
    // New lists: those who read the old ones may go on. Not searched item by item, as there may be many deletions.
    this.files = this.files.slice(files);
    const [first] = this.files;
    if (!first) return;
    const blocks = lastBelow(this.blocks, ({offset}) => offset, first.offset) + 1;
    if (blocks > 0) this.blocks = this.blocks.slice(blocks);
    this.markers = this.markers.slice(lastBelow(this.markers, ({offset}) => offset, first.offset) + 1);
    this.voidFacts += 1 + blocks;
  }
}

/** Index of the last item below a value, in ascending order; -1: there is none. */
export function lastBelow<T>(items: readonly T[], numberOf: (item: T) => number, value: number): number {
  return bisect(0, items.length, (at) => numberOf(items[at] as T) < value) - 1;
}

/** Written into every index; a recording of a later version is left alone. */
export const recordingVersion = 1;

/** With its newline. */
export function indexLine(fact: IndexFact): string {
  return `${JSON.stringify(fact)}\n`;
}

const numberFields: Readonly<Record<IndexFact['kind'], readonly string[]>> = {
  recording: ['version'],
  file: ['file', 'offset', 'line'],
  block: ['offset', 'length', 'line', 'lines'],
  marker: ['number', 'offset', 'line'],
  state: ['offset'],
  gap: ['offset'],
  compressed: ['file'],
  deleted: ['file'],
  end: ['offset'],
};

const kindsWithTime: Readonly<Partial<Record<IndexFact['kind'], true>>> = {
  recording: true,
  file: true,
  block: true,
  deleted: true,
  end: true,
};

/**
 * The facts in order. A torn line, or one that this version cannot read, is left out; a damaged marker whose place can
 * be read is an `unreadable` marker.
 */
export function* readIndex(text: string): Generator<IndexFact> {
  // Deletions in a row are one, up to the newest file.
  let deleted: Extract<IndexFact, {kind: 'deleted'}> | undefined;
  for (const line of text.split('\n')) {
    const fact = line === '' ? undefined : parseJson(line);
    if (!isFact(fact)) continue;
    if (fact.kind === 'deleted') {
      if (!deleted || fact.file > deleted.file) deleted = fact;
      continue;
    }
    if (deleted) yield deleted;
    deleted = undefined;
    yield fact.kind === 'marker' ? {...fact, marker: storedMarker(fact.marker)} : fact;
  }
  if (deleted) yield deleted;
}

function isFact(json: unknown): json is IndexFact {
  if (!isObject(json)) return false;
  const {kind, at, members, name, id} = json;
  if (typeof kind !== 'string' || !Object.hasOwn(numberFields, kind)) return false;
  if (!numberFields[kind as IndexFact['kind']].every((field) => isWhole(json[field]))) return false;
  if (kind in kindsWithTime && !isTimestamp(at)) return false;
  if (kind === 'compressed') return Array.isArray(members) && members.every(isWhole);
  return kind !== 'recording' || (typeof name === 'string' && typeof id === 'string');
}

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Bytes of an index that count: one of a recording of 50 GB has less. */
export const mostIndexBytes = 32 * 1024 * 1024;
/** Bytes that are read and parsed at once, within 10 ms. No fact is longer. */
const indexPieceBytes = 512 * 1024;

/** Whole lines of an index from an offset on, some at a time, and where they end. */
export async function* indexLines(
  handle: Pick<FileHandle, 'read'>,
  from = 0,
): AsyncGenerator<{readonly lines: string; readonly end: number}> {
  const memory = Buffer.allocUnsafe(indexPieceBytes);
  let isLong = false;
  for (let at = from; at < mostIndexBytes; ) {
    const {bytesRead} = await handle.read(memory, 0, Math.min(memory.length, mostIndexBytes - at), at);
    const bytes = memory.subarray(0, bytesRead);
    const length = bytes.lastIndexOf('\n') + 1;
    // The rest of a line that is too long is none of its own.
    const start = isLong ? bytes.indexOf('\n') + 1 : 0;
    if (length > start) yield {lines: bytes.toString('utf8', start, length), end: at + length};
    if (length === 0 && bytesRead < memory.length) return;
    isLong = length === 0;
    at += length || bytesRead;
  }
}

/** Starts a recording. Log files without an index that tells of them are put aside with it, not overwritten. */
export async function startIndex(
  folder: string,
  recorded: Recorded,
  clock: Pick<Clock, 'wall'>,
): Promise<{readonly map: RecordingMap; readonly aside: string | undefined}> {
  await makeFolder(folder);
  const names = await readdir(folder);
  const logs = names.filter((file) => file.endsWith('.log') || file.endsWith('.log.gz'));
  const aside = logs.length === 0 ? undefined : path.join(folder, `${asidePrefix}${Math.round(clock.wall())}`);
  if (aside !== undefined) {
    await mkdir(aside, {mode: 0o700});
    const index = names.filter((file) => file === path.basename(indexFile(folder)));
    for (const file of [...logs, ...index]) await rename(path.join(folder, file), path.join(aside, file));
  }
  await rm(indexFile(folder), {force: true});
  const first = firstFact(recorded, clock.wall());
  await writeRegular(indexFile(folder), indexLine(first), openFor.appendOwn);
  const map = new RecordingMap();
  map.apply(first);
  return {map, aside};
}

function firstFact({name, id, server}: Recorded, at: number): IndexFact {
  return {kind: 'recording', version: recordingVersion, name, id, server, at};
}

/** Leaves out void facts. */
export async function rewriteIndex(folder: string, recorded: Recorded, map: RecordingMap): Promise<void> {
  const draft = `${indexFile(folder)}.new`;
  const facts = [firstFact(recorded, map.startedAt), ...map.facts()];
  const handle = await openRegular(draft, openFor.write);
  try {
    await handle.writeFile(facts.map(indexLine).join(''));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, indexFile(folder));
  map.voidFacts = 0;
}

/** Between name and id. No id (UUID) contains it, so the last one in a folder's name counts. */
const separator = '--';
const safeName = /^[\p{L}\p{N}][-\p{L}\p{M}\p{N}_]{0,62}$/u;
const safeId = /^[A-Za-z0-9]+(?:-[A-Za-z0-9]+){0,8}$/;
/** Of a folder's name, as most file systems allow. */
const longestFolderName = 255;

/** Name prefix of subfolders with log files that were found without an index. */
export const asidePrefix = 'without-index-';

/** How a recording names its server: with the tenant, if one was requested by name. */
export function serverName(baseUrl: string, tenant: string | undefined): string {
  return tenant === undefined ? baseUrl : `${baseUrl} ${tenant}`;
}

/** Undefined when the name or id is not safe in a path, or too long for one. */
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

/** `000001.log`; the compressed file has `.gz` added. */
export function logFile(folder: string, number: number): string {
  return path.join(folder, `${String(number).padStart(6, '0')}.log`);
}

export function indexFile(folder: string): string {
  return path.join(folder, 'index.jsonl');
}

export function lockFile(folder: string): string {
  return path.join(folder, 'lock');
}
