import {lstat, readdir} from 'node:fs/promises';
import path from 'node:path';
import {bisect} from '../../lib/bisect.ts';
import type {Marker} from '../buffer/markers.ts';
import {newline} from '../buffer/segment.ts';
import {bytesOfPath} from '../disk/regular-file.ts';
import {ignoreMissing} from '../disk/save-file.ts';
import {FactsFile, logFile, logsOnDisk, pipelineOfFolder, readFacts, untold} from './facts.ts';
import {RecordedBytes} from './recorded-bytes.ts';

/** A recorded pipeline's folder. */
export type FoundRecording = {
  readonly folder: string;
  /** The last part of its path. */
  readonly name: string;
  /** Unix time in ms. */
  readonly startedAt: number;
  /** Server of the pipeline, from `serverName`; undefined: the recording does not tell. */
  readonly server: string | undefined;
};

/**
 * Bytes of a log, or a marker in their place. `place`: where they are in a recording. `corrects`: the marker stands for the
 * one before it.
 */
export type RecordedPiece =
  | {readonly bytes: Buffer; readonly place?: {readonly part: RecordedBytes; readonly offset: number}}
  | {readonly marker: Marker; readonly corrects?: boolean};

/** Bytes of facts of which the first line is one. */
const beginBytes = 16 * 1024;

/** Reads a recording, even while another program writes it. What is missing in a row is one marker. */
export class RecordingReader {
  readonly #bytes: RecordedBytes;
  readonly #folder: string;
  readonly #file: FactsFile;
  /** Offset of the next byte. */
  #at = 0;
  #nextMarker = 0;
  /** Markers for what cannot be read, until `pieces` returns them. */
  #missing: RecordedPiece[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    this.#file = new FactsFile(folder);
    this.#bytes = new RecordedBytes(folder, this.#file.facts);
  }

  /** Rejects with errors of the file system, where no log can be read. */
  static async open(folder: string): Promise<RecordingReader> {
    const reader = new RecordingReader(folder);
    try {
      await reader.#begin();
      return reader;
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  async #begin(): Promise<void> {
    const logs = await logsOnDisk(this.#folder);
    await this.#file.readOn();
    const {facts} = this.#file;
    const last = facts.files.at(-1);
    const found = new Set(logs.map(({file}) => file));
    const isGone = last && !found.has(last.file);
    // Only a file that another one follows is packed: its length is where that begins.
    const endless = logs.filter(({file, name}) => file === last?.file && name.endsWith('.zst'));
    const damage = [
      ...[...endless.map(({name}) => name), ...(await untold(this.#folder, facts, logs))].map(
        (name) => `facts.jsonl does not list ${name} · open that file to read it`,
      ),
      ...(isGone ? [`${path.basename(logFile(this.#folder, last.file))} is missing`] : []),
    ];
    facts.beginWith(facts.files.find(({file}) => found.has(file))?.file ?? last?.file ?? 0);
    const {begin, files, firstOffset} = facts;
    const at = begin?.at ?? 0;
    for (const why of damage)
      this.#missing.push({marker: {kind: 'unreadable', bytes: undefined, because: 'not-read', why, at}});
    const bytes = files.length === 0 ? undefined : firstOffset;
    const isThere = logs.some(({file}) => file < (files[0]?.file ?? 0));
    if (bytes !== 0 && !isThere)
      this.#missing.push({marker: {kind: 'unreadable', bytes, because: 'deleted-to-make-room', at}});
    this.#at = firstOffset;
    this.#bytes.facts = facts;
  }

  /** Bytes that are there now. */
  async size(): Promise<number> {
    return (await this.#end()) - this.#bytes.facts.firstOffset;
  }

  /** Reads what was added since the last call, to the present end. Throws errors of the file system. */
  async *pieces(): AsyncGenerator<RecordedPiece> {
    yield* this.#missing.splice(0);
    for (let isRead = false; !isRead; ) {
      // First: what the facts say then is about all of these bytes.
      const last = this.#bytes.facts.files.at(-1);
      const end = await this.#end();
      yield* this.#readFacts();
      const newest = this.#bytes.facts.files.at(-1);
      isRead = newest?.file === last?.file;
      yield* this.#piecesTo(isRead ? end : Math.max(end, newest?.offset ?? 0));
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Returns the offset at which the last file ends now. */
  async #end(): Promise<number> {
    const {file, offset = 0} = this.#bytes.facts.files.at(-1) ?? {};
    if (file === undefined) return offset;
    const stats = await lstat(bytesOfPath(logFile(this.#folder, file))).catch(ignoreMissing);
    return offset + (stats?.isFile() ? stats.size : 0);
  }

  async *#readFacts(): AsyncGenerator<RecordedPiece> {
    const added = await this.#file.readOn();
    this.#bytes.facts = this.#file.facts;
    for (const fact of added ?? []) {
      if (fact.kind !== 'marker' || fact.number !== this.#nextMarker - 1) continue;
      yield {marker: fact.marker, corrects: true};
    }
  }

  async *#piecesTo(end: number): AsyncGenerator<RecordedPiece> {
    const {markers, begin} = this.#bytes.facts;
    const at = begin?.at ?? 0;
    let lost = 0;
    const takeLost = (): RecordedPiece[] => {
      const bytes = lost;
      lost = 0;
      return bytes > 0 ? [{marker: {kind: 'unreadable', bytes, because: 'deleted-or-damaged', at}}] : [];
    };
    if (end < this.#at) {
      // What could not be written whole was removed, and is written again.
      this.#at = end;
      yield {marker: {kind: 'file', turn: 'truncated', at}};
    }
    for (;;) {
      const marker = markers[bisect(0, markers.length, (index) => (markers[index]?.number ?? 0) < this.#nextMarker)];
      if (marker && marker.offset <= this.#at) {
        yield* takeLost();
        this.#nextMarker = marker.number + 1;
        yield {marker: marker.marker};
        continue;
      }
      const offset = this.#at;
      const limit = Math.min(end, marker?.offset ?? end);
      if (limit <= offset) break;
      const next = this.#bytes.readOn(offset, limit);
      this.#at = next.end;
      if (next.bytes) {
        yield* takeLost();
        yield {bytes: next.bytes, place: {part: this.#bytes, offset}};
      } else lost += next.end - offset;
    }
    yield* takeLost();
  }
}

/** A recording from its beginning to its present end. */
export async function* readRecording(folder: string): AsyncGenerator<RecordedPiece> {
  const reader = await RecordingReader.open(folder);
  try {
    yield* reader.pieces();
  } finally {
    await reader.close();
  }
}

/** One recording after the other. A line that is open where one ends is ended, with a marker behind it. */
export async function* recordedPieces(
  recordings: readonly FoundRecording[],
  read: (recording: FoundRecording) => AsyncIterable<RecordedPiece> | readonly RecordedPiece[] = ({folder}) =>
    readRecording(folder),
): AsyncGenerator<RecordedPiece> {
  let isOpen = false;
  for (const [index, recording] of recordings.entries()) {
    const {name: folder, startedAt: at} = recording;
    if (isOpen) yield {bytes: Buffer.of(newline)};
    isOpen = false;
    if (index > 0) yield {marker: {kind: 'new-life', because: 'created-again', folder, at}};
    for await (const piece of read(recording)) {
      if ('bytes' in piece) isOpen = piece.bytes.at(-1) !== newline;
      yield piece;
    }
  }
}

/** The recordings of all pipelines that had this name, and of the one with this id, by start, oldest first. */
export async function findRecordings(directory: string, name: string, id?: string): Promise<FoundRecording[]> {
  const entries = (await readdir(bytesOfPath(directory), 'utf8').catch(ignoreMissing)) ?? [];
  const found: FoundRecording[] = [];
  for (const entry of entries) {
    const pipeline = pipelineOfFolder(entry);
    if (pipeline?.name !== name && (id === undefined || pipeline?.id !== id)) continue;
    const recording = await findRecording(path.join(directory, entry));
    if (recording) found.push(recording);
  }
  return found.sort((a, b) => a.startedAt - b.startedAt);
}

/** Returns undefined without facts: what is there can be read as any files. */
export async function findRecording(folder: string): Promise<FoundRecording | undefined> {
  const {begin} = (await readFacts(folder, beginBytes).catch(() => undefined)) ?? {};
  return begin && {folder, name: path.basename(path.resolve(folder)), startedAt: begin.at, server: begin.server};
}
