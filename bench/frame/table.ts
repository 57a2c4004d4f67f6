import type {Judged, Side} from './judge.ts';

const heading = ['row', 'what', 'reference', 'ours', 'reference', 'ratio', 'target', ''];

/** The table that is printed: a line a row, columns in line. Medians, with the spread after each. */
export function tableOf(rows: readonly Judged[]): string {
  const cells = [heading, ...rows.map(cellsOf)];
  const widths = heading.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cellsOf({row, ours, reference, ratio, met}: Judged): string[] {
  const {target, unit} = row;
  return [
    row.name,
    row.ours.what,
    row.reference?.what ?? '–',
    sideText(ours, unit),
    reference ? sideText(reference, unit) : '–',
    ratio === undefined ? '–' : `${figure(ratio)} ×`,
    target === undefined ? '–' : `≤ ${target.atMost} ${target.of === 'ratio' ? '×' : unit}`,
    met === undefined ? '' : met ? 'met' : 'NOT MET',
  ];
}

function sideText(side: Side, unit: string): string {
  return `${figure(side.median)} ${unit} ±${Math.round(side.spread * 50)} %`;
}

/** Three digits that mean something. */
function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
