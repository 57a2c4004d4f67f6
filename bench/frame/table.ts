import type {Judged, Side} from './judge.ts';
import type {Target} from './row.ts';

const heading = ['row', 'what', 'reference', 'ours', 'reference', 'ratio', 'target', ''];

/** The table that is printed: a line a row, columns in line. Medians, with the spread after each. */
export function tableOf(rows: readonly Judged[]): string {
  return columns([heading, ...rows.map(cellsOf)]);
}

/** Lines of cells with their columns in line, two blanks between them. */
export function columns(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
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
    ratio === undefined ? '–' : `${figureText(ratio)} ×`,
    target === undefined ? '–' : targetText(target, unit),
    met === undefined ? '' : met ? 'met' : 'NOT MET',
  ];
}

/** The median of a side, and how far its runs lie to both sides of it. */
export function sideText(side: Side, unit: string): string {
  return `${figureText(side.median)} ${unit} ±${Math.round(side.spread * 50)} %`;
}

export function targetText({of, atMost}: Target, unit: string): string {
  return `≤ ${atMost} ${of === 'ratio' ? '×' : unit}`;
}

/** Three digits that mean something. */
export function figureText(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
