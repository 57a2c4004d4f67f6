import type {ListItem} from '../../../engine/logs/catalog.ts';
import type {FileState} from '../../../engine/logs/log-snapshot.ts';
import {type ItemWords, itemWords, unreadMark} from '../../../kit/screen/list-item.ts';
import {tagPrefix} from '../../../kit/screen/tabs.ts';
import {clip, padTo, shorten, shortenApart} from '../../../kit/terminal/fit.ts';
import type {Style} from '../../../kit/terminal/style.ts';
import {concat, plain, type StyledText} from '../../../kit/terminal/styled-text.ts';
import type {Symbols} from '../../../kit/terminal/symbols.ts';
import type {DegradedPipelines, PipelineState} from '../../../kit/words/pipeline-words.ts';
import {clean} from '../../../lib/clean.ts';
import {count} from '../../../lib/format.ts';
import {textWidth} from '../../../lib/width.ts';

export type ListView = {
  readonly items: readonly ListItem[];
  /** Word for an item of the list. */
  readonly noun: 'pipeline' | 'log';
  /** Returns the state of an opened log; undefined while it is not open. */
  readonly fileOf: (name: string) => FileState | undefined;
  /** Errors of a pipeline that are unseen. */
  readonly errorsOf: (name: string) => number;
  readonly degraded: DegradedPipelines;
  /** Pipelines that run, and whose logs nobody read. */
  readonly unread: ReadonlySet<string>;
  readonly cursor: string | undefined;
  readonly focused: boolean;
  /** Names with a pinned tab. */
  readonly pinned: ReadonlySet<string>;
  /** Names marked for merging. */
  readonly marked: ReadonlySet<string>;
  readonly nameFilter: string;
  readonly loaded: boolean;
  /** Time that the first list has been awaited, such as `4 s`; undefined for the first second. */
  readonly waited: string | undefined;
  /** The server does not answer: the states are those known last. */
  readonly isStale?: boolean;
  /** States in words beside their symbols. */
  readonly withWords: boolean;
  readonly width: number;
  readonly height: number;
  readonly symbols: Symbols;
};

const quiet: Style = {dim: true};
/** Cells for `Compiling Rust`, or for a word and the number of errors. */
const wordWidth = 14;
const wordWidthWithErrors = 9;
/** Cells of a list without words that has numbers of errors. */
const widthWithErrors = 16;
/** Cells of a list that says what a log was opened from. */
const widthWithKinds = 36;
const titleRows = 1;

/** The list's rows, each exactly `width` cells; only those on the screen are made. */
export function listRows(view: ListView): readonly StyledText[] {
  const {items, height} = view;
  const {first, room} = inView(view);
  const inRows = items.slice(first, first + room).map((item) => listRow(item, view));
  const names = namesIn(inRows, view);
  const rows = [title(view), ...inRows.map((row, index) => itemRow(row, names[index] ?? '', view))];
  if (items.length === 0) rows.push(plain(emptyText(view), quiet));
  while (rows.length < height) rows.push(plain(''));
  return rows.map((row) => padTo(clip(row, 0, view.width), view.width));
}

/** Beside the tab bar, and like the shown tab inverse on the side that has the focus. */
function title({focused, nameFilter, items, noun, width, symbols}: ListView): StyledText {
  const style: Style = focused ? {bold: true, inverse: true} : quiet;
  const margin = plain(focused ? symbols.focus : ' ', style);
  const words =
    nameFilter === ''
      ? plain(noun === 'log' ? 'Logs' : 'Pipelines', style)
      : concat([plain(`/${nameFilter}`, {...style, bold: true}), plain(`  ${count(items.length)}`, style)]);
  return padTo(concat([margin, words]), width, style);
}

/** Returns the part of the list in view: in one longer than the screen, the cursor is in the middle. */
function inView({items, cursor, height}: ListView): {readonly first: number; readonly room: number} {
  const room = height - titleRows;
  const at = items.findIndex(({name}) => name === cursor);
  return {first: Math.max(0, Math.min(at - Math.floor(room / 2), items.length - room)), room};
}

/** An item of the list in view. */
type ListRow = {readonly name: string; readonly words: ItemWords; readonly errors: StyledText};

function listRow(item: ListItem, {fileOf, errorsOf, degraded, symbols}: ListView): ListRow {
  const words = itemWords(item, {file: fileOf(item.name), isDegraded: degraded.has(item.name)});
  const errors = errorsOf(item.name);
  // The number that the tab has. A dash if the version of a running pipeline does not count: a blank means no errors.
  const unknown = plain(words.hasUnknownErrors ? '–' : '', quiet);
  return {name: item.name, words, errors: errors > 0 ? plain(shortErrors(errors, symbols), {fg: 1}) : unknown};
}

/** The names of these rows. Without words, those with errors have fewer cells. */
function namesIn(rows: readonly ListRow[], view: ListView): readonly string[] {
  const rooms = rows.map(({errors}) => nameRoom(errors, view));
  const byRoom = new Map(
    [...new Set(rooms)].map((room) => {
      const names = rows.map((row) => nameIn(row, room));
      return [room, shortenApart(names, room, view.symbols.ellipsis)];
    }),
  );
  return rows.map((_, index) => byRoom.get(rooms[index] ?? 0)?.[index] ?? '');
}

/** Cells for a name. */
function nameRoom(errors: StyledText, {width, withWords}: ListView): number {
  if (withWords) return width - 4 - 1 - wordWidth;
  const hasNumber = errors.text !== '' && width >= widthWithErrors;
  return width - 4 - (hasNumber ? 1 + textWidth(errors.text) : 0);
}

/**
 * Margin, name, symbol, word, errors, and a cell before the divider, blank but for the mark of a log that was not read.
 * Without words, errors are beside the name.
 */
function itemRow({name, words, errors}: ListRow, shownName: string, view: ListView): StyledText {
  const {symbols, width, withWords} = view;
  const isCursor = name === view.cursor;
  const room = nameRoom(errors, view);
  const base: Style = isCursor ? (view.focused ? {inverse: true} : {bold: true, underline: true}) : {};
  const wordRoom = errors.text === '' ? wordWidth : wordWidthWithErrors;
  const isOld = words.state?.symbol === 'degraded' && view.degraded.get(name) !== undefined;
  const state = stateOf(words, {...view, isStale: view.isStale === true || isOld}, wordRoom);
  const symbol = plain((state && (state.symbol === 'unknown' ? '?' : symbols[state.symbol])) ?? ' ', state?.style);
  const isMarked = view.marked.has(name);
  const margin = isMarked ? symbols.mark : view.pinned.has(name) ? symbols.dot : ' ';
  const row = [
    plain(margin, isCursor || isMarked ? {bold: true} : quiet),
    padTo(plain(shownName, base), room, base),
    plain(' '),
  ];
  const unread = view.unread.has(name) ? [plain(unreadMark, quiet)] : [];
  if (!withWords) return concat([...row, ...(room < width - 4 ? [errors, plain(' ')] : []), symbol, ...unread]);
  const word = plain(` ${shorten(state?.word ?? '', wordRoom, symbols.ellipsis)}`, state?.style);
  return concat([padTo(concat([...row, symbol, word]), width - 1 - textWidth(errors.text)), errors, ...unread]);
}

/** Returns the state, with the kind of a file where there is room. */
function stateOf({state, kind}: ItemWords, {width, isStale}: ListView, room: number): PipelineState | undefined {
  if (!state) return undefined;
  const withKind = kind === undefined ? state.word : `${state.word} ${kind}`;
  const hasRoom = width >= widthWithKinds && withKind.length <= room;
  return {...state, ...(hasRoom && {word: withKind}), ...(isStale && {style: quiet})};
}

function nameIn({name, words}: ListRow, room: number): string {
  const whole = clean(name);
  return textWidth(whole) > room ? words.shortName : whole;
}

/** `25✗`, `3k✗`: at most four cells, also in a tab bar with little room. */
export function shortErrors(errors: number, symbols: Symbols): string {
  const short = errors < 1000 ? `${errors}` : errors < 99_500 ? `${Math.round(errors / 1000)}k` : '99+';
  return `${short}${symbols.error}`;
}

function emptyText(view: ListView): string {
  if (!view.loaded) {
    const words = ` loading ${view.waited ?? ''}`.trimEnd();
    return words.length < view.width ? words : ' loading';
  }
  if (view.nameFilter === '') return ` no ${view.noun}s`;
  return tagPrefix.test(view.nameFilter) ? ' no tag matches' : ' no name matches';
}
