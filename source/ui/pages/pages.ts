import {bisect} from '../../lib/bisect.ts';
import {count} from '../../lib/format.ts';
import type {ReadableStore} from '../../lib/store.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import type {Controller} from '../controller.ts';
import {takeFromPage} from '../handlers/copy.ts';
import type {Command, CommonAction, Conditions, Motion} from '../keys/command.ts';
import {rowsBy} from '../keys/common-commands.ts';
import type {OpenPage} from '../state/page.ts';
import {forgetRows, rowsOf} from './page.ts';
import {
  headingRows,
  type Items,
  offsetToShow,
  offsetWithin,
  type RowRange,
  screenful,
  scrollOffset,
  startOf,
} from './page-rows.ts';
import {pageText} from './page-text.ts';
import {kindOf, pages} from './registry.ts';

type PageShown = {readonly rows: readonly StyledText[]; readonly place: StyledText};

/** The visible rows of the open page, and their place: `1–21 of 115 rows`, empty if all are visible. */
export function pageShown(controller: Controller, waited?: string): PageShown {
  const {page} = controller.state;
  if (!page) return {rows: [], place: plain('')};
  const height = controller.pageHeight;
  const all = rowsOf(kindOf(page), controller, page, waited);
  const from = scrollOffset(controller, page, all);
  const to = Math.min(all.length, from + height);
  return {
    rows: Array.from({length: to - from}, (_, index) => all.at(from + index) ?? plain('')),
    place: concat([
      kindOf(page).typed?.(page) ?? plain(''),
      plain(all.length <= height ? '' : ` ${count(from + 1)}–${count(to)} of ${count(all.length)} rows`, {dim: true}),
    ]),
  };
}

/** What is so on the open page, for its keys in the footer. */
export function conditionsOfPage(controller: Controller): Conditions {
  const {page} = controller.state;
  if (!page) return {};
  const kind = kindOf(page);
  const {length, items: {length: items} = {length: kind.motions === 'items' ? 0 : length - headingRows}} = rowsOf(
    kind,
    controller,
    page,
  );
  return {
    isScrollable: length > controller.pageHeight,
    hasText: length > headingRows,
    hasRow: items > 0,
    hasRows: items > 1,
    ...kind.conditions?.(controller, page),
  };
}

/** The stores that change what the open page shows. */
export function storesOfPage(controller: Controller): readonly ReadableStore<unknown>[] {
  const {page} = controller.state;
  return page ? (kindOf(page).redrawnBy?.(controller, page) ?? []) : [];
}

/** Runs a command on the open page. Returns false if that is none of a page. */
export function runOnPage(
  controller: Controller,
  {id, does, opens, section, context}: Command,
  keyName: string,
): boolean {
  const {page} = controller.state;
  if (opens !== undefined) {
    if (page?.kind === opens && page.section === section) closePage(controller, page);
    else pages.find(({kind}) => kind === opens)?.open?.(controller, {keyName, section});
    return true;
  }
  if (!page || context === 'everywhere') return false;
  if (does !== undefined) act(controller, page, does);
  else kindOf(page).run?.[id]?.(controller, page, keyName);
  forgetRows();
  return true;
}

function act(controller: Controller, page: OpenPage, does: CommonAction): void {
  switch (does) {
    case 'close': {
      const kind = kindOf(page);
      if (kind.close) kind.close(controller, page);
      else closePage(controller, page);
      return;
    }
    case 'copy':
    case 'markdown':
    case 'save': {
      const what = kindOf(page).takes?.(controller, page) ?? pageText(controller, page, kindOf(page));
      if (typeof what === 'object' && 'problem' in what) controller.say(what.problem);
      else takeFromPage(controller, does, {what, on: page.kind});
      return;
    }
    default:
      move(controller, page, does);
  }
}

/** To the page under it, if there is one. */
function closePage(controller: Controller, {under}: OpenPage): void {
  controller.dispatch({type: 'page', page: under});
}

function move(controller: Controller, page: OpenPage, motion: Motion): void {
  if (kindOf(page).motions === 'lines') scroll(controller, page, motion);
  else moveCursor(controller, page, motion);
}

/** By rows; the cursor over items, if there are some among the rows, goes to the next one once it is near the screen. */
function scroll(controller: Controller, page: OpenPage, motion: Motion): void {
  const rows = rowsOf(kindOf(page), controller, page);
  const height = controller.pageHeight;
  const from = scrollOffset(controller, page, rows);
  const items = rows.items?.length ? rows.items : undefined;
  const next = items && itemNear(items, motion, {top: from, end: from + height});
  const by = rowsBy(motion, screenful(controller));
  // Where the rows end above the bottom of the screen, they stay.
  const last = Math.max(rows.length - height, from);
  const offset =
    items && next !== undefined
      ? Math.min(offsetToShow(from, items.rowsOf(next), height), items.rowsOf(next).top)
      : Math.max(0, Math.min(from + by, last));
  const item = next ?? (items && itemOn(items, motion, {top: offset, end: offset + height}));
  const moved = item === undefined ? page : (kindOf(page).at?.(controller, page, item) ?? page);
  controller.dispatch({type: 'page', page: {...moved, offset: offset - startOf(page.section, rows)}});
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

/** Where the cursor is after it was left behind: on the first item of the screen, at the end on the last one. */
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
function moveCursor(controller: Controller, page: OpenPage, motion: Motion): void {
  const rows = rowsOf(kindOf(page), controller, page);
  const {items} = rows;
  if (!items) return;
  const height = controller.pageHeight;
  const by = rowsBy(motion, screenful(controller));
  const isPage = motion === 'page-up' || motion === 'page-down';
  const next = isPage && items.beside ? items.beside(items.cursor, by) : items.cursor + by;
  const cursor = Math.max(0, Math.min(items.length - 1, next));
  const from = scrollOffset(controller, page, rows);
  const offset = offsetToShow(
    isPage ? offsetWithin(from + by, rows.length, height) : from,
    items.rowsOf(cursor),
    height,
  );
  const moved = kindOf(page).at?.(controller, page, cursor) ?? {...page, cursor};
  controller.dispatch({type: 'page', page: {...moved, offset}});
}
