import type {FilterEntry} from '../filters/filter.ts';
import {filterText} from '../filters/parse-filter.ts';
import {clip} from '../terminal/clip.ts';
import {sanitise} from '../terminal/sanitise.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {textWidth} from '../terminal/width.ts';
import {count} from '../viewport/words.ts';

export type FilterRowView = {
  readonly filters: readonly FilterEntry[];
  /** Records that a filter alone hides; undefined while that is not known, and of filters that are off. */
  readonly hiddenBy: (id: number) => number | undefined;
  /** Its pattern takes too long: it lets everything pass. */
  readonly isTooSlow: (id: number) => boolean;
  readonly isFiltering: boolean;
  /** Records around each match that are shown. */
  readonly context: number;
  readonly width: number;
  readonly symbols: Symbols;
};

/** The longest that one filter may be in a row of several. */
const mostCells = 30;

/** The filters in force, each with how many records it hides; those that are off are struck through. */
export function filterRow(view: FilterRowView): StyledText {
  const {filters, symbols, width} = view;
  const parts = filters.map((entry) => part(entry, view));
  const right = [
    ...(view.isFiltering ? ['filtering'] : []),
    ...(view.context > 0 ? [`${view.context} around each match`] : []),
    ...(filters.some(({on}) => on) ? [] : ['all off']),
  ].join('  ');
  const room = width - textWidth(right) - 2;
  const left = clip(concat([plain(' &', {bold: true}), ...parts]), 0, room);
  const isCut = textWidth(concat(parts).text) + 2 > room;
  const shown = isCut ? concat([clip(left, 0, room - 1), plain(symbols.cutRight, {dim: true})]) : left;
  return concat([
    shown,
    plain(' '.repeat(Math.max(0, width - textWidth(shown.text) - textWidth(right) - 1))),
    plain(right, {dim: true}),
  ]);
}

function part(entry: FilterEntry, {hiddenBy, isTooSlow, symbols}: FilterRowView): StyledText {
  const text = sanitise(filterText(entry.filter)).text;
  const short = textWidth(text) > mostCells ? `${clip(plain(text), 0, mostCells - 1).text}${symbols.ellipsis}` : text;
  if (!entry.on) return concat([plain('  '), plain(short, {strike: true, dim: true})]);
  if (isTooSlow(entry.id)) return concat([plain('  '), plain(`${short} takes too long: off`, {fg: 1})]);
  const hidden = hiddenBy(entry.id);
  return concat([
    plain('  '),
    plain(short, {fg: 6}),
    plain(hidden === undefined ? '' : ` -${count(hidden)}`, {dim: true}),
  ]);
}
