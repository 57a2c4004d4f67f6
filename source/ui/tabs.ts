import type {Pipeline} from '../api/types.ts';
import {isFailing, pipelineState} from '../words/pipeline.ts';
import type {ModelledPane, PaneModels} from './pane/pane-models.ts';
import type {Services} from './services.ts';
import {
  mergedName,
  pipelinesOf,
  type SortOrder,
  type Tab,
  type ViewAction,
  type ViewState,
} from './state/view-state.ts';

/** What tabs ask of the controller. */
type TabHost = {
  readonly services: Services;
  readonly state: ViewState;
  /** The pipelines as the sidebar shows them. */
  readonly pipelines: readonly Pipeline[];
  readonly pane: ({readonly tab: Tab} & ModelledPane) | undefined;
  readonly tabSwitcher: TabSwitcher;
  /** Aborted when the screen ends. */
  readonly closing: AbortSignal;
  readonly dispatch: (action: ViewAction) => void;
};

/** Milliseconds that the cursor rests before the preview follows it: moving over a list opens no connections. */
const previewRest = 250;

/** Brings logs to the screen, in tabs of their own or in the one preview, and takes them away. */
export class TabSwitcher {
  readonly #screen: TabHost;
  readonly #models: PaneModels;
  /** Stops the timer that runs since the cursor moved; undefined: the preview is where the cursor is. */
  #stopTimer: (() => void) | undefined;

  constructor(screen: TabHost, models: PaneModels) {
    this.#screen = screen;
    this.#models = models;
  }

  /** Puts the cursor on a pipeline; the preview follows when it has rested there. */
  moveCursor(name: string): void {
    if (name === this.#screen.state.cursor) return;
    this.#screen.dispatch({type: 'cursor', name});
    this.stop();
    this.#stopTimer = this.#screen.services.clock.after(previewRest, () => this.show(name));
  }

  /** Shows the pipeline under the cursor now, if the preview was still to follow: its log is about to be used. */
  settleCursor(): void {
    const {cursor} = this.#screen.state;
    if (this.#stopTimer && cursor !== undefined) this.show(cursor);
  }

  /** Shows a pipeline at once, in its tab or in the preview. */
  show(name: string): void {
    this.stop();
    this.#screen.dispatch({type: 'show', name});
  }

  /**
   * Shows the logs of several pipelines as one, by time: in the tab that does so already, or in a new one if there is
   * none, or if it lost one of them.
   */
  merge(names: readonly string[]): void {
    this.stop();
    const merged = this.#screen.state.tabs.filter(({source}) => source.kind === 'merged');
    const same = merged.find((tab) => areSame(pipelinesOf(tab), names));
    if (same && !this.#models.isLeftBehind(same)) {
      this.show(same.name);
      this.#screen.dispatch({type: 'focus', side: 'log'});
      this.#screen.dispatch({type: 'marked', names: []});
      return;
    }
    // One of an earlier session may have their name, and fewer pipelines.
    for (const {name} of merged) if (name === same?.name || name === mergedName(names)) this.close(name);
    this.#screen.dispatch({type: 'merge', names});
  }

  close(name: string): void {
    this.stop();
    this.#screen.dispatch({type: 'close', name});
    // A merged log is no stream, whose end would be heard of.
    this.#models.keepOnly(this.#screen.state.tabs);
    const {active} = this.#screen.state;
    if (active !== undefined) this.#screen.dispatch({type: 'cursor', name: active});
    // Without a tab left, the pipeline under the cursor would be shown again at once: closing means closing.
  }

  /** The preview follows the cursor no more. */
  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}

/** Whether both have the same names, in any order. */
function areSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((name) => others.includes(name));
}

type PipelineListOptions = {
  /** Of the pipelines in the list, those that are to be opened when they are first seen. */
  readonly isRequested: (name: string) => boolean;
  /** Runs once, when the first list is there; the pipeline that is shown first waits for it. */
  readonly beforeFirst: (() => Promise<void>) | undefined;
};

/**
 * Acts on the list, whenever there is a new one: shows a first pipeline, opens what was asked for, keeps the cursor on
 * what there is.
 */
export class PipelineListView {
  readonly #screen: TabHost;
  readonly #isRequested: (name: string) => boolean;
  #beforeFirst: (() => Promise<void>) | undefined;
  #isPreparing = false;
  #started = false;
  /** Those that were opened because they were asked for: a tab that was closed stays closed. */
  readonly #openedRequested = new Set<string>();

  constructor(screen: TabHost, options: PipelineListOptions) {
    this.#screen = screen;
    this.#isRequested = options.isRequested;
    this.#beforeFirst = options.beforeFirst;
  }

  /** Acts on the list as it is now; nothing, while there is none. */
  refresh(): void {
    const {services} = this.#screen;
    const {pipelines, failure} = services.poller.snapshot.get();
    if (pipelines === undefined) return;
    // With a failure it is the last good list: streams that wait would take it for the server's answer.
    if (failure === undefined) services.manager.updatePipelines(pipelines);
    if (this.#beforeFirst) void this.#prepare(this.#beforeFirst);
    if (this.#isPreparing) return;
    const [firstRequested] = this.#openRequested(pipelines);
    if (this.#started) this.#keepCursor();
    else this.#showFirst(firstRequested);
  }

  #showFirst(asked: string | undefined): void {
    const {state, pipelines} = this.#screen;
    const underCursor = pipelines.find(({name}) => name === state.cursor);
    const first = state.active ?? asked ?? (underCursor ?? firstToShow(pipelines))?.name;
    if (first === undefined) return;
    this.#started = true;
    this.#screen.dispatch({type: 'cursor', name: first});
    this.#screen.tabSwitcher.show(first);
  }

  /** Opens what is asked for and was not seen before. Answers the names. */
  #openRequested(pipelines: readonly Pipeline[]): readonly string[] {
    const names = pipelines
      .map(({name}) => name)
      .filter((name) => this.#isRequested(name) && !this.#openedRequested.has(name))
      .sort();
    if (names.length === 0) return names;
    for (const name of names) this.#openedRequested.add(name);
    this.#screen.dispatch({type: 'open', names});
    return names;
  }

  async #prepare(beforeFirst: () => Promise<void>): Promise<void> {
    this.#beforeFirst = undefined;
    this.#isPreparing = true;
    await beforeFirst();
    this.#isPreparing = false;
    if (!this.#screen.closing.aborted) this.refresh();
  }

  /** A pipeline that disappears from under the cursor leaves it on the nearest one. */
  #keepCursor(): void {
    const {pipelines, state} = this.#screen;
    const name = nearestByName(pipelines, state.cursor ?? '')?.name;
    if (name !== undefined && name !== state.cursor) this.#screen.dispatch({type: 'cursor', name});
  }
}

const stateOrder = ['failed', 'unknown', 'waiting', 'paused', 'running', 'stopped'];

/** The list as the sidebar shows it: filtered by a part of the name, sorted. 5,000 pipelines take a few milliseconds. */
export function arrange(pipelines: readonly Pipeline[], sort: SortOrder, nameFilter: string): readonly Pipeline[] {
  const wanted = nameFilter.toLowerCase();
  const found = wanted === '' ? [...pipelines] : pipelines.filter((each) => each.name.toLowerCase().includes(wanted));
  return found.sort(comparers[sort]);
}

/** `arrange` that answers the previous array while its arguments are the same. */
export function createArranger(): typeof arrange {
  let last: {key: readonly unknown[]; result: readonly Pipeline[]} | undefined;
  return (pipelines, sort, nameFilter) => {
    const key = [pipelines, sort, nameFilter];
    if (!last?.key.every((part, index) => part === key[index]))
      last = {key, result: arrange(pipelines, sort, nameFilter)};
    return last.result;
  };
}

/** What to show at start: the first failing pipeline, else the first. */
export function firstToShow(pipelines: readonly Pipeline[]): Pipeline | undefined {
  return pipelines.find(isFailing) ?? pipelines[0];
}

/** The pipeline of this name; if it is gone the first one after it by name, or the last of the list. */
export function nearestByName(pipelines: readonly Pipeline[], name: string): Pipeline | undefined {
  const found = pipelines.find((pipeline) => pipeline.name === name);
  return found ?? pipelines.find((pipeline) => pipeline.name > name) ?? pipelines.at(-1);
}

const byName = (a: Pipeline, b: Pipeline) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

const comparers: Readonly<Record<SortOrder, (a: Pipeline, b: Pipeline) => number>> = {
  name: byName,
  state: (a, b) => rank(a) - rank(b) || byName(a, b),
  // RFC 3339 in one zone sorts as text; the newest change first.
  activity: (a, b) =>
    a.deploymentStatusSince > b.deploymentStatusSince
      ? -1
      : a.deploymentStatusSince < b.deploymentStatusSince
        ? 1
        : byName(a, b),
};

function rank(pipeline: Pipeline): number {
  return stateOrder.indexOf(pipelineState(pipeline).symbol);
}
