import {rename, stat} from 'node:fs/promises';
import path from 'node:path';
import {crc32} from 'node:zlib';
import {openFor, readRegular} from '../../../engine/disk/regular-file.ts';
import {
  codeOf,
  ignoreMissing,
  makeFolder,
  readOnlyState,
  saveFailure,
  saveFile,
} from '../../../engine/disk/save-file.ts';
import {isObject, parseJson} from '../../../lib/json.ts';
import {readSession, type SavedSession} from './session-data.ts';

/** Bytes. A thousand marks are about 60 KB: a larger file is not ours. */
const largestFile = 4 * 1024 * 1024;

const otherWords = 'another pipetail keeps its session on this server: of the two, the one that saves last comes back';

type SessionFileOptions = {
  /** Created if it is missing. */
  readonly folder: string;
  /** Base URL without credentials. A session of another server or tenant is not read. */
  readonly server: string;
  readonly tenant: string;
  readonly signal: AbortSignal;
};

/** The session on one server: a file that is written whole. Of several programs the one that saves last wins. */
export class SessionFile {
  readonly #file: string;
  readonly #options: SessionFileOptions;
  /** Which file was read or written last, by this program. */
  #own: string | undefined;
  /** Writes in order; never rejects. */
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: SessionFileOptions) {
    const {folder, server, tenant} = options;
    this.#options = options;
    this.#file = path.join(folder, `session-${hashOf(`${server} ${tenant}`)}.json`);
  }

  /** The last session, if any. `problem`: one sentence on why it cannot be read; a damaged file is renamed. */
  async read(): Promise<{readonly session: SavedSession | undefined; readonly problem: string | undefined}> {
    const {signal} = this.#options;
    try {
      const stats = await stat(this.#file);
      this.#own = await this.#now();
      const isRead = stats.isFile() && stats.size <= largestFile;
      const text = isRead ? (await readRegular(this.#file, openFor.read, signal)).toString() : '';
      const session = sessionIn(text, this.#options);
      if (session) return {session: session === 'of another' ? undefined : session, problem: undefined};
      const aside = `${this.#file}.damaged`;
      await rename(this.#file, aside);
      return {session: undefined, problem: `the last session could not be read: its file is now ${aside}`};
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || signal.aborted) return {session: undefined, problem: undefined};
      return {session: undefined, problem: `the last session could not be read (${codeOf(error) ?? String(error)})`};
    }
  }

  /** Writes the session. Resolves to why it was not written, or that another program writes it, in one sentence. */
  save(session: SavedSession): Promise<string | undefined> {
    const {server, tenant} = this.#options;
    const text = `${JSON.stringify({version: 1, server, tenant, session})}\n`;
    const saved = this.#work.then(() =>
      this.#write(text).catch((error: unknown) => saveFailure(this.#file, error) ?? String(error)),
    );
    this.#work = saved;
    return saved;
  }

  /** Resolves once everything is written. Never rejects. */
  async close(): Promise<void> {
    await this.#work;
  }

  async #write(text: string): Promise<string | undefined> {
    const {folder, signal} = this.#options;
    const readOnly = await readOnlyState(folder);
    if (readOnly !== undefined) return readOnly;
    await makeFolder(folder);
    const before = await this.#now();
    const isOwn = this.#own === undefined || before === undefined || before === this.#own;
    const saved = await saveFile(this.#file, [Buffer.from(text)], {overwrite: true, signal});
    if (saved.kind === 'failed') return saved.why;
    this.#own = await this.#now();
    return isOwn ? undefined : otherWords;
  }

  /** Returns what tells the present file from others; undefined: there is none. */
  async #now(): Promise<string | undefined> {
    const stats = await stat(this.#file).catch(ignoreMissing);
    return stats && `${stats.ino} ${stats.mtimeMs}`;
  }
}

function sessionIn(text: string, {server, tenant}: SessionFileOptions): SavedSession | 'of another' | undefined {
  const json = parseJson(text);
  if (!isObject(json) || json.version !== 1) return undefined;
  if (!('server' in json) || !('tenant' in json) || !('session' in json)) return undefined;
  return json.server === server && json.tenant === tenant ? readSession(json.session) : 'of another';
}

/** 64 bits, short enough for a file name. A collision is noticed: the file holds server and tenant. */
function hashOf(text: string): string {
  const parts = [crc32(text), crc32([...text].reverse().join(''))];
  return parts.map((part) => part.toString(16).padStart(8, '0')).join('');
}
