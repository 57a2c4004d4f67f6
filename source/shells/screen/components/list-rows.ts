import type {Pipeline} from '../../../engine/api/types.ts';
import type {ListItem} from '../../../engine/logs/catalog.ts';
import type {FileState} from '../../../engine/logs/log-snapshot.ts';
import {cellsBesideName} from '../../../kit/screen/layout.ts';
import {type ArrangedList, tagPrefix} from '../../../kit/screen/tabs.ts';
import {clip, padTo, shorten, shortenApart} from '../../../kit/terminal/fit.ts';
import type {Style} from '../../../kit/terminal/style.ts';
import {concat, plain, type StyledText} from '../../../kit/terminal/styled-text.ts';
import type {Symbols} from '../../../kit/terminal/symbols.ts';
import {hasUnknownErrors} from '../../../kit/words/failure-words.ts';
import {openedKind, openedState} from '../../../kit/words/opened-words.ts';
import {type DegradedPipelines, type PipelineState, pipelineState} from '../../../kit/words/pipeline-words.ts';
import {clean} from '../../../lib/clean.ts';
import {count} from '../../../lib/format.ts';
import {textWidth} from '../../../lib/width.ts';

export type ListView = {
  readonly list: ArrangedList;
  /** Word for an item of the list. */
  readonly noun: 'pipeline' | 'log';
  /** Returns the state of an opened log; undefined while it is not open. */
  readonly fileOf: (name: string) => FileState | undefined;
  /** Errors of a pipeline that are unseen. */
  readonly errorsOf: (name: string) => number;
  readonly degraded: DegradedPipelines;
  /** Returns whether the log of a pipeline was read within the last minute. */
  readonly isFresh: (name: string) => boolean;
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
/** Cells in front of a name: margin, symbol, blank. */
const cellsBeforeName = 3;
/** Cells of a list without words that has numbers of errors. */
const widthWithErrors = 16;
/** Cells of a list that says what a log was opened from. */
const widthWithKinds = 36;
const titleRows = 1;

/** The list's rows, each exactly `width` cells; only those on the screen are made. */
export function listRows(view: ListView): readonly StyledText[] {
  const {list, width, height, symbols} = view;
  const {from, to, rule, isLonger} = inView(view);
  const inRows = list.items.slice(from, to).map((item) => listRow(item, view));
  const names = namesIn(inRows, view);
  const rows = inRows.map((row, index) => itemRow(row, names[index] ?? '', view));
  if (rule !== undefined) rows.splice(rule, 0, plain(symbols.rule.repeat(width), quiet));
  if (list.items.length === 0) rows.push(plain(emptyText(view), quiet));
  rows.unshift(title(view));
  while (rows.length < height - (isLonger ? 1 : 0)) rows.push(plain(''));
  if (isLonger) rows.push(placeRow({from, to}, view));
  return rows.map((row) => padTo(clip(row, 0, width), width));
}

/** Beside the tab bar, and like the shown tab inverse on the side that has the focus. Counts are in the header. */
function title({focused, nameFilter, list, noun, width, symbols}: ListView): StyledText {
  const style: Style = focused ? {bold: true, inverse: true} : quiet;
  const margin = plain(focused ? symbols.focus : ' ', style);
  const words =
    nameFilter === ''
      ? [plain(noun === 'log' ? 'Logs' : 'Pipelines', style)]
      : [plain(`/${nameFilter}`, {...style, bold: true}), plain(`  ${count(list.items.length)}`, style)];
  return padTo(concat([margin, ...words]), width, style);
}

/** The part of the list in view: items, with the rule in front of one of them. */
type InView = {
  readonly from: number;
  readonly to: number;
  /** Row of the rule between what needs attention and the others, of those in view. */
  readonly rule: number | undefined;
  readonly isLonger: boolean;
};

/** In a list that is longer than the screen, the cursor is in the middle. */
function inView({list: {items, first}, cursor, height}: ListView): InView {
  const rule = first > 0 && first < items.length ? first : Number.POSITIVE_INFINITY;
  const total = items.length + (Number.isFinite(rule) ? 1 : 0);
  const isLonger = total > height - titleRows;
  const room = height - titleRows - (isLonger ? 1 : 0);
  const index = items.findIndex(({name}) => name === cursor);
  const at = index < rule ? index : index + 1;
  const top = Math.max(0, Math.min(at - Math.floor(room / 2), total - room));
  const itemsAbove = (row: number) => (row > rule ? row - 1 : row);
  const isRuleIn = top <= rule && rule < top + room;
  return {
    from: itemsAbove(top),
    to: itemsAbove(Math.min(total, top + room)),
    rule: isRuleIn ? rule - top : undefined,
    isLonger,
  };
}

/** ` 12–38 of 52 ▼`; `▼`: there are more below. */
function placeRow({from, to}: Pick<InView, 'from' | 'to'>, {list: {items}, width, symbols}: ListView): StyledText {
  const range = ` ${count(from + 1)}–${count(to)}`;
  const more = to < items.length ? ` ${symbols.down}` : '';
  const whole = `${range} of ${count(items.length)}${more}`;
  return plain(textWidth(whole) <= width ? whole : `${range}${more}`, quiet);
}

/** An item of the list in view. */
type ListRow = {
  readonly name: string;
  /** Name for less room: that of a file without the usual endings, since names differ at their ends. */
  readonly shortName: string;
  /** State of a pipeline or a file, whose word is its size; undefined: the file is not open. */
  readonly state: PipelineState | undefined;
  /** Kind of a file, such as `gzip`. */
  readonly kind?: string;
  readonly errors: StyledText;
};

function listRow(item: ListItem, view: ListView): ListRow {
  const {fileOf, errorsOf, symbols, withWords, width} = view;
  const {name} = item;
  const hasRoom = withWords || width >= widthWithErrors;
  const unseen = hasRoom ? errorsOf(name) : 0;
  // The number that the tab has. A dash if the version of a running pipeline does not count: a blank means no errors.
  const unknown = plain(!('kind' in item) && hasUnknownErrors(item) && hasRoom ? '–' : '', quiet);
  const errors = unseen > 0 ? plain(shortErrors(unseen, symbols), {fg: 1}) : unknown;
  if (!('kind' in item)) return {name, shortName: clean(name), state: stateInList(item, view), errors};
  const file = fileOf(name);
  const shortName = clean(name).replace(/(?<=.)(\.(log|txt))?(\.(gz|zst))?$/i, '');
  return {name, shortName, state: file && openedState(file), kind: openedKind(item), errors};
}

/** Returns the state to show. A pipeline that runs, and whose log was not read lately, has no sign that all is well. */
function stateInList(pipeline: Pipeline, {degraded, isFresh}: ListView): PipelineState {
  const state = pipelineState(pipeline, degraded.has(pipeline.name));
  const isUnread = state.symbol === 'running' && !isFresh(pipeline.name);
  return isUnread ? {...state, symbol: 'unread', style: quiet} : state;
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
function nameRoom(errors: StyledText, {list, width, withWords}: ListView): number {
  if (withWords) return Math.min(list.nameCells, width - cellsBesideName);
  return width - cellsBeforeName - cellsWithBlank(errors);
}

function cellsWithBlank({text}: StyledText): number {
  return text === '' ? 0 : 1 + textWidth(text);
}

/** Margin, symbol, name, word, and errors at the end. */
function itemRow(row: ListRow, shownName: string, view: ListView): StyledText {
  const {name, errors} = row;
  const {symbols, width, withWords} = view;
  const isCursor = name === view.cursor;
  const room = nameRoom(errors, view);
  const base: Style = isCursor ? (view.focused ? {inverse: true} : {bold: true, underline: true}) : {};
  const wordRoom = width - cellsBeforeName - room - 1 - cellsWithBlank(errors);
  const isOld = row.state?.symbol === 'degraded' && view.degraded.get(name) !== undefined;
  const state = stateOf(row, {...view, isStale: view.isStale === true || isOld}, wordRoom);
  const symbol = plain((state && (state.symbol === 'unknown' ? '?' : symbols[state.symbol])) ?? ' ', state?.style);
  const isMarked = view.marked.has(name);
  const margin = isMarked ? symbols.mark : view.pinned.has(name) ? symbols.dot : ' ';
  const word = shorten(state?.word ?? '', wordRoom, symbols.ellipsis);
  const shown = concat([
    plain(margin, isCursor || isMarked ? {bold: true} : quiet),
    symbol,
    plain(' '),
    padTo(plain(shownName, base), room, base),
    ...(withWords ? [plain(` ${word}`, state?.style)] : []),
  ]);
  return concat([padTo(shown, width - textWidth(errors.text)), errors]);
}

/** Returns the state, with the kind of a file where there is room. */
function stateOf({state, kind}: ListRow, {width, isStale}: ListView, room: number): PipelineState | undefined {
  if (!state) return undefined;
  const withKind = kind === undefined ? state.word : `${state.word} ${kind}`;
  const hasRoom = width >= widthWithKinds && withKind.length <= room;
  return {...state, ...(hasRoom && {word: withKind}), ...(isStale && {style: quiet})};
}

function nameIn({name, shortName}: ListRow, room: number): string {
  const whole = clean(name);
  return textWidth(whole) > room ? shortName : whole;
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
