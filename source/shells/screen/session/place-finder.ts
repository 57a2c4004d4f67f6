import type {Log} from '../../../engine/logs/log.ts';
import type {LogRegistry} from '../../../engine/logs/log-manager.ts';
import type {RecordIndex} from '../../../engine/records/record-index.ts';
import {entryAt, onceIndexed} from '../../../kit/copy/find-place.ts';
import type {PaneModels} from '../../../kit/pane/pane-models.ts';
import type {View} from '../../../kit/screen/view.ts';
import type {Tab} from '../../../kit/state/view-state.ts';
import {beginningAt, follow, onceRead} from '../../../kit/viewport/position.ts';
import type {Clock} from '../../../lib/clock.ts';
import type {TabPlaces} from './session-data.ts';
import {placesIn, positionAt} from './session-state.ts';

export const noPlaces: TabPlaces = {marks: [], place: undefined};

type PlaceFinderOptions = {
  readonly clock: Clock;
  readonly logs: LogRegistry;
  readonly view: View;
  readonly models: PaneModels;
};

/** A place that was not found yet, of the tab of `log` once that is open. `stop` ends the search, or the wait for it. */
type Pending = {readonly name: string; readonly places: TabPlaces; log: Log | undefined; stop: () => void};

/**
 * Finds the marks and places of restored tabs once their logs have caught up: the lines have other ids then. Of a file it
 * shows the beginning until it is read.
 */
export class PlaceFinder {
  readonly #options: PlaceFinderOptions;
  readonly #pending = new Set<Pending>();
  /** Those that were read from a file when they were opened. */
  readonly #begun = new WeakSet<Log>();

  constructor(options: PlaceFinderOptions) {
    this.#options = options;
  }

  /** Follows the open logs. Returns a function that ends that, and every search. */
  start(): () => void {
    const leave = this.#options.logs.names.subscribe(() => this.#findLogs());
    this.#findLogs();
    return () => {
      leave();
      for (const {stop} of this.#pending) stop();
    };
  }

  /** Finds the marks and the place of an open tab, which were lines in another copy of its log. */
  find(name: string, places: TabPlaces): void {
    const before = this.#pendingOf(name);
    if (before) this.#drop(before);
    if (places.marks.length === 0 && !places.place) return;
    this.#pending.add({name, places, log: undefined, stop: () => {}});
    this.#findLogs();
  }

  /** Goes on looking for the tab's marks, not for its place: it is at another one now. */
  forgetPlace(tab: Tab): void {
    this.find(tab.name, {...this.placesOf(tab), place: undefined});
  }

  /** Returns a tab's marks and place now, with those that were not found yet. */
  placesOf(tab: Tab): TabPlaces {
    const {pane, name} = tab;
    const isAtEnd = pane.marks.size === 0 && pane.position.kind === 'follow';
    const index = isAtEnd ? undefined : this.#indexOf(name);
    const log = this.#options.models.logOf(tab);
    const present = log && index ? placesIn(log.buffer, index, pane) : noPlaces;
    const pending = this.#pendingOf(name)?.places;
    if (!pending) return present;
    return {marks: [...pending.marks, ...present.marks], place: present.place ?? pending.place};
  }

  /** Logs open one by one, and a merged log when all of its sources are open. */
  #findLogs(): void {
    for (const {name} of this.#options.view.state.tabs) {
      const log = this.#options.logs.get(name);
      if (log && !this.#begun.has(log)) this.#showBeginning(name, log);
    }
    for (const pending of this.#pending) {
      const tab = this.#tab(nameOf(pending));
      const log = tab && this.#options.models.logOf(tab);
      if (!tab) this.#drop(pending);
      if (!log || log === pending.log) continue;
      pending.stop();
      pending.log = log;
      const options = {log, clock: this.#options.clock, indexOf: () => this.#indexOf(log.name)};
      pending.stop = onceIndexed(options, (index) => {
        this.#drop(pending);
        this.#setPlaces(log.name, pending.places, log, index);
      });
    }
  }

  #pendingOf(name: string): Pending | undefined {
    return [...this.#pending].find((each) => nameOf(each) === name);
  }

  #drop(pending: Pending): void {
    pending.stop();
    this.#pending.delete(pending);
  }

  /** Shows the beginning of a file while it is read, unless the user goes elsewhere. */
  #showBeginning(name: string, log: Log): void {
    this.#begun.add(log);
    if (log.snapshot.get().file?.kind !== 'reading') return;
    let isShown = false;
    const leave = log.snapshot.subscribe(() => {
      const {file, lineCount, endId} = log.snapshot.get();
      const position = this.#tab(name)?.pane.position;
      const isRead = file?.kind !== 'reading';
      if (isRead || !position) leave();
      if (!position) return;
      const isFirst = !isShown && lineCount > 0 && position === follow;
      isShown ||= lineCount > 0;
      const next = isRead ? onceRead(position, endId) : isFirst ? beginningAt(log.buffer.firstId) : position;
      if (next !== position) this.#options.view.dispatch({type: 'pane', name, change: {position: next}});
    });
  }

  /** Drops what was not found. If the user has moved meanwhile, the tab keeps its position. */
  #setPlaces(name: string, {marks, place}: TabPlaces, {buffer}: Log, index: RecordIndex): void {
    const tab = this.#tab(name);
    if (!tab) return;
    const found = new Set([...marks.flatMap((mark) => entryAt(buffer, index, mark) ?? []), ...tab.pane.marks]);
    const current = place && tab.pane.position === follow ? entryAt(buffer, index, place) : undefined;
    const position = place && current !== undefined ? {position: positionAt(place, current, buffer)} : {};
    this.#options.view.dispatch({type: 'pane', name, change: {marks: found, ...position}});
  }

  #indexOf(name: string): RecordIndex | undefined {
    const tab = this.#tab(name);
    return tab && this.#options.models.get(tab)?.model.index;
  }

  #tab(name: string): Tab | undefined {
    return this.#options.view.tab(name);
  }
}

/** Returns the name of its tab, which a log shares: it is the one that the pipeline has now. */
function nameOf({name, log}: Pending): string {
  return log?.name ?? name;
}
