import {rename, stat} from 'node:fs/promises';
import path from 'node:path';
import {crc32} from 'node:zlib';
import {isObject, parseJson} from '../lib/json.ts';
import {acquireLock, type Processes, releaseLock} from './file-lock.ts';
import {openFor, readRegular} from './regular-file.ts';
import {codeOf, makeFolder, readOnlyState, saveFailure, saveFile} from './save-file.ts';
import {readSession, type SavedSession} from './session-data.ts';

/** Programs that keep a session on one server at a time. */
const mostPlaces = 16;
/** Bytes. A thousand marks are about 60 KB: a larger file is not ours. */
const largestFile = 4 * 1024 * 1024;

type SessionFileOptions = {
  /** Created if it is missing. */
  readonly folder: string;
  /** Base URL without credentials. A session of another server or tenant is not read. */
  readonly server: string;
  readonly tenant: string;
  readonly processes: Processes;
  readonly signal: AbortSignal;
};

/**
 * The session of one running program on one server. Each program locks a file of its own: the first one
 * `session-<hash>.json`, one started beside it `session-<hash>-2.json`, and so on. At the next start the first program
 * has the first session again.
 */
export class SessionFile {
  readonly #file: string;
  readonly #options: SessionFileOptions;
  #written = '';
  /** Writes in order; never rejects. */
  #work: Promise<void> = Promise.resolve();
  #problem: string | undefined;
  #hasReported = false;

  private constructor(file: string, options: SessionFileOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** Locks the first file that no other program has. Returns a sentence when it cannot. */
  static async acquire(options: SessionFileOptions): Promise<SessionFile | string> {
    const {folder, server, tenant, processes, signal} = options;
    const name = `session-${hashOf(`${server} ${tenant}`)}`;
    try {
      await makeFolder(folder);
      for (let place = 1; place <= mostPlaces && !signal.aborted; place++) {
        const file = path.join(folder, `${name}${place === 1 ? '' : `-${place}`}.json`);
        const holder = await acquireLock(lockOf(file), processes);
        if (holder === undefined) return new SessionFile(file, options);
      }
      if (signal.aborted) return 'the session is not kept: the screen has ended';
      return `the session is not kept: ${mostPlaces} programs keep theirs for this server`;
    } catch (error) {
      return (await readOnlyState(folder)) ?? `the session is not kept: ${saveFailure(folder, error) ?? String(error)}`;
    }
  }

  /** The last run's session, if any. `problem`: one sentence on why it cannot be read; a damaged file is renamed. */
  async read(): Promise<{readonly session: SavedSession | undefined; readonly problem: string | undefined}> {
    const nothing = {session: undefined, problem: undefined};
    try {
      const stats = await stat(this.#file);
      const text = stats.isFile() && stats.size <= largestFile ? await this.#text() : '';
      const session = sessionIn(text, this.#options);
      if (session === 'of another') return nothing;
      if (session) return {session, problem: undefined};
      const aside = `${this.#file}.damaged`;
      await rename(this.#file, aside);
      return {session: undefined, problem: `the last session could not be read: its file is now ${aside}`};
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || this.#options.signal.aborted) return nothing;
      return {session: undefined, problem: `the last session could not be read (${codeOf(error) ?? String(error)})`};
    }
  }

  /** Writes the session, unless it equals the last one. Resolves when it is written. */
  save(session: SavedSession): Promise<void> {
    const {server, tenant, signal} = this.#options;
    const text = `${JSON.stringify({version: 1, server, tenant, session})}\n`;
    if (text === this.#written) return this.#work;
    this.#written = text;
    this.#work = this.#work.then(async () => {
      const saved = await saveFile(this.#file, [Buffer.from(text)], {overwrite: true, signal}).catch(String);
      const problem = typeof saved === 'string' ? saved : saved.kind === 'failed' ? saved.why : undefined;
      if (problem === undefined) return;
      this.#problem ??= (await readOnlyState(this.#options.folder)) ?? problem;
      // The next save tries again, also an equal session.
      if (this.#written === text) this.#written = '';
    });
    return this.#work;
  }

  /** Why the session could not be written, in one sentence; returned once. */
  readProblem(): string | undefined {
    const problem = this.#hasReported ? undefined : this.#problem;
    this.#hasReported ||= problem !== undefined;
    return problem;
  }

  /** Unlocks the file once everything is written. Never rejects. */
  async close(): Promise<void> {
    await this.#work;
    await releaseLock(lockOf(this.#file)).catch(() => {});
  }

  async #text(): Promise<string> {
    return (await readRegular(this.#file, openFor.read, this.#options.signal)).toString();
  }
}

function sessionIn(text: string, {server, tenant}: SessionFileOptions): SavedSession | 'of another' | undefined {
  const json = parseJson(text);
  if (!isObject(json) || json.version !== 1) return undefined;
  if (!('server' in json) || !('tenant' in json) || !('session' in json)) return undefined;
  return json.server === server && json.tenant === tenant ? readSession(json.session) : 'of another';
}

function lockOf(file: string): string {
  return `${file}.lock`;
}

/** 64 bits, short enough for a file name. A collision is noticed: the file holds server and tenant. */
function hashOf(text: string): string {
  const parts = [crc32(text), crc32([...text].reverse().join(''))];
  return parts.map((part) => part.toString(16).padStart(8, '0')).join('');
}
