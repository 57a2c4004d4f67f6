import type {Absence} from '../../kit/journal/absence.ts';
import {eventExcerpt} from '../../kit/journal/error-excerpt.ts';
import {eventWords, lostStreamWords, suppressedWords} from '../../kit/journal/event-words.ts';
import {isOfErrors, type PipelineEvent} from '../../kit/journal/pipeline-event.ts';
import {listPage, marginCells, nameColumn, type PageRows, pageTitle} from '../../kit/pages/page-rows.ts';
import type {Screen} from '../../kit/screen/screen.ts';
import {textColumn} from '../../kit/terminal/fit.ts';
import type {Style} from '../../kit/terminal/style.ts';
import {concat, plain} from '../../kit/terminal/styled-text.ts';
import {unreadWords} from '../../kit/words/pipeline.ts';
import {count, counted, duration, fineMoment, moment} from '../../lib/format.ts';
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

/** What happened while the user was away: pipelines, and below each other what happened to each. */
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
        first ? happenedWords(events) : said,
        ...(isFirst && notFollowed.has(pipeline) ? ['its log was not read'] : []),
      ];
      const row = concat([
        isFirst ? name : plain(' '.repeat(textWidth(name.text))),
        plain(`  ${times.at(index)}  `, {dim: true}),
        plain(words.join(` ${symbols.dot} `), first ? absenceStyle(first) : {dim: true}),
      ]);
      if (!first || !hasReason(first)) return row;
      const cells = column - textWidth(row.text) - 2;
      return concat([row, plain('  '), eventExcerpt(first, {width, column, cells, ellipsis: symbols.ellipsis})]);
    },
    ...{cursor, width, symbols},
  });
}

/** An event, or errors: `failed`, `14 errors, 2 new kinds`. */
function happenedWords(events: readonly PipelineEvent[]): string {
  const [event] = events;
  if (!event) return '';
  const number = events.reduce((sum, each) => sum + each.count, 0);
  switch (event.kind) {
    case 'errors': {
      const suppressed = suppressedWords(events.reduce((sum, each) => sum + (each.suppressed ?? 0), 0));
      const kinds = events.filter((each) => isOfErrors(each) && each.isNew).length;
      const added = kinds === 0 ? '' : `, ${counted(kinds, 'new kind', 'new kinds')}`;
      return `${counted(number, 'error', 'errors')}${suppressed}${added}`;
    }
    case 'watched':
      return counted(number, 'watched line', 'watched lines');
    case 'outage': {
      const {at, until: end} = event;
      return at === undefined || end === undefined ? 'unreachable' : `unreachable for ${duration(end - at)}`;
    }
    case 'disconnected':
      return 'log disconnected';
    case 'stream-lost':
      return lostStreamWords(event, Number.POSITIVE_INFINITY);
    case 'restarted':
      return event.from === 'API' || !event.marker ? event.kind : eventWords(event, 0).text;
    case 'lost':
    case 'connectors':
    case 'created':
    case 'removed':
    case 'deleted':
    case 'renamed':
    case 'reconnected':
      return eventWords(event, 0).text;
    case 'resumed':
      return event.before === 'Unavailable' ? 'reachable again' : event.kind;
    default:
      return `${event.kind}${number > 1 ? ` ${count(number)} times` : ''}`;
  }
}

/** Those of which more is to be said than `happenedWords` says. */
function hasReason(event: PipelineEvent): boolean {
  return 'why' in event || event.kind === 'degraded' || isOfErrors(event);
}

function absenceStyle(event: PipelineEvent): Style {
  const isCut = 'why' in event || event.kind === 'deleted' || event.kind === 'removed';
  if (isCut) return {fg: 1, bold: true};
  return event.kind === 'errors' ? (event.isNew ? {fg: 1} : {dim: true}) : {fg: 3};
}
