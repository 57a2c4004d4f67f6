import {cheatRows, type KeyTableRow} from '../../test/harness/docs-tables.ts';
import type {CellStyle} from '../../test/harness/screen.ts';
import {palettes} from './palettes.ts';
import {plainStyle, type Run} from './runs.ts';
import {drawSvg} from './svg.ts';

/** Cells of the left column, and of both. */
const leftCells = 59;
const allCells = 112;
const keyCells = 15;

type Part = {readonly text: string; readonly at: number; readonly style: CellStyle};
type Line = readonly Part[];

/** The cheat sheet as SVG, light and dark, by file name: two columns, each group with its heading. */
export function cheatSheetPictures(): Map<string, string> {
  const groups = [...Map.groupBy(cheatRows(), ({group}) => group)].map(([group, rows]) => linesOf(group, rows));
  const half = Math.ceil(groups.flat().length / 2);
  const columns: [Line[], Line[]] = [[], []];
  for (const lines of groups) columns[columns[0].length + lines.length / 2 > half ? 1 : 0].push(...lines);
  const [left, right] = columns;
  const height = Math.max(left.length, right.length);
  const sheet = Array.from({length: height}, (_, row) => [
    ...runsOf(left[row], 1),
    ...runsOf(right[row], 1 + leftCells),
  ]);
  return new Map(
    Object.entries(palettes).map(([tone, palette]) => [
      `cheat-sheet-${tone}.svg`,
      drawSvg(sheet, allCells, 'The keys of the first day', palette),
    ]),
  );
}

function linesOf(group: string, rows: readonly KeyTableRow[]): readonly Line[] {
  const heading: Line = [{text: group, at: 0, style: {...plainStyle, bold: true}}];
  const lines = rows.map(
    ({keys, does}): Line => [
      {text: keys, at: 0, style: {...plainStyle, fg: 'cyan', bold: true}},
      {text: does, at: keyCells, style: plainStyle},
    ],
  );
  return [heading, ...lines, []];
}

function runsOf(line: Line | undefined, column: number): Run[] {
  return (line ?? []).map(({text, at, style}) => ({text, column: column + at, cells: text.length, style}));
}
