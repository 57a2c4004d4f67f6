import type {ConnectorStats, PipelineStats} from '../api/types.ts';

/** Milliseconds: what is said to be so now is of about so long. */
export const recently = 60_000;
/** Answers come a little early, or late. */
const nearlyRecently = recently - 5_000;
/** Milliseconds between two samples; answers come up to one a second. */
const sampleEvery = 9_000;

/** Counts of a process's connectors at a moment. `at`: Unix time in ms. */
type Sample = {
  readonly at: number;
  /** `errors`: by the place of their kind. */
  readonly counts: ReadonlyMap<string, {readonly records: number | undefined; readonly errors: readonly number[]}>;
};

/** The samples of a process with those of a new answer, oldest first: those of the last minute, and one from before it. */
export function sampled(before: readonly Sample[], {connectors}: PipelineStats, at: number): readonly Sample[] {
  const last = before.at(-1);
  if (last && at - last.at < sampleEvery) return before;
  const first = before.findLastIndex((each) => each.at <= at - nearlyRecently);
  // What a paused one does not do is no measure of what it does later.
  const counts = connectors.flatMap((each) => {
    const {records, errors, isPaused} = each;
    return isPaused ? [] : [[connectorKey(each), {records, errors: errors.map(({count}) => count)}] as const];
  });
  return [...before.slice(Math.max(0, first)), {at, counts: new Map(counts)}];
}

/** `span`: milliseconds of which the numbers are, a minute or more unless `isBrief`; undefined: they are of the run. */
export type Recent = Pick<ConnectorStats, 'kind' | 'records' | 'errors'> & {readonly span: number | undefined};

/** Returns what a connector has counted in about the last minute, or in less if `isBrief`; else in its run. */
export function recentOf(
  {at, samples}: {readonly at: number | undefined; readonly samples: readonly Sample[]},
  connector: ConnectorStats,
  isBrief = false,
): Recent {
  const {kind, records, errors} = connector;
  const least = isBrief ? 1 : nearlyRecently;
  const first = at === undefined ? -1 : samples.findLastIndex((each) => each.at <= at - least);
  const counts = samples.slice(Math.max(0, first)).map((each) => each.counts.get(connectorKey(connector)));
  const [sample, before] = [samples[first], counts[0]];
  if (at === undefined || !sample || !before || counts.includes(undefined))
    return {kind, records, errors, span: undefined};
  return {
    kind,
    records: records === undefined ? undefined : records - (before.records ?? 0),
    errors: errors.map(({kind: of, count, retained}, place) => {
      const earlier = before.errors[place] ?? 0;
      return {kind: of, count: count - earlier, retained: retained?.filter(({index}) => index > earlier)};
    }),
    span: at - sample.at,
  };
}

/** A table and a view never have the same name; an input and an output are compared by kind, too. */
export function connectorKey({kind, name}: Pick<ConnectorStats, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}
