import type {Entries} from '../../buffer/log-buffer.ts';
import type {ReadableStore} from '../../lib/store.ts';
import type {LogSource} from '../../streams/log-source.ts';
import {MergedLog} from '../../streams/merge/merged-log.ts';
import type {StreamManager} from '../../streams/stream-manager.ts';
import type {Tab} from '../state/view-state.ts';
import {PaneModel, type PaneServices} from './pane-model.ts';
import {PaneRows, type RowServices} from './pane-rows.ts';

/** What is derived from one tab's log, and its rows. */
export type ModelledPane = {readonly model: PaneModel; readonly rows: PaneRows};

export type PaneModelsOptions = {
  readonly services: PaneServices & RowServices & {readonly manager: StreamManager};
  readonly fps: number;
  readonly fpsNow?: ReadableStore<number>;
  readonly scrollbackBytes: number;
  readonly isShown: (name: string) => boolean;
  /** The tab shows other entries than `before`. */
  readonly onEntries: (name: string, before: Entries) => void;
  /** A search or filters of a tab have looked at everything for the first time. */
  readonly onAnswer: () => void;
};

/** The models of the open tabs, and the merged logs. A closed stream holds a whole scrollback: nothing here keeps it. */
export class PaneModels {
  readonly #options: PaneModelsOptions;
  readonly #models = new Map<string, ModelledPane>();
  readonly #merged = new Map<string, MergedLog>();

  constructor(options: PaneModelsOptions) {
    this.#options = options;
  }

  /** The model of a tab; undefined until its streams are open. */
  get(tab: Tab): ModelledPane | undefined {
    const source = this.#sourceOf(tab);
    const known = this.#models.get(tab.name);
    if (known && known.model.source === source) return known;
    known?.model.dispose();
    this.#models.delete(tab.name);
    if (!source) return undefined;
    const {services, isShown, onEntries, onAnswer} = this.#options;
    const model = new PaneModel(source, {
      services,
      isShown: () => isShown(tab.name),
      onEntries: (before) => onEntries(tab.name, before),
      onAnswer,
    });
    const modelled = {model, rows: new PaneRows(model, services)};
    this.#models.set(tab.name, modelled);
    model.sync(tab.pane);
    return modelled;
  }

  /** The log of a tab; undefined until its streams are open. */
  source(tab: Tab): LogSource | undefined {
    return this.#sourceOf(tab);
  }

  /** A tab that goes on without one of the pipelines that it merges, whose own tab was closed. */
  isLeftBehind(tab: Tab): boolean {
    return this.#merged.get(tab.name)?.isWhole === false;
  }

  /** Frees what belongs to tabs that are closed. */
  keepOnly(tabs: readonly Tab[]): void {
    for (const [name, {model}] of this.#models) {
      const tab = tabs.find((each) => each.name === name);
      if (tab && this.#sourceOf(tab) === model.source) continue;
      model.dispose();
      this.#models.delete(name);
    }
    for (const [name, merged] of this.#merged) {
      if (tabs.some((tab) => tab.name === name)) {
        for (const each of merged.sourceNames) if (!tabs.some((tab) => tab.name === each)) merged.leave(each);
        continue;
      }
      merged.close();
      this.#options.services.manager.memory.remove(merged);
      this.#merged.delete(name);
    }
  }

  dispose(): void {
    this.keepOnly([]);
  }

  #sourceOf(tab: Tab): LogSource | undefined {
    const {manager, clock} = this.#options.services;
    if (tab.source.kind === 'pipeline') return manager.get(tab.name);
    const known = this.#merged.get(tab.name);
    if (known) return known;
    const sources = tab.source.names.flatMap((name) => manager.get(name) ?? []);
    if (sources.length < tab.source.names.length) return undefined;
    const {fps, fpsNow, scrollbackBytes} = this.#options;
    const merged = new MergedLog({name: tab.name, sources, clock, fps, fpsNow, scrollbackBytes});
    this.#merged.set(tab.name, merged);
    manager.memory.add(merged);
    return merged;
  }
}
