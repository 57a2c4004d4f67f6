import {compilePattern, type Pattern, type Watch} from '../buffer/pattern.ts';
import {SearchRunner} from '../buffer/search-runner.ts';
import type {Clock} from '../lib/clock.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';
import type {LogStream} from '../streams/log-stream.ts';
import type {ColorDepth} from '../terminal/style.ts';
import type {Symbols} from '../terminal/symbols.ts';
import type {Geometry} from '../viewport/position.ts';
import {RowRenderer} from '../viewport/row-renderer.ts';
import type {PaneView} from './view-state.ts';

/** What a pane needs from outside. */
export type PaneServices = {
  readonly clock: Clock;
  readonly depth: ColorDepth;
  readonly symbols: Symbols;
  /** Ends a pattern that takes too long. */
  readonly watch: Watch;
};

/** What is derived from one tab's log and its view: the rows, their geometry, the hits of its search. */
export class PaneModel {
  readonly stream: LogStream;
  readonly #services: PaneServices;
  readonly #progress = createStore(0);
  readonly #unsubscribe: () => void;
  #renderer: {readonly key: readonly unknown[]; readonly renderer: RowRenderer} | undefined;
  #searching: {readonly pattern: Pattern; readonly runner: SearchRunner} | undefined;

  constructor(stream: LogStream, services: PaneServices) {
    this.stream = stream;
    this.#services = services;
    this.#unsubscribe = stream.snapshot.subscribe(() => this.#searching?.runner.wake());
  }

  /** Changes whenever the search has found more. */
  get progress(): ReadableStore<number> {
    return this.#progress;
  }

  /** The search in force. */
  get searching(): {readonly pattern: Pattern; readonly runner: SearchRunner} | undefined {
    return this.#searching;
  }

  /** The renderer for a view at a width; the same one while nothing that it depends on changes. */
  renderer(view: PaneView, width: number): RowRenderer {
    const pattern = this.#searching?.pattern;
    const key = [width, view.wrap, view.pan, view.asSent, pattern];
    if (!this.#renderer?.key.every((part, index) => part === key[index])) {
      const {depth, symbols} = this.#services;
      const options = {width, wrap: view.wrap, pan: view.pan, asSent: view.asSent, depth, symbols, hits: pattern};
      this.#renderer = {key, renderer: new RowRenderer(this.stream.buffer, options)};
    }
    return this.#renderer.renderer;
  }

  /** The log as the moves of `viewport/position.ts` see it. */
  geometry(view: PaneView, size: {width: number; height: number}): Geometry {
    const renderer = this.renderer(view, size.width);
    const {firstId, endId} = this.stream.buffer;
    return {firstId, endId, height: size.height, heightOf: (id) => renderer.heightOf(id)};
  }

  /** Searches for `source` from now on, or no longer. `onDone` is called once all that is there was looked at. */
  search(source: string | undefined, onDone: () => void = () => {}): void {
    this.#searching?.runner.dispose();
    this.#searching = undefined;
    this.#progress.set(this.#progress.get() + 1);
    if (source === undefined || source === '') return;
    const pattern = compilePattern(source, {watch: this.#services.watch});
    let done = false;
    const runner = new SearchRunner({
      buffer: this.stream.buffer,
      pattern,
      clock: this.#services.clock,
      onProgress: (isCaughtUp) => {
        this.#progress.set(this.#progress.get() + 1);
        if (!isCaughtUp || done) return;
        done = true;
        onDone();
      },
    });
    this.#searching = {pattern, runner};
    runner.wake();
  }

  dispose(): void {
    this.#unsubscribe();
    this.#searching?.runner.dispose();
  }
}
