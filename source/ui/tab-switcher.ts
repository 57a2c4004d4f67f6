import type {Controller} from './controller.ts';
import {CursorRest} from './cursor-rest.ts';
import {mergedTab} from './merged-tab.ts';
import type {PaneModels} from './pane-models.ts';
import {activeTab, type Seen} from './view-state.ts';

type Screen = Pick<Controller, 'services' | 'state' | 'pane' | 'pipeline' | 'dispatch'>;

/** Brings logs to the screen, in tabs of their own or in the one preview, and takes them away. */
export class TabSwitcher {
  readonly #screen: Screen;
  readonly #models: PaneModels;
  readonly #rest: CursorRest;

  constructor(screen: Screen, models: PaneModels) {
    this.#screen = screen;
    this.#models = models;
    this.#rest = new CursorRest(screen.services.clock);
  }

  /** Puts the cursor on a pipeline; the preview follows when it has rested there. */
  moveCursor(name: string): void {
    if (name === this.#screen.state.cursor) return;
    this.#screen.dispatch({type: 'cursor', name});
    this.#rest.begin(() => this.show(name));
  }

  /** Shows the pipeline under the cursor now, if the preview was still to follow: its log is about to be used. */
  settleCursor(): void {
    const {cursor} = this.#screen.state;
    if (this.#rest.isPending && cursor !== undefined) this.show(cursor);
  }

  /** Shows a pipeline at once, in its tab or in the preview. */
  show(name: string): void {
    this.#rest.end();
    this.#screen.dispatch({type: 'show', name, leaving: this.#seenNow()});
    this.#wake();
  }

  /**
   * Shows the logs of several pipelines as one, by time. If there is such a tab, that one; but if it went on without one
   * of them, a new one.
   */
  merge(names: readonly string[]): void {
    this.#rest.end();
    const known = mergedTab(this.#screen.state.tabs, names);
    if (known && this.#models.isLeftBehind(known)) this.close(known.name);
    this.#screen.dispatch({type: 'merge', names, leaving: this.#seenNow()});
    this.#wake();
  }

  close(name: string): void {
    this.#rest.end();
    this.#screen.dispatch({type: 'close', name});
    // A merged log is no stream, whose end would be heard of.
    this.#models.keepOnly(this.#screen.state.tabs);
    const {active} = this.#screen.state;
    if (active !== undefined) this.#screen.dispatch({type: 'cursor', name: active});
    // Without a tab left, the pipeline under the cursor would be shown again at once: closing means closing.
  }

  /** The preview follows the cursor no more. */
  end(): void {
    this.#rest.end();
  }

  /** What came while the tab was not on the screen was not looked at. */
  #wake(): void {
    const {pane} = this.#screen;
    pane?.model.sync(pane.tab.pane);
  }

  #seenNow(): Seen | undefined {
    const {state} = this.#screen;
    const tab = activeTab(state);
    const source = tab && this.#models.source(tab);
    if (!tab || !source) return undefined;
    const {endId, errorCount} = source.snapshot.get();
    return {endId, errors: errorCount, connectorErrors: this.#screen.pipeline(tab.name)?.connectorErrors ?? 0};
  }
}
