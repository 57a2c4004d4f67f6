import {mkdir, writeFile} from 'node:fs/promises';
import {palettes} from '../../scripts/pictures/palettes.ts';
import type {GrowthPoint} from '../frame/results.ts';
import {type Family, families} from './families.ts';
import {drawPlot, type Panel, type Series} from './plot.ts';

/** All logs of one length in bytes, whatever their lines. */
export const fixedBytes = 163_000_000;
/** Bytes of a line as a busy pipeline logs them, in the mean. */
export const usualLineBytes = 163;

/** Draws each family, for light and dark pages, into docs/bench/. */
export async function writePictures(points: readonly GrowthPoint[]): Promise<void> {
  const folder = new URL('../../docs/bench/', import.meta.url);
  await mkdir(folder, {recursive: true});
  for (const family of families) {
    const panels = panelsOf(family, points);
    for (const [look, palette] of Object.entries(palettes)) {
      await writeFile(new URL(`${family.name}-${look}.svg`, folder), drawPlot(panels, family.title, palette));
    }
  }
}

/** By the number of lines, and by their length in logs of the same bytes. */
export function panelsOf(family: Family, points: readonly GrowthPoint[]): readonly Panel[] {
  const isUsual = ({lineBytes}: GrowthPoint) => lineBytes === undefined;
  const isFixed = ({lines, lineBytes}: GrowthPoint) => lineBytes !== undefined || lines * usualLineBytes === fixedBytes;
  return [
    {
      axis: 'lines',
      series: seriesOf(family, points.filter(isUsual), ({lines}) => lines),
      proportional: (lines) => lines,
    },
    {
      axis: 'bytes a line, 163 MB in all',
      series: seriesOf(family, points.filter(isFixed), ({lineBytes = usualLineBytes}) => lineBytes),
      // The longer they are, the fewer there are.
      proportional: (lineBytes) => 1 / lineBytes,
    },
  ];
}

function seriesOf(
  {rows, labels, reference}: Family,
  points: readonly GrowthPoint[],
  x: (point: GrowthPoint) => number,
): Series[] {
  // A hold too short to be seen is 0, which has no place on a logarithmic axis.
  const sorted = points.filter(({ours}) => ours > 0).toSorted((a, b) => x(a) - x(b));
  const ours = rows.map(({name}, index) => ({
    label: labels[index] ?? name,
    points: sorted.filter(({row}) => row === name).map((point) => [x(point), point.ours] as const),
  }));
  if (reference === undefined) return ours;
  const its = sorted.flatMap((point) =>
    point.row === rows[0]?.name && point.reference !== undefined ? [[x(point), point.reference] as const] : [],
  );
  return [...ours, {label: reference, points: its, isReference: true}];
}
