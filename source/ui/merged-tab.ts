import type {Tab} from './view-state.ts';

/** The tab that merges these pipelines, in whatever order. */
export function mergedTab(tabs: readonly Tab[], names: readonly string[]): Tab | undefined {
  const wanted = new Set(names);
  return tabs.find(({merges}) => merges?.length === wanted.size && merges.every((name) => wanted.has(name)));
}
