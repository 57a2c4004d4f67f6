import {endpointIn} from '../../engine/records/suppressed.ts';
import type {Absence} from '../../kit/journal/absence.ts';
import {eventBrief, eventKind, isOfErrors, type PipelineEvent} from '../../kit/journal/pipeline-event.ts';
import {listPage, marginCells, nameColumn, type PageRows, pageTitle} from '../../kit/pages/page-rows.ts';
import type {Screen} from '../../kit/screen/screen.ts';
import {textColumn} from '../../kit/terminal/fit.ts';
import type {Style} from '../../kit/terminal/style.ts';
import {concat, plain} from '../../kit/terminal/styled-text.ts';
import {pipelineState, unreadWords} from '../../kit/words/pipeline-words.ts';
import {clean} from '../../lib/clean.ts';
import {count, counted, duration, fineMoment, moment} from '../../lib/format.ts';
import {textWidth} from '../../lib/width.ts';

/** A row after an absence: a pipeline as a whole, an event of it, or all its errors. */
type AbsenceItem = {
  readonly pipeline: string;
  /** It is the first row of its pipeline. */
  readonly isFirst: boolean;
  /** It sums up several rows. */
  readonly isSum: boolean;
  /** None: it tells only of events that were not kept. */
  readonly events: readonly PipelineEvent[];
  readonly dropped: number;
};

/** One row for each pipeline, then the events of those that have several, in the order of time. */
export function absenceItems({rows}: Absence): readonly AbsenceItem[] {
  const all = rows.map((row) => ({row, items: itemsOf(row)}));
  const several = all.filter(({items}) => items.length > 1);
  const sums = all.flatMap(({row, items}) => (items.length > 1 ? [{...row, isFirst: true, isSum: true}] : items));
  return [...sums, ...several.flatMap(({items}) => items)];
}

function itemsOf({pipeline, events, dropped}: Absence['rows'][number]): readonly AbsenceItem[] {
  const rows = Map.groupBy(events, (event) => (isOfErrors(event) ? event.kind : event));
  const all = dropped > 0 ? [[], ...rows.values()] : [...rows.values()];
  return all.map((events, index) => {
    const isFirst = index === 0;
    return {pipeline, isFirst, isSum: false, events, dropped: isFirst ? dropped : 0};
  });
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
  const times = textColumn(items, ({events: [first], isSum}) =>
    isSum || first?.at === undefined ? '' : fineMoment(first.at, until),
  );
  const details = items.findIndex(({isSum}, index) => !isSum && index >= absence.rows.length);
  const span = `for ${duration(until - since)}, since ${moment(since, until)} UTC`;
  return listPage({
    title: pageTitle('While you were away', [span, ...unreadWords(notFollowed.size)].join(' · ')),
    parts: details === -1 ? [] : [{at: details, title: 'In order of time'}],
    items,
    rowOf({pipeline, isFirst, isSum, events, dropped}, index) {
      const [first] = events;
      const name = nameOf(shownName(pipeline), {bold: true});
      const said = dropped > 0 ? [`${counted(dropped, 'earlier event', 'earlier events')} not kept`] : [];
      const isOver = index < absence.rows.length;
      const words = [
        ...(isSum ? sumWords(screen, pipeline, events) : first ? [eventKind(first).away(first, events)] : []),
        ...(isSum || !first ? said : []),
        ...(isOver && notFollowed.has(pipeline) ? ['its log was not read'] : []),
      ];
      const row = concat([
        isFirst ? name : plain(' '.repeat(textWidth(name.text))),
        plain(`  ${times.at(index)}  `, {dim: true}),
        plain(words.join(` ${symbols.dot} `), first ? absenceStyle(mostUrgent(events) ?? first) : {dim: true}),
      ]);
      if (!first || isSum || !eventKind(first).hasReason) return row;
      return concat([row, plain('  '), eventBrief(first, {width: width - marginCells, ellipsis: symbols.ellipsis})]);
    },
    cursor,
    width,
    symbols,
  });
}

/** `226 errors in articles.kafka`, `restarted 6×`, `now Running`: the most urgent first. */
function sumWords(screen: Screen, name: string, events: readonly PipelineEvent[]): readonly string[] {
  const {times} = screen.services.symbols;
  const kinds = [...Map.groupBy(events, kindOfSum).values()];
  const words = kinds
    .toSorted(([a], [b]) => (a && b ? eventKind(a).urgency - eventKind(b).urgency : 0))
    .map((all) => wordsOfKind(all, times));
  const pipeline = screen.pipeline(name);
  const isDegraded = screen.events.degraded.names.get().has(name);
  const isOther = pipeline && events.some(({kind}) => !quietKinds.has(kind));
  const failure = events.findLast((event) => event.kind === 'failed');
  return [
    ...words,
    ...(isOther ? [`now ${pipelineState(pipeline, isDegraded).word}`] : []),
    // Of one failure, it is the first word.
    ...(failure && !words.includes(failure.why) ? [`last: ${failure.why}`] : []),
  ];
}

/** Kinds after which a pipeline is what it was. */
const quietKinds: ReadonlySet<PipelineEvent['kind']> = new Set(['errors', 'watched', 'connectors', 'lost']);

/** A deletion is told by the list and the log. */
function kindOfSum({kind}: PipelineEvent): PipelineEvent['kind'] {
  return kind === 'removed' ? 'deleted' : kind;
}

function wordsOfKind(all: readonly PipelineEvent[], times: string): string {
  const last = all.at(-1);
  if (!last) return '';
  const words = eventKind(last).away(last, all);
  if (isOfErrors(last) || last.kind === 'connectors') return `${words}${connectorsIn(all)}`;
  const sum = all.reduce((before, each) => before + each.count, 0);
  const many = sum > 1 ? ` ${count(sum)}${times}` : '';
  if (last.kind === 'failed') return sum > 1 ? `failed${many}` : last.why;
  // Of one name at a time; of a deletion, from which the list and the log tell, the word is one.
  if (last.kind === 'renamed') return words;
  const kind = kindOfSum(last);
  return sum > 1 || kind === 'deleted' || kind === 'created' ? `${kind}${many}` : words;
}

/** ` in articles.kafka`: the connectors that logged errors name; of many none. */
function connectorsIn(all: readonly PipelineEvent[]): string {
  const names = all.flatMap((event) => (isOfErrors(event) ? (endpointIn(event.ends.latest) ?? []) : []));
  const each = [...new Set(names)];
  return each.length === 0 || each.length > 2 ? '' : clean(` in ${each.join(' and ')}`);
}

function mostUrgent(events: readonly PipelineEvent[]): PipelineEvent | undefined {
  return events.toSorted((a, b) => eventKind(a).urgency - eventKind(b).urgency)[0];
}

/** Errors that are not new are no news. */
function absenceStyle(event: PipelineEvent): Style {
  return event.kind === 'errors' && !event.isNew ? {dim: true} : eventKind(event).style;
}
