import type {Pipeline} from '../api/types.ts';
import {errorText} from '../lib/format.ts';
import {createStore, type ReadableStore, type Store} from '../lib/store.ts';
import type {LogSource} from '../streams/log-source.ts';
import {watchRecordings} from '../timeline/notify.ts';
import {Timelines} from '../timeline/timeline.ts';
import type {Geometry} from '../viewport/geometry.ts';
import {type Position, reveal} from '../viewport/position.ts';
import {oldServerWords} from '../words/failures.ts';
import {isFailing} from '../words/pipeline.ts';
import type {KeyContext} from './keys/command-table.ts';
import {allCommands, type CommandTable} from './keys/commands.ts';
import {type Layout, layoutOf, type Size} from './layout.ts';
import {keptCurrentRow, type Pane, type PaneAt, paneAt, rowNoted} from './pane/pane-at.ts';
import {PaneModels} from './pane/pane-models.ts';
import {type Described, PipelineLookup, type Services, TerminalLease} from './services.ts';
import type {PaneView, ViewOptions} from './state/pane-view.ts';
import {
  activeTab,
  initialView,
  pipelinesOf,
  reduce,
  type Tab,
  type ViewAction,
  type ViewState,
} from './state/view-state.ts';
import {createArranger, PipelineListView, TabSwitcher} from './tabs.ts';

/**
 * Turns keys into changes of the view and into calls to the stream manager. Holds no React: the components show its
 * stores, and a test can press its keys.
 *
 * Longer than most files: it is the one place where view, models and streams meet, and what could be told apart has
 * been (`tabs`, `pane-models`, `services`, the handlers).
 */
export class Controller {
  readonly services: Services;
  /** With the user's keys. */
  readonly commands: CommandTable;
  readonly terminal = new TerminalLease();
  readonly attention: Timelines;
  readonly tabSwitcher: TabSwitcher;
  readonly #view: Store<ViewState>;
  readonly #describer: PipelineLookup;
  readonly #arrange = createArranger();
  readonly #models: PaneModels;
  readonly #answers = createStore(0);
  readonly #disposers: (() => void)[] = [];
  #size: Size;
  readonly #closing = new AbortController();
  readonly #list: PipelineListView;

  /**
   * `names` are open at once; of the pipelines in the list those that `isAsked` are, when they are first seen.
   * `beforeFirst` runs once, when the first list is there; the pipeline that is shown first waits for it.
   * `wish`: how tabs and list look that nobody has changed.
   */
  constructor(options: {
    services: Services;
    names: readonly string[];
    isAsked?: (name: string) => boolean;
    size: Size;
    wish?: ViewOptions;
    beforeFirst?: () => Promise<void>;
  }) {
    this.services = options.services;
    this.commands = options.services.commands ?? allCommands;
    this.#size = options.size;
    this.attention = new Timelines({...options.services, viewed: () => pipelinesOf(this.tab)});
    this.#describer = new PipelineLookup(options.services.describe);
    this.#view = createStore(initialView(options.names, options.wish));
    this.#models = new PaneModels({
      ...options.services.manager.options,
      services: {...options.services, commands: this.commands},
      isShown: (name) => this.state.active === name,
      onEntries: (name, before) => this.#place(name, (at) => keptCurrentRow(at, before)),
      onAnswer: () => this.#answers.set(this.#answers.get() + 1),
    });
    this.tabSwitcher = new TabSwitcher(this, this.#models);
    const {isAsked = () => false, beforeFirst} = options;
    this.#list = new PipelineListView(this, {isAsked, beforeFirst});
    this.#noteLook();
  }

  get view(): ReadableStore<ViewState> {
    return this.#view;
  }

  /** Counts the searches and filters that have looked at everything: somebody waits for that. */
  get answers(): ReadableStore<number> {
    return this.#answers;
  }

  get described(): ReadableStore<Described | undefined> {
    return this.#describer.described;
  }

  get state(): ViewState {
    return this.#view.get();
  }

  get size(): Size {
    return this.#size;
  }

  /** Undefined while the terminal is too small. */
  get layout(): Layout | undefined {
    const {active, sidebarHidden, sidebarWidth} = this.state;
    const pipeline = active === undefined ? undefined : this.pipeline(active);
    const {tab, model} = this.pane ?? {};
    return layoutOf(this.#size, {
      sidebar: !sidebarHidden,
      sidebarWidth,
      banner: pipeline !== undefined && isFailing(pipeline),
      // The runs of several pipelines are no runs of the merged log.
      run: tab?.source.kind !== 'merged' && (model?.index.runs.some(({state}) => state !== 'unknown') ?? false),
      filters: (tab?.pane.filters.length ?? 0) > 0,
    });
  }

  /** Rows that a page has on the screen. */
  get pageHeight(): number {
    return this.layout?.bodyHeight ?? 1;
  }

  /** Begins to act on the list. Answers its undoing. */
  start(): () => void {
    const {poller, manager, serverVersion} = this.services;
    const lookAtVersion = () => {
      const text = oldServerWords(serverVersion.get());
      if (text !== undefined) this.say(text);
    };
    this.#disposers.push(
      serverVersion.subscribe(lookAtVersion),
      poller.snapshot.subscribe(() => this.#list.refresh()),
      manager.names.subscribe(() => this.#models.keepOnly(this.state.tabs)),
      this.attention.start(),
      watchRecordings(manager, (text) => this.say(text)),
    );
    this.#list.refresh();
    lookAtVersion();
    return () => {
      this.tabSwitcher.end();
      this.#closing.abort();
      this.#describer.dispose();
      this.#models.dispose();
      for (const dispose of this.#disposers.splice(0)) dispose();
    };
  }

  setSize(size: Size): void {
    this.#size = size;
  }

  dispatch(action: ViewAction): void {
    const before = this.tab;
    this.#view.set(reduce(this.state, action));
    if (this.state.active === before?.name) return;
    if (before) this.attention.markSeen({log: this.source(before), pipelines: pipelinesOf(before)});
    this.#noteLook();
  }

  /** Which keys hold now. */
  get keyContext(): Exclude<KeyContext, 'everywhere'> {
    const {page, focus} = this.state;
    if (!page) return focus;
    return page.kind === 'help' || page.kind === 'describe' || page.kind === 'events' ? 'page' : page.kind;
  }

  /** The list as the sidebar shows it. */
  get pipelines(): readonly Pipeline[] {
    const {pipelines} = this.services.poller.snapshot.get();
    return pipelines === undefined ? [] : this.#arrange(pipelines, this.state.sort, this.state.nameFilter);
  }

  pipeline(name: string): Pipeline | undefined {
    return this.services.poller.snapshot.get().pipelines?.find((pipeline) => pipeline.name === name);
  }

  /** The tab that is shown. */
  get tab(): Tab | undefined {
    return activeTab(this.state);
  }

  /** The tab that is shown with what is derived from its log; undefined until its streams are open. */
  get pane(): Pane | undefined {
    const {tab} = this;
    const modelled = tab && this.#models.get(tab);
    return tab && modelled ? {tab, ...modelled} : undefined;
  }

  /** The log of a tab; undefined until its streams are open. */
  source(tab: Tab): LogSource | undefined {
    return this.#models.source(tab);
  }

  /** Any use of a log keeps its tab, of which the shown one may be the preview. */
  keepTab(): void {
    const {active} = this.state;
    if (active !== undefined) this.dispatch({type: 'keep', name: active});
  }

  /** Changes how the shown tab looks, and keeps it. */
  changePane(change: Partial<PaneView>): void {
    const {active} = this.state;
    if (active === undefined) return;
    this.keepTab();
    this.changePaneOf(active, change);
  }

  /** Changes how a tab looks, without keeping it. */
  changePaneOf(name: string, change: Partial<PaneView>): void {
    const isOfEntries = 'filters' in change || 'fold' in change || 'around' in change;
    if (isOfEntries) this.#place(name, rowNoted);
    this.dispatch({type: 'pane', name, change});
    const {pane} = this;
    if (pane?.tab.name === name) pane.model.sync(pane.tab.pane);
    // The row of filters may have come or gone though the same entries are still shown.
    if (isOfEntries) this.#place(name, (at) => keptCurrentRow(at, at.geometry.entries));
  }

  /** Looks the pipeline up for the page `describe`. */
  describe(name: string): void {
    this.#describer.ask(name);
  }

  /** Aborted when the screen ends: for what takes a while. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** The shown log with its place on the screen: what the keys of a log act on; undefined while there is none. */
  get paneAt(): PaneAt | undefined {
    const {pane, layout} = this;
    return pane && layout && paneAt(pane, layout);
  }

  /** Moves over the shown log. */
  move(change: (position: Position, geometry: Geometry) => Position): void {
    const at = this.paneAt;
    if (at) this.changePane({position: change(at.tab.pane.position, at.geometry)});
  }

  /**
   * Goes to an entry: marks it and brings it into view, and opens the fold that it is in. For one that the filters hide:
   * to the next one shown, or the last, with a notice.
   */
  goToEntry(id: number): void {
    const at = this.paneAt;
    if (!at) return;
    const {entries} = at.geometry;
    const isHeld = id >= at.model.source.buffer.firstId;
    if (entries.atOrAfter(id) !== id && at.model.shown?.includes(id)) at.model.setOpen(id, true);
    const target = entries.atOrAfter(id) ?? entries.atOrBefore(id);
    if (target === undefined) {
      this.say(at.model.shown ? 'everything is hidden by filters' : 'the log is empty');
      return;
    }
    if (target !== id) {
      const why = isHeld ? 'is hidden by a filter' : 'is no longer held';
      this.say(`that line ${why}: the ${target > id ? 'next' : 'last'} one shown`);
    }
    this.changePane({position: reveal(at.tab.pane.position, at.geometry, target)});
  }

  /** Shows one line, until the next key. */
  say(text: string): void {
    this.dispatch({type: 'notice', text});
  }

  /** Shows why something that took a while failed; nothing once the screen ends, which is what ended it then. */
  sayFailure(error: unknown): void {
    if (!this.closing.aborted) this.say(errorText(error));
  }

  /** The log on the screen is the last to give way when memory gets short. */
  #noteLook(): void {
    const {active} = this.state;
    if (active !== undefined) this.services.manager.memory.setViewed(active);
  }

  /** Changes the position in a tab, if that is the one that is shown. */
  #place(name: string, positionAt: (at: PaneAt) => Position): void {
    const at = this.paneAt;
    if (at?.tab.name === name) this.dispatch({type: 'pane', name, change: {position: positionAt(at)}});
  }
}
