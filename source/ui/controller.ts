import type {Pipeline} from '../api/types.ts';
import type {Entries} from '../buffer/entries.ts';
import {createStore, type ReadableStore, type Store} from '../lib/store.ts';
import type {LogSource} from '../streams/log-source.ts';
import {keepUnderEye} from '../viewport/keep-under-eye.ts';
import type {Context} from './commands.ts';
import {type Described, Describer} from './describer.ts';
import {type Layout, layoutOf, type Size} from './layout.ts';
import {type ModelledPane, PaneModels} from './pane-models.ts';
import type {PaneView} from './pane-view.ts';
import {createArranger, firstToShow} from './pipeline-list.ts';
import {isFailing} from './pipeline-state.ts';
import type {Services} from './services.ts';
import {TerminalHold} from './terminal-hold.ts';
import {activeTab, initialView, reduce, type Seen, type Tab, type ViewAction, type ViewState} from './view-state.ts';

/** The tab that is shown, and what is derived from its log. */
export type Pane = {readonly tab: Tab} & ModelledPane;

/** The cursor has to rest so long before the preview follows it: moving over a list opens no connections. */
const previewRest = 250;

/**
 * Turns keys into changes of the view and into calls to the stream manager. Holds no React: the components show its
 * stores, and a test can press its keys.
 */
export class Controller {
  readonly services: Services;
  readonly terminal = new TerminalHold();
  readonly #view: Store<ViewState>;
  readonly #describer: Describer;
  readonly #arrange = createArranger();
  readonly #models: PaneModels;
  readonly #disposers: (() => void)[] = [];
  #size: Size;
  #cancelRest: (() => void) | undefined;
  #started = false;
  readonly #closing = new AbortController();

  constructor(options: {services: Services; names: readonly string[]; size: Size}) {
    this.services = options.services;
    this.#size = options.size;
    this.#describer = new Describer(options.services.describe);
    this.#view = createStore(initialView(options.names));
    this.#models = new PaneModels({
      ...options.services.manager.options,
      services: options.services,
      isShown: (name) => this.state.active === name,
      onEntries: (name, before) => this.#keepUnderEye(name, before),
    });
  }

  get view(): ReadableStore<ViewState> {
    return this.#view;
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
    const {active, sidebarHidden} = this.state;
    const pipeline = active === undefined ? undefined : this.pipeline(active);
    const {tab, model} = this.pane ?? {};
    return layoutOf(this.#size, {
      sidebar: !sidebarHidden,
      banner: pipeline !== undefined && isFailing(pipeline),
      run: model?.index.runs.some(({state}) => state !== 'unknown') ?? false,
      filters: (tab?.pane.filters.length ?? 0) > 0,
    });
  }

  /** Rows that a page has on the screen. */
  get pageHeight(): number {
    return this.layout?.bodyHeight ?? 1;
  }

  /** Begins to act on the list. Answers its undoing. */
  start(): () => void {
    const {poller, manager} = this.services;
    this.#disposers.push(
      poller.snapshot.subscribe(() => this.#onList()),
      manager.names.subscribe(() => this.#models.keepOnly(this.state.tabs)),
    );
    this.#onList();
    return () => {
      this.#cancelRest?.();
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
    this.#view.set(reduce(this.state, action));
  }

  /** Which keys hold now. */
  get keyContext(): Exclude<Context, 'everywhere'> {
    const {page, focus} = this.state;
    if (!page) return focus;
    return page.kind === 'detail' || page.kind === 'marks' ? page.kind : 'page';
  }

  /** The list as the sidebar shows it. */
  get pipelines(): readonly Pipeline[] {
    const {pipelines} = this.services.poller.snapshot.get();
    return pipelines === undefined ? [] : this.#arrange(pipelines, this.state.sort, this.state.nameFilter);
  }

  pipeline(name: string): Pipeline | undefined {
    return this.services.poller.snapshot.get().pipelines?.find((pipeline) => pipeline.name === name);
  }

  /** The tab that is shown with what is derived from its log; undefined until its streams are open. */
  get pane(): Pane | undefined {
    const tab = activeTab(this.state);
    const modelled = tab && this.#models.get(tab);
    return tab && modelled ? {tab, ...modelled} : undefined;
  }

  /** The log of a tab; undefined until its streams are open. */
  source(tab: Tab): LogSource | undefined {
    return this.#models.source(tab);
  }

  /** Changes how the shown tab looks. Any use of the log keeps its tab. */
  changePane(change: Partial<PaneView>): void {
    const {active} = this.state;
    if (active === undefined) return;
    this.dispatch({type: 'keep', name: active});
    this.changePaneOf(active, change);
  }

  /** Changes how a tab looks, without keeping it. */
  changePaneOf(name: string, change: Partial<PaneView>): void {
    this.dispatch({type: 'pane', name, change});
    const {pane} = this;
    if (pane?.tab.name === name) pane.model.sync(pane.tab.pane);
  }

  /** Puts the cursor on a pipeline; the preview follows when it has rested there. */
  moveCursor(name: string): void {
    if (name === this.state.cursor) return;
    this.dispatch({type: 'cursor', name});
    this.#cancelRest?.();
    this.#cancelRest = this.services.clock.after(previewRest, () => this.show(name));
  }

  /** Shows a pipeline at once, in its tab or in the preview. */
  show(name: string): void {
    this.#cancelRest?.();
    this.#cancelRest = undefined;
    this.dispatch({type: 'show', name, leaving: this.#seenNow()});
    this.#wake();
  }

  /** Shows the logs of several pipelines as one, by time. */
  merge(names: readonly string[]): void {
    this.dispatch({type: 'merge', names, leaving: this.#seenNow()});
    this.#wake();
  }

  closeTab(name: string): void {
    this.#cancelRest?.();
    this.dispatch({type: 'close', name});
    const {active} = this.state;
    if (active !== undefined) this.dispatch({type: 'cursor', name: active});
    // Without a tab left, the pipeline under the cursor would be shown again at once: closing means closing.
  }

  /** Looks the pipeline up for the page `describe`. */
  describe(name: string): void {
    this.#describer.ask(name);
  }

  /** Aborted when the screen ends: for what takes a while. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** What came while the tab was not on the screen was not looked at. */
  #wake(): void {
    const {pane} = this;
    pane?.model.sync(pane.tab.pane);
  }

  #onList(): void {
    const {pipelines} = this.services.poller.snapshot.get();
    if (pipelines === undefined) return;
    this.services.manager.noteList(pipelines);
    if (!this.#started) {
      this.#started = true;
      const first = this.state.active ?? firstToShow(this.pipelines)?.name;
      if (first === undefined) {
        this.#started = false;
        return;
      }
      this.dispatch({type: 'cursor', name: first});
      this.show(first);
      return;
    }
    this.#keepCursor();
  }

  /** A pipeline that disappears from under the cursor leaves it on the nearest one. */
  #keepCursor(): void {
    const {pipelines, state} = this;
    if (pipelines.length === 0 || pipelines.some((pipeline) => pipeline.name === state.cursor)) return;
    const after = pipelines.find((pipeline) => pipeline.name > (state.cursor ?? '')) ?? pipelines.at(-1);
    if (after) this.dispatch({type: 'cursor', name: after.name});
  }

  /** Other entries are shown than before: the current one stays in its row. */
  #keepUnderEye(name: string, entries: Entries): void {
    const {pane, layout} = this;
    if (!layout || pane?.tab.name !== name) return;
    const after = pane.rows.geometry(pane.tab.pane, layout);
    const position = keepUnderEye(pane.tab.pane.position, {...after, entries}, after);
    this.dispatch({type: 'pane', name, change: {position}});
  }

  #seenNow(): Seen | undefined {
    const {active} = this.state;
    const tab = activeTab(this.state);
    const source = tab && this.#models.source(tab);
    if (!source || active === undefined) return undefined;
    const {endId, errorCount} = source.snapshot.get();
    return {endId, errors: errorCount, connectorErrors: this.pipeline(active)?.connectorErrors ?? 0};
  }
}
