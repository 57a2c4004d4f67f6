import {isCut} from '../../../engine/logs/log-snapshot.ts';
import {tabTitle} from '../../../kit/screen/tabs.ts';
import {pipelinesOf, type Tab} from '../../../kit/state/view-state.ts';
import {clip, padTo, shortenApart} from '../../../kit/terminal/fit.ts';
import type {Style} from '../../../kit/terminal/style.ts';
import {concat, plain, type StyledText} from '../../../kit/terminal/styled-text.ts';
import type {Symbols} from '../../../kit/terminal/symbols.ts';
import {clean} from '../../../lib/clean.ts';
import {count} from '../../../lib/format.ts';
import {textWidth} from '../../../lib/width.ts';
import type {Controller} from '../controller.ts';
import {useLogWords} from '../hooks/use-stream-manager.ts';
import {shortErrors} from './list-rows.ts';

export type TabLabel = {
  readonly title: string;
  readonly pinned: boolean;
  readonly active: boolean;
  /** The keys go to its log. */
  readonly focused: boolean;
  /** Lines came since it was last shown. */
  readonly hasNew: boolean;
  /** Errors since it was last shown. */
  readonly errors: number;
  /** Waiting, ended or gone. */
  readonly offline: boolean;
};

const quiet: Style = {dim: true};
const none = plain('');
const errorStyle: Style = {fg: 1, bold: true};
const newStyle: Style = {fg: 6};
const offlineStyle: Style = {fg: 3};

/** Cells that the name of another tab than the shown one keeps. */
const leastTitle = 8;

/** A label but for its title: `cells` are those of all the rest. */
type Frame = {
  readonly tab: TabLabel;
  /** With the blank behind it; empty: it is the preview. */
  readonly number: string;
  readonly title: string;
  readonly marks: StyledText;
  readonly cells: number;
};

/**
 * The tabs in one row of `width` cells. Where there is no room for all, names are cut, the longest first, but the shown
 * one's is whole; then the marks of a tab are one; then the tabs farthest from the shown one are a number.
 */
export function tabBar(tabs: readonly TabLabel[], width: number, symbols: Symbols): StyledText {
  const active = tabs.findIndex((tab) => tab.active);
  const framesOf = (isShort: boolean) => tabs.map((tab, index) => frameOf(tab, index + 1, isShort, symbols));
  const whole = barOf({frames: framesOf(false), first: 0, end: tabs.length, width, symbols});
  if (whole) return padTo(whole, width);
  const frames = framesOf(true);
  let [first, end] = [0, tabs.length];
  let row = barOf({frames, first, end, width, symbols});
  while (!row && end - first > 1) {
    if (end - 1 - active >= active - first) end -= 1;
    else first += 1;
    row = barOf({frames, first, end, width, symbols});
  }
  return padTo(clip(row ?? none, 0, width), width);
}

type Bar = {
  readonly frames: readonly Frame[];
  /** The tabs in view: `[first, end)`. */
  readonly first: number;
  readonly end: number;
  readonly width: number;
  readonly symbols: Symbols;
};

/** Returns the tabs in view between the numbers of those that are not; undefined: there is no room for them. */
function barOf({frames, first, end, width, symbols}: Bar): StyledText | undefined {
  const shown = frames.slice(first, end);
  const [left, right] = [hiddenTabs(frames.slice(0, first), symbols), hiddenTabs(frames.slice(end), symbols)];
  const room = width - textWidth(left.text + right.text) - sum(shown.map(({cells}) => cells));
  const cells = titleCells(shown, room);
  const titles = shown.map(({title}) => title);
  return cells && concat([left, ...shown.map((frame, index) => label(frame, titleIn(index), symbols)), right]);

  function titleIn(index: number): string {
    return shortenApart(titles, cells?.[index] ?? 1, symbols.ellipsis)[index] ?? '';
  }
}

/** Returns the cells of each title; undefined: `room` cells are too few. */
function titleCells(shown: readonly Frame[], room: number): readonly number[] | undefined {
  const cells = shown.map(({title}) => textWidth(title));
  const over = sum(cells) - room;
  // If only the shown title is in view, that is cut.
  if (cells.length === 1) return cells.map((all) => Math.max(1, all - Math.max(0, over)));
  const others = shown.flatMap(({tab}, index) => (tab.active ? [] : [{index, all: cells[index] ?? 0}]));
  let left = over;
  for (const {index, all} of others.sort((a, b) => b.all - a.all)) {
    const cut = Math.max(0, Math.min(left, all - leastTitle));
    cells[index] = all - cut;
    left -= cut;
  }
  return left > 0 ? undefined : cells;
}

/** The number of tabs that are not in view, and that of their unseen errors. */
function hiddenTabs(hidden: readonly Frame[], symbols: Symbols): StyledText {
  if (hidden.length === 0) return none;
  const errors = sum(hidden.map(({tab}) => tab.errors));
  const words = errors === 0 ? [] : [plain(' '), plain(shortErrors(errors, symbols), errorStyle)];
  return concat([plain(`+${hidden.length}`, quiet), ...words]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function frameOf(tab: TabLabel, place: number, isShort: boolean, symbols: Symbols): Frame {
  const number = tab.pinned ? `${place} ` : '';
  const marks = marksOf(tab, isShort, symbols);
  const cells = textWidth(number) + 2 + (marks.text === '' ? 0 : 1 + textWidth(marks.text));
  return {tab, number, title: clean(tab.title), marks, cells};
}

/** `isShort`: only the most urgent one, without a number. */
function marksOf(tab: TabLabel, isShort: boolean, symbols: Symbols): StyledText {
  const style = styleOf(tab);
  const number = isShort ? '' : count(tab.errors);
  const fresh = tab.hasNew ? [plain(symbols.running, {...newStyle, ...style})] : [];
  const errors = tab.errors > 0 ? [plain(`${number}${symbols.error}`, {...errorStyle, ...style})] : [];
  const offline = tab.offline ? [plain(symbols.waiting, {...offlineStyle, ...style})] : [];
  return concat(isShort ? [...errors, ...offline, ...fresh].slice(0, 1) : [...fresh, ...errors, ...offline]);
}

function styleOf({active, focused}: TabLabel): Style {
  return active ? {bold: true, ...(focused ? {inverse: true} : {underline: true})} : {};
}

/** `title`: as it is shown. */
function label({tab, number, marks}: Frame, title: string, symbols: Symbols): StyledText {
  const style = styleOf(tab);
  return concat([
    plain(tab.active && tab.focused ? symbols.focus : ' ', style),
    plain(`${number}${title}`, tab.pinned ? style : {...style, italic: true}),
    ...(marks.text === '' ? [] : [plain(' ', style), marks]),
    plain(' ', style),
  ]);
}

export function tabLabels(controller: Controller): readonly TabLabel[] {
  const {tabs, active} = controller.state;
  return tabs.map((tab) => tabLabel(controller, tab, tab.name === active));
}

function tabLabel(controller: Controller, tab: Tab, active: boolean): TabLabel {
  const {events} = controller;
  const {symbols} = controller.services;
  const log = controller.logOf(tab);
  return {
    title: tabTitle(tab, controller.services.catalog.listed, symbols),
    pinned: tab.pinned,
    active,
    focused: controller.state.focus === 'log',
    hasNew: !active && log !== undefined && events.hasUnseenEntries(log),
    errors: events.unseenErrors(pipelinesOf(tab)),
    offline: log !== undefined && isCut(log.snapshot.get(), controller.services.poller.snapshot.get()),
  };
}

/** Renders again when a label changes. */
export function useTabLabels(controller: Controller): readonly TabLabel[] {
  useLogWords(controller.services.logs, () => JSON.stringify(tabLabels(controller)));
  return tabLabels(controller);
}
