import {count, counted, moment} from '../../lib/format.ts';
import {clip, padTo} from '../../terminal/fit.ts';
import {sanitise} from '../../terminal/sanitise.ts';
import type {Style} from '../../terminal/style.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import {errorWords, timelineWords} from '../../timeline/event-words.ts';
import {type ErrorRow, isIncident} from '../../timeline/unseen-rows.ts';
import type {Controller} from '../controller.ts';
import {goToEntryOf} from '../handlers/move.ts';
import {offsetToShow, offsetWithin} from '../layout.ts';
import type {Page} from '../state/view-state.ts';

/** Rows above the first error. */
const errorsHeading = 2;

/** Names are cut where they would leave no room for what failed: a quarter of the width. */
const nameShare = 4;
const countCells = 8;

/** Where the cursor stands: on the row with its key, else on the first. */
function cursorIn(rows: readonly ErrorRow[], key: string | undefined): number {
  return Math.max(
    0,
    rows.findIndex((row) => row.key === key),
  );
}

/**
 * The errors that nobody has seen, folded by fingerprint, then the seen ones, then the muted ones, dim. Rows that are not on
 * the screen are blank: ten tabs may have 5,000 of them, of which each takes 10 µs to read.
 */
export function errorsPage(
  controller: Controller,
  {cursor: key, offset}: Extract<Page, {kind: 'errors'}>,
  width: number,
): readonly StyledText[] {
  const rows = controller.attention.unseenRows;
  const unseen = rows.filter(({state}) => state === 'unseen');
  const dropped = controller.attention.droppedShapes;
  const title = concat([
    plain(' Unseen errors', {bold: true}),
    plain(`  ${unseenWords(unseen)}`, {dim: true}),
    plain(rows.length > unseen.length ? ' · seen and muted ones below' : '', {dim: true}),
    plain(dropped > 0 ? ` · ${counted(dropped, 'older kind', 'older kinds')} not kept` : '', {dim: true}),
  ]);
  const names = Math.max(0, ...rows.map(({pipeline}) => pipeline.length));
  const nameCells = Math.min(names, Math.floor(width / nameShare));
  const cursor = cursorIn(rows, key);
  const now = controller.services.clock.wall();
  const {currentLine} = controller.services.symbols;
  const since = rows.map((row) => (row.since === undefined ? '' : `since ${moment(row.since, now)}`));
  const sinceCells = Math.max(0, ...since.map((text) => text.length));
  const height = controller.pageHeight;
  const first = offsetWithin(offset, {rows: rows.length + errorsHeading, height}) - errorsHeading;
  const end = first + height;
  const body = rows.map((row, index) => {
    if (index < first || index >= end) return plain('');
    const margin = index === cursor ? currentLine : ' ';
    return rowText(row, {margin, since: since[index] ?? '', nameCells, sinceCells, width, controller});
  });
  return [padTo(clip(title, 0, width), width), plain(''), ...body];
}

/** `2 kinds · 1 incident`. */
function unseenWords(unseen: readonly ErrorRow[]): string {
  const incidents = unseen.filter(isIncident).length;
  const kinds = unseen.length - incidents;
  const words = [
    ...(kinds > 0 ? [counted(kinds, 'kind', 'kinds')] : []),
    ...(incidents > 0 ? [counted(incidents, 'incident', 'incidents')] : []),
  ];
  return words.length > 0 ? words.join(' · ') : 'nothing is unseen';
}

type RowPlace = {
  readonly margin: string;
  readonly nameCells: number;
  readonly since: string;
  readonly sinceCells: number;
  readonly width: number;
  readonly controller: Controller;
};

function rowText(row: ErrorRow, {margin, nameCells, since, sinceCells, width, controller}: RowPlace): StyledText {
  const {symbols} = controller.services;
  const isQuiet = row.state !== 'unseen';
  const style: Style = isQuiet ? {dim: true} : {};
  // How many entries were lost is said in words.
  const isCounted = row.kind !== 'failed' && row.kind !== 'lost';
  const times = isCounted ? `${symbols.times}${count(row.count)}` : '';
  const text = concat([
    plain(` ${margin} `, {bold: true}),
    padTo(clip(plain(sanitise(row.pipeline).text, isQuiet ? style : {bold: true}), 0, nameCells), nameCells),
    plain(` ${times.padStart(countCells)}  `, isQuiet ? {dim: true} : {fg: 1, bold: true}),
    plain(since.padEnd(sinceCells), {dim: true}),
    plain('  '),
    what(row, style, width),
  ]);
  return clip(text, 0, width);
}

function what(row: ErrorRow, style: Style, width: number): StyledText {
  switch (row.kind) {
    case 'failed':
      return plain(row.why, row.state === 'unseen' ? {fg: 1, bold: true} : style);
    case 'silent':
    case 'lost':
    case 'restarted':
      return incidentWords(row, style, width);
    case 'connectors':
      return plain('errors of connectors', style);
    case 'watched':
    case 'errors': {
      const words = errorWords(row.group, width);
      const prefix = row.state === 'muted' ? 'muted  ' : row.kind === 'watched' ? 'watched  ' : '';
      return concat([plain(prefix, {dim: true}), row.state === 'unseen' ? words : plain(words.text, style)]);
    }
  }
}

/** `silent  connection refused`, and once it answers again `was silent  …`; what was lost says so itself. */
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

/** Commands of the list of errors. */
export const errorsHandlers = {
  errors(controller: Controller) {
    const isOpen = controller.state.page?.kind === 'errors';
    controller.dispatch({type: 'page', page: isOpen ? undefined : {kind: 'errors', offset: 0, cursor: undefined}});
  },
  'errors-up': (controller: Controller) => move(controller, -1),
  'errors-down': (controller: Controller) => move(controller, 1),
  'errors-top': (controller: Controller) => move(controller, Number.NEGATIVE_INFINITY),
  'errors-end': (controller: Controller) => move(controller, Number.POSITIVE_INFINITY),
  'errors-last': (controller: Controller) => goTo(controller, ({lastId}) => lastId),
  'errors-first': (controller: Controller) => goTo(controller, ({firstId}) => firstId),
  'errors-mute'(controller: Controller) {
    const row = rowUnderCursor(controller);
    if (!row) return;
    if (row.kind !== 'errors' && row.kind !== 'watched') {
      controller.say('only errors of the log can be muted');
      return;
    }
    const rows = controller.attention.unseenRows;
    // The row goes to the end of the list: the cursor stays where it was, for the next one.
    const next = rows[cursorIn(rows, row.key) + 1] ?? rows.at(-2);
    controller.attention.toggleMute(row.group.key);
    setCursor(controller, next?.key);
  },
  'errors-close': (controller: Controller) => controller.dispatch({type: 'page', page: undefined}),
};

function rowUnderCursor(controller: Controller): ErrorRow | undefined {
  const {page} = controller.state;
  if (page?.kind !== 'errors') return undefined;
  const rows = controller.attention.unseenRows;
  return rows[cursorIn(rows, page.cursor)];
}

function goTo(controller: Controller, idOf: (row: ErrorRow) => number | undefined): void {
  const row = rowUnderCursor(controller);
  controller.dispatch({type: 'page', page: undefined});
  if (row) goToEntryOf(controller, row.pipeline, idOf(row));
}

function move(controller: Controller, by: number): void {
  const {page} = controller.state;
  if (page?.kind !== 'errors') return;
  const rows = controller.attention.unseenRows;
  const cursor = Math.max(0, Math.min(cursorIn(rows, page.cursor) + by, rows.length - 1));
  setCursor(controller, rows[cursor]?.key);
}

/** The page scrolls as little as it must for the cursor to be on it. */
function setCursor(controller: Controller, key: string | undefined): void {
  const {page} = controller.state;
  if (page?.kind !== 'errors') return;
  const row = cursorIn(controller.attention.unseenRows, key);
  const offset = offsetToShow(page.offset, {row, heading: errorsHeading, height: controller.pageHeight});
  controller.dispatch({type: 'page', page: {kind: 'errors', offset, cursor: key}});
}
