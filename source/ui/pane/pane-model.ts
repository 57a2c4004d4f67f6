import {allEntries, type Entries} from '../../buffer/log-buffer.ts';
import {compilePattern, type Pattern, type TimeLimit} from '../../buffer/pattern.ts';
import {prepareSearch, Search} from '../../buffer/search.ts';
import {ShownLines} from '../../filters/shown-lines.ts';
import type {Clock} from '../../lib/clock.ts';
import {FrameBatch} from '../../lib/frames.ts';
import {floodPause, SliceRunner} from '../../lib/slices.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import {RecordIndex} from '../../records/record-index.ts';
import type {LogSource} from '../../streams/log-source.ts';
import type {PaneView} from '../state/pane-view.ts';

/** What a pane needs from outside. */
export type PaneServices = {
  readonly clock: Clock;
  /** Ends a pattern that takes too long. */
  readonly watch: TimeLimit;
};

/** Takes less than 1 ms, and is more than a frame of 10,000 lines/s has. */
const glanceBytes = 256 * 1024;
const progressFps = 12;

/** A search that is in force. */
export type Searching = {readonly pattern: Pattern; readonly search: Search};

/**
 * What is derived from one tab's log and its view: the index of its records, the entries that filters and folds leave,
 * the hits of its search. Worked out in slices, and only while the tab is shown.
 *
 * Longer than most files: each part needs the one before it, and the order in which they are brought up to date is here.
 */
export class PaneModel {
  readonly source: LogSource;
  readonly index: RecordIndex;
  readonly #services: PaneServices;
  readonly #isShown: () => boolean;
  readonly #onEntries: (before: Entries) => void;
  readonly #onAnswer: () => void;
  readonly #progress = createStore(0);
  /** What slices find is drawn in frames: drawn after each slice of 3 ms, a search takes half as long again. */
  readonly #progressFrames: FrameBatch;
  readonly #runner: SliceRunner;
  /** Goes on once that has nothing left to do: prepares the next search. */
  readonly #ahead: SliceRunner;
  readonly #unsubscribe: () => void;
  /** What filters and folds leave; undefined while there are none. */
  #shown: ShownLines | undefined;
  /** Takes the place of `#shown` once everything held was looked at: until then the screen stays as it is. */
  #next: ShownLines | undefined;
  #shownKey: readonly unknown[] = [];
  #searching: Searching | undefined;
  /** The search that looked at everything at least once. */
  #searched: Search | undefined;
  #highlights: {readonly key: readonly string[]; readonly patterns: readonly Pattern[]} = {key: [], patterns: []};
  #onDone: (() => void) | undefined;
  #told: readonly unknown[] = [];
  #answered: readonly unknown[] = [undefined, undefined];

  /**
   * `isShown`: whether the tab is on the screen. `onEntries` is called when other entries are shown than `before`, and
   * `onAnswer` when a search or filters have looked at everything for the first time.
   */
  constructor(
    source: LogSource,
    options: {
      services: PaneServices;
      isShown: () => boolean;
      onEntries: (before: Entries) => void;
      onAnswer: () => void;
    },
  ) {
    this.source = source;
    this.index = new RecordIndex(source.buffer);
    this.#services = options.services;
    this.#isShown = options.isShown;
    this.#onEntries = options.onEntries;
    this.#onAnswer = options.onAnswer;
    this.#runner = new SliceRunner({
      clock: options.services.clock,
      step: (maxBytes) => this.#step(maxBytes),
      onSlice: () => this.#tell(),
      restMs: floodPause(() => source.buffer.totalBytes),
    });
    const {clock} = options.services;
    this.#progressFrames = new FrameBatch({clock, fps: progressFps, flush: () => this.#tellProgress()});
    this.#ahead = new SliceRunner({
      clock: options.services.clock,
      step: prepareSearch(source.buffer),
      onSlice: () => {},
      restMs: floodPause(() => source.buffer.totalBytes),
    });
    // At once, so that the frame that shows new lines knows them; the rest of a flood follows in slices.
    this.#unsubscribe = source.snapshot.subscribe(() => {
      if (this.#isShown()) this.#runner.run();
    });
  }

  /** Changes whenever what is derived has changed by itself: the search found more, other entries are shown. */
  get progress(): ReadableStore<number> {
    return this.#progress;
  }

  /** The entries that the pane shows. */
  get entries(): Entries {
    return this.#shown ?? allEntries(this.source.buffer);
  }

  /** Filters and folds in force; undefined: every entry is shown as it is. */
  get shown(): ShownLines | undefined {
    return this.#shown;
  }

  /** Other filters are being applied: what is shown is still without them. */
  get isFiltering(): boolean {
    return this.#next !== undefined;
  }

  get searching(): Searching | undefined {
    return this.#searching;
  }

  /** Everything held was searched: the number of hits is exact. */
  get isSearched(): boolean {
    // The runner was caught up before the search began, too.
    return this.#runner.caughtUp && this.#next === undefined && this.#searched === this.#searching?.search;
  }

  /** The patterns that are painted, in the order of their colours. */
  get highlights(): readonly Pattern[] {
    return this.#highlights.patterns;
  }

  /** Brings filters, folds, highlights and search in line with the view, and goes on with what there is to do. */
  sync(view: PaneView): void {
    this.#syncShown(view);
    this.#syncHighlights(view.highlights);
    if (view.search !== this.#searching?.pattern.source) this.#startSearch(view.search);
    this.#runner.wake();
  }

  /**
   * Indexes what has come since the last slice, of a flood a part: a list or a key may draw lines before their frame, and
   * the run that they begin belongs into the same one.
   */
  keepUp(): void {
    this.index.step(glanceBytes);
  }

  /** Opens or closes the folded row of a shown line. */
  setOpen(id: number, isOpen: boolean): void {
    this.#shown?.setOpen(id, isOpen);
    this.#progress.set(this.#progress.get() + 1);
  }

  /** Calls `onDone` once there is nothing left to do; a later call replaces an earlier one. */
  whenDone(onDone: () => void): void {
    this.#onDone = onDone;
    this.#runner.wake();
  }

  dispose(): void {
    this.#unsubscribe();
    this.#runner.dispose();
    this.#ahead.dispose();
    this.#progressFrames.dispose();
  }

  #syncShown(view: PaneView): void {
    const filters = view.filters.filter(({on}) => on);
    const key = [view.around, view.fold, ...filters.map(({filter}) => filter)];
    const isNeeded = filters.length > 0 || view.fold;
    if (sameParts(key, this.#shownKey)) return;
    this.#shownKey = key;
    this.#next = undefined;
    if (!isNeeded) {
      if (this.#shown) this.#replaceShown(undefined);
      return;
    }
    const {around, fold} = view;
    const {index} = this;
    const opened = fold ? this.#shown?.opened : undefined;
    this.#next = new ShownLines({
      ...{buffer: this.source.buffer, index, filters, around, fold, earlier: this.#shown},
      ...(opened && {opened}),
    });
  }

  #replaceShown(shown: ShownLines | undefined): void {
    const before = this.entries;
    this.#shown = shown;
    if (this.#searching) this.#startSearch(this.#searching.pattern.source);
    this.#onEntries(before);
  }

  #syncHighlights(key: readonly string[]): void {
    if (key === this.#highlights.key) return;
    const {watch} = this.#services;
    this.#highlights = {key, patterns: key.map((source) => compilePattern(source, {watch}))};
  }

  #startSearch(source: string | undefined): void {
    if (source === undefined || source === '') {
      this.#searching = undefined;
      return;
    }
    const earlier = this.#searching?.pattern;
    const pattern =
      earlier?.source === source ? earlier : compilePattern(source, {watch: this.#services.watch, earlier});
    this.#searching = {pattern, search: new Search(this.source.buffer, pattern, this.#shown)};
  }

  /** Each part needs the one before it: records, then what is shown of them, then what is found in that. */
  #step(maxBytes: number): boolean {
    if (!this.index.step(maxBytes)) return false;
    if (this.#shown && !this.#shown.step(maxBytes)) return false;
    if (this.#next) {
      if (!this.#next.step(maxBytes)) return false;
      const next = this.#next;
      this.#next = undefined;
      this.#replaceShown(next);
      return false;
    }
    const search = this.#searching?.search;
    if (search && !search.step(maxBytes)) return false;
    this.#searched = search;
    return true;
  }

  #tell(): void {
    if (!this.#runner.caughtUp) {
      this.#progressFrames.request();
      return;
    }
    this.#progressFrames.drop();
    this.#tellProgress();
    const answered = [this.#shown, this.#searching?.search];
    if (!sameParts(answered, this.#answered)) this.#onAnswer();
    this.#answered = answered;
    this.#ahead.wake();
    const done = this.#onDone;
    this.#onDone = undefined;
    done?.();
  }

  #tellProgress(): void {
    const {runs} = this.index;
    const {caughtUp} = this.#runner;
    const told = [caughtUp, this.#shown, this.#searching, this.#searching?.search.count, runs.length, runs.at(-1)];
    if (sameParts(told, this.#told)) return;
    this.#told = told;
    this.#progress.set(this.#progress.get() + 1);
  }
}

function sameParts(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}
