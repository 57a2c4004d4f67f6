import type {Absence} from '../../kit/journal/absence.ts';
import {eventExcerpt, eventKind} from '../../kit/journal/event-kinds.ts';
import {isOfErrors, type PipelineEvent} from '../../kit/journal/pipeline-event.ts';
import {listPage, marginCells, nameColumn, type PageRows, pageTitle} from '../../kit/pages/page-rows.ts';
import type {Screen} from '../../kit/screen/screen.ts';
import {textColumn} from '../../kit/terminal/fit.ts';
import type {Style} from '../../kit/terminal/style.ts';
import {concat, plain} from '../../kit/terminal/styled-text.ts';
import {unreadWords} from '../../kit/words/pipeline-words.ts';
import {counted, duration, fineMoment, moment} from '../../lib/format.ts';
import {textWidth} from '../../lib/width.ts';

/** A row after an absence: an event, or all errors of a pipeline. */
type AbsenceItem = {
  readonly pipeline: string;
  /** It is the first row of its pipeline. */
  readonly isFirst: boolean;
  /** None: it tells only of events that were not kept. */
  readonly events: readonly PipelineEvent[];
  readonly dropped: number;
};

/** The rows of an absence: those of a pipeline are in the order of time. */
export function absenceItems({rows}: Absence): readonly AbsenceItem[] {
  return rows.flatMap(itemsOf);
}

function itemsOf({pipeline, events, dropped}: Absence['rows'][number]): readonly AbsenceItem[] {
  const rows = Map.groupBy(events, (event) => (isOfErrors(event) ? event.kind : event));
  const all = dropped > 0 ? [[], ...rows.values()] : [...rows.values()];
  return all.map((events, index) => ({pipeline, isFirst: index === 0, events, dropped: index === 0 ? dropped : 0}));
}

/** Lists what happened while the user was away, by pipeline. */
export function absenceRows(
  screen: Screen,
  absence: Absence,
  {cursor, width}: {readonly cursor: number; readonly width: number},
): PageRows {
  const {since, until, notFollowed} = absence;
  const {symbols} = screen.services;
  const items = absenceItems(absence);
  const shownName = (pipeline: string) => pipeline || 'the server';
  const names = absence.rows.map(({pipeline}) => shownName(pipeline));
  const nameOf = nameColumn(names, {width, symbols});
  const times = textColumn(items, ({events: [first]}) => (first?.at === undefined ? '' : fineMoment(first.at, until)));
  const column = width - marginCells;
  const span = `for ${duration(until - since)}, since ${moment(since, until)} UTC`;
  return listPage({
    title: pageTitle('While you were away', [span, ...unreadWords(notFollowed.size)].join(' · ')),
    items,
    rowOf({pipeline, isFirst, events, dropped}, index) {
      const [first] = events;
      const name = nameOf(shownName(pipeline), {bold: true});
      const said = dropped > 0 ? `${counted(dropped, 'earlier event', 'earlier events')} not kept` : '';
      const words = [
        first ? eventKind(first).away(first, events) : said,
        ...(isFirst && notFollowed.has(pipeline) ? ['its log was not read'] : []),
      ];
      const row = concat([
        isFirst ? name : plain(' '.repeat(textWidth(name.text))),
        plain(`  ${times.at(index)}  `, {dim: true}),
        plain(words.join(` ${symbols.dot} `), first ? absenceStyle(first) : {dim: true}),
      ]);
      if (!first || !eventKind(first).hasReason) return row;
      const cells = column - textWidth(row.text) - 2;
      return concat([row, plain('  '), eventExcerpt(first, {width, column, cells, ellipsis: symbols.ellipsis})]);
    },
    cursor,
    width,
    symbols,
  });
}

/** Errors that are not new are no news. */
function absenceStyle(event: PipelineEvent): Style {
  return event.kind === 'errors' && !event.isNew ? {dim: true} : eventKind(event).style;
}
