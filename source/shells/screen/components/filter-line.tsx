import {type Filter, type FilterEntry, filterText} from '../../../engine/filters/filter.ts';
import type {ShownLines} from '../../../engine/filters/shown-lines.ts';
import type {PaneModel} from '../../../kit/pane/pane-model.ts';
import type {PaneView} from '../../../kit/state/pane-view.ts';
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

export type FilterRowView = Pick<PaneView, 'filters' | 'around'> &
  Pick<PaneModel, 'isFiltering' | 'filteredPercent'> & {
    /** Lines that pass; absent until something is filtered. */
    readonly shown: Pick<ShownLines, 'hiddenBy' | 'tooSlow'> | undefined;
    readonly width: number;
    readonly symbols: Symbols;
  };

export function FilterLine() {
  const {controller} = useController();
  const {symbols, colors} = controller.services;
  useActiveLog();
  const {pane} = controller;
  useModelProgress(pane?.model);
  if (!pane) return <Line text="" />;
  const {shown, isFiltering, filteredPercent} = pane.model;
  const {filters, around} = pane.tab.pane;
  const width = controller.size.columns;
  const row = filterRow({filters, around, shown, isFiltering, filteredPercent, width, symbols});
  return <Line text={paint(row, colors.get())} />;
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
function rightWords({filters, around, isFiltering, filteredPercent: percent, width}: FilterRowView): string {
  const words = [
    ...(isFiltering ? [percent === undefined ? 'filtering' : `filtering ${percent}%`] : []),
    ...(filters.some(({on}) => on) ? [] : ['all off']),
    ...(around > 0 ? [`${around} around each match`] : []),
  ];
  while (words.length > 1 && textWidth(words.join('  ')) > width / 2) words.shift();
  return words.join('  ');
}

function part(entry: FilterEntry, short: string, {shown, isFiltering}: FilterRowView): StyledText {
  if (!entry.on) return concat([plain('  '), plain(short, {strike: true, dim: true})]);
  // Its pattern takes too long: it hides nothing.
  if (shown?.tooSlow.includes(entry.id)) return concat([plain('  '), plain(`${short} takes too long: off`, {fg: 1})]);
  const hidden = isFiltering ? undefined : shown?.hiddenBy(entry.id);
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
