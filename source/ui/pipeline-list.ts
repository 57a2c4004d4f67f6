import type {Pipeline} from '../api/types.ts';
import {isFailing, pipelineState} from './pipeline-state.ts';
import type {SortOrder} from './view-state.ts';

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
