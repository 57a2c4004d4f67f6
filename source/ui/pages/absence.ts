import type {Absence} from '../../events/absence.ts';
import {eventExcerpt} from '../../events/error-excerpt.ts';
import {suppressedWords} from '../../events/event-words.ts';
import {isOfErrors, type PipelineEvent} from '../../events/pipeline-event.ts';
import {count, duration, moment} from '../../lib/format.ts';
import type {Style} from '../../terminal/style.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
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
      // The cause may be cut, but not what became of the pipeline.
      const after =
        event.backSince === undefined ? '' : ` ${symbols.dot} running again since ${moment(event.backSince, until)}`;
      const cells = column - textWidth(columns.text) - after.length;
      return concat([columns, textOf(event, {width, column, cells, ellipsis}), plain(after)]);
    },
    ...{cursor, width, symbols},
  });
}

/** What a row says of an event after the word of its kind: nothing of a deletion. */
function textOf(event: PipelineEvent, room: Parameters<typeof eventExcerpt>[1]): StyledText {
  if (event.kind === 'deleted') return plain('');
  const words = eventExcerpt(event, room);
  return event.kind === 'received' ? plain(words.text, {dim: true}) : words;
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
