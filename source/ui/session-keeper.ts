import {AnchorSearch} from '../buffer/line-anchor.ts';
import type {Clock} from '../lib/clock.ts';
import {SliceRunner} from '../lib/slice-runner.ts';
import type {Session, TabAnchors} from '../storage/session-data.ts';
import type {LogSource} from '../streams/log-source.ts';
import {follow} from '../viewport/position.ts';
import type {Controller} from './controller.ts';
import {anchorsIn, positionAt, restoredView, sessionOf} from './session-state.ts';
import {paneBy, sidebarBy, type ViewWish} from './start-view.ts';
import type {Tab} from './view-state.ts';

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
  readonly #typed: ViewWish;
  readonly #pending = new Map<string, Pending>();
  readonly #unsubscribe: (() => void)[] = [];
  #save: ((session: Session) => Promise<void>) | undefined;
  #cancelSave: (() => void) | undefined;

  /** `typed`: what the user wants now, whatever the last session was like. */
  constructor({controller, clock, typed = {}}: {controller: Controller; clock: Clock; typed?: ViewWish}) {
    this.#controller = controller;
    this.#clock = clock;
    this.#typed = typed;
  }

  /** Brings a session back; tabs that are open already, named on the command line, stay in front. */
  takeUp(session: Session): void {
    const {manager, watch} = this.#controller.services;
    for (const {name, anchors} of session.tabs) {
      if (anchors.marks.length > 0 || anchors.place) {
        this.#pending.set(name, {anchors, source: undefined, stop: () => {}});
      }
    }
    const view = restoredView(session, {watch, now: this.#controller.state.start});
    const tabs = view.tabs.map((tab) => ({...tab, pane: paneBy(this.#typed, tab.pane)}));
    this.#controller.dispatch({type: 'restore', view: sidebarBy(this.#typed, {...view, tabs})});
    this.#unsubscribe.push(manager.names.subscribe(() => this.#findSources()));
    this.#findSources();
  }

  /** From now on `save` is called some seconds after a change. It must not reject. */
  begin(save: (session: Session) => Promise<void>): void {
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
    const source = this.#controller.source(tab);
    const now: TabAnchors = source ? anchorsIn(source.buffer, tab.pane) : {marks: [], place: undefined};
    const pending = this.#pending.get(tab.name)?.anchors;
    if (!pending) return now;
    return {marks: [...pending.marks, ...now.marks], place: now.place ?? pending.place};
  }

  /** Streams open one by one, and a merged log when all of its own are open. */
  #findSources(): void {
    for (const [name, pending] of this.#pending) {
      const tab = this.#tab(name);
      const source = tab && this.#controller.source(tab);
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
