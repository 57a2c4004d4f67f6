import type {Pipeline} from '../../engine/api/types.ts';
import type {ListItem} from '../../engine/logs/catalog.ts';
import type {Log} from '../../engine/logs/log.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import {diagnose} from '../../features/why/diagnose.ts';
import type {Absence} from '../../kit/journal/absence.ts';
import type {EventLog} from '../../kit/journal/event-log.ts';
import {EventTracker} from '../../kit/journal/event-tracker.ts';
import {type CommandTable, commandsFrom, type KeyContext, withHint} from '../../kit/keys/commands.ts';
import {type Pane, PaneModels} from '../../kit/pane/pane-models.ts';
import {anchoredPosition, hasNoneBelow, type PaneOnScreen, paneOnScreen} from '../../kit/pane/pane-on-screen.ts';
import {bannerHeight} from '../../kit/screen/banner.ts';
import {type Layout, layoutOf, type Size} from '../../kit/screen/layout.ts';
import {type LogWaits, logWaits} from '../../kit/screen/log-waits.ts';
import {tellFormat} from '../../kit/screen/opened-facts.ts';
import {type ProgramLookup, programLookup} from '../../kit/screen/program-lookup.ts';
import type {Features} from '../../kit/screen/screen.ts';
import {type PipelineLookup, pipelineLookup, type Services, TerminalLease} from '../../kit/screen/services.ts';
import {PipelineListView, TabSwitcher} from '../../kit/screen/tabs.ts';
import {type NoticeKind, View} from '../../kit/screen/view.ts';
import {watchRecordings} from '../../kit/screen/watch-recordings.ts';
import {type PageState, type PageTraits, withUnder} from '../../kit/state/page-state.ts';
import {changesRows, type PaneView, type ViewOptions} from '../../kit/state/pane-view.ts';
import {
  activeTab,
  initialView,
  isOtherWidth,
  pipelinesOf,
  type Tab,
  type ViewAction,
  type ViewState,
} from '../../kit/state/view-state.ts';
import {
  anchorCurrentRow,
  type Geometry,
  type Position,
  reveal,
  setCurrentRow,
  visiblePlaces,
} from '../../kit/viewport/position.ts';
import {oldServerWords} from '../../kit/words/failure-words.ts';
import {errorText} from '../../lib/format.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import {PlaceFinder} from './session/place-finder.ts';

type ControllerOptions = {
  readonly services: Services;
  readonly features: Features;
  /** Pipelines whose tabs are open at the start. */
  readonly names: readonly string[];
  /** Tells whether a pipeline gets a tab when it first appears in the list. */
  readonly isRequested?: (pipeline: Pick<Pipeline, 'name' | 'tags'>) => boolean;
  readonly size: Size;
  readonly viewOptions?: ViewOptions;
  /** Runs once, between the first list and the first pipeline shown. */
  readonly beforeFirst?: () => Promise<void>;
};

/** Connects view, logs and server: key handlers call it, components render its stores. No React: tests press keys. */
export class Controller {
  readonly services: Services;
  readonly commands: CommandTable;
  readonly features: Features;
  readonly terminal = new TerminalLease();
  readonly eventTracker: EventTracker;
  readonly events: EventLog;
  readonly tabSwitcher: TabSwitcher;
  readonly lookup: PipelineLookup;
  readonly programs: ProgramLookup;
  readonly logWaits: LogWaits;
  readonly places: PlaceFinder;
  readonly list: PipelineListView;
  /** Tells whether the command line names a pipeline, itself or by a pattern. */
  readonly isNamed: (name: string) => boolean;
  readonly #view: View;
  readonly #models: PaneModels;
  readonly #results = createStore(0);
  readonly #closing = new AbortController();
  #size: Size;
  /** The view whose consequences were drawn. */
  #seen: ViewState;
  #hasKey = false;

  constructor(options: ControllerOptions) {
    const {services, features, names, isRequested = () => false, size, viewOptions, beforeFirst} = options;
    this.services = services;
    this.isNamed = (name) => names.includes(name) || isRequested({name, tags: this.pipeline(name)?.tags});
    this.commands = services.commands;
    this.features = features;
    this.#size = size;
    const {clock, logs} = services;
    const view = new View(initialView(names, viewOptions), services);
    this.#view = view;
    this.#seen = view.state;
    this.eventTracker = new EventTracker({
      ...services,
      diagnose,
      say: (text) => view.say(text),
      // What the user is reading stays.
      onMarked: (text) => view.state.notice === undefined && view.say(text),
    });
    this.events = this.eventTracker.log;
    this.lookup = pipelineLookup(services);
    this.programs = programLookup(services, (name) => this.pipeline(name));
    this.logWaits = logWaits(clock);
    const models = new PaneModels({
      strip: features.strip,
      ...logs.options,
      services,
      isShown: (name) => view.state.active === name,
      onEntries: (name, before) => this.#setPosition(name, (at) => anchoredPosition(at, before)),
      onResult: () => this.#results.set(this.#results.get() + 1),
      onRead: (name) => tellFormat(this, name),
    });
    this.#models = models;
    this.places = new PlaceFinder({clock, logs, view, models});
    this.tabSwitcher = new TabSwitcher({clock, view, models});
    this.list = new PipelineListView({
      services,
      view,
      tabSwitcher: this.tabSwitcher,
      isRequested,
      beforeFirst,
      degraded: this.events.degraded.names,
      closing: this.closing,
    });
    view.store.subscribe(() => this.#onChange());
    this.#onShown();
  }

  /** Follows the list and the open logs. Returns a function that ends that. */
  start(): () => void {
    const {poller, logs, serverVersion, alerts} = this.services;
    const checkVersion = () => {
      const text = oldServerWords(serverVersion.get());
      if (text !== undefined) this.say(text, 'failure');
    };
    logs.onRenamed = (names) => this.#onRenamed(names);
    const undo = [
      serverVersion.subscribe(checkVersion),
      poller.snapshot.subscribe(() => {
        this.list.refresh();
        if (!poller.snapshot.get().failure) this.lookup.retry();
      }),
      logs.names.subscribe(() => this.#models.keepOnly(this.state.tabs)),
      this.eventTracker.start(),
      this.logWaits.start(logs),
      this.places.start(),
      watchRecordings(logs, (text) => this.say(text, 'failure')),
      ...(alerts ? [alerts.onFailure((text) => this.say(text, 'failure'))] : []),
    ];
    this.list.refresh();
    this.#tellShown();
    checkVersion();
    return () => {
      this.tabSwitcher.stop();
      this.#closing.abort();
      this.#view.stop();
      this.lookup.dispose();
      this.programs.dispose();
      this.#tellClosed(this.state.page, undefined);
      this.#models.dispose();
      for (const each of undo) each();
    };
  }

  get view(): ReadableStore<ViewState> {
    return this.#view.store;
  }

  get state(): ViewState {
    return this.#view.state;
  }

  dispatch(action: ViewAction): void {
    this.#view.dispatch(action);
  }

  /** Makes the change of a key: all that follows from it is drawn, saved and said once. */
  together(change: () => void): void {
    this.#view.together(change);
  }

  /** Counts the results of searches and filters: each is drawn at once. */
  get results(): ReadableStore<number> {
    return this.#results;
  }

  /** Aborted when the screen ends, for long work. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  get size(): Size {
    return this.#size;
  }

  setSize(size: Size): void {
    const at = this.paneOnScreen;
    this.#size = size;
    if (at) this.#keepRow(at);
  }

  /** Layout of the screen; undefined while the terminal is too small. */
  get layout(): Layout | undefined {
    return this.#layoutOf(this.state);
  }

  #layoutOf(state: ViewState): Layout | undefined {
    const {active, listHidden, listWidth, histogram} = state;
    const pipeline = active === undefined ? undefined : this.pipeline(active);
    const {tab, model, strip} = this.#paneOf(state) ?? {};
    const hasFilters = (tab?.pane.filters.length ?? 0) > 0;
    return layoutOf(this.#size, {
      list: !listHidden,
      listWidth,
      listHasFocus: state.focus === 'list',
      nameCells: this.list.arranged.nameCells,
      banner: (width) => bannerHeight(pipeline, width),
      // The runs of several pipelines are no runs of the merged log.
      run: tab?.merges === undefined && (model?.index.runs.some(({state}) => state !== 'unknown') ?? false),
      histogram: active === undefined ? false : histogram,
      histogramHeight: this.features.strip?.height ?? 0,
      isHistogramWorthwhile: () => strip?.isWorthwhile ?? true,
      filters: {log: hasFilters, page: hasFilters && this.kindOf(state.page)?.showsFilters === true},
    });
  }

  get pageHeight(): number {
    return this.layout?.pageHeight ?? 1;
  }

  get keyContext(): KeyContext {
    return this.contextOf(this.state.page);
  }

  /** Returns where keys go while this page is open; undefined: no page is. */
  contextOf(page: PageState | undefined): KeyContext {
    return this.kindOf(page)?.context ?? this.state.focus;
  }

  kindOf(page: PageState | undefined): PageTraits | undefined {
    return page && this.features.pages.find(({kind}) => kind === page.kind);
  }

  /** The commands for hints in sentences: with the keys that work from where the focus is. */
  get hintCommands(): CommandTable {
    return commandsFrom(this.commands, this.keyContext);
  }

  /** Items in the order and with the filter of the list. */
  get listed(): readonly ListItem[] {
    return this.list.items;
  }

  pipeline(name: string): Pipeline | undefined {
    return this.services.poller.snapshot.get().pipelines?.find((pipeline) => pipeline.name === name);
  }

  /** The shown tab. */
  get tab(): Tab | undefined {
    return activeTab(this.state);
  }

  /** The shown tab with its model and rows; undefined until its streams are open. */
  get pane(): Pane | undefined {
    return this.#paneOf(this.state);
  }

  #paneOf(state: ViewState): Pane | undefined {
    const tab = activeTab(state);
    const modelled = tab && this.#models.get(tab);
    return tab && modelled ? {tab, ...modelled} : undefined;
  }

  /** The pane with its layout, which keys of a log need; undefined also on a screen that is too small. */
  get paneOnScreen(): PaneOnScreen | undefined {
    return this.#paneOnScreenOf(this.state);
  }

  #paneOnScreenOf(state: ViewState): PaneOnScreen | undefined {
    const pane = this.#paneOf(state);
    const layout = this.#layoutOf(state);
    return pane && layout && paneOnScreen(pane, layout);
  }

  /** The log of a tab; undefined until its streams are open. */
  logOf(tab: Tab): Log | undefined {
    return this.#models.logOf(tab);
  }

  /** The records of a tab's log; undefined until its streams are open. */
  indexOf(tab: Tab): RecordIndex | undefined {
    return this.#models.get(tab)?.model.index;
  }

  /** Pins the shown tab, which may be the preview: every use of a log does that. */
  pinTab(): void {
    const {active} = this.state;
    if (active !== undefined) this.dispatch({type: 'pin', name: active});
  }

  /** Changes the view of the shown tab, and pins the tab. */
  changePane(change: Partial<PaneView>): void {
    const {active} = this.state;
    if (active === undefined) return;
    this.pinTab();
    this.changePaneOf(active, change);
  }

  /** Changes the view of a tab, without pinning it. */
  changePaneOf(name: string, change: Partial<PaneView>): void {
    // The filter row may appear or disappear, which changes the height of the pane, too.
    const isOfRows = changesRows(change);
    if (isOfRows) this.#setPosition(name, ({tab, geometry}) => setCurrentRow(tab.pane.position, geometry));
    this.dispatch({type: 'pane', name, change});
    const {pane} = this;
    if (pane?.tab.name === name) pane.model.sync(pane.tab.pane);
    if (isOfRows) this.#setPosition(name, (at) => anchoredPosition(at, at.geometry.entries));
  }

  /** Shows or hides the histogram: the current line stays on the screen. */
  setHistogram(isShown: boolean): void {
    const {active} = this.state;
    if (active === undefined) return;
    this.#setPosition(active, ({tab, geometry}) => setCurrentRow(tab.pane.position, geometry));
    this.dispatch({type: 'set', change: {histogram: isShown}});
    this.#setPosition(active, (at) => anchoredPosition(at, at.geometry.entries));
  }

  move(change: (position: Position, geometry: Geometry) => Position): void {
    const at = this.paneOnScreen;
    if (at) this.changePane({position: change(at.tab.pane.position, at.geometry)});
  }

  /** Makes an entry current and opens its fold. If it is hidden: the next shown entry, or the last, with a notice. */
  goToEntry(id: number): void {
    const at = this.paneOnScreen;
    if (!at) return;
    const {entries} = at.geometry;
    const isKept = id >= at.model.source.buffer.firstId;
    at.model.folds.reveal(id);
    const target = entries.atOrAfter(id) ?? entries.atOrBefore(id);
    if (target === undefined) {
      this.say(at.model.shown ? 'everything is hidden by filters' : 'the log is empty');
      return;
    }
    if (target !== id) {
      const why = isKept ? 'is filtered out' : 'is no longer kept';
      this.say(`that line ${why}; this is the ${target > id ? 'next' : 'last'} visible one`);
    }
    this.changePane({position: reveal(at.tab.pane.position, at.geometry, target)});
  }

  /** Shows one line until the next key, or until it was there long enough to be read. */
  say(text: string, kind: NoticeKind = 'news'): void {
    this.#view.say(text, kind);
  }

  /** Shows one line with a key that works from where the focus is: `no marks: press m to mark a record`. */
  sayHint(what: string, commandId: string, verb: string): void {
    this.say(withHint(what, this.hintCommands, commandId, verb));
  }

  clearNotice(): void {
    this.#view.clearNotice();
  }

  /** Shows why long work failed; nothing if the end of the screen aborted it. */
  sayFailure(error: unknown): void {
    if (!this.closing.aborted) this.say(errorText(error), 'failure');
  }

  /** A key came. Returns what happened before it, if the user was away. */
  onKey(): Absence | undefined {
    this.#hasKey = true;
    return this.eventTracker.onKey();
  }

  get hasKey(): boolean {
    return this.#hasKey;
  }

  #onRenamed(names: ReadonlyMap<string, string>): void {
    this.tabSwitcher.rename(names);
    const described = names.get(this.lookup.described.get()?.name ?? '');
    if (described !== undefined) this.lookup.start(described);
  }

  #tellClosed(before: PageState | undefined, now: PageState | undefined): void {
    const open = new Set(withUnder(now).map(({identity}) => identity));
    for (const page of withUnder(before)) if (!open.has(page.identity)) this.kindOf(page)?.closed?.(page);
  }

  #onChange(): void {
    const before = this.#seen;
    const {state} = this;
    this.#seen = state;
    const isSamePlace = activeTab(before)?.pane.position === this.tab?.pane.position;
    const at = isSamePlace && isOtherWidth(before, state) ? this.#paneOnScreenOf(before) : undefined;
    if (at) this.#keepRow(at);
    this.#tellShown();
    // A key in a paused log shows nothing of what has come below; going to its place from a page does.
    const isBack = before.page !== undefined && state.page === undefined;
    if (state.interactionCount !== before.interactionCount && (isBack || hasNoneBelow(this.paneOnScreen)))
      this.events.onAction();
    this.#tellClosed(before.page, state.page);
    if (state.active !== before.active) this.#onShown();
  }

  /** Tells events and statistics what is on the screen: more is asked of that, and after a while it counts as seen. */
  #tellShown(): void {
    const {stats} = this.services;
    const {tab} = this;
    const {page} = this.state;
    const showsLast = () => hasNoneBelow(this.paneOnScreen);
    const shown = tab && {name: tab.name, pipelines: pipelinesOf(tab), log: () => this.logOf(tab), showsLast};
    const kind = this.kindOf(page);
    this.events.setShown(kind?.hidesLog ? undefined : shown);
    stats.setOpen(kind?.showsStatistics ? this.lookup.described.get()?.name : undefined);
    stats.setShown(tab?.name);
  }

  /** The shown log is the last to lose memory; its model does what it has left to do. */
  #onShown(): void {
    const {active} = this.state;
    if (active !== undefined) this.services.logs.memory.setViewed(active);
    const {pane} = this;
    pane?.model.sync(pane.tab.pane);
  }

  /** Keeps the current line in its row after a change of the pane's width, and so of the heights of wrapped lines. */
  #keepRow({tab, geometry, layout, current}: PaneOnScreen): void {
    const {position} = tab.pane;
    const isShown = visiblePlaces(position, geometry).some(({id}) => id === current);
    if (position.kind === 'follow' || !isShown || this.layout?.paneWidth === layout.paneWidth) return;
    this.#setPosition(tab.name, (at) => anchorCurrentRow(position, geometry, at.geometry));
  }

  /** Changes the position in a tab, if it is shown. */
  #setPosition(name: string, positionAt: (at: PaneOnScreen) => Position): void {
    const at = this.paneOnScreen;
    if (at?.tab.name === name) this.dispatch({type: 'pane', name, change: {position: positionAt(at)}});
  }
}
