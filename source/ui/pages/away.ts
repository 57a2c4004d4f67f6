import {count, counted, duration, moment} from '../../lib/format.ts';
import {watchedKey} from '../../records/error-log.ts';
import {clip, padTo} from '../../terminal/fit.ts';
import {sanitise} from '../../terminal/sanitise.ts';
import type {Style} from '../../terminal/style.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import type {AwayRow, AwaySummary} from '../../timeline/away.ts';
import {timelineWords} from '../../timeline/event-words.ts';
import type {Controller} from '../controller.ts';
import {goToEntryOf} from '../handlers/move.ts';
import {cancelPrompt} from '../handlers/prompts.ts';
import {moveCursor} from '../layout.ts';

/** Rows above the first thing that happened. */
const awayHeading = 2;

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
    return [...lead, plain(`${times}${count(row.count)}  `, {bold: true}), timelineWords(row, width)];
  return [...lead, timelineWords(row, width)];
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
      if (row.group.key === watchedKey) return {word: 'watched', style: {fg: 3, bold: true}};
      return row.isNew ? {word: 'new error', style: {fg: 1}} : {word: 'errors', style: {dim: true}};
    case 'connectors':
      return {word: 'errors', style: {dim: true}};
    case 'received':
      return {word: 'received', style: {dim: true}};
  }
}

/** Commands of the page that shows what happened while the user was away. */
export const awayHandlers = {
  'away-up': (controller: Controller) => move(controller, -1),
  'away-down': (controller: Controller) => move(controller, 1),
  'away-go'(controller: Controller) {
    const {page} = controller.state;
    if (page?.kind !== 'away') return;
    const row = page.summary.rows[page.cursor];
    controller.dispatch({type: 'page', page: undefined});
    // Who goes elsewhere has left what was being typed.
    cancelPrompt(controller);
    if (row) goToEntryOf(controller, row.pipeline, row.id);
  },
  /** Everything is as it was: the page and the prompt that were open are open again. */
  'away-close'(controller: Controller) {
    const {page} = controller.state;
    if (page?.kind === 'away') controller.dispatch({type: 'page', page: page.under});
  },
};

/**
 * Notes a key. Answers true if it came after so long that it only brought the user back: what happened meanwhile is
 * shown, and the key means nothing else.
 */
export function onlyBringsBack(controller: Controller): boolean {
  const summary = controller.attention.onKey();
  if (!summary) return false;
  const {page} = controller.state;
  const under = page?.kind === 'away' ? page.under : page;
  controller.dispatch({type: 'page', page: {kind: 'away', offset: 0, cursor: 0, summary, under}});
  return true;
}

function move(controller: Controller, by: number): void {
  const {page} = controller.state;
  if (page?.kind !== 'away') return;
  const rows = page.summary.rows.length;
  const moved = moveCursor(page, by, {rows, heading: awayHeading, height: controller.pageHeight});
  controller.dispatch({type: 'page', page: {...page, ...moved}});
}
