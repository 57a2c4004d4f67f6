import type {AwayRow, AwaySummary} from '../attention/away-summary.ts';
import {watchedKey} from '../attention/error-shapes.ts';
import {clip, padTo} from '../terminal/clip.ts';
import {sanitise} from '../terminal/sanitise.ts';
import type {Style} from '../terminal/style.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import {count, counted, duration, moment} from '../viewport/words.ts';
import type {Controller} from './controller.ts';
import {happeningWords} from './happening-words.ts';

/** Rows above the first thing that happened. */
export const awayHeading = 2;

const nameShare = 4;
const wordCells = 9;

/** What happened while the user was away, the urgent first; each row leads to its place. */
export function awayPage(
  controller: Controller,
  summary: AwaySummary,
  cursor: number,
  width: number,
): readonly StyledText[] {
  const {since, until, rows} = summary;
  const title = concat([
    plain(' While you were away', {bold: true}),
    plain(`  since ${moment(since, until)} UTC, ${duration(until - since)}`, {dim: true}),
  ]);
  const nameCells = Math.min(Math.max(...rows.map(({pipeline}) => pipeline.length)), Math.floor(width / nameShare));
  const {currentLine, times} = controller.services.symbols;
  const at = rows.map((row) => ('at' in row && row.at !== undefined ? moment(row.at, until) : ''));
  const atCells = Math.max(...at.map((text) => text.length));
  const body = rows.map((row, index) => {
    const text = concat([
      plain(` ${index === cursor ? currentLine : ' '} `, {bold: true}),
      padTo(
        clip(plain(sanitise(row.pipeline).text, row.kind === 'received' ? {dim: true} : {bold: true}), 0, nameCells),
        nameCells,
      ),
      plain('  '),
      ...columns(row, {at: (at[index] ?? '').padEnd(atCells), times, width}),
    ]);
    return clip(text, 0, width);
  });
  return [padTo(clip(title, 0, width), width), plain(''), ...body];
}

function columns(
  row: AwayRow,
  {at, times, width}: {readonly at: string; readonly times: string; readonly width: number},
): StyledText[] {
  const {word, style} = kindOf(row);
  const lead = [plain(word.padEnd(wordCells), style), plain(' '), plain(at, {dim: true}), plain('  ')];
  if (row.kind === 'received') return [...lead, plain(counted(row.lines, 'line', 'lines'), {dim: true})];
  if (row.kind === 'errors')
    return [...lead, plain(`${times}${count(row.count)}  `, {bold: true}), happeningWords(row, width)];
  return [...lead, happeningWords(row, width)];
}

function kindOf(row: AwayRow): {word: string; style: Style} {
  switch (row.kind) {
    case 'failed':
      return {word: 'failed', style: {fg: 1, bold: true}};
    case 'silent':
      return {word: 'silent', style: {fg: 1, bold: true}};
    case 'lost':
      return {word: 'lost', style: {fg: 3, bold: true}};
    case 'stopped':
      return {word: 'stopped', style: {fg: 3}};
    case 'restarted':
      return {word: 'restarted', style: {fg: 3}};
    case 'errors':
      if (row.shape.key === watchedKey) return {word: 'watched', style: {fg: 3, bold: true}};
      return row.isNew ? {word: 'new error', style: {fg: 1}} : {word: 'errors', style: {dim: true}};
    case 'connectors':
      return {word: 'errors', style: {dim: true}};
    case 'received':
      return {word: 'received', style: {dim: true}};
  }
}
