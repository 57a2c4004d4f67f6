import {bisect} from '../../lib/bisect.ts';
import {count} from '../../lib/format.ts';
import type {ReadableStore} from '../../lib/store.ts';
import {copy, openSavePrompt} from '../copy/copy.ts';
import type {Command, CommonAction, Conditions, Motion} from '../keys/commands.ts';
import {rowsBy} from '../keys/common-commands.ts';
import {lackWords} from '../screen/opened-facts.ts';
import type {Page, Screen} from '../screen/screen.ts';
import type {PageState} from '../state/page-state.ts';
import type {PageText} from '../state/view-state.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import {forgetRows, kindOf, openKind, rowsOf} from './page.ts';
import {headingRows, type Items, marginCells, type RowRange, scrollOffset, startOf} from './page-rows.ts';
import {textsOf, titledText, wide} from './page-text.ts';

type PageShown = {readonly rows: readonly StyledText[]; readonly place: StyledText};

/** The visible rows of the open page, and their place: `1–21 of 115 rows`, empty if all are visible. */
export function pageShown(screen: Screen, waited?: string): PageShown {
  const {page} = screen.state;
  if (!page) return {rows: [], place: plain('')};
  const height = screen.pageHeight;
  const all = rowsOf(kindOf(screen, page), screen, page, waited);
  const from = scrollOffset(screen, page, all);
  const to = Math.min(all.length, from + height);
  return {
    rows: Array.from({length: to - from}, (_, index) => all.at(from + index) ?? plain('')),
    place: concat([
      kindOf(screen, page).typed?.(page) ?? plain(''),
      plain(all.length <= height ? '' : ` ${count(from + 1)}–${count(to)} of ${count(all.length)} rows`, {dim: true}),
    ]),
  };
}

/** Returns the conditions on the open page for the words of its keys in the footer. */
export function conditionsOfPage(screen: Screen): Conditions {
  const {page} = screen.state;
  if (!page) return {};
  const kind = kindOf(screen, page);
  const {length, items: {length: items} = {length: kind.motions === 'items' ? 0 : length - headingRows}} = rowsOf(
    kind,
    screen,
    page,
  );
  return {
    isScrollable: length > screen.pageHeight,
    hasText: length > headingRows,
    hasRow: items > 0,
    hasRows: items > 1,
    ...kind.conditions?.(screen, page),
  };
}

/** The stores that change what the open page shows. */
export function storesOfPage(screen: Screen): readonly ReadableStore<unknown>[] {
  const {page} = screen.state;
  return page ? (kindOf(screen, page).redrawnBy?.(screen, page) ?? []) : [];
}

/** Runs a command where the focus is, or says why it does nothing there. */
export function runCommand(screen: Screen, command: Command, keyName: string): void {
  const why = lackWords(screen, command);
  if (why !== undefined) screen.say(why);
  else if (!runOnPage(screen, command, keyName)) {
    screen.features.keys.get(command.id)?.run?.(screen, keyName);
    forgetRows();
  }
}

/** Runs a command on the open page. Returns false if that is none of a page. */
function runOnPage(screen: Screen, {id, does, opens, section, context}: Command, keyName: string): boolean {
  const {page} = screen.state;
  if (opens !== undefined) {
    if (page?.kind === opens && page.section === section) closePage(screen, page);
    else openKind(screen, opens, {keyName, section});
    return true;
  }
  if (!page || context === 'everywhere') return false;
  const run = kindOf(screen, page).run?.[id];
  if (does !== undefined) act(screen, page, does);
  else if (run) run(screen, page, keyName);
  else return false;
  forgetRows();
  return true;
}

function act(screen: Screen, page: PageState, does: CommonAction): void {
  switch (does) {
    case 'close': {
      const kind = kindOf(screen, page);
      if (kind.close) kind.close(screen, page);
      else closePage(screen, page);
      return;
    }
    case 'copy':
    case 'markdown':
    case 'save': {
      const what = kindOf(screen, page).takes?.(screen, page) ?? pageText(screen, page, kindOf(screen, page));
      if (typeof what === 'object' && 'problem' in what) screen.say(what.problem);
      else if (does === 'save') openSavePrompt(screen, what, {on: page.kind});
      else void copy(screen, what, {as: does === 'copy' ? 'text' : does, on: page.kind});
      return;
    }
    default:
      move(screen, page, does);
  }
}

/** To the page under it, if there is one. */
function closePage(screen: Screen, {under}: PageState): void {
  screen.dispatch({type: 'page', page: under});
}

function move(screen: Screen, page: PageState, motion: Motion): void {
  if (kindOf(screen, page).motions === 'lines') scroll(screen, page, motion);
  else moveCursor(screen, page, motion);
}

/** By rows; the cursor over items, if there are some among the rows, goes to the next one once it is near the screen. */
function scroll(screen: Screen, page: PageState, motion: Motion): void {
  const rows = rowsOf(kindOf(screen, page), screen, page);
  const height = screen.pageHeight;
  const from = scrollOffset(screen, page, rows);
  const items = rows.items?.length ? rows.items : undefined;
  const next = items && itemNear(items, motion, {top: from, end: from + height});
  const by = rowsBy(motion, screenful(screen));
  // Where the rows end above the bottom of the screen, they stay.
  const last = Math.max(rows.length - height, from);
  const offset =
    items && next !== undefined
      ? Math.min(offsetToShow(from, items.rowsOf(next), height), items.rowsOf(next).top)
      : Math.max(0, Math.min(from + by, last));
  const item = next ?? (items && itemOn(items, motion, {top: offset, end: offset + height}));
  const moved = item === undefined ? page : (kindOf(screen, page).at?.(screen, page, item) ?? page);
  screen.dispatch({type: 'page', page: {...moved, offset: offset - startOf(page.section, rows)}});
}

/** The item that a line up or down goes to; undefined: the page scrolls, so that what is between items is read, too. */
function itemNear(items: Items, motion: Motion, screen: RowRange): number | undefined {
  if (motion !== 'up' && motion !== 'down') return undefined;
  const [first, last] = [firstFrom(items, screen.top), firstFrom(items, screen.end) - 1];
  const isShown = items.cursor >= first && items.cursor <= last;
  const beside = motion === 'down' ? (isShown ? items.cursor + 1 : first) : isShown ? items.cursor - 1 : last;
  if (beside < 0 || beside >= items.length) return undefined;
  const {top} = items.rowsOf(beside);
  return top >= screen.top - 1 && top <= screen.end ? beside : undefined;
}

/** Returns the first item on the screen, at the end the last one; undefined: the cursor is there, or no item is. */
function itemOn(items: Items, motion: Motion, {top, end}: RowRange): number | undefined {
  const [first, last] = [firstFrom(items, top), firstFrom(items, end) - 1];
  if (first > last || (items.cursor >= first && items.cursor <= last)) return undefined;
  return motion === 'end' ? last : first;
}

/** The first item that begins at that row or below it. */
function firstFrom(items: Items, row: number): number {
  return bisect(0, items.length, (item) => items.rowsOf(item).top < row);
}

/** Moves the cursor from item to item, or by pages; the page scrolls as far, or as little as it must. */
function moveCursor(screen: Screen, page: PageState, motion: Motion): void {
  const rows = rowsOf(kindOf(screen, page), screen, page);
  const {items} = rows;
  if (!items) return;
  const height = screen.pageHeight;
  const by = rowsBy(motion, screenful(screen));
  const isPage = motion === 'page-up' || motion === 'page-down';
  const next = isPage && items.beside ? items.beside(items.cursor, by) : items.cursor + by;
  const cursor = Math.max(0, Math.min(items.length - 1, next));
  const from = scrollOffset(screen, page, rows);
  const offset = offsetToShow(
    isPage ? offsetWithin(from + by, rows.length, height) : from,
    items.rowsOf(cursor),
    height,
  );
  const moved = kindOf(screen, page).at?.(screen, page, cursor) ?? {...page, cursor};
  screen.dispatch({type: 'page', page: {...moved, offset}});
}

/** The nearest offset at which the rows from `top` to before `end` are on the screen. */
function offsetToShow(offset: number, {top, end}: RowRange, height: number): number {
  return Math.max(end - height, Math.min(offset, top));
}

/** The nearest offset at which a page fills its window: the page may have become shorter, or the window taller. */
function offsetWithin(offset: number, rows: number, height: number): number {
  return Math.max(0, Math.min(offset, rows - height));
}

/** Returns how many rows a page down moves: one row less than the screen has. */
function screenful({pageHeight}: {readonly pageHeight: number}): number {
  return Math.max(1, pageHeight - 1);
}

/** The rows of a page as text, and the same as Markdown. */
function pageText(screen: Screen, page: PageState, kind: Page): PageText {
  const {tab} = screen;
  const [title = '', ...texts] = textsOf(kind.rows(screen, page, {width: wide}));
  // In front of an item is room for the cursor, in front of any other row a blank.
  const margin = kind.motions === 'items' ? marginCells : 1;
  const below = texts.slice(headingRows - 1).map((text) => text.slice(margin));
  const file = kind.hidesLog || tab === undefined ? kind.kind : `${tab.name}-${kind.kind}`;
  return {file, ...titledText(screen, title.trim(), below)};
}
