import {sideOfValues, valuesOf} from './judge.ts';
import type {Row, Sample} from './row.ts';
import {median} from './statistics.ts';
import {columns, figureText, sideText} from './table.ts';

/** One row, measured on two trees in turn. */
export type Compared = {readonly row: Row; readonly here: readonly Sample[]; readonly other: readonly Sample[]};

/** The table that is printed: medians and spread of both, the ratio, and whether the two differ. */
export function comparisonTable(rows: readonly Compared[], names: {here: string; other: string}): string {
  const heading = ['row', 'what', names.here, names.other, 'ratio', ''];
  return columns([heading, ...rows.map(cellsOf)]);
}

function cellsOf({row, here, other}: Compared): string[] {
  const [ours, its] = [valuesOf(row.figure, row, here), valuesOf(row.figure, row, other)];
  const [left, right] = [sideOfValues(ours), sideOfValues(its)];
  const ratio = ratioOf(ours, its);
  return [
    ...[row.name, row.ours.what, sideText(left, row.unit), sideText(right, row.unit)],
    ...[`${figureText(ratio)} ×`, verdict(ours, its)],
  ];
}

/** Of the medians; of two that are nothing 1. */
export function ratioOf(here: readonly number[], other: readonly number[]): number {
  const [ours, its] = [median(here), median(other)];
  return ours === its ? 1 : ours / its;
}

/** Two sets of values differ when all of one lie below all of the other; one run each proves nothing. */
export function verdict(here: readonly number[], other: readonly number[]): '' | 'less' | 'MORE' {
  if (here.length < 2 || other.length < 2) return '';
  if (Math.max(...here) < Math.min(...other)) return 'less';
  return Math.min(...here) > Math.max(...other) ? 'MORE' : '';
}
