import type {Entries} from '../../buffer/log-buffer.ts';
import {compilePattern, type Pattern, type TimeLimit} from '../../buffer/pattern.ts';
import {ShownLines, type ShownLinesOptions} from '../../filters/shown-lines.ts';
import type {Clock} from '../../lib/clock.ts';
import {FrameBatch, type FrameRate} from '../../lib/frames.ts';
import {floodPause, SliceRunner} from '../../lib/slices.ts';
import {createStore, type ReadableStore, sameParts} from '../../lib/store.ts';
import type {Log} from '../../logs/log.ts';
import {Histogram} from '../../records/histogram.ts';
import {RecordIndex} from '../../records/record-index.ts';
import type {PaneView} from '../state/pane-view.ts';
import {LogSearch} from './log-search.ts';
import {PaneFolds} from './pane-folds.ts';
import {WholeIndex} from './whole-index.ts';

export type PaneServices = {
  readonly clock: Clock;
  readonly timeLimit: TimeLimit;
  readonly frameRate?: FrameRate;
};

/** Indexed in less than 1 ms; more than a frame has at 10,000 lines/s. */
const bytesPerFrame = 256 * 1024;
/** Entries that the histogram may lack to be shown as that of the log, and their share of a long one. */
const mostUncounted = 50;
const uncountedShare = 1 / 20;
const progressFps = 12;
/** Milliseconds between two slices of a new index while a search or filters work. */
const restForOthers = 50;

type Filtered = Pick<ShownLinesOptions, 'filters' | 'around' | 'fold'>;

type Searching = {readonly pattern: Pattern; readonly search: LogSearch};

type PaneModelOptions = {
  readonly services: PaneServices;
  readonly isShown: () => boolean;
  /** Other entries are shown than `before`. */
  readonly onEntries: (before: Entries) => void;
  /** A search or filters have read the whole log for the first time. */
  readonly onResult: () => void;
};

/** Bytes of a log from which on it takes seconds to search and to filter. */
const largeLog = 64 * 1024 * 1024;

/** The log as its pane sees it. */
export type PaneLog = Pick<Log, 'name' | 'buffer' | 'errors' | 'snapshot' | 'merge' | 'addDivider'>;

/**
 * What is derived from one tab's log and its view: the index of its records, the entries that filters and folds leave,
 * the matches of its search, and its records by time. Each part needs the one before it. It works in slices, and only
 * while the tab is shown.
 */
export class PaneModel {
  readonly source: PaneLog;
  #index: RecordIndex;
  #folds: PaneFolds;
  /** Replaces the index once it has read the whole log: lines were added before those of `#index`. */
  #whole: WholeIndex | undefined;
  readonly #options: PaneModelOptions;
  readonly #progress = createStore(0);
  /** Progress is drawn in frames: drawn after each slice of 3 ms, a search would take 1.5 times as long. */
  readonly #progressFrames: FrameBatch;
  readonly #indexed = createStore<number | undefined>(undefined);
  readonly #runner: SliceRunner;
  readonly #unsubscribe: () => void;
  #shown: ShownLines | undefined;
  /** Replaces `#shown` once it has read the whole log: until then the screen stays as it is. */
  #next: ShownLines | undefined;
  #shownKey: readonly unknown[] = [];
  /** What `#next`, or else `#shown`, shows. */
  #filtered: Filtered | undefined;
  /** The index of these records. */
  #filteredBy: RecordIndex | undefined;
  #searching: Searching | undefined;
  /** The search that has read the whole log at least once. */
  #searched: LogSearch | undefined;
  #histogram: Histogram | undefined;
  #highlights: {readonly key: readonly string[]; readonly patterns: readonly Pattern[]} = {key: [], patterns: []};
  #onDone: (() => void) | undefined;
  /** Counts the slices of work. */
  readonly #slices = createStore(0);
  #endWait: (() => void) | undefined;
  /** Of the last `sync`. */
  #view: PaneView | undefined;
  #progressKey: readonly unknown[] = [];
  #resultKey: readonly unknown[] = [undefined, undefined];

  constructor(source: PaneLog, options: PaneModelOptions) {
    this.source = source;
    this.#index = new RecordIndex(source.buffer);
    this.#folds = this.#newFolds();
    this.#options = options;
    const {clock, frameRate} = options.services;
    this.#runner = new SliceRunner({
      clock,
      step: (maxBytes) => this.#step(maxBytes),
      onSlice: () => this.#onSlice(),
      restMs: floodPause(clock, () => source.buffer.totalBytes),
    });
    this.#progressFrames = new FrameBatch({
      clock,
      fps: frameRate?.now ?? progressFps,
      flush: () => this.#notifyProgress(),
    });
    // At once, so that new lines are indexed in the frame that shows them; the rest of a flood follows in slices.
    this.#unsubscribe = source.snapshot.subscribe(() => {
      if (!options.isShown()) return;
      this.#findEarlier();
      // Another tab of the pipeline may show connector errors that this one hides.
      if (this.#view) this.#syncShown(this.#view);
      this.#runner.run();
    });
  }

  get index(): RecordIndex {
    return this.#index;
  }

  /** The index has all lines of a large file, those before its end, too, and filters were applied to them. */
  get isWhole(): boolean {
    const {isAwaitingEarlier, firstId} = this.source.buffer;
    return !isAwaitingEarlier && this.#indexed.get() === undefined && firstId >= this.#index.indexedFrom;
  }

  /** What will be the index, as far as it has read; undefined: it is not being made. */
  get nextIndex(): RecordIndex | undefined {
    return this.#whole?.index;
  }

  /** How much of a large file is indexed, from 0 to 1; undefined: it is not being indexed. */
  get indexed(): ReadableStore<number | undefined> {
    return this.#indexed;
  }

  get folds(): PaneFolds {
    return this.#folds;
  }

  /** Changes when the search has found more, or other entries are shown. */
  get progress(): ReadableStore<number> {
    return this.#progress;
  }

  /** The entries that have a row. */
  get entries(): Entries {
    return this.#folds.entries;
  }

  /** Entries that filters and folds of similar records leave; undefined: there are none of both. */
  get shown(): ShownLines | undefined {
    return this.#shown;
  }

  /** New filters are being applied, or those in force to the lines of a large file that are read now. */
  get isFiltering(): boolean {
    return this.#next !== undefined || (this.#shown !== undefined && !this.isWhole);
  }

  /** How much of a large log the new filters have been applied to, of 100; undefined: no filters are being applied. */
  get filteredPercent(): number | undefined {
    return this.#next && this.#percentTo(this.#next.pass.map.end);
  }

  get searching(): Searching | undefined {
    return this.#searching;
  }

  /** How much of a large log was searched, of 100; undefined: all of it. */
  get searchedPercent(): number | undefined {
    return this.#searching && this.#percentTo(this.#searching.search.searchedTo);
  }

  /** Undefined at the end, and in a log that is worked through at once. */
  #percentTo(id: number): number | undefined {
    const {firstId, endId, byteLength} = this.source.buffer;
    if (id >= endId || byteLength < largeLog) return undefined;
    return Math.floor((100 * Math.max(0, id - firstId)) / (endId - firstId));
  }

  /** The whole log was searched: the number of matches is exact. */
  get isSearched(): boolean {
    if (this.source.buffer.isAwaitingEarlier || this.isFiltering) return false;
    // `caughtUp` alone may be from before the search began.
    return this.#runner.caughtUp && this.#searched === this.#searching?.search;
  }

  /** The records by time. Counted from the first call on: most tabs are open without a histogram. */
  get histogram(): Histogram {
    if (this.#histogram) return this.#histogram;
    this.#runner.wake();
    this.#histogram = new Histogram(this.index);
    return this.#histogram;
  }

  /** The records by time are counted but for the last few, which change all the time. Begins that if it is not. */
  get isCounted(): boolean {
    const {firstId: heldFrom, endId} = this.source.buffer;
    // Of a large file its end is indexed first.
    const firstId = Math.max(heldFrom, this.index.indexedFrom);
    const {endId: countedTo} = this.histogram;
    return countedTo > firstId && endId - countedTo <= Math.max(mostUncounted, (endId - firstId) * uncountedShare);
  }

  /** The patterns that are painted, in the order of their colours. */
  get highlights(): readonly Pattern[] {
    return this.#highlights.patterns;
  }

  /** Applies filters, folds, highlights and search of the view. */
  sync(view: PaneView): void {
    this.#findEarlier();
    this.#view = view;
    this.#syncShown(view);
    this.#syncHighlights(view.highlights);
    if (view.search !== this.#searching?.pattern.source) this.#startSearch(view.search);
    this.#runner.wake();
  }

  /**
   * Indexes new lines, of a flood only a part: a frame of a key or of the list may draw them before their own frame,
   * and shows the run that they start.
   */
  keepUp(): void {
    this.index.step(bytesPerFrame);
  }

  /** Calls `onDone` once there is nothing left to do; a later call replaces an earlier one. */
  whenDone(onDone: () => void): void {
    this.#onDone = onDone;
    this.#runner.hurry();
  }

  /**
   * Calls `check` now and whenever more is read, indexed or worked out, or one of `others` changes, until it returns what
   * is done after the wait. A later call ends an earlier wait, and so does the end of the tab.
   */
  waitUntil(check: () => (() => void) | undefined, others: readonly ReadableStore<unknown>[] = []): void {
    this.#endWait?.();
    const hear = () => {
      const then = check();
      if (!then || this.#endWait !== end) return;
      end();
      then();
    };
    const stores = [this.source.snapshot, this.#indexed, this.#slices, ...others];
    const leaving = stores.map((store) => store.subscribe(hear));
    const end = () => {
      for (const leave of leaving) leave();
      this.#endWait = undefined;
    };
    this.#endWait = end;
    hear();
  }

  /** A wait has not ended: a key acts once more is known. */
  get isWaiting(): boolean {
    return this.#endWait !== undefined;
  }

  dispose(): void {
    this.#endWait?.();
    this.#unsubscribe();
    this.#runner.dispose();
    this.#whole?.dispose();
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
    this.#filtered = {filters, around, fold};
    this.#next = this.#filter(this.#filtered, this.#whole ? undefined : this.#shown);
    this.#runner.hurry();
  }

  #filter(filtered: Filtered, earlier: ShownLines | undefined): ShownLines {
    const opened = filtered.fold ? this.#shown?.opened : undefined;
    const index = this.#whole?.index ?? this.#index;
    const log = {buffer: this.source.buffer, index, suppressed: this.source.errors.suppressed};
    this.#filteredBy = index;
    return new ShownLines({...log, ...filtered, earlier, ...(opened && {opened})});
  }

  /** All lines of a large file were added before those that were read: records and matches among them are found now. */
  #findEarlier(): void {
    const {buffer} = this.source;
    if (buffer.isAwaitingEarlier || buffer.firstId >= this.#index.indexedFrom || this.#whole) return;
    this.#whole = new WholeIndex(buffer, {
      clock: this.#options.services.clock,
      // What the user waits for comes first.
      restMs: () => (this.#runner.caughtUp ? 0 : restForOthers),
      onSlice: (isDone) => (isDone ? this.#replaceIndex() : this.#indexed.set(this.#whole?.share)),
    });
    this.#indexed.set(0);
    if (this.#searching) this.#startSearch(this.#searching.pattern.source);
    this.#runner.wake();
  }

  #replaceIndex(): void {
    const whole = this.#whole;
    if (!whole) return;
    whole.dispose();
    const before = this.entries;
    const {index} = whole;
    this.#whole = undefined;
    this.#index = index;
    this.#folds = this.#newFolds(this.#folds);
    this.#histogram = this.#histogram && new Histogram(index);
    // Results of the filters so far may be of other records.
    const isOther = this.#filteredBy !== index && (this.#shown || this.#next) !== undefined;
    if (this.#filtered && isOther) this.#next = this.#filter(this.#filtered, undefined);
    this.#options.onEntries(before);
    this.#runner.wake();
  }

  #newFolds(earlier?: PaneFolds): PaneFolds {
    const {buffer, errors} = this.source;
    const log = {buffer, index: this.#index, suppressed: errors.suppressed, shown: () => this.#shown};
    return new PaneFolds({...log, onToggle: () => this.#progress.set(this.#progress.get() + 1)}, earlier);
  }

  #replaceShown(shown: ShownLines | undefined): void {
    const before = this.entries;
    this.#shown = shown;
    if (this.#searching) this.#startSearch(this.#searching.pattern.source);
    this.#options.onEntries(before);
  }

  #syncHighlights(key: readonly string[]): void {
    if (key === this.#highlights.key) return;
    const {timeLimit} = this.#options.services;
    this.#highlights = {key, patterns: key.map((source) => compilePattern(source, {timeLimit}))};
  }

  #startSearch(source: string | undefined): void {
    if (source === undefined || source === '') {
      this.#searching = undefined;
      return;
    }
    const earlier = this.#searching?.pattern;
    const pattern =
      earlier?.source === source
        ? earlier
        : compilePattern(source, {timeLimit: this.#options.services.timeLimit, earlier});
    this.#searching = {pattern, search: new LogSearch(this.source.buffer, pattern, this.#shown)};
    this.#runner.hurry();
  }

  #step(maxBytes: number): boolean {
    this.source.buffer.freeRead();
    const isIndexed = this.index.step(maxBytes);
    // Beside the index: what is compressed is unpacked for both once.
    const isCounted = this.#histogram?.step(maxBytes) ?? true;
    if (!isIndexed) return false;
    if (this.#shown && !this.#shown.step(maxBytes)) return false;
    if (this.#next) {
      if (!this.#next.step(maxBytes)) return false;
      const next = this.#next;
      if (this.#filteredBy === this.#whole?.index) this.#replaceIndex();
      this.#next = undefined;
      this.#replaceShown(next);
      return false;
    }
    const search = this.#searching?.search;
    if (search && !search.step(maxBytes)) return false;
    this.#searched = search;
    return isCounted;
  }

  /** What was drawn is not complete: another frame follows. */
  drawAgain(): void {
    this.#progressKey = [];
    this.#progressFrames.request();
  }

  #onSlice(): void {
    this.source.buffer.freeRead();
    if (!this.#whole && !this.#next) this.#indexed.set(undefined);
    if (this.#runner.caughtUp) this.#onCaughtUp();
    else this.#progressFrames.request();
    this.#slices.set(this.#slices.get() + 1);
  }

  #onCaughtUp(): void {
    this.#progressFrames.drop();
    this.#notifyProgress();
    const resultKey = [this.#shown, this.#searching?.search];
    if (!sameParts(resultKey, this.#resultKey)) this.#options.onResult();
    this.#resultKey = resultKey;
    const done = this.#onDone;
    this.#onDone = undefined;
    done?.();
  }

  #notifyProgress(): void {
    const {runs} = this.index;
    const key = [
      ...[this.filteredPercent, this.searchedPercent, this.isWhole, runs.length, runs.at(-1)],
      ...[this.#runner.caughtUp, this.#index, this.#shown, this.#searching, this.#searching?.search.count],
      this.#histogram?.version,
    ];
    if (sameParts(key, this.#progressKey)) return;
    this.#progressKey = key;
    this.#progress.set(this.#progress.get() + 1);
  }
}
