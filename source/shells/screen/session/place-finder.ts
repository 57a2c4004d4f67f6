import type {LogBuffer} from '../../../engine/buffer/log-buffer.ts';
import type {Log} from '../../../engine/logs/log.ts';
import type {LogRegistry} from '../../../engine/logs/log-manager.ts';
import type {RecordIndex} from '../../../engine/records/record-index.ts';
import {findPlace, type LinePlace, linePlace, onceIndexed} from '../../../kit/copy/find-place.ts';
import type {PaneModels} from '../../../kit/pane/pane-models.ts';
import type {View} from '../../../kit/screen/view.ts';
import type {PaneView} from '../../../kit/state/pane-view.ts';
import type {Tab} from '../../../kit/state/view-state.ts';
import {beginningAt, follow, onceRead, type Position} from '../../../kit/viewport/position.ts';
import type {Clock} from '../../../lib/clock.ts';
import type {PanePlace, TabPlaces} from './session-data.ts';

const noPlaces: TabPlaces = {marks: [], place: undefined};

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

/** The places of a tab's marks and of what it shows. Lines that have left the buffer have none. */
export function placesIn(buffer: LogBuffer, index: RecordIndex, {marks, position}: PaneView): TabPlaces {
  const found = [...marks].flatMap((id) => (buffer.lineAt(id) ? (linePlace(buffer, index, id) ?? []) : []));
  if (position.kind === 'follow') return {marks: found, place: undefined};
  const {current, top, seen} = position;
  const line = linePlace(buffer, index, current);
  const rest = {above: Math.max(0, current - top.id), row: top.row, below: Math.max(0, seen - current)};
  return {marks: found, place: line && {...line, ...rest}};
}

/** The position of a restored tab; `current`: its current line now. */
export function positionAt({above, row, below}: PanePlace, current: number, {firstId, endId}: LogBuffer): Position {
  const isHeld = current - above >= firstId;
  const top = isHeld ? {id: current - above, row} : {id: current, row: 0};
  return {kind: 'anchored', top, current, seen: Math.min(endId, current + Math.max(1, below))};
}

/** The entry with this place in a log that is indexed; undefined: its record is gone. One that has grown is found by its time. */
export function entryAt(buffer: LogBuffer, index: RecordIndex, place: LinePlace): number | undefined {
  const {kind, id} = findPlace(buffer, index, place);
  return kind === 'gone' || id === undefined ? undefined : (index.linesOf(id)[place.line] ?? id);
}
