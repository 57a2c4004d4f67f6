import {errorExcerpt} from '../../events/error-excerpt.ts';
import {connectorNames, eventWords, suppressedWords, unreadWords} from '../../events/event-words.ts';
import {type Incident, isIncident, isOfErrors} from '../../events/pipeline-event.ts';
import {type ErrorRow, isUrgent} from '../../events/unseen.ts';
import {count, counted, moment} from '../../lib/format.ts';
import type {Style} from '../../terminal/style.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import {textWidth} from '../../terminal/width.ts';
import {hasCompileError} from '../../words/pipeline.ts';
import type {Controller} from '../controller.ts';
import {goToEntryOf} from '../handlers/move.ts';
import {closePages, openPage, type Page} from './page.ts';
import {itemAt, listPage, marginCells, nameColumn, type PageRows, pageTitle} from './page-rows.ts';
import {openPipeline} from './pipeline.ts';

const countCells = 8;
/** A narrower page has no room for columns beside its texts: what is in front of them has no padding. */
const widthWithColumns = 100;

/**
 * `chosen`: the key of the row under the cursor; undefined: the first. `order`: the keys of the rows at the last key:
 * these keep their places while the page is open, and new ones follow.
 */
type ErrorsState = {readonly chosen: string | undefined; readonly order: readonly string[]};

/** The errors of all open tabs, unseen ones first, then the seen and the muted ones, dim. Similar errors are one row. */
export const errorsPage: Page<ErrorsState> = {
  ...{
    kind: 'errors',
    context: 'errors',
    name: 'unseen errors',
    where: 'in the list of unseen errors',
    motions: 'items',
  },
  hidesLog: true,
  keys: {
    ...{context: 'errors', group: 'unseen errors', motions: 'items', close: ['q', 'A']},
    yieldsTakes: true,
    own: [
      {id: 'errors-last', keys: ['Enter'], help: 'go to the last of them in the log', hint: {hasRow: 'go to last'}},
      {id: 'errors-first', keys: ['f'], help: 'go to the first of them', hint: {hasRow: 'first'}},
      {id: 'errors-mute', keys: ['m'], help: 'mute errors like this one, or unmute them', hint: {hasRow: 'mute'}},
    ],
  },
  open(controller) {
    const order = controller.events.errorRows.map(({key}) => key);
    openPage(controller, errorsPage, {chosen: undefined, order});
  },
  rows: (controller, page, {width}) => rowsOf(controller, page, width),
  items(controller, page) {
    const rows = listedErrors(controller, page);
    return {length: rows.length, cursor: cursorIndex(rows, page), rowsOf: itemAt};
  },
  at(controller, page, item) {
    const rows = listedErrors(controller, page);
    return {...page, chosen: rows[item]?.key, order: rows.map(({key}) => key)};
  },
  redrawnBy: ({events}) => [events.muted],
  run: {
    'errors-last': (controller, page) => goTo(controller, page, ({id}) => id),
    'errors-first': (controller, page) => goTo(controller, page, ({firstId, id}) => firstId ?? id),
    'errors-mute'(controller, page) {
      const row = rowUnderCursor(controller, page);
      if (!row) return;
      if (isOfErrors(row)) controller.events.toggleMute(row.group.key);
      else controller.say('only errors of the log can be muted');
    },
  },
};

function rowsOf(controller: Controller, page: ErrorsState, width: number): PageRows {
  const rows = listedErrors(controller, page);
  const {clock, symbols} = controller.services;
  const nameOf = nameColumn(
    rows.map(({pipeline}) => pipeline),
    {width, symbols},
  );
  const now = clock.wall();
  const since = rows.map((row) => {
    const at = firstTime(row);
    return at === undefined ? '' : `since ${moment(at, now)}`;
  });
  const hasColumns = width >= widthWithColumns;
  const widest = (texts: readonly string[]) => (hasColumns ? Math.max(0, ...texts.map((text) => text.length)) : 0);
  const sinceCells = widest(since);
  const suppressedCells = widest(rows.map(({suppressed = 0}) => suppressedWords(suppressed)));
  const columnsOf = (row: ErrorRow, index: number) => {
    const isQuiet = row.state !== 'unseen';
    // The number of lost entries is part of the text.
    const isCounted = row.kind !== 'failed' && row.kind !== 'lost';
    const times = isCounted ? `${symbols.times}${count(row.count)}` : '';
    const suppressed = suppressedWords(row.suppressed ?? 0).padEnd(suppressedCells);
    const amount = `${hasColumns ? times.padStart(countCells) : times}${suppressed}`;
    const age = (since[index] ?? '').padEnd(sinceCells);
    return concat([
      nameOf(row.pipeline, isQuiet ? {dim: true} : {bold: true}),
      plain(amount === '' ? ' ' : ` ${amount}  `, isQuiet ? {dim: true} : {fg: 1, bold: true}),
      plain(age === '' && !hasColumns ? '' : `${age}  `, {dim: true}),
    ]);
  };
  const roomOf = (row: ErrorRow, index: number) => width - marginCells - textWidth(columnsOf(row, index).text);
  const [first] = rows;
  const nameCells = first ? textWidth(nameOf(first.pipeline, {}).text) : 0;
  const column = first && hasColumns ? roomOf(first, 0) : width - marginCells - nameCells - 1;
  const {ellipsis} = symbols;
  return listPage({
    title: titleOf(rows, page, controller.events.droppedErrorGroups),
    items: rows,
    rowOf(row, index) {
      return concat([columnsOf(row, index), textOf(row, {width, column, cells: roomOf(row, index), ellipsis})]);
    },
    cursor: cursorIndex(rows, page),
    ...{width, symbols},
  });
}

/** The rows of the page in its order. New ones are at the end, so that no row moves while the user reads. */
function listedErrors(controller: Controller, {order}: ErrorsState): readonly ErrorRow[] {
  const rows = new Map(controller.events.errorRows.map((row) => [row.key, row]));
  const listed = order.flatMap((key) => rows.get(key) ?? []);
  for (const {key} of listed) rows.delete(key);
  return [...listed, ...[...rows.values()].sort((a, b) => (firstTime(a) ?? 0) - (firstTime(b) ?? 0))];
}

/** Unix time in ms. */
function firstTime({firstAt, at}: ErrorRow): number | undefined {
  return firstAt ?? at;
}

/** The index of the row under the cursor; of the row that took its place if it is gone. */
function cursorIndex(rows: readonly ErrorRow[], {chosen, order}: ErrorsState): number {
  const index = rows.findIndex(({key}) => key === chosen);
  if (index >= 0 || chosen === undefined) return Math.max(0, index);
  const before = new Set(order.slice(0, Math.max(0, order.indexOf(chosen))));
  return Math.min(rows.filter(({key}) => before.has(key)).length, Math.max(0, rows.length - 1));
}

/** ` Unseen errors  2 kinds · 1 incident · 4 seen · 1 muted · 1 new at the end`. */
function titleOf(rows: readonly ErrorRow[], {order}: ErrorsState, dropped: number): StyledText {
  const unseen = rows.filter(({state}) => state === 'unseen');
  const seen = rows.filter(({state}) => state === 'seen').length;
  const muted = rows.length - unseen.length - seen;
  const listed = new Set(order);
  const added = order.length === 0 ? 0 : rows.filter(({key}) => !listed.has(key)).length;
  const words = [
    unseenWords(unseen),
    ...(seen > 0 ? [`${count(seen)} seen`] : []),
    ...(muted > 0 ? [`${count(muted)} muted`] : []),
    ...(added > 0 ? [`${count(added)} new at the end`] : []),
    ...(dropped > 0 ? [`${counted(dropped, 'older kind', 'older kinds')} not kept`] : []),
  ];
  return pageTitle('Unseen errors', words.join(' · '));
}

/** `2 kinds · 1 incident`. */
function unseenWords(unseen: readonly ErrorRow[]): string {
  const incidents = unseen.filter(isUrgent).length;
  const kinds = unseen.length - incidents;
  const words = [
    ...(kinds > 0 ? [counted(kinds, 'kind', 'kinds')] : []),
    ...(incidents > 0 ? [counted(incidents, 'incident', 'incidents')] : []),
  ];
  return words.length > 0 ? words.join(' · ') : 'none';
}

/** Cells of the screen, of the widest text and of this text. */
type Room = {
  readonly width: number;
  readonly column: number;
  readonly cells: number;
  readonly ellipsis: string;
};

function textOf(row: ErrorRow, room: Room): StyledText {
  const isUnseen = row.state === 'unseen';
  const style: Style = isUnseen ? {} : {dim: true};
  if (isIncident(row)) return incidentWords(row, style, room);
  if (row.kind === 'connectors') return plain(connectorNames(row), style);
  if (!isOfErrors(row)) return plain(eventWords(row, room.width).text, isUnseen ? {fg: 1, bold: true} : style);
  const prefix = row.state === 'muted' ? 'muted  ' : row.kind === 'watched' ? 'watched  ' : '';
  const words = errorExcerpt(row.ends, {...room, cells: room.cells - prefix.length});
  return concat([plain(prefix, {dim: true}), isUnseen ? words : plain(words.text, style)]);
}

/** `silent  connection refused`, `was silent  …` once it is over; a loss and a stream that is not read need no such word. */
function incidentWords(row: ErrorRow & Incident, quiet: Style, {width, cells}: Room): StyledText {
  const {kind, state, isOver = false} = row;
  const isLoss = kind === 'lost' || kind === 'unread';
  const loud: Style = kind === 'silent' && !isOver ? {fg: 1, bold: true} : {fg: 3};
  const word = wordOf(kind, isOver);
  const text = row.kind === 'unread' ? unreadWords(row, cells - word.length) : eventWords(row, width).text;
  return concat([
    plain(word, state === 'unseen' ? loud : quiet),
    plain(text, isLoss && state === 'unseen' ? loud : quiet),
  ]);
}

function wordOf(kind: Incident['kind'], isOver: boolean): string {
  if (kind === 'lost') return '';
  if (kind === 'unread') return isOver ? 'over  ' : '';
  return `${isOver ? 'was ' : ''}${kind}  `;
}

function rowUnderCursor(controller: Controller, page: ErrorsState): ErrorRow | undefined {
  const rows = listedErrors(controller, page);
  return rows[cursorIndex(rows, page)];
}

/** Shows the entry in its log; of a program that did not compile, which is in no log, the compiler's message. */
function goTo(controller: Controller, page: ErrorsState, idOf: (row: ErrorRow) => number | undefined): void {
  const row = rowUnderCursor(controller, page);
  closePages(controller);
  if (!row) return;
  goToEntryOf(controller, row.pipeline, idOf(row));
  const pipeline = controller.pipeline(row.pipeline);
  if (row.kind === 'failed' && pipeline && hasCompileError(pipeline)) openPipeline(controller, row.pipeline);
}
