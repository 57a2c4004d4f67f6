import type {Absence} from '../../kit/journal/absence.ts';
import {suppressedWords} from '../../kit/journal/event-words.ts';
import {
  eventBrief,
  eventKind,
  type Incident,
  isIncident,
  isOfErrors,
  type PipelineEvent,
} from '../../kit/journal/pipeline-event.ts';
import type {ErrorRow} from '../../kit/journal/unseen.ts';
import {closePages, openAbout, openAs, openPage} from '../../kit/pages/page.ts';
import {listPage, marginCells, nameColumn, type PageRows, pageTitle} from '../../kit/pages/page-rows.ts';
import {goToEntryOf} from '../../kit/screen/common.ts';
import {cancelPrompt} from '../../kit/screen/prompts.ts';
import type {Feature, Opened, Page, Screen} from '../../kit/screen/screen.ts';
import {padTo} from '../../kit/terminal/fit.ts';
import type {Style} from '../../kit/terminal/style.ts';
import {concat, plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import {hasCompileError, unreadWords} from '../../kit/words/pipeline-words.ts';
import {count, counted, moment} from '../../lib/format.ts';
import {textWidth} from '../../lib/width.ts';
import {absenceItems, absenceRows} from './errors-absence.ts';

const countCells = 8;
const nameHead = 'pipeline';
/** A narrower page has no room for columns beside its texts: what is in front of them has no padding. */
const widthWithColumns = 100;

/**
 * `chosenKey`: the key of the row under the cursor; undefined: the first. `places`: the rows at the last key, by their keys,
 * in their order, each with its heading: they stay there while the page is open, and new ones are last below theirs.
 */
type ErrorsState = {
  readonly chosenKey?: string | undefined;
  readonly places: ReadonlyMap<string, Heading>;
  /** Absence that the page is about: what happened in it is listed, by pipeline, and stays as it is. */
  readonly absence?: Absence;
};

/**
 * The errors of all pipelines: new ones, then the seen and the muted ones, dim, by pipeline. Similar errors are one row.
 * After an absence what happened in it, by pipeline.
 */
const errorsPage: Page<ErrorsState> = {
  kind: 'errors',
  context: 'errors',
  where: 'on the page of errors',
  motions: 'items',
  hidesLog: true,
  keys: {
    context: 'errors',
    group: 'errors of all pipelines',
    motions: 'items',
    close: ['q'],
    changes: {close: {hint: {isAbsence: 'back', else: 'close'}}},
    own: [
      {
        id: 'errors-last',
        keys: ['Enter'],
        help: 'go to the last of them in the log; after an absence, to the first',
        hint: {isAbsence: 'go there', hasRow: 'go to last'},
      },
      {id: 'errors-first', keys: ['f'], help: 'go to the first of them', hint: {hasRow: 'first'}},
      {id: 'errors-mute', keys: ['m'], help: 'mute errors like this one, or unmute them', hint: {hasRow: 'mute'}},
    ],
  },
  open(screen) {
    const rows = screen.events.errorRows;
    const places = new Map(rows.map(({key, state}) => [key, state]));
    const ofUnknown = rows.filter((row) => row.kind === 'connectors' && row.increase.length === 0);
    screen.services.stats.ask(ofUnknown.map(({pipeline}) => pipeline));
    // In place of what happened in an absence, the page that was open before comes back.
    const {under} = openAs(screen.state.page, errorsPage) ?? {};
    openPage(screen, errorsPage, {places}, {under});
  },
  rows(screen, page, {width}) {
    const {absence, cursor = 0} = page;
    return absence ? absenceRows(screen, absence, {cursor, width}) : rowsOf(screen, page, width);
  },
  conditions: (_, {absence}) => ({isAbsence: absence !== undefined}),
  at(screen, page, item) {
    if (page.absence) return {...page, cursor: item};
    const rows = listedErrors(screen, page);
    return {...page, chosenKey: rows[item]?.key, places: new Map(rows.map(({key, below}) => [key, below]))};
  },
  redrawnBy: ({events}) => [events.muted, events.readings.unread],
  run: {
    'errors-last': (screen, page) => goTo(screen, page, ({id}) => id),
    'errors-first': (screen, page) => goTo(screen, page, ({firstId, id}) => firstId ?? id),
    'errors-mute'(screen, page) {
      const event = eventUnderCursor(screen, page);
      if (!event) return;
      if (!isOfErrors(event)) {
        screen.say("not a log error, so it can't be muted");
        return;
      }
      screen.events.toggleMute(event.group.key);
      const isMuted = screen.events.muted.get().has(event.group.key);
      if (page.absence) screen.say(`errors like this one are ${isMuted ? 'muted' : 'no longer muted'}`);
    },
  },
};

export const errors: Feature = {
  keys: {
    everywhere: [
      {
        id: 'errors',
        opens: 'errors',
        keys: ['A'],
        help: 'new errors and incidents, similar ones in one row',
        core: {task: 'errors', words: "errors you haven't seen"},
        synonyms: ['unseen', 'badge', 'away'],
        hint: {hasUnseen: 'new errors'},
      },
    ],
  },
  pages: [errorsPage],
};

/**
 * Call for each key. Returns true after an absence: then the key only shows what happened meanwhile. The page
 * and the prompt that were open come back when it is closed.
 */
export function showsAbsence(screen: Screen): boolean {
  const absence = screen.onKey();
  if (absence) openAbsence(screen, absence);
  return absence !== undefined;
}

/** Shows what happened before the start; once there was a key, a page would take the next one, so a notice does. */
export function showAbsence(screen: Screen, absence: Absence): void {
  if (!screen.hasKey) openAbsence(screen, absence);
  else screen.sayHint('pipelines changed while pipetail did not run', 'timeline', 'see how');
}

/** Over the open page, or in place of an earlier absence. */
function openAbsence(screen: Screen, absence: Absence): void {
  const {page} = screen.state;
  const under = openAs(page, errorsPage)?.absence ? page?.under : page;
  openPage(screen, errorsPage, {places: new Map(), absence}, {under, section: 'absence'});
}

function rowsOf(screen: Screen, page: ErrorsState, width: number): PageRows {
  const rows = listedErrors(screen, page);
  const {clock, symbols} = screen.services;
  const hasColumns = width >= widthWithColumns;
  const shortName = nameColumn(
    rows.map(({pipeline}) => pipeline),
    {width, symbols},
  );
  const nameOf = (name: string, style: Style) => padTo(shortName(name, style), hasColumns ? nameHead.length : 0);
  const parts = partsOf(rows);
  const now = clock.wall();
  const since = rows.map((row) => {
    const at = firstTime(row);
    return at === undefined ? '' : `${hasColumns ? '' : 'since '}${moment(at, now)}`;
  });
  const widest = (texts: readonly string[]) => (hasColumns ? Math.max(0, ...texts.map((text) => text.length)) : 0);
  const sinceCells = widest(since);
  const suppressedCells = widest(rows.map(({suppressed = 0}) => suppressedWords(suppressed)));
  const columnsOf = (row: ErrorRow, index: number) => {
    const isQuiet = row.state !== 'unseen';
    // The number of lost entries is part of the text.
    const isCounted = row.kind !== 'lost' && (row.kind !== 'failed' || row.count > 1);
    const times = isCounted ? `${symbols.times}${count(row.count)}` : '';
    const suppressed = suppressedWords(row.suppressed ?? 0).padEnd(suppressedCells);
    const amount = `${hasColumns ? times.padStart(countCells) : times}${suppressed}`;
    const age = (since[index] ?? '').padEnd(sinceCells);
    // The first row of a pipeline begins a group.
    const isFirst = rows[index - 1]?.pipeline !== row.pipeline || parts.some(({at}) => at === index);
    return concat([
      nameOf(row.pipeline, isQuiet || !isFirst ? {dim: true} : {bold: true}),
      plain(amount === '' ? ' ' : ` ${amount}  `, isQuiet ? {dim: true} : {fg: 1, bold: true}),
      plain(age === '' && !hasColumns ? '' : `${age}  `, {dim: true}),
    ]);
  };
  const roomOf = (row: ErrorRow, index: number) => width - marginCells - textWidth(columnsOf(row, index).text);
  const [first] = rows;
  const nameCells = first ? textWidth(nameOf(first.pipeline, {}).text) : 0;
  const column = first && hasColumns ? roomOf(first, 0) : width - marginCells - nameCells - 1;
  const {ellipsis} = symbols;
  const heads = [
    `${nameHead.padEnd(nameCells)} ${'count'.padStart(countCells)}${' '.repeat(suppressedCells)}`,
    'since'.padEnd(sinceCells).slice(0, sinceCells),
    'error',
  ];
  return listPage({
    title: titleOf(rows, page, screen.events),
    heads: first && hasColumns ? heads.join('  ') : undefined,
    parts,
    items: rows,
    rowOf(row, index) {
      return concat([columnsOf(row, index), textOf(row, {width, column, cells: roomOf(row, index), ellipsis, now})]);
    },
    cursor: cursorIndex(rows, page),
    width,
    symbols,
  });
}

/** The state of a row when the page first had it. */
type Heading = ErrorRow['state'];
type ListedRow = ErrorRow & {readonly below: Heading};

const headings: readonly (readonly [Heading, title: string])[] = [
  ['unseen', 'New'],
  ['seen', 'Seen'],
  ['muted', 'Muted'],
];

function partsOf(rows: readonly ListedRow[]) {
  return headings.flatMap(([heading, title]) => {
    const at = rows.findIndex(({below}) => below === heading);
    return at === -1 ? [] : {at, title};
  });
}

/** The rows of the page in its order. New ones are last below their heading: no other moves there while the user reads. */
function listedErrors(screen: Screen, {places}: ErrorsState): readonly ListedRow[] {
  const rows = new Map(screen.events.errorRows.map((row) => [row.key, row]));
  const known = [...places].flatMap(([key, below]) => {
    const row = rows.get(key);
    rows.delete(key);
    return row ? {...row, below} : [];
  });
  const added = [...rows.values()].map((row) => ({...row, below: row.state}));
  const all = [...known, ...added.sort((a, b) => (firstTime(a) ?? 0) - (firstTime(b) ?? 0))];
  return headings.flatMap(([heading]) => all.filter(({below}) => below === heading));
}

/** Unix time in ms. */
function firstTime({firstAt, at}: ErrorRow): number | undefined {
  return firstAt ?? at;
}

/** The index of the row under the cursor; of the row that took its place if it is gone. */
function cursorIndex(rows: readonly ErrorRow[], {chosenKey, places}: ErrorsState): number {
  const index = rows.findIndex(({key}) => key === chosenKey);
  if (index >= 0 || chosenKey === undefined) return Math.max(0, index);
  const keys = [...places.keys()];
  const before = new Set(keys.slice(0, Math.max(0, keys.indexOf(chosenKey))));
  return Math.min(rows.filter(({key}) => before.has(key)).length, Math.max(0, rows.length - 1));
}

/** ` Errors  2 new kinds · 1 incident · 4 seen · 1 muted · 1 added to New · 3 logs not read`. */
function titleOf(
  rows: readonly ListedRow[],
  {places}: ErrorsState,
  {droppedErrorGroups: dropped, readings}: Screen['events'],
): StyledText {
  const unseen = rows.filter(({state}) => state === 'unseen');
  const seen = rows.filter(({state}) => state === 'seen').length;
  const muted = rows.length - unseen.length - seen;
  const isAdded = ({key, below}: ListedRow) => below === 'unseen' && !places.has(key);
  const added = places.size === 0 ? 0 : rows.filter(isAdded).length;
  const words = [
    unseenWords(unseen),
    ...(seen > 0 ? [`${count(seen)} seen`] : []),
    ...(muted > 0 ? [`${count(muted)} muted`] : []),
    ...(added > 0 ? [`${count(added)} added to New`] : []),
    ...unreadWords(readings.unread.get().size),
    ...(dropped > 0 ? [`${counted(dropped, 'older kind', 'older kinds')} not kept`] : []),
  ];
  return pageTitle('Errors', words.join(' · '));
}

/** `2 new kinds · 1 incident`. */
function unseenWords(unseen: readonly ErrorRow[]): string {
  const incidents = unseen.filter(isUrgent).length;
  const kinds = unseen.length - incidents;
  const words = [
    ...(kinds > 0 ? [counted(kinds, 'new kind', 'new kinds')] : []),
    ...(incidents > 0 ? [counted(incidents, 'incident', 'incidents')] : []),
  ];
  return words.length > 0 ? words.join(' · ') : 'none new';
}

/** Cells of the screen, of the widest text and of this text. */
type Room = {
  readonly width: number;
  readonly column: number;
  readonly cells: number;
  readonly ellipsis: string;
  /** Unix time in ms. */
  readonly now: number;
};

function textOf(row: ErrorRow, room: Room): StyledText {
  const isUnseen = row.state === 'unseen';
  const style: Style = isUnseen ? {} : {dim: true};
  if (isIncident(row)) return incidentWords(row, style, room);
  const words = eventBrief(row, {width: room.column, ellipsis: room.ellipsis});
  if (row.kind === 'connectors') return plain(words.text, style);
  if (!isOfErrors(row)) return plain(words.text, isUnseen ? eventKind(row).style : style);
  const prefix = row.state === 'muted' ? 'muted  ' : row.kind === 'watched' ? 'watched  ' : '';
  return concat([plain(prefix, {dim: true}), isUnseen ? words : plain(words.text, style)]);
}

/** `disconnected  connection refused`, `was disconnected  …` once it is over; what its text says needs no such word. */
function incidentWords(row: ErrorRow & Incident, quiet: Style, room: Room): StyledText {
  const {kind, state, at, firstAt = at, isOver = false} = row;
  const loud: Style = isOver ? {fg: 3} : eventKind(row).style;
  // The words are of the last one; those of lost entries are of all.
  const last = at === firstAt || at === undefined || kind === 'lost' ? '' : `last at ${moment(at, room.now)}: `;
  const word = `${last}${wordOf(row, isOver)}`;
  const isTold = word === last || kind === 'stream-lost' || kind === 'unavailable';
  const {text} = eventBrief(row, {...room, cells: room.cells - word.length});
  return concat([
    plain(word, state === 'unseen' ? loud : quiet),
    plain(text, isTold && state === 'unseen' ? loud : quiet),
  ]);
}

function wordOf({kind, from}: Incident, isOver: boolean): string {
  if (kind === 'lost' || (kind === 'restarted' && from === 'log')) return '';
  if (kind === 'stream-lost' || kind === 'unavailable') return isOver ? 'over  ' : '';
  if (kind === 'deleted') return isOver ? 'back  ' : '';
  return `${isOver ? 'was ' : ''}${kind}  `;
}

function eventUnderCursor(screen: Screen, page: Opened<ErrorsState>): PipelineEvent | undefined {
  const events = eventsOfAbsence(page);
  if (events) return events.find(isOfErrors) ?? events[0];
  const rows = listedErrors(screen, page);
  return rows[cursorIndex(rows, page)];
}

/** Events of the row under the cursor after an absence. */
function eventsOfAbsence({absence, cursor = 0}: Opened<ErrorsState>): readonly PipelineEvent[] | undefined {
  return absence && (absenceItems(absence)[cursor]?.events ?? []);
}

/**
 * Shows the entry in its log; after an absence the first of those in the row. Of a program that did not compile, which is
 * in no log, the compiler's message.
 */
function goTo(screen: Screen, page: Opened<ErrorsState>, idOf: (event: PipelineEvent) => number | undefined): void {
  const row = eventUnderCursor(screen, page);
  closePages(screen);
  // It belongs to the log that the user leaves.
  cancelPrompt(screen);
  // Of all pipelines is no log.
  if (!row?.pipeline) return;
  const events = eventsOfAbsence(page) ?? [row];
  goToEntryOf(
    screen,
    row.pipeline,
    events.map(idOf).find((id) => id !== undefined),
  );
  const pipeline = screen.pipeline(row.pipeline);
  if (events.some(({kind}) => kind === 'failed') && pipeline && hasCompileError(pipeline))
    openAbout(screen, 'pipeline', row.pipeline);
}

/** A failure or an incident, not errors. */
export function isUrgent(row: ErrorRow): boolean {
  return row.kind === 'failed' || row.kind === 'ended' || isIncident(row);
}
