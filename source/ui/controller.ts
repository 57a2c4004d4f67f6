import type {Pipeline} from '../api/types.ts';
import {createStore, type ReadableStore, type Store} from '../lib/store.ts';
import {type Described, Describer} from './describer.ts';
import {type Layout, layoutOf, type Size} from './layout.ts';
import {PaneModel} from './pane-model.ts';
import {createArranger, firstToShow} from './pipeline-list.ts';
import {isFailing} from './pipeline-state.ts';
import type {Services, SuspendTerminal} from './services.ts';
import {
  activeTab,
  initialView,
  type PaneView,
  reduce,
  type Seen,
  type Tab,
  type ViewAction,
  type ViewState,
} from './view-state.ts';

/** The cursor has to rest so long before the preview follows it: moving over a list opens no connections. */
const previewRest = 250;

/**
 * Turns keys into changes of the view and into calls to the stream manager. Holds no React: the components show its
 * stores, and a test can press its keys.
 */
export class Controller {
  readonly services: Services;
  readonly #view: Store<ViewState>;
  readonly #describer: Describer;
  readonly #arrange = createArranger();
  readonly #models = new Map<string, PaneModel>();
  readonly #disposers: (() => void)[] = [];
  #size: Size;
  #cancelRest: (() => void) | undefined;
  #started = false;
  #suspendTerminal: SuspendTerminal | undefined;

  constructor(options: {services: Services; names: readonly string[]; size: Size}) {
    this.services = options.services;
    this.#size = options.size;
    this.#describer = new Describer(options.services.describe);
    this.#view = createStore(initialView(options.names));
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
    return layoutOf(this.#size, sidebarHidden, pipeline !== undefined && isFailing(pipeline));
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
      manager.names.subscribe(() => this.#forgetClosed()),
    );
    this.#onList();
    return () => {
      this.#cancelRest?.();
      this.#describer.dispose();
      for (const model of this.#models.values()) model.dispose();
      this.#models.clear();
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
  get keyContext(): 'page' | ViewState['focus'] {
    return this.state.page ? 'page' : this.state.focus;
  }

  /** The list as the sidebar shows it. */
  get pipelines(): readonly Pipeline[] {
    const {pipelines} = this.services.poller.snapshot.get();
    return pipelines === undefined ? [] : this.#arrange(pipelines, this.state.sort, this.state.nameFilter);
  }

  pipeline(name: string): Pipeline | undefined {
    return this.services.poller.snapshot.get().pipelines?.find((pipeline) => pipeline.name === name);
  }

  /** The tab that is shown with what is derived from its log; undefined until its stream is open. */
  get pane(): {tab: Tab; model: PaneModel} | undefined {
    const tab = activeTab(this.state);
    const model = tab && this.model(tab.name);
    return tab && model ? {tab, model} : undefined;
  }

  /** What is derived from one tab's log. */
  model(name: string): PaneModel | undefined {
    const stream = this.services.manager.get(name);
    const known = this.#models.get(name);
    if (known && known.stream === stream) return known;
    known?.dispose();
    this.#models.delete(name);
    if (!stream) return undefined;
    const model = new PaneModel(stream, this.services);
    this.#models.set(name, model);
    return model;
  }

  /** Changes how the shown tab looks. Any use of the log keeps its tab. */
  changePane(change: Partial<PaneView>): void {
    const {active} = this.state;
    if (active === undefined) return;
    this.dispatch({type: 'keep', name: active});
    this.dispatch({type: 'pane', name: active, change});
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

  /** The root component gives what only Ink can do. */
  attachTerminal(suspendTerminal: SuspendTerminal): void {
    this.#suspendTerminal = suspendTerminal;
  }

  /** Draws every cell anew, and takes raw mode back after an outside stop. */
  async repaint(): Promise<void> {
    await this.#suspendTerminal?.(async () => {});
  }

  /** Hands the terminal back to the shell until `fg`. Without a shell to return to the stop is ignored: says so. */
  async suspend(): Promise<void> {
    let stopped = true;
    await this.#suspendTerminal?.(async () => {
      stopped = await this.services.stopProcess();
    });
    if (!stopped) this.dispatch({type: 'notice', text: 'there is no shell to go back to: ^Z has no effect here'});
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

  /** A closed stream holds a whole scrollback: nothing here may keep it. */
  #forgetClosed(): void {
    for (const [name, model] of this.#models) {
      if (this.services.manager.get(name) === model.stream) continue;
      model.dispose();
      this.#models.delete(name);
    }
  }

  #seenNow(): Seen | undefined {
    const {active} = this.state;
    const stream = active === undefined ? undefined : this.services.manager.get(active);
    if (!stream || active === undefined) return undefined;
    const {endId, errorCount} = stream.snapshot.get();
    return {endId, errors: errorCount, connectorErrors: this.pipeline(active)?.connectorErrors ?? 0};
  }
}
