import type {Pipeline} from '../../engine/api/types.ts';
import type {ListItem} from '../../engine/logs/catalog.ts';
import {clean} from '../../lib/clean.ts';
import type {Clock} from '../../lib/clock.ts';
import {createStore, type ReadableStore, sameParts} from '../../lib/store.ts';
import {textWidth} from '../../lib/width.ts';
import type {PaneModels} from '../pane/pane-models.ts';
import {mergedName, pipelinesOf, type Tab} from '../state/view-state.ts';
import {shorten, shortenApart} from '../terminal/fit.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {attentionRank, byName, type DegradedPipelines} from '../words/pipeline-words.ts';
import type {Services} from './services.ts';
import type {View} from './view.ts';

type TabSwitcherOptions = {
  readonly clock: Clock;
  readonly view: View;
  readonly models: PaneModels;
};

/** Milliseconds that the cursor rests before the preview follows it: moving over a list opens no connections. */
const previewRest = 250;

/** Shows and closes tabs: one for each kept pipeline, and one preview for the others. */
export class TabSwitcher {
  readonly #clock: Clock;
  readonly #view: View;
  readonly #models: PaneModels;
  /** Cancels the timer of `moveCursor`; undefined: the preview is where the cursor is. */
  #stopTimer: (() => void) | undefined;

  constructor({clock, view, models}: TabSwitcherOptions) {
    this.#clock = clock;
    this.#view = view;
    this.#models = models;
  }

  /** Moves the cursor to a pipeline; the preview follows after a rest. */
  moveCursor(name: string): void {
    if (name === this.#view.state.cursor) return;
    this.#view.dispatch({type: 'cursor', name});
    this.stop();
    this.#stopTimer = this.#clock.after(previewRest, () => this.show(name));
  }

  /** Shows the pipeline under the cursor at once if the timer runs: for what depends on the log that is shown. */
  settleCursor(): void {
    const {cursor} = this.#view.state;
    if (this.#stopTimer && cursor !== undefined) this.show(cursor);
  }

  /** Shows a pipeline at once, in its tab or in the preview. */
  show(name: string): void {
    this.stop();
    this.#view.dispatch({type: 'show', name});
    const tab = this.#view.tab(name);
    // A key may go on to a place in its log.
    if (tab) this.#models.get(tab)?.model.sync(tab.pane);
  }

  /** Shows several logs as one, by time: in their merged tab, or in a new one if that has lost a pipeline. */
  merge(names: readonly string[]): void {
    this.stop();
    const merged = this.#view.state.tabs.filter(({merges}) => merges);
    const same = merged.find((tab) => areSame(pipelinesOf(tab), names));
    if (same && !this.#models.isLeftBehind(same)) {
      this.show(same.name);
      this.#view.dispatch({type: 'focus', side: 'log'});
      this.#view.dispatch({type: 'set', change: {marked: []}});
      return;
    }
    // A restored tab may have this name, and fewer pipelines.
    for (const {name} of merged) if (name === same?.name || name === mergedName(names)) this.close(name);
    this.#view.dispatch({type: 'merge', names});
  }

  close(name: string): void {
    this.stop();
    this.#view.dispatch({type: 'close', name});
    // A merged log is not in `logs.names`, whose changes free models.
    this.#models.keepOnly(this.#view.state.tabs);
    const {active} = this.#view.state;
    if (active !== undefined) this.#view.dispatch({type: 'cursor', name: active});
    // After the last tab the screen stays empty, although the cursor is on a pipeline.
  }

  /** Pipelines have other names, by the old ones: their tabs follow. */
  rename(names: ReadonlyMap<string, string>): void {
    this.#models.rename(this.#view.state.tabs, names);
    this.#view.dispatch({type: 'renamed', names});
    for (const [from, to] of names) this.#view.say(renamedWords(from, to));
  }

  /** Shows another pipeline in place of one that does not exist. */
  replace(name: string, by: string): void {
    this.stop();
    this.#view.dispatch({type: 'replace', name, by});
  }

  /** Cancels the timer: the preview does not follow. */
  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}

export function renamedWords(from: string, to: string): string {
  return `${to}: renamed from ${from}`;
}

type Named = {readonly name: string};

/** Most cells of a name, or of the beginning that names share, in the title of a merged tab. */
const cellsInTitle = 14;

/**
 * The title of a tab: its name. Of a merged tab what it merges: `all (10)`, `ord* (3)` for all pipelines of this
 * beginning, else two names and the number of all. `listed`: the whole list; undefined: not received.
 */
export function tabTitle(
  {name, merges: names}: Tab,
  listed: readonly Named[] | undefined,
  {ellipsis}: Symbols,
): string {
  if (!names) return name;
  const firstTwo = () => shortenApart(names, cellsInTitle, ellipsis).slice(0, 2).join('+');
  if (names.length <= 2) return firstTwo();
  const start = groupStart(names, listed ?? []);
  const group = start === '' ? 'all' : start && `${shorten(start, cellsInTitle, ellipsis)}*`;
  return `${group ?? `${firstTwo()}+${ellipsis}`} (${names.length})`;
}

/** The start of a name that exactly these pipelines of the list have; empty if they are all. Undefined: there is none. */
function groupStart(names: readonly string[], listed: readonly Named[]): string | undefined {
  const merged = new Set(names);
  const holds = (start: string) => {
    const group = listed.filter(({name}) => name.startsWith(start));
    return group.length === merged.size && group.every(({name}) => merged.has(name));
  };
  if (holds('')) return '';
  const start = sharedStart(names);
  return start.length > 1 && holds(start) ? start : undefined;
}

function sharedStart(names: readonly string[]): string {
  // Whole characters, of which some are two UTF-16 units.
  const characters = [...(names[0] ?? '')];
  for (const name of names) while (!name.startsWith(characters.join(''))) characters.pop();
  return characters.join('');
}

/** Returns whether both lists have the same names, in any order. */
function areSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((name) => others.includes(name));
}

type PipelineListOptions = {
  readonly services: Pick<Services, 'catalog' | 'clock' | 'poller' | 'logs'>;
  readonly view: View;
  readonly tabSwitcher: TabSwitcher;
  /** Aborted when the screen ends. */
  readonly closing: AbortSignal;
  readonly isRequested: (pipeline: Pipeline) => boolean;
  readonly beforeFirst: (() => Promise<void>) | undefined;
  readonly degraded: ReadableStore<DegradedPipelines>;
};

/** Milliseconds for which a pipeline that was degraded keeps its place: rows move when it is well, not at each retry. */
const keepsPlaceFor = 60_000;
/** Milliseconds after the cursor has moved for which no row changes its place: the next key would go somewhere else. */
const staysFor = 30_000;

/** The list in its order. */
export type ArrangedList = {
  /** The failing ones first, then those that are degraded or just were, then all others. */
  readonly items: readonly ListItem[];
  /** The number of items that need attention, which are the first ones. */
  readonly first: number;
  /** Cells of the longest name, also of those that the filter leaves out. */
  readonly nameCells: number;
};

/** The pipelines in the order of the list. A new list may open tabs and move the cursor. */
export class PipelineListView {
  readonly #options: PipelineListOptions;
  #beforeFirst: (() => Promise<void>) | undefined;
  #isPreparing = false;
  #started = false;
  #arranged: {readonly key: readonly unknown[]; readonly list: ArrangedList} | undefined;
  /** By id: the part of the list in which a pipeline stands, and when it belonged there last, in monotonic milliseconds. */
  readonly #places = new Map<string, {readonly rank: Rank; readonly at: number}>();
  readonly #mayMove = createStore(true);
  /** Rows may change their places. The list is drawn when that changes: a key is meant for the rows that the user sees. */
  readonly mayMove: ReadableStore<boolean> = this.#mayMove;
  /** Requested pipelines that had a tab: one that was closed stays closed. */
  readonly #openedRequested = new Set<string>();

  constructor(options: PipelineListOptions) {
    this.#options = options;
    this.#beforeFirst = options.beforeFirst;
    this.#watchCursor();
  }

  #watchCursor(): void {
    const {services, view, closing} = this.#options;
    let {cursor} = view.state;
    let cancel = () => {};
    view.store.subscribe(() => {
      const before = cursor;
      ({cursor} = view.state);
      // The first row is not one that somebody moved to.
      if (before === undefined || before === cursor) return;
      cancel();
      this.#mayMove.set(false);
      cancel = services.clock.after(staysFor, () => this.#mayMove.set(true));
    });
    closing.addEventListener('abort', () => cancel(), {once: true});
  }

  /** Sorted and filtered; the same object until the list, the filter or what is degraded changes, or rows may move. */
  get arranged(): ArrangedList {
    const {services, view} = this.#options;
    const {listed} = services.catalog;
    const {nameFilter} = view.state;
    const degraded = this.#options.degraded.get();
    const mayMove = this.#mayMove.get();
    const key = [listed, nameFilter, degraded, mayMove];
    if (!this.#arranged || !sameParts(this.#arranged.key, key)) {
      const rankOf = (pipeline: Pipeline) => this.#rankOf(pipeline, degraded.has(pipeline.name));
      this.#arranged = {key, list: arrange(listed ?? [], nameFilter, rankOf)};
    }
    return this.#arranged.list;
  }

  #rankOf(pipeline: Pipeline, isDegraded: boolean): Rank {
    const {id} = pipeline;
    const now = this.#options.services.clock.monotonic();
    const rank = attentionRank(pipeline, isDegraded);
    const place = this.#places.get(id);
    const justWas = place?.rank === 1 && rank === 2 && now - place.at < keepsPlaceFor;
    if (place && place.rank !== rank && (justWas || !this.#mayMove.get())) return place.rank;
    this.#places.set(id, {rank, at: now});
    return rank;
  }

  get items(): readonly ListItem[] {
    return this.arranged.items;
  }

  /** Call for each new list. */
  refresh(): void {
    const {services} = this.#options;
    const {pipelines, failure} = services.poller.snapshot.get();
    if (pipelines === undefined) return;
    const before = this.#arranged?.list.items ?? [];
    // After a failure this is an old list: waiting streams would take it for the server's answer.
    if (failure === undefined) services.logs.updatePipelines(pipelines);
    if (this.#beforeFirst) void this.#prepare(this.#beforeFirst);
    if (this.#isPreparing) return;
    const [firstRequested] = this.#openRequested(pipelines);
    if (this.#started) this.#keepCursor(before);
    else this.#showFirst(firstRequested);
  }

  #showFirst(requested: string | undefined): void {
    // Keys may have moved the cursor while the last session was read.
    this.#options.tabSwitcher.settleCursor();
    const {items} = this;
    const {state} = this.#options.view;
    const underCursor = items.find(({name}) => name === state.cursor);
    const first = state.active ?? requested ?? (underCursor ?? items[0])?.name;
    if (first === undefined) return;
    this.#started = true;
    this.#options.view.dispatch({type: 'cursor', name: first});
    this.#options.tabSwitcher.show(first);
    // As for names on the command line.
    if (first === requested) this.#options.view.dispatch({type: 'focus', side: 'log'});
  }

  /** Opens requested pipelines that are new. Returns their names. */
  #openRequested(pipelines: readonly Pipeline[]): readonly string[] {
    const names = pipelines
      .filter((pipeline) => !this.#openedRequested.has(pipeline.name) && this.#options.isRequested(pipeline))
      .map(({name}) => name)
      .sort();
    if (names.length === 0) return names;
    for (const name of names) this.#openedRequested.add(name);
    this.#options.view.dispatch({type: 'open', names});
    return names;
  }

  async #prepare(beforeFirst: () => Promise<void>): Promise<void> {
    this.#beforeFirst = undefined;
    this.#isPreparing = true;
    await beforeFirst();
    this.#isPreparing = false;
    if (!this.#options.closing.aborted) this.refresh();
  }

  /** The cursor of a pipeline that disappears goes to the next one below it. `before`: the list until now. */
  #keepCursor(before: readonly ListItem[]): void {
    const {cursor} = this.#options.view.state;
    const {items} = this;
    if (items.some(({name}) => name === cursor)) return;
    const names = new Set(items.map(({name}) => name));
    const at = before.findIndex(({name}) => name === cursor);
    const next = before.slice(at + 1).find(({name}) => names.has(name)) ?? items.at(-1);
    if (next) this.#options.view.dispatch({type: 'cursor', name: next.name});
  }
}

type Rank = ReturnType<typeof attentionRank>;

/**
 * Returns the items whose name contains the filter, or after `tag:` one of whose tags does. Pipelines are sorted by rank, then
 * by name: 5,000 in a few milliseconds. Files keep their order.
 */
export function arrange(
  items: readonly ListItem[],
  nameFilter: string,
  rankOf: (pipeline: Pipeline) => Rank = (pipeline) => attentionRank(pipeline, false),
): ArrangedList {
  const named = nameFilter === '' ? items : items.filter(matcherOf(nameFilter));
  const pipelines = named.flatMap((item) => pipelineIn(item) ?? []);
  const nameCells = items.reduce((most, {name}) => Math.max(most, textWidth(clean(name))), 0);
  if (pipelines.length === 0) return {items: named, first: 0, nameCells};
  const ranks: readonly [Pipeline[], Pipeline[], Pipeline[]] = [[], [], []];
  for (const each of pipelines.sort(byName)) ranks[rankOf(each)].push(each);
  return {items: ranks.flat(), first: ranks[0].length + ranks[1].length, nameCells};
}

/** The beginning of a filter of the list that is about tags. */
export const tagPrefix = /^tag:\s*/i;

function matcherOf(nameFilter: string): (item: ListItem) => boolean {
  const part = nameFilter.replace(tagPrefix, '').toLowerCase();
  const holds = (text: string) => text.toLowerCase().includes(part);
  if (!tagPrefix.test(nameFilter)) return ({name}) => holds(name);
  return (item) => pipelineIn(item)?.tags?.some(holds) === true;
}

/** Returns the item if it is a pipeline; undefined: it was found in files. */
function pipelineIn(item: ListItem): Pipeline | undefined {
  return 'kind' in item ? undefined : item;
}
