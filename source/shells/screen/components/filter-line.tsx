import {type Filter, type FilterEntry, filterText} from '../../../engine/filters/filter.ts';
import {clip, padTo, shorten, shortenApart} from '../../../kit/terminal/fit.ts';
import {paint} from '../../../kit/terminal/sgr.ts';
import {concat, plain, type StyledText} from '../../../kit/terminal/styled-text.ts';
import type {Symbols} from '../../../kit/terminal/symbols.ts';
import {clean} from '../../../lib/clean.ts';
import {count} from '../../../lib/format.ts';
import {textWidth} from '../../../lib/width.ts';
import {useController, useModelProgress} from '../hooks/use-controller.ts';
import {useActiveLog} from '../hooks/use-stream-manager.ts';
import {Line} from './rows.tsx';

export type FilterRowView = {
  readonly filters: readonly FilterEntry[];
  /** The number of records that this filter alone hides; undefined until it is counted, and if the filter is off. */
  readonly hiddenBy: (id: number) => number | undefined;
  /** The pattern takes too long: the filter hides nothing. */
  readonly isTooSlow: (id: number) => boolean;
  readonly isFiltering: boolean;
  /** Part of a large log that has been filtered, of 100. */
  readonly percent?: number | undefined;
  /** Records shown around each match. */
  readonly around: number;
  readonly width: number;
  readonly symbols: Symbols;
};

export function FilterLine() {
  const {controller} = useController();
  const {symbols} = controller.services;
  const colors = controller.services.colors.get();
  useActiveLog();
  const {pane} = controller;
  useModelProgress(pane?.model);
  if (!pane) return <Line text="" />;
  const {shown, isFiltering, filteredPercent: percent} = pane.model;
  const {filters, around} = pane.tab.pane;
  const row = filterRow({
    filters,
    hiddenBy: (id) => (isFiltering ? undefined : shown?.hiddenBy(id)),
    isTooSlow: (id) => shown?.tooSlow.includes(id) ?? false,
    isFiltering,
    percent,
    around,
    symbols,
    width: controller.size.columns,
  });
  return <Line text={paint(row, colors)} />;
}

const maxFilterCells = 30;

/** Each filter with the number of records it hides. If not all fit: the newest, after `3 more`. */
export function filterRow(view: FilterRowView): StyledText {
  const {filters, symbols, width} = view;
  const right = rightWords(view);
  const room = width - textWidth(right) - 2;
  const words = shortenApart(wordsOf(filters.map(({filter}) => filter)), maxFilterCells, symbols.ellipsis, shorten);
  const parts = filters.map((entry, index) => part(entry, words[index] ?? '', view));
  const rowFrom = (first: number) =>
    concat([
      plain(' &', {bold: true}),
      plain(first === 0 ? '' : `  ${count(first)} more`, {dim: true}),
      ...parts.slice(first),
    ]);
  let first = 0;
  while (first < parts.length - 1 && textWidth(rowFrom(first).text) > room) first += 1;
  const fitted = rowFrom(first);
  const isCut = textWidth(fitted.text) > room;
  const shown = isCut ? concat([clip(fitted, 0, room - 1), plain(symbols.cutRight, {dim: true})]) : fitted;
  return concat([padTo(shown, width - textWidth(right) - 1), plain(`${right} `, {dim: true})]);
}

/** At most half of the row: the rest belongs to the filters. */
function rightWords({filters, around, isFiltering, percent, width}: FilterRowView): string {
  const words = [
    ...(isFiltering ? [percent === undefined ? 'filtering' : `filtering ${percent}%`] : []),
    ...(filters.some(({on}) => on) ? [] : ['all off']),
    ...(around > 0 ? [`${around} around each match`] : []),
  ];
  while (words.length > 1 && textWidth(words.join('  ')) > width / 2) words.shift();
  return words.join('  ');
}

function part(entry: FilterEntry, short: string, {hiddenBy, isTooSlow}: FilterRowView): StyledText {
  if (!entry.on) return concat([plain('  '), plain(short, {strike: true, dim: true})]);
  if (isTooSlow(entry.id)) return concat([plain('  '), plain(`${short} takes too long: off`, {fg: 1})]);
  const hidden = hiddenBy(entry.id);
  return concat([
    plain('  '),
    plain(short, {fg: 6}),
    plain(hidden === undefined ? '' : ` (${count(hidden)} hidden)`, {dim: true}),
  ]);
}

/** Fingerprints differ mostly in the message: level and target are left out where they tell no two apart. */
function wordsOf(filters: readonly Filter[]): readonly string[] {
  const messages = filters.map((filter) => clean(filterText(withoutPlace(filter))));
  return filters.map((filter, index) => {
    const message = messages[index] ?? '';
    return messages.indexOf(message) === messages.lastIndexOf(message) ? message : clean(filterText(filter));
  });
}

function withoutPlace(filter: Filter): Filter {
  if (filter.kind !== 'fingerprint') return filter;
  return {...filter, text: filter.text.replace(/^[A-Z]+ \S+: +(?=\S)/, '')};
}
