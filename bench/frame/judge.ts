import type {Row, RowSamples, Sample} from './row.ts';
import {median, spread} from './statistics.ts';

/** Median and spread (a share of the median) of one side of a row. */
export type Side = {readonly median: number; readonly spread: number};

/** What the samples of a row come to. */
export type Judged = {
  readonly row: Row;
  readonly ours: Side;
  readonly reference: Side | undefined;
  /** Ours by the reference; undefined without one. */
  readonly ratio: number | undefined;
  /** Undefined where there is no target. */
  readonly met: boolean | undefined;
};

/**
 * Works out medians and ratio. Throws where the two sides counted different things: then they did not do the same work,
 * and a ratio would mean nothing.
 */
export function judge({row, ours, reference}: RowSamples): Judged {
  const name = row.count ?? 'count';
  const all = [...ours.map((sample) => sample[name]), ...reference.map((sample) => sample[name] ?? sample.count)];
  const counts = new Set(all.filter((count) => count !== undefined));
  if (counts.size > 1) throw new Error(`${row.name}: counted ${[...counts].join(' and ')}`);
  const side = sideOf(row.figure, row, ours);
  const other = row.reference && sideOf(row.referenceFigure ?? row.figure, row, reference);
  const ratio = other && side.median / other.median;
  const judged = row.target?.of === 'ratio' ? ratio : side.median;
  return {
    row,
    ours: side,
    reference: other,
    ratio,
    met: row.target && judged !== undefined && judged <= row.target.atMost,
  };
}

function sideOf(figure: string, row: Row, samples: readonly Sample[]): Side {
  return sideOfValues(valuesOf(figure, row, samples));
}

/** The values of one figure, in the order of the runs. Throws where one was not measured. */
export function valuesOf(figure: string, {name}: Row, samples: readonly Sample[]): number[] {
  return samples.map((sample) => {
    const value = sample[figure];
    if (value === undefined) throw new Error(`${name}: no ${figure} was measured`);
    return value;
  });
}

export function sideOfValues(values: readonly number[]): Side {
  return {median: median(values), spread: spread(values)};
}
