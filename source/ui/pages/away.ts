import type {AwayRow, AwaySummary} from '../../events/away.ts';
import {errorExcerpt} from '../../events/error-excerpt.ts';
import {endsOf, timelineWords, unreadWords, withheldWords} from '../../events/event-words.ts';
import {count, counted, duration, moment} from '../../lib/format.ts';
import {watchedKey} from '../../records/error-log.ts';
import {shorten} from '../../terminal/fit.ts';
import type {Style} from '../../terminal/style.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import {textWidth} from '../../terminal/width.ts';
import {stateChangeWords} from '../../words/pipeline.ts';
import type {Controller} from '../controller.ts';
import {goToEntryOf} from '../handlers/move.ts';
import {cancelPrompt} from '../handlers/prompts.ts';
import {closePages, openAs, openPage, type Page} from './page.ts';
import {listPage, marginCells, nameColumn, type PageRows, pageTitle} from './page-rows.ts';

/** Of the longest word, `new error`. */
const wordCells = 9;

type AwayState = {readonly summary: AwaySummary};

/** What happened while the user was away, the most urgent first; each row leads to its place in a log. */
export const awayPage: Page<AwayState> = {
  ...{kind: 'away', context: 'away', name: 'while you were away', motions: 'items'},
  where: 'on the page that is shown after an absence',
  hidesLog: true,
  keys: {
    ...{context: 'away', group: 'while you were away', motions: 'items', close: ['q']},
    yieldsTakes: true,
    own: [{id: 'away-go', keys: ['Enter'], help: 'go there', hint: 'go there'}],
    changes: {close: {help: 'back to where you were', hint: 'back'}},
  },
  rows: (controller, {summary, cursor}, {width}) => rowsOf(controller, summary, cursor ?? 0, width),
  run: {
    'away-go'(controller, {summary, cursor}) {
      const row = summary.rows[cursor ?? 0];
      closePages(controller);
      // The prompt belongs to the log that the user leaves.
      cancelPrompt(controller);
      if (row) goToEntryOf(controller, row.pipeline, row.id);
    },
  },
};

/**
 * Call for each key and click. Returns true after an absence: then the key only shows what happened meanwhile. The page
 * and the prompt that were open come back when it is closed.
 */
export function showsAbsence(controller: Controller): boolean {
  const summary = controller.onKey();
  if (summary) openAway(controller, summary);
  return summary !== undefined;
}

/** Shows what happened before the start; once there was a key, a page would take the next one, so a notice does. */
export function showAbsence(controller: Controller, summary: AwaySummary): void {
  if (!controller.hasKey) openAway(controller, summary);
  else controller.sayHint('pipelines changed while pipetail did not run', 'timeline', 'shows how');
}

/** Over the open page, or in place of an earlier one of this kind. */
function openAway(controller: Controller, summary: AwaySummary): void {
  const {page} = controller.state;
  openPage(controller, awayPage, {summary}, {under: openAs(page, awayPage) ? page?.under : page});
}

function rowsOf(controller: Controller, {since, until, rows}: AwaySummary, cursor: number, width: number): PageRows {
  const {symbols} = controller.services;
  const {ellipsis} = symbols;
  const nameOf = nameColumn(
    rows.map(({pipeline}) => pipeline),
    {width, symbols},
  );
  const times = rows.map((row) => ('at' in row && row.at !== undefined ? moment(row.at, until) : ''));
  const timeCells = Math.max(...times.map((text) => text.length));
  const column = width - marginCells;
  return listPage({
    title: pageTitle('While you were away', `since ${moment(since, until)} UTC, ${duration(until - since)}`),
    items: rows,
    rowOf(row, index) {
      const {word, style} = kindOf(row);
      const columns = concat([
        nameOf(row.pipeline, row.kind === 'received' ? {dim: true} : {bold: true}),
        plain('  '),
        plain(word.padEnd(wordCells), style),
        plain(` ${(times[index] ?? '').padEnd(timeCells)}  `, {dim: true}),
        plain(timesOf(row, symbols.times), {bold: true}),
      ]);
      const cells = column - textWidth(columns.text);
      if (row.kind === 'errors') return concat([columns, errorExcerpt(endsOf(row), {column, cells, ellipsis})]);
      const text = row.kind === 'unread' ? plain(unreadWords(row, cells)) : textOf(row, width);
      if (row.backSince === undefined) return concat([columns, text]);
      // The cause may be cut, but not what became of the pipeline.
      const words = ` ${symbols.dot} running again since ${moment(row.backSince, until)}`;
      return concat([columns, plain(shorten(text.text, cells - words.length, ellipsis)), plain(words)]);
    },
    ...{cursor, width, symbols},
  });
}

/** `×12  `, `×12 +812 suppressed  `; empty for what came once. `sign`: the sign before the number. */
function timesOf(row: AwayRow, sign: string): string {
  const times = row.kind === 'errors' ? row.count : row.times;
  const withheld = row.kind === 'errors' ? withheldWords(row.withheld) : '';
  return times === undefined ? '' : `${sign}${count(times)}${withheld}  `;
}

function textOf(row: AwayRow, width: number): StyledText {
  if (row.kind === 'received') return plain(counted(row.lines, 'line', 'lines'), {dim: true});
  return row.kind === 'resumed' ? plain(stateChangeWords(row.from, row.to)) : timelineWords(row, width);
}

function kindOf(row: AwayRow): {word: string; style: Style} {
  switch (row.kind) {
    case 'failed':
      return {word: 'failed', style: {fg: 1, bold: true}};
    case 'silent':
      return {word: 'silent', style: {fg: 1, bold: true}};
    case 'lost':
      return {word: 'lost', style: {fg: 3, bold: true}};
    case 'unread':
      return {word: 'not read', style: {fg: 3, bold: true}};
    case 'stopped':
      return {word: 'stopped', style: {fg: 3}};
    case 'paused':
      return {word: 'paused', style: {fg: 3}};
    case 'restarted':
      return {word: 'restarted', style: {fg: 3}};
    case 'started':
      return {word: 'started', style: {}};
    case 'resumed':
      return {word: 'resumed', style: {}};
    case 'errors':
      if (row.group.key === watchedKey) return {word: 'watched', style: {fg: 3, bold: true}};
      return row.isNew ? {word: 'new error', style: {fg: 1}} : {word: 'errors', style: {dim: true}};
    case 'connectors':
      return {word: 'errors', style: {dim: true}};
    case 'received':
      return {word: 'received', style: {dim: true}};
  }
}
