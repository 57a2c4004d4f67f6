import type {Absence} from '../../events/absence.ts';
import {errorExcerpt} from '../../events/error-excerpt.ts';
import {eventWords, lostStreamWords, suppressedWords} from '../../events/event-words.ts';
import {isOfErrors, type PipelineEvent} from '../../events/pipeline-event.ts';
import {count, duration, moment} from '../../lib/format.ts';
import {shorten} from '../../terminal/fit.ts';
import type {Style} from '../../terminal/style.ts';
import {concat, plain} from '../../terminal/styled-text.ts';
import {textWidth} from '../../terminal/width.ts';
import type {Controller} from '../controller.ts';
import {listPage, marginCells, nameColumn, type PageRows, pageTitle} from './page-rows.ts';

/** What happened while the user was away, the most urgent first. */
export function absenceRows(
  controller: Controller,
  {since, until, events}: Absence,
  {cursor, width}: {readonly cursor: number; readonly width: number},
): PageRows {
  const {symbols} = controller.services;
  const {ellipsis} = symbols;
  const nameOf = nameColumn(
    events.map(({pipeline}) => pipeline),
    {width, symbols},
  );
  const wordCells = Math.max(...events.map((event) => kindOf(event).word.length));
  const times = events.map(({at}) => (at === undefined ? '' : moment(at, until)));
  const timeCells = Math.max(...times.map((text) => text.length));
  const column = width - marginCells;
  return listPage({
    title: pageTitle('While you were away', `for ${duration(until - since)}, since ${moment(since, until)} UTC`),
    items: events,
    rowOf(event, index) {
      const {word, style} = kindOf(event);
      const columns = concat([
        nameOf(event.pipeline, event.kind === 'received' ? {dim: true} : {bold: true}),
        plain('  '),
        plain(word.padEnd(wordCells), style),
        plain(` ${(times[index] ?? '').padEnd(timeCells)}  `, {dim: true}),
        plain(timesOf(event, symbols.times), {bold: true}),
      ]);
      const cells = column - textWidth(columns.text);
      if (isOfErrors(event)) return concat([columns, errorExcerpt(event.ends, {column, cells, ellipsis})]);
      const textStyle: Style = event.kind === 'received' ? {dim: true} : {};
      const text = textOf(event, {width, cells});
      if (event.backSince === undefined) return concat([columns, plain(text, textStyle)]);
      // The cause may be cut, but not what became of the pipeline.
      const words = ` ${symbols.dot} running again since ${moment(event.backSince, until)}`;
      return concat([columns, plain(shorten(text, cells - words.length, ellipsis)), plain(words)]);
    },
    ...{cursor, width, symbols},
  });
}

/** Beside the word of its kind. `cells`: of its column. */
function textOf(event: PipelineEvent, {width, cells}: {readonly width: number; readonly cells: number}): string {
  if (event.kind === 'deleted') return '';
  return event.kind === 'stream-lost' ? lostStreamWords(event, cells) : eventWords(event, width).text;
}

/** `×12  `, `×12 +812 suppressed  `; empty for what came once, or has its number in its words. `sign`: before the number. */
function timesOf(event: PipelineEvent, sign: string): string {
  const {kind, count: times, suppressed = 0} = event;
  const isCounted = isOfErrors(event) || (times > 1 && !['lost', 'connectors', 'received'].includes(kind));
  return isCounted ? `${sign}${count(times)}${suppressedWords(suppressed)}  ` : '';
}

function kindOf(event: PipelineEvent): {word: string; style: Style} {
  const {kind} = event;
  switch (kind) {
    case 'failed':
    case 'disconnected':
    case 'deleted':
      return {word: kind, style: {fg: 1, bold: true}};
    case 'lost':
    case 'stream-lost':
      return {word: 'lost', style: {fg: 3, bold: true}};
    case 'watched':
      return {word: kind, style: {fg: 3, bold: true}};
    case 'stopped':
    case 'paused':
    case 'restarted':
      return {word: kind, style: {fg: 3}};
    case 'errors':
      return event.isNew ? {word: 'new error', style: {fg: 1}} : {word: kind, style: {dim: true}};
    case 'connectors':
      return {word: 'errors', style: {dim: true}};
    case 'received':
      return {word: kind, style: {dim: true}};
    default:
      return {word: kind, style: {}};
  }
}
