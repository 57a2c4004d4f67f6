import {colourIn, type Palette} from './palettes.ts';
import type {Run} from './runs.ts';

/** Pixels. Common monospace fonts of 14 pixels have cells of 8.4. */
const fontSize = 14;
const cellWidth = 8.4;
export const rowHeight = 18;
const baseline = 13.5;
const margin = 12;

const fonts = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";

/** Draws rows of `cols` cells. `title` describes the picture for screen readers. */
export function drawSvg(rows: readonly (readonly Run[])[], cols: number, title: string, palette: Palette): string {
  const drawn = rows.flatMap((runs, row) => drawRow(runs, palette, row * rowHeight));
  return drawSheet(drawn, {cols, rows: rows.length}, title, palette);
}

/** Pixels, with both margins. */
export function sheetHeight(rows: number): number {
  return 2 * margin + rows * rowHeight;
}

/** A picture of so many cells that contains `drawn`, and cuts what is beyond. */
export function drawSheet(
  drawn: readonly string[],
  {cols, rows}: {readonly cols: number; readonly rows: number},
  title: string,
  palette: Palette,
): string {
  const width = number(2 * margin + cols * cellWidth);
  const height = number(sheetHeight(rows));
  const size = `width="${width}" height="${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect ${size} rx="8" fill="${palette.bg}" stroke="${palette.edge}"/>`,
    `<g font-family="${fonts}" font-size="${fontSize}" fill="${palette.fg}">`,
    ...drawn,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** One row of a screen; `down`: pixels below the first row. */
export function drawRow(runs: readonly Run[], palette: Palette, down = 0): string[] {
  return runs.flatMap((run) => drawRun(run, down, palette));
}

function drawRun({text, column, cells, style}: Run, down: number, palette: Palette): string[] {
  const own = {fg: style.fg && colourIn(palette, style.fg), bg: style.bg && colourIn(palette, style.bg)};
  const ink = style.inverse ? (own.bg ?? palette.bg) : own.fg;
  const ground = style.inverse ? (own.fg ?? palette.fg) : own.bg;
  const x = number(margin + column * cellWidth);
  const top = margin + down;
  const width = number(cells * cellWidth);
  const drawn: string[] = [];
  if (ground !== undefined) {
    drawn.push(`<rect x="${x}" y="${number(top)}" width="${width}" height="${rowHeight}" fill="${ground}"/>`);
  }
  const looks = [
    ink && ` fill="${ink}"`,
    style.bold && ' font-weight="bold"',
    style.dim && ' opacity="0.7"',
    style.italic && ' font-style="italic"',
    style.underline && ' text-decoration="underline"',
  ];
  for (const words of wordsOf(text, cells)) {
    const left = number(margin + (column + words.at) * cellWidth);
    // A fixed length keeps columns aligned in any font.
    const length = `textLength="${number(words.cells * cellWidth)}" lengthAdjust="spacingAndGlyphs"`;
    const place = `x="${left}" y="${number(top + baseline)}" ${length}`;
    drawn.push(`<text ${place}${looks.filter(Boolean).join('')}>${escaped(words.text)}</text>`);
  }
  return drawn;
}

/** The parts between two or more blanks, which not every reader of SVG keeps. */
function wordsOf(text: string, cells: number): {readonly text: string; readonly at: number; readonly cells: number}[] {
  return [...text.matchAll(/[^ ]+(?: [^ ]+)*/g)].map((match) => ({
    text: match[0],
    at: match.index,
    // A symbol is a text of its own, and may be two cells wide.
    cells: match[0] === text ? cells : match[0].length,
  }));
}

/** Without the rounding errors of binary fractions. */
function number(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
