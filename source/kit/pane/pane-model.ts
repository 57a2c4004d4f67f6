import type {Entries} from '../../engine/buffer/log-buffer.ts';
import {compilePattern, type Pattern} from '../../engine/buffer/pattern.ts';
import {ShownLines} from '../../engine/filters/shown-lines.ts';
import type {Log} from '../../engine/logs/log.ts';
import {hasCaughtUp} from '../../engine/logs/log-snapshot.ts';
import {Histogram} from '../../engine/records/histogram.ts';
import {RecordIndex} from '../../engine/records/record-index.ts';
import {FrameBatch} from '../../lib/frames.ts';
import {floodPause, SliceRunner} from '../../lib/slices.ts';
import {createStore, type ReadableStore, sameParts} from '../../lib/store.ts';
import type {Services} from '../screen/services.ts';
import type {PaneView} from '../state/pane-view.ts';
import {LogSearch} from './log-search.ts';
import {PaneFolds} from './pane-folds.ts';

/** Indexed in less than 1 ms; more than a frame has at 10,000 lines/s. */
const bytesPerFrame = 256 * 1024;
/** Entries that the histogram may lack to be shown as that of the log, and their share of a long one. */
const mostUncounted = 50;
const uncountedShare = 1 / 20;
const progressFps = 12;

type Searching = {readonly pattern: Pattern; readonly search: LogSearch};

type PaneModelOptions = {
  readonly services: Pick<Services, 'clock' | 'timeLimit'> & Partial<Pick<Services, 'frameRate'>>;
  readonly isShown: () => boolean;
  /** Other entries are shown than `before`. */
  readonly onEntries: (before: Entries) => void;
  /** A search or filters have read the whole log for the first time. */
  readonly onResult: () => void;
  /** All that was there before the log was opened is read and indexed. */
  readonly onRead: () => void;
};

/** Bytes of a log from which on it takes seconds to search and to filter. */
const largeLog = 64 * 1024 * 1024;

/** The log as its pane sees it. */
type PaneLog = Pick<Log, 'name' | 'buffer' | 'suppressed' | 'snapshot' | 'merge'>;

/**
 * Model of one tab's pane: the index of its log's records, the entries that filters and folds leave, the matches of its
 * search, and its records by time. Each part needs the one before it. It works in slices, and only while the tab is
 * shown.
 */
export class PaneModel {
  readonly source: PaneLog;
  readonly index: RecordIndex;
  readonly folds: PaneFolds;
  readonly #options: PaneModelOptions;
  readonly #progress = createStore(0);
  /** Changes when the search has found more, or other entries are shown. */
  readonly progress: ReadableStore<number> = this.#progress;
  /** Progress is drawn in frames: drawn after each slice of 3 ms, a search would take 1.5 times as long. */
  readonly #progressFrames: FrameBatch;
  readonly #runner: SliceRunner;
  readonly #unsubscribe: () => void;
  #shown: ShownLines | undefined;
  /** Replaces `#shown` once it has read the whole log: until then the screen stays as it is. */
  #next: ShownLines | undefined;
  #shownKey: readonly unknown[] = [];
  #searching: Searching | undefined;
  /** The search that has read the whole log at least once. */
  #searched: LogSearch | undefined;
  #histogram: Histogram | undefined;
  #highlights: {readonly key: readonly string[]; readonly patterns: readonly Pattern[]} = {key: [], patterns: []};
  #onDone: (() => void) | undefined;
  /** Counts the slices of work. */
  readonly #slices = createStore(0);
  #endWait: (() => void) | undefined;
  /** View of the last `sync`. */
  #view: PaneView | undefined;
  #isRead = false;
  #progressKey: readonly unknown[] = [];
  #resultKey: readonly unknown[] = [undefined, undefined];

  constructor(source: PaneLog, options: PaneModelOptions) {
    this.source = source;
    const {buffer, suppressed} = source;
    const index = new RecordIndex(buffer, {
      errorAfter: (id) => suppressed.errorAfter(id),
      originAt: source.merge && ((id) => source.merge?.originAt(id)),
    });
    this.index = index;
    this.folds = new PaneFolds({
      buffer,
      index,
      suppressed,
      shown: () => this.#shown,
      isAsSent: () => this.#view?.asSent === true,
      foldsSimilar: () => this.#shown !== undefined && this.#view?.fold === true,
      onToggle: () => this.#progress.set(this.#progress.get() + 1),
    });
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
      // Another tab of the pipeline may show connector errors that this one hides.
      if (this.#view) this.#syncShown(this.#view);
      this.#runner.run();
    });
  }

  /** Part of the log that is indexed, of 100. */
  get indexedPercent(): number {
    const {firstId, endId} = this.source.buffer;
    return Math.floor((100 * Math.max(0, this.index.indexedTo - firstId)) / Math.max(1, endId - firstId));
  }

  /** The entries that have a row. */
  get entries(): Entries {
    return this.folds.entries;
  }

  /** Entries that filters and folds of similar records leave; undefined: there are none of both. */
  get shown(): ShownLines | undefined {
    return this.#shown;
  }

  /** New filters are being applied. */
  get isFiltering(): boolean {
    return this.#next !== undefined;
  }

  /**
   * Part of a large log that new filters have been applied to, of 100; undefined: it is not large, or none are applied.
   */
  get filteredPercent(): number | undefined {
    return this.#next && this.#percentTo(this.#next.pass.map.end);
  }

  get searching(): Searching | undefined {
    return this.#searching;
  }

  /** Part of a large log that was searched, of 100; undefined: all of it, it is not large, or there is no search. */
  get searchedPercent(): number | undefined {
    return this.#searching && this.#percentTo(this.#searching.search.searchedTo);
  }

  /** Returns the part of the log before an entry, of 100; undefined at the end, and in a log that is not large. */
  #percentTo(id: number): number | undefined {
    const {firstId, endId, byteLength} = this.source.buffer;
    if (id >= endId || byteLength < largeLog) return undefined;
    return Math.floor((100 * Math.max(0, id - firstId)) / (endId - firstId));
  }

  /** The whole log was searched: the number of matches is exact. */
  get isSearched(): boolean {
    const search = this.#searching?.search;
    // `caughtUp` alone may be from before the search began.
    if (this.isFiltering || this.#searched !== search) return false;
    return this.#runner.caughtUp || (search !== undefined && search.searchedTo >= this.source.buffer.endedTo);
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
    const {firstId, endId} = this.source.buffer;
    const {endId: countedTo} = this.histogram;
    return countedTo > firstId && endId - countedTo <= Math.max(mostUncounted, (endId - firstId) * uncountedShare);
  }

  /** The patterns that are painted, in the order of their colours. */
  get highlights(): readonly Pattern[] {
    return this.#highlights.patterns;
  }

  /** Applies filters, folds, highlights and search of the view. */
  sync(view: PaneView): void {
    const before = this.entries;
    const isOther = this.#view !== undefined && view.asSent !== this.#view.asSent;
    this.#view = view;
    if (isOther) this.#options.onEntries(before);
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
    const stores = [this.source.snapshot, this.#slices, ...others];
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
    const opened = fold ? this.#shown?.opened : undefined;
    this.#next = new ShownLines({
      buffer: this.source.buffer,
      index: this.index,
      suppressed: this.source.suppressed,
      filters,
      around,
      fold,
      earlier: this.#shown,
      ...(opened && {opened}),
    });
    this.#runner.hurry();
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
    // All lines are searched without knowing their records, and the user waits.
    if (!this.#shown && !this.#next && !this.#search(maxBytes)) return false;
    const isIndexed = this.index.step(maxBytes);
    // Beside the index: what is compressed is unpacked for both once.
    const isCounted = this.#histogram?.step(maxBytes) ?? true;
    if (!isIndexed) return false;
    if (this.#shown && !this.#shown.step(maxBytes)) return false;
    if (this.#next) {
      if (!this.#next.step(maxBytes)) return false;
      const next = this.#next;
      this.#next = undefined;
      this.#replaceShown(next);
      return false;
    }
    return this.#search(maxBytes) && isCounted;
  }

  /** True: all shown lines have been searched, or there is no search. */
  #search(maxBytes: number): boolean {
    const search = this.#searching?.search;
    if (search && !search.step(maxBytes)) return false;
    this.#searched = search;
    return true;
  }

  /** Requests another frame: the last one was not complete. */
  drawAgain(): void {
    this.#progressKey = [];
    this.#progressFrames.request();
  }

  #onSlice(): void {
    this.source.buffer.freeRead();
    if (this.#runner.caughtUp) this.#onCaughtUp();
    else {
      this.#progressFrames.request();
      if (this.#searching && this.isSearched) this.#tellResult();
    }
    this.#slices.set(this.#slices.get() + 1);
  }

  #onCaughtUp(): void {
    this.#progressFrames.drop();
    this.#notifyProgress();
    this.#tellResult();
    if (!this.#isRead && hasCaughtUp(this.source.snapshot.get())) {
      this.#isRead = true;
      this.#options.onRead();
    }
    const done = this.#onDone;
    this.#onDone = undefined;
    done?.();
  }

  #tellResult(): void {
    const resultKey = [this.#shown, this.#searching?.search];
    if (!sameParts(resultKey, this.#resultKey)) this.#options.onResult();
    this.#resultKey = resultKey;
  }

  #notifyProgress(): void {
    const {runs} = this.index;
    const key = [
      ...[this.filteredPercent, this.searchedPercent, runs.length, runs.at(-1)],
      ...[this.#runner.caughtUp, this.isSearched, this.#shown, this.#searching, this.#searching?.search.count],
      this.#histogram?.version,
    ];
    if (sameParts(key, this.#progressKey)) return;
    this.#progressKey = key;
    this.#progress.set(this.#progress.get() + 1);
  }
}
