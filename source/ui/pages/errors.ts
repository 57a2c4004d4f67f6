import {count, counted, moment} from '../../lib/format.ts';
import type {Style} from '../../terminal/style.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import {type ErrorRow, isIncident} from '../../timeline/error-rows.ts';
import {errorWords, timelineWords} from '../../timeline/event-words.ts';
import type {Controller} from '../controller.ts';
import {goToEntryOf} from '../handlers/move.ts';
import type {Page} from '../state/view-state.ts';
import {listPage, nameColumn, type PageRows} from './page-rows.ts';

const countCells = 8;

/** The errors of all open tabs, unseen ones first, then the seen and the muted ones, dim. Similar errors are one row. */
export function errorsPage(
  controller: Controller,
  {cursor: key}: Extract<Page, {kind: 'errors'}>,
  width: number,
): PageRows {
  const rows = controller.timelines.errorRows;
  const unseen = rows.filter(({state}) => state === 'unseen');
  const dropped = controller.timelines.droppedErrorGroups;
  const {clock, symbols} = controller.services;
  const nameOf = nameColumn(
    rows.map(({pipeline}) => pipeline),
    width,
  );
  const now = clock.wall();
  const since = rows.map((row) => (row.since === undefined ? '' : `since ${moment(row.since, now)}`));
  const sinceCells = Math.max(0, ...since.map((text) => text.length));
  return listPage({
    title: concat([
      plain(' Unseen errors', {bold: true}),
      plain(`  ${unseenWords(unseen)}`, {dim: true}),
      plain(rows.length > unseen.length ? ' · seen and muted ones below' : '', {dim: true}),
      plain(dropped > 0 ? ` · ${counted(dropped, 'older kind', 'older kinds')} not kept` : '', {dim: true}),
    ]),
    items: rows.length,
    rowOf(item) {
      const row = rows[item];
      if (!row) return plain('');
      const isQuiet = row.state !== 'unseen';
      const style: Style = isQuiet ? {dim: true} : {};
      // The number of lost entries is part of the text.
      const isCounted = row.kind !== 'failed' && row.kind !== 'lost';
      const times = isCounted ? `${symbols.times}${count(row.count)}` : '';
      return concat([
        nameOf(row.pipeline, isQuiet ? style : {bold: true}),
        plain(` ${times.padStart(countCells)}  `, isQuiet ? style : {fg: 1, bold: true}),
        plain((since[item] ?? '').padEnd(sinceCells), {dim: true}),
        plain('  '),
        textOf(row, style, width),
      ]);
    },
    cursor: rowIndex(rows, key),
    ...{width, symbols},
  });
}

/** The index of the row with this key, else 0. The cursor is a key: rows move while the page is open. */
export function rowIndex(rows: readonly ErrorRow[], key: string | undefined): number {
  return Math.max(
    0,
    rows.findIndex((row) => row.key === key),
  );
}

/** `2 kinds · 1 incident`. */
function unseenWords(unseen: readonly ErrorRow[]): string {
  const incidents = unseen.filter(isIncident).length;
  const kinds = unseen.length - incidents;
  const words = [
    ...(kinds > 0 ? [counted(kinds, 'kind', 'kinds')] : []),
    ...(incidents > 0 ? [counted(incidents, 'incident', 'incidents')] : []),
  ];
  return words.length > 0 ? words.join(' · ') : 'none';
}

function textOf(row: ErrorRow, style: Style, width: number): StyledText {
  switch (row.kind) {
    case 'failed':
      return plain(row.why, row.state === 'unseen' ? {fg: 1, bold: true} : style);
    case 'silent':
    case 'lost':
    case 'restarted':
      return incidentWords(row, style, width);
    case 'connectors':
      return plain('connector errors', style);
    case 'watched':
    case 'errors': {
      const words = errorWords(row.group, width);
      const prefix = row.state === 'muted' ? 'muted  ' : row.kind === 'watched' ? 'watched  ' : '';
      return concat([plain(prefix, {dim: true}), row.state === 'unseen' ? words : plain(words.text, style)]);
    }
  }
}

/** `silent  connection refused`, `was silent  …` once it is over; a loss needs no such word. */
function incidentWords(
  {kind, incident, state, isOver}: Extract<ErrorRow, {incident: unknown}>,
  quiet: Style,
  width: number,
): StyledText {
  const loud: Style = kind === 'silent' && !isOver ? {fg: 1, bold: true} : {fg: 3};
  return concat([
    plain(kind === 'lost' ? '' : `${isOver ? 'was ' : ''}${kind}  `, state === 'unseen' ? loud : quiet),
    plain(timelineWords(incident, width).text, kind === 'lost' && state === 'unseen' ? loud : quiet),
  ]);
}

export const errorsHandlers = {
  errors(controller: Controller) {
    const isOpen = controller.state.page?.kind === 'errors';
    controller.dispatch({type: 'page', page: isOpen ? undefined : {kind: 'errors', offset: 0, cursor: undefined}});
  },
  'errors-last': (controller: Controller) => goTo(controller, ({lastId}) => lastId),
  'errors-first': (controller: Controller) => goTo(controller, ({firstId}) => firstId),
  'errors-mute'(controller: Controller) {
    const {page} = controller.state;
    if (page?.kind !== 'errors') return;
    const rows = controller.timelines.errorRows;
    const at = rowIndex(rows, page.cursor);
    const row = rows[at];
    if (!row) return;
    if (row.kind !== 'errors' && row.kind !== 'watched') {
      controller.say('only errors of the log can be muted');
      return;
    }
    controller.timelines.toggleMute(row.group.key);
    // The row moves to another place in the list; the cursor does not.
    const next = rows[at + 1] ?? rows.at(-2);
    controller.dispatch({type: 'page', page: {...page, cursor: next?.key}});
  },
};

function goTo(controller: Controller, idOf: (row: ErrorRow) => number | undefined): void {
  const {page} = controller.state;
  if (page?.kind !== 'errors') return;
  const rows = controller.timelines.errorRows;
  const row = rows[rowIndex(rows, page.cursor)];
  controller.dispatch({type: 'page', page: undefined});
  if (row) goToEntryOf(controller, row.pipeline, idOf(row));
}
