import {rename, stat} from 'node:fs/promises';
import path from 'node:path';
import {crc32} from 'node:zlib';
import {ApiError} from '../../../engine/api/errors.ts';
import type {ApiClient} from '../../../engine/api/types.ts';
import {openFor, readRegular} from '../../../engine/disk/regular-file.ts';
import {
  codeOf,
  ignoreMissing,
  makeFolder,
  readOnlyState,
  saveFailure,
  saveFile,
} from '../../../engine/disk/save-file.ts';
import {readEventsOf} from '../../../engine/pipelines/pipeline-history.ts';
import {showAbsence} from '../../../features/errors/errors-feature.ts';
import {absenceByHistory} from '../../../kit/journal/absence.ts';
import {renamedWords} from '../../../kit/screen/tabs.ts';
import {applyToPane, applyToScreen, type ViewOptions} from '../../../kit/state/pane-view.ts';
import {savedParts, underNewNames} from '../../../kit/state/view-state.ts';
import {type Clock, withPatience} from '../../../lib/clock.ts';
import {isObject, parseJson} from '../../../lib/json.ts';
import type {Controller} from '../controller.ts';
import {readSession, type SavedSession} from './session-data.ts';
import {newNames, restoredView, sessionOf} from './session-state.ts';

/** Bytes. A thousand marks are about 60 KB: a larger file is not ours. */
const largestFile = 4 * 1024 * 1024;

const otherWords = 'another pipetail keeps its session on this server: of the two, the one that saves last comes back';

type SessionFileOptions = {
  /** Created if it is missing. */
  readonly folder: string;
  /** Base URL without credentials. Each server, and each tenant of it, has a session. */
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
      const json = parseJson(text);
      const session = isObject(json) && json.version === 1 ? readSession(json.session) : undefined;
      if (session) return {session, problem: undefined};
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

/** 64 bits, short enough for a file name. */
function hashOf(text: string): string {
  const parts = [crc32(text), crc32([...text].reverse().join(''))];
  return parts.map((part) => part.toString(16).padStart(8, '0')).join('');
}

/** Milliseconds that the first pipeline waits for the last session: a home directory may hang. */
const longestWait = 3000;
/** Milliseconds for the request of the tenant: a server that has just listed its pipelines answers at once. */
const tenantTimeout = 2000;
/** Milliseconds from a change to its save, which includes all changes until then. */
const saveDelay = 3000;
/** Milliseconds of use after which the session is saved, though it is the same: when pipetail last ran is part of it. */
const keySaveDelay = 60_000;

type SessionOptions = {
  readonly client: Pick<ApiClient, 'baseUrl' | 'getSession' | 'listEvents' | 'getEvent'>;
  readonly clock: Clock;
  readonly folder: string;
  /** Starts without the last session. */
  readonly fresh: boolean;
  /** Options of this start, which override the last session. */
  readonly viewOptions: ViewOptions;
  readonly signal: AbortSignal;
};

/** The session of this run: restored when the server has answered, then saved until the end. */
export class ScreenSession {
  readonly #options: SessionOptions;
  #keeper: SessionKeeper | undefined;
  #file: SessionFile | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Resolves when the last session is restored, or after `longestWait`: then its tabs open behind the others. */
  async start(controller: Controller): Promise<void> {
    const {promise: late, resolve} = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(longestWait, resolve);
    await Promise.race([this.#start(controller), late]);
    cancel();
  }

  async #start(controller: Controller): Promise<void> {
    const {client, clock, fresh, viewOptions, signal} = this.#options;
    const tenant = await this.#tenant();
    if (tenant === undefined || signal.aborted) return;
    const file = new SessionFile({...this.#options, server: client.baseUrl, tenant});
    this.#file = file;
    const {session: saved, problem} = fresh ? {} : await file.read();
    if (signal.aborted) return;
    const keeper = new SessionKeeper({controller, clock, viewOptions});
    this.#keeper = keeper;
    const session = saved && keeper.restore(saved);
    if (problem !== undefined) controller.say(problem, 'failure');
    const said = new Set<string>();
    keeper.start(async (present) => {
      const trouble = await file.save(present);
      if (trouble === undefined || said.has(trouble)) return;
      said.add(trouble);
      controller.say(trouble, 'failure');
    });
    if (session) await this.#tellAbsence(controller, session);
  }

  /** Shows what happened to the restored pipelines since pipetail last ran. */
  async #tellAbsence(controller: Controller, {tabs, active, savedAt: since}: SavedSession): Promise<void> {
    if (since === undefined || !controller.eventTracker.wasAway(since)) return;
    const {client, clock, signal} = this.#options;
    const names = tabs.flatMap(({name, merges}) => (merges || !controller.pipeline(name) ? [] : name));
    // The shown one first: there may be too many for all.
    names.sort((a, b) => Number(b === active) - Number(a === active));
    const histories = await readEventsOf(client, names, {since, signal}).catch(() => undefined);
    const notFollowed = new Set(names.filter((name) => controller.events.readings.of(name)));
    const summary = histories && absenceByHistory(histories, {since, until: clock.wall(), notFollowed});
    if (summary && !signal.aborted) showAbsence(controller, summary);
  }

  /** Saves the session for the last time. Call it while the logs are still open. */
  capture(): void {
    this.#keeper?.capture();
    this.#keeper?.dispose();
  }

  /** Resolves when everything is on the disk. */
  async close(): Promise<void> {
    await this.#file?.close();
  }

  /**
   * Id of the tenant; empty if the server has none: its tenants share a session. Undefined: the screen ended first.
   * Retries while the network fails: under an empty id the last session would not be found.
   */
  async #tenant(): Promise<string | undefined> {
    const {client, clock, signal} = this.#options;
    const ask = (late: AbortSignal) => client.getSession(late);
    while (!signal.aborted) {
      try {
        return (await withPatience({clock, milliseconds: tenantTimeout, signal}, ask)).tenantId;
      } catch (error) {
        if (!isTemporary(error)) return '';
      }
      await clock.sleep(tenantTimeout, signal).catch(() => {});
    }
    return undefined;
  }
}

/** A later try may succeed. */
function isTemporary(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const {failure} = error;
  if (failure.kind !== 'retryable') return failure.kind === 'cancelled';
  return failure.reason !== 'protocol' && failure.reason !== 'not-ready';
}

/**
 * Restores the last session and saves the current one. Marks and places that were not found yet are saved unchanged, so
 * that an early end loses nothing.
 */
export class SessionKeeper {
  readonly #controller: Controller;
  readonly #clock: Clock;
  readonly #viewOptions: ViewOptions;
  #unsubscribe = () => {};
  #save: ((session: SavedSession) => Promise<void>) | undefined;
  #cancelSave: (() => void) | undefined;
  #savedAt = Number.NEGATIVE_INFINITY;

  constructor(options: {
    readonly controller: Controller;
    readonly clock: Clock;
    readonly viewOptions?: ViewOptions;
  }) {
    this.#controller = options.controller;
    this.#clock = options.clock;
    this.#viewOptions = options.viewOptions ?? {};
  }

  /**
   * Opens the tabs of a session; those that are open already, named on the command line, stay in front. Returns it under
   * the names that its pipelines have now.
   */
  restore(saved: SavedSession): SavedSession {
    // Keys that came before it are not undone.
    this.#controller.tabSwitcher.settleCursor();
    const {services, state, places} = this.#controller;
    const names = newNames(saved, services.poller.snapshot.get().pipelines ?? []);
    const session = names.size === 0 ? saved : underNewNames(saved, names);
    const view = restoredView(session, {timeLimit: services.timeLimit, defaults: state.defaults});
    const tabs = view.tabs.map((tab) => ({...tab, pane: applyToPane(this.#viewOptions, tab.pane)}));
    this.#controller.dispatch({type: 'restore', view: applyToScreen(this.#viewOptions, {...view, tabs})});
    // Who names a pipeline wants to see what it does now.
    const isNamed = (name: string) => this.#controller.isNamed(name);
    for (const {name, places: saved} of session.tabs)
      places.find(name, isNamed(name) ? {...saved, place: undefined} : saved);
    for (const [from, to] of names) this.#controller.say(renamedWords(from, to));
    return session;
  }

  /** Calls `save`, which must not reject, some seconds after a change. */
  start(save: (session: SavedSession) => Promise<void>): void {
    this.#save = save;
    let before = this.#controller.state;
    this.#unsubscribe = this.#controller.view.subscribe(() => {
      const {state} = this.#controller;
      // A notice that comes and goes needs no save.
      const isSame = savedParts.every((part) => state[part] === before[part]);
      before = state;
      // After an end without notice, the next start must not tell what the user has seen.
      if (isSame && this.#controller.eventTracker.usedAt - this.#savedAt < keySaveDelay) return;
      this.#cancelSave ??= this.#clock.after(saveDelay, () => this.capture());
    });
  }

  /** Saves the current session at once. */
  capture(): void {
    this.#cancelSave?.();
    this.#cancelSave = undefined;
    const {state, places} = this.#controller;
    const session = sessionOf(
      state,
      (tab) => places.placesOf(tab),
      (name) => this.#controller.pipeline(name)?.id,
    );
    this.#savedAt = this.#clock.wall();
    void this.#save?.({...session, savedAt: this.#savedAt});
  }

  dispose(): void {
    this.#save = undefined;
    this.#cancelSave?.();
    this.#unsubscribe();
  }
}
