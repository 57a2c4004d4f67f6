import type {Entries} from '../../engine/buffer/log-buffer.ts';
import type {Packer} from '../../engine/buffer/packed-store.ts';
import {MergeFeed} from '../../engine/feeds/merge-feed.ts';
import {Log} from '../../engine/logs/log.ts';
import type {ReadableStore} from '../../lib/store.ts';
import type {Layout} from '../screen/layout.ts';
import type {Services} from '../screen/services.ts';
import type {PaneView} from '../state/pane-view.ts';
import {renamedTab, type Tab} from '../state/view-state.ts';
import type {RowPosition} from '../viewport/position.ts';
import {PaneModel} from './pane-model.ts';
import {PaneRows, type RowServices} from './pane-rows.ts';

/** Rows above the log of a pane. `places`: the rows of the log. */
type PaneStrip = {
  /** It says something: it has rows though the user has not asked for them. */
  readonly isWorthwhile: boolean;
  paint(view: PaneView, layout: Pick<Layout, 'paneWidth'>, places: readonly RowPosition[]): readonly string[];
};

/** Maker of the rows above a log, from a feature. */
export type StripKind = {readonly height: number; of(model: PaneModel, services: RowServices): PaneStrip};

/** A tab, and what is derived from its log. */
export type Pane = {readonly tab: Tab} & ModelledPane;

type ModelledPane = {
  readonly model: PaneModel;
  readonly rows: PaneRows;
  /** Rows above the log; undefined: no feature has any. */
  readonly strip: PaneStrip | undefined;
};

type PaneModelsOptions = {
  readonly services: RowServices & Pick<Services, 'logs' | 'timeLimit'> & Partial<Pick<Services, 'frameRate'>>;
  readonly strip: StripKind | undefined;
  readonly fps: number;
  readonly fpsNow?: ReadableStore<number>;
  readonly scrollbackBytes: number;
  readonly packer?: Packer;
  readonly isShown: (name: string) => boolean;
  readonly onEntries: (name: string, before: Entries) => void;
  readonly onResult: () => void;
  readonly onRead: (name: string) => void;
};

/** The models of the open tabs, and the merged logs. Drops closed streams: each holds a whole scrollback. */
export class PaneModels {
  readonly #options: PaneModelsOptions;
  readonly #models = new Map<Log, ModelledPane>();
  readonly #merged = new Map<string, Log<MergeFeed>>();

  constructor(options: PaneModelsOptions) {
    this.#options = options;
  }

  /** Returns the model of a tab, which is made at the first call; undefined until the tab's streams are open. */
  get(tab: Tab): ModelledPane | undefined {
    const log = this.logOf(tab);
    const cached = log && this.#models.get(log);
    if (!log || cached) return cached;
    const {services, strip, isShown, onEntries, onResult, onRead} = this.#options;
    const model = new PaneModel(log, {
      services,
      isShown: () => isShown(log.name),
      onEntries: (before) => onEntries(log.name, before),
      onResult,
      onRead: () => onRead(log.name),
    });
    const modelled = {model, rows: new PaneRows(model, services), strip: strip?.of(model, services)};
    this.#models.set(log, modelled);
    model.sync(tab.pane);
    return modelled;
  }

  /** The log of a tab; undefined until its streams are open. */
  logOf({name, merges}: Tab): Log | undefined {
    const {logs, clock} = this.#options.services;
    if (!merges) return logs.get(name);
    const before = this.#merged.get(name);
    if (before) return before;
    const sources = merges.flatMap((each) => logs.get(each) ?? []);
    if (sources.length < merges.length) return undefined;
    const {fps, fpsNow, scrollbackBytes, packer} = this.#options;
    const options = {clock, fps, scrollbackBytes};
    const merged = new Log({
      ...options,
      fpsNow,
      packer,
      isCopy: true,
      feed: (sink) => new MergeFeed(sink, {...options, name, sources}),
    });
    this.#merged.set(name, merged);
    logs.memory.add(merged);
    merged.start();
    return merged;
  }

  /** A merged tab that continues without one of its pipelines, whose own tab was closed. */
  isLeftBehind(tab: Tab): boolean {
    return this.#merged.get(tab.name)?.merge.isWhole === false;
  }

  /** Call before the tabs have the new names. */
  rename(tabs: readonly Tab[], names: ReadonlyMap<string, string>): void {
    const merged = new Map(this.#merged);
    this.#merged.clear();
    for (const tab of tabs) {
      const log = merged.get(tab.name);
      if (!log) continue;
      log.merge.rename(renamedTab(tab, names).name, names);
      this.#merged.set(log.name, log);
    }
  }

  /** Frees what belongs to closed tabs. */
  keepOnly(tabs: readonly Tab[]): void {
    const {logs} = this.#options.services;
    const kept = new Set(tabs.map(({name, merges}) => (merges ? this.#merged.get(name) : logs.get(name))));
    for (const [log, {model}] of this.#models) {
      if (kept.has(log)) continue;
      model.dispose();
      this.#models.delete(log);
    }
    const isOpen = (name: string) => tabs.some((tab) => tab.name === name);
    for (const [name, merged] of this.#merged) {
      if (isOpen(name)) {
        for (const each of merged.merge.names) if (!isOpen(each)) merged.merge.leave(each);
        continue;
      }
      void merged.close().then(() => merged.free());
      logs.memory.remove(merged);
      this.#merged.delete(name);
    }
  }

  dispose(): void {
    this.keepOnly([]);
  }
}
