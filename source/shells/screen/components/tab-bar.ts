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

/** Size of the labels: the largest that leaves room for all tabs. */
type LabelSize = {
  /** Most cells of a title. */
  readonly cells: number;
  /** Tabs that have only their number, and their errors; never the shown one. */
  readonly numbers: 'none' | 'without-errors' | 'all';
  /** Shows neighbours without errors as one ellipsis. */
  readonly isDense?: boolean;
};

const labelSizes: readonly LabelSize[] = [
  ...[Number.POSITIVE_INFINITY, 20, 12].map((cells) => ({cells, numbers: 'none'}) as const),
  {cells: 12, numbers: 'without-errors'},
  {cells: 10, numbers: 'all'},
];
const scrolledSize: LabelSize = {cells: 10, numbers: 'all'};
const denseSizes: readonly LabelSize[] = [
  {cells: 12, numbers: 'none', isDense: true},
  {...scrolledSize, isDense: true},
];

/** The tabs in one row of `width` cells. Where there is no room for all, the shown one is in view, and those with errors. */
export function tabBar(tabs: readonly TabLabel[], width: number, symbols: Symbols): StyledText {
  const {labels, left, right} = place(tabs, width, symbols);
  const room = width - textWidth(left.text) - textWidth(right.text);
  return concat([left, padTo(clip(concat(labels), 0, room), room), right]);
}

/** The labels in view, and the signs for more tabs at both ends. */
type TabsInView = {
  readonly labels: readonly StyledText[];
  readonly left: StyledText;
  readonly right: StyledText;
};

function place(tabs: readonly TabLabel[], width: number, symbols: Symbols): TabsInView {
  const hasErrors = tabs.some((tab) => tab.errors > 0);
  for (const size of hasErrors ? [...labelSizes, ...denseSizes] : labelSizes) {
    const labels = labelsOf(tabs, size, symbols);
    if (sum(labels.map(({text}) => textWidth(text))) <= width) return {labels, left: none, right: none};
  }
  return scrolled(tabs, width, symbols);
}

/** The first tabs with which the shown one is in view, between signs for those that are not. */
function scrolled(tabs: readonly TabLabel[], width: number, symbols: Symbols): TabsInView {
  const labels = labelsOf(tabs, scrolledSize, symbols);
  const active = Math.max(
    0,
    tabs.findIndex((tab) => tab.active),
  );
  const parts = (first: number, end: number) => ({
    labels: labels.slice(first, end),
    left: moreTabs(tabs.slice(0, first), symbols.cutLeft, symbols),
    right: moreTabs(tabs.slice(end), symbols.cutRight, symbols),
  });
  const isTooWide = (view: TabsInView) =>
    sum([view.left, ...view.labels, view.right].map(({text}) => textWidth(text))) > width;
  let first = 0;
  while (first < active && isTooWide(parts(first, active + 1))) first++;
  let end = tabs.length;
  while (end > active + 1 && isTooWide(parts(first, end))) end--;
  return parts(first, end);
}

/** The sign for hidden tabs, with the number of their unseen errors. */
function moreTabs(hidden: readonly TabLabel[], cut: string, symbols: Symbols): StyledText {
  if (hidden.length === 0) return none;
  const errors = sum(hidden.map((tab) => tab.errors));
  const parts = [plain(cut, quiet), plain(errors > 0 ? shortErrors(errors, symbols) : '', errorStyle)];
  return concat(cut === symbols.cutLeft ? parts : parts.toReversed());
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function labelsOf(tabs: readonly TabLabel[], size: LabelSize, symbols: Symbols): readonly StyledText[] {
  const isQuiet = (tab: TabLabel | undefined) => tab !== undefined && !tab.active && tab.errors === 0;
  const titles = shortenApart(
    tabs.map(({title}) => clean(title)),
    size.cells,
    symbols.ellipsis,
  );
  return tabs.map((tab, index) => {
    if (size.isDense && isQuiet(tab)) return isQuiet(tabs[index - 1]) ? none : plain(` ${symbols.ellipsis}`, quiet);
    return label({...tab, title: titles[index] ?? ''}, index + 1, size, symbols);
  });
}

/** `tab`: with its title as it is shown. */
function label(tab: TabLabel, number: number, {numbers}: LabelSize, symbols: Symbols): StyledText {
  const hasErrors = tab.errors > 0;
  const isShort = numbers === 'all' || (numbers === 'without-errors' && !hasErrors);
  const errors = numbers === 'all' ? shortErrors(tab.errors, symbols) : `${count(tab.errors)}${symbols.error}`;
  const style: Style = tab.active ? {bold: true, ...(tab.focused ? {inverse: true} : {underline: true})} : {};
  const errorMark = hasErrors ? [plain(errors, {...errorStyle, ...style})] : [];
  if (isShort && !tab.active) return concat([plain(` ${number}${hasErrors ? ' ' : ''}`), ...errorMark]);
  // A mark besides italics, which some terminals do not have.
  const title = tab.title + (tab.pinned ? '' : symbols.ellipsis);
  const marks: StyledText[] = [];
  if (tab.hasNew) marks.push(plain(symbols.running, {...newStyle, ...style}));
  marks.push(...errorMark);
  if (tab.offline) marks.push(plain(symbols.waiting, {...offlineStyle, ...style}));
  return concat([
    plain(tab.active && tab.focused ? symbols.focus : ' ', style),
    plain(`${number} ${title}`, tab.pinned ? style : {...style, italic: true}),
    ...(marks.length > 0 ? [plain(' ', style), ...marks] : []),
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
