import type {ExcerptLine} from '../../engine/program/program-excerpt.ts';
import {clean} from '../../lib/clean.ts';
import {textWidth} from '../../lib/width.ts';
import {clip} from '../terminal/fit.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';

type ExcerptView = {readonly width: number; readonly symbols: Symbols};

/** Cells of the line in front of a marked part that is far to the right, at most. */
const mostBefore = 20;

/**
 * Lines of a program with their numbers, and below the marked one its carets. Only that one is shifted to the left, as far
 * as the marked part needs it.
 */
export function excerptRows(lines: readonly ExcerptLine[], {width, symbols}: ExcerptView): readonly StyledText[] {
  const numberCells = Math.max(4, String(lines.at(-1)?.number ?? 0).length + 2);
  const room = Math.max(10, width - numberCells - 3);
  const marked = lines.find((line) => line.marked);
  const mark = marked && markedCells(marked);
  const shift = mark && mark.to > room ? Math.max(0, mark.from - Math.min(mostBefore, Math.floor(room / 3))) : 0;
  const gutter = (text: string) => plain(`${text.padStart(numberCells)} ${symbols.divider} `, {dim: true});
  return lines.flatMap((line, at) => {
    const before = lines[at - 1];
    const gap = before && line.number > before.number + 1 ? [gutter(symbols.ellipsis)] : [];
    const text = windowed(plain(clean(line.text), line.marked ? {bold: true} : {}), {
      shift: line.marked ? shift : 0,
      room,
      symbols,
    });
    const row = concat([gutter(String(line.number)), text]);
    if (!line.marked || !mark) return [...gap, row];
    const carets = '^'.repeat(Math.max(1, Math.min(mark.to, shift + room) - mark.from));
    return [...gap, row, concat([gutter(''), plain(`${' '.repeat(mark.from - shift)}${carets}`, {fg: 1, bold: true})])];
  });
}

/** In cells of the line as it is shown. */
function markedCells({text, marked = {from: 0, to: 1}}: ExcerptLine): {readonly from: number; readonly to: number} {
  const from = textWidth(clean(text.slice(0, marked.from)));
  return {from, to: Math.max(from + 1, textWidth(clean(text.slice(0, marked.to))))};
}

function windowed(
  text: StyledText,
  {shift, room, symbols}: {readonly shift: number; readonly room: number; readonly symbols: Symbols},
): StyledText {
  const cells = textWidth(text.text);
  if (shift === 0 && cells <= room) return text;
  const isCutLeft = shift > 0 && cells > shift;
  const isCutRight = cells > shift + room;
  return concat([
    ...(isCutLeft ? [plain(symbols.cutLeft, {dim: true})] : []),
    clip(text, shift + (isCutLeft ? 1 : 0), room - (isCutLeft ? 1 : 0) - (isCutRight ? 1 : 0)),
    ...(isCutRight ? [plain(symbols.cutRight, {dim: true})] : []),
  ]);
}
