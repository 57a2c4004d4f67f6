import {ApiError} from '../api/errors.ts';
import type {ApiClient} from '../api/types.ts';
import {AnchorSearch} from '../buffer/line-anchor.ts';
import type {Clock} from '../lib/clock.ts';
import {SliceRunner} from '../lib/slices.ts';
import type {Processes} from '../storage/file-lock.ts';
import type {Session, TabAnchors} from '../storage/session-data.ts';
import {SessionFile} from '../storage/session-file.ts';
import type {LogSource} from '../streams/log-source.ts';
import {follow} from '../viewport/position.ts';
import type {Controller} from './controller.ts';
import {applyToPane, applyToSidebar, type ViewOptions} from './state/pane-view.ts';
import {anchorsIn, positionAt, restoredView, sessionOf} from './state/session-state.ts';
import type {Tab} from './state/view-state.ts';

/** A change is written so many milliseconds later, with all that came meanwhile. */
const saveDelay = 3000;

/** A tab of the last session whose marks and place were not looked for yet. `stop` ends what is under way. */
type Pending = {readonly anchors: TabAnchors; source: LogSource | undefined; stop: () => void};

/**
 * Takes up the last session and keeps the present one. Marks and places come back once a tab's log has caught up; until
 * then they are kept as they were, so that nothing is lost when the program ends, or the server is away, before.
 */
export class SessionKeeper {
  readonly #controller: Controller;
  readonly #clock: Clock;
  readonly #typed: ViewOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #unsubscribe: (() => void)[] = [];
  #save: ((session: Session) => Promise<void>) | undefined;
  #cancelSave: (() => void) | undefined;

  /** `typed`: what the user wants now, whatever the last session was like. */
  constructor({controller, clock, typed = {}}: {controller: Controller; clock: Clock; typed?: ViewOptions}) {
    this.#controller = controller;
    this.#clock = clock;
    this.#typed = typed;
  }

  /** Brings a session back; tabs that are open already, named on the command line, stay in front. */
  restore(session: Session): void {
    const {manager, watch} = this.#controller.services;
    for (const {name, anchors} of session.tabs) {
      if (anchors.marks.length > 0 || anchors.place) {
        this.#pending.set(name, {anchors, source: undefined, stop: () => {}});
      }
    }
    const view = restoredView(session, {watch, now: this.#controller.state.defaults});
    const tabs = view.tabs.map((tab) => ({...tab, pane: applyToPane(this.#typed, tab.pane)}));
    this.#controller.dispatch({type: 'restore', view: applyToSidebar(this.#typed, {...view, tabs})});
    this.#unsubscribe.push(manager.names.subscribe(() => this.#findSources()));
    this.#findSources();
  }

  /** From now on `save` is called some seconds after a change. It must not reject. */
  start(save: (session: Session) => Promise<void>): void {
    this.#save = save;
    this.#unsubscribe.push(
      this.#controller.view.subscribe(() => {
        this.#cancelSave ??= this.#clock.after(saveDelay, () => this.capture());
      }),
    );
  }

  /** Saves the session as it is now: at the end, while the logs are still there. */
  capture(): void {
    this.#cancelSave?.();
    this.#cancelSave = undefined;
    void this.#save?.(sessionOf(this.#controller.state, (tab) => this.#anchorsOf(tab)));
  }

  dispose(): void {
    this.#save = undefined;
    this.#cancelSave?.();
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    for (const {stop} of this.#pending.values()) stop();
  }

  #anchorsOf(tab: Tab): TabAnchors {
    const source = this.#controller.logOf(tab);
    const now: TabAnchors = source ? anchorsIn(source.buffer, tab.pane) : {marks: [], place: undefined};
    const pending = this.#pending.get(tab.name)?.anchors;
    if (!pending) return now;
    return {marks: [...pending.marks, ...now.marks], place: now.place ?? pending.place};
  }

  /** Streams open one by one, and a merged log when all of its own are open. */
  #findSources(): void {
    for (const [name, pending] of this.#pending) {
      const tab = this.#tab(name);
      const source = tab && this.#controller.logOf(tab);
      if (!tab) {
        pending.stop();
        this.#pending.delete(name);
      }
      if (!source || source === pending.source) continue;
      pending.stop();
      pending.source = source;
      pending.stop = source.snapshot.subscribe(() => this.#lookWhenReady(name, pending, source));
      this.#lookWhenReady(name, pending, source);
    }
  }

  #lookWhenReady(name: string, pending: Pending, source: LogSource): void {
    const {connection, lineCount} = source.snapshot.get();
    const isCaughtUp = connection.kind === 'live' || connection.kind === 'ended';
    if (!isCaughtUp || lineCount === 0) return;
    pending.stop();
    const {marks, place} = pending.anchors;
    const wanted = place ? [place.current, place.top ?? [], place.seen ?? []].flat() : [];
    const search = new AnchorSearch(source.buffer, [...marks, ...wanted]);
    const runner = new SliceRunner({
      clock: this.#clock,
      step: (maxBytes) => search.step(maxBytes),
      onSlice: (isDone) => {
        if (!isDone) return;
        runner.dispose();
        this.#pending.delete(name);
        this.#put(name, pending.anchors, search);
      },
    });
    pending.stop = () => runner.dispose();
    runner.wake();
  }

  /** What was not found is let go of; who moved meanwhile stays where they are. */
  #put(name: string, {marks, place}: TabAnchors, search: AnchorSearch): void {
    const tab = this.#tab(name);
    if (!tab) return;
    const found = new Set([...marks.flatMap((anchor) => search.idOf(anchor) ?? []), ...tab.pane.marks]);
    const isUntouched = tab.pane.position === follow;
    const position = place && isUntouched ? positionAt(place, (anchor) => search.idOf(anchor)) : undefined;
    this.#controller.changePaneOf(name, {marks: found, ...(position && {position})});
  }

  #tab(name: string): Tab | undefined {
    return this.#controller.state.tabs.find((tab) => tab.name === name);
  }
}

/** The first pipeline waits for the session so long at the most: a home may hang. Milliseconds. */
const longestWait = 3000;
/** A server that has just listed its pipelines says at once who asks; else it is asked again. Milliseconds. */
const tenantPatience = 2000;

type SessionOptions = {
  readonly client: Pick<ApiClient, 'baseUrl' | 'getSession'>;
  readonly clock: Clock;
  readonly folder: string;
  readonly processes: Processes;
  /** The last session is not taken up. */
  readonly fresh: boolean;
  /** What the user wants of it all the same. */
  readonly typed: ViewOptions;
  readonly signal: AbortSignal;
};

/** The session of this run: taken up from the last one when the server has answered, and kept until the end. */
export class ScreenSession {
  readonly #options: SessionOptions;
  #keeper: SessionKeeper | undefined;
  #file: SessionFile | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the session is back, or is not to be waited for: then it comes back behind what is open. Without a
   * file the program does what it does, and says why nothing is kept.
   */
  async takeUp(controller: Controller): Promise<void> {
    const {promise: late, resolve} = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(longestWait, resolve);
    await Promise.race([this.#takeUp(controller), late]);
    cancel();
  }

  async #takeUp(controller: Controller): Promise<void> {
    const {client, clock, fresh, typed, signal} = this.#options;
    const tenant = await this.#tenant();
    if (tenant === undefined) return;
    const file = await SessionFile.take({...this.#options, server: client.baseUrl, tenant});
    if (typeof file === 'string') {
      controller.say(file);
      return;
    }
    this.#file = file;
    if (signal.aborted) return;
    const {session, problem} = fresh ? {} : await file.read();
    const keeper = new SessionKeeper({controller, clock, typed});
    this.#keeper = keeper;
    if (session) keeper.restore(session);
    if (problem !== undefined) controller.say(problem);
    keeper.start(async (present) => {
      await file.save(present);
      const trouble = file.readProblem();
      if (trouble !== undefined) controller.say(trouble);
    });
  }

  /** To be called while the logs are still there. */
  capture(): void {
    this.#keeper?.capture();
    this.#keeper?.dispose();
  }

  /** Resolves when everything is on the disk. */
  async close(): Promise<void> {
    await this.#file?.close();
  }

  /**
   * Id of the tenant; empty if the server does not say: the session is then the server's. Over a bad network it is asked
   * for until it comes, since under another name the last session would not be found. Undefined: the end came before.
   */
  async #tenant(): Promise<string | undefined> {
    const {client, clock, signal} = this.#options;
    while (!signal.aborted) {
      const late = new AbortController();
      const cancel = clock.after(tenantPatience, () => late.abort());
      try {
        const {tenantId} = await client.getSession(AbortSignal.any([signal, late.signal]));
        return tenantId;
      } catch (error) {
        if (!late.signal.aborted && !mayPass(error)) return '';
      } finally {
        cancel();
      }
      await clock.sleep(tenantPatience, signal).catch(() => {});
    }
    return undefined;
  }
}

/** The network, or the server, is not well at the moment: no answer to the question. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const {failure} = error;
  if (failure.kind !== 'retryable') return failure.kind === 'cancelled';
  return failure.reason !== 'protocol' && failure.reason !== 'not-ready';
}
