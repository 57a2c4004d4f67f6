import {count} from '../../lib/format.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import type {Controller} from '../controller.ts';
import type {Conditions} from '../keys/command-table.ts';
import {awayPage} from './away.ts';
import {comparisonPage} from './comparison.ts';
import {contextsPage} from './contexts.ts';
import {describedConnectors, describeRows, moveConnector} from './describe.ts';
import {detailPage} from './detail.ts';
import {cursorIndex, errorsPage, listedErrors} from './errors.ts';
import {eventsOf} from './events.ts';
import {helpOf} from './help.ts';
import {marksPage} from './marks.ts';
import {headingRows, offsetToShow, offsetWithin, type PageRows, screenful} from './page-rows.ts';
import {timelinePage} from './timeline.ts';
import {type TroubleView, troublePage} from './trouble.ts';

/** `waited`: how long the page has waited for an answer, such as `4 s`; undefined while that is short. */
export function pageRows(controller: Controller, waited?: string): PageRows {
  const {page} = controller.state;
  const width = controller.size.columns;
  switch (page?.kind) {
    case undefined:
      return [];
    case 'help':
      return helpOf(controller, page).rows;
    case 'describe':
    case 'connector':
      return describeRows(controller, page, waited);
    case 'events':
      return eventsOf(controller, width);
    case 'detail':
      return detailPage(controller, width);
    case 'errors':
      return errorsPage(controller, page, width);
    case 'away':
      return awayPage(controller, page, width);
    case 'contexts': {
      const {contexts, symbols} = controller.services;
      return contextsPage({contexts, cursor: page.cursor, width, symbols});
    }
    case 'timeline':
      return timelinePage(controller, page, width);
    case 'comparison':
      return comparisonPage(controller, page, width);
    case 'marks':
      return marksPage(controller, page.cursor, width);
  }
}

/** Shown in place of list and logs while there is no list; undefined once a log has lines. */
export function troubleShown(
  controller: Controller,
  {now, waited}: Pick<TroubleView, 'now' | 'waited'>,
): readonly StyledText[] | undefined {
  const {commands, logs, pageHeight, services, size, state} = controller;
  const {poller, serverUrl, tokenFrom, contexts} = services;
  if (state.tabs.some(({name}) => (logs.get(name)?.snapshot.get().endId ?? 0) > 0)) return undefined;
  return troublePage({
    list: poller.snapshot.get(),
    context: contexts?.current,
    width: size.columns,
    height: pageHeight,
    ...{serverUrl, tokenFrom, commands, now, waited},
  });
}

type PageShown = {readonly rows: readonly StyledText[]; readonly place: StyledText};

/** The visible rows of the open page, and their place: `1–21 of 115 rows`, empty if all are visible. */
export function pageShown(controller: Controller, waited?: string): PageShown {
  const {page} = controller.state;
  const height = controller.pageHeight;
  const all = pageRows(controller, waited);
  const from = offsetWithin(page?.offset ?? 0, all.length, height);
  const to = Math.min(all.length, from + height);
  return {
    rows: Array.from({length: to - from}, (_, index) => all.at(from + index) ?? plain('')),
    place: concat([
      ...(page?.kind === 'help' && page.text !== ''
        ? [plain(' find: ', {dim: true}), plain(page.text, {bold: true}), plain(' ', {inverse: true})]
        : []),
      plain(all.length <= height ? '' : ` ${count(from + 1)}–${count(to)} of ${count(all.length)} rows`, {dim: true}),
    ]),
  };
}

/** What is so on the open page, for its keys in the footer. */
export function conditionsOfPage(controller: Controller): Conditions {
  const {page} = controller.state;
  const help = page?.kind === 'help' ? helpOf(controller, page) : undefined;
  const {length} = help?.rows ?? pageRows(controller);
  const isDescribed = page?.kind === 'describe' || page?.kind === 'connector';
  const ofPage = isDescribed ? describedConnectors(controller).length : length - headingRows;
  const items = help?.items.length ?? ofPage;
  return {
    isScrollable: length > controller.pageHeight,
    hasRow: items > 0,
    hasRows: items > 1,
    hasEarlierRun: page?.kind === 'comparison' && controller.comparison.hasEarlier,
    isTyped: page?.kind === 'help' && page.text !== '',
  };
}

const lineUp = (controller: Controller) => moveConnector(controller, -1) || scroll(controller, -1);
const lineDown = (controller: Controller) => moveConnector(controller, 1) || scroll(controller, 1);
const pageUp = (controller: Controller) => scroll(controller, -screenful(controller));
const pageDown = (controller: Controller) => scroll(controller, screenful(controller));
const toTop = (controller: Controller) => scroll(controller, Number.NEGATIVE_INFINITY);
const toEnd = (controller: Controller) => scroll(controller, Number.POSITIVE_INFINITY);
const cursorUp = (controller: Controller) => moveCursor(controller, -1);
const cursorDown = (controller: Controller) => moveCursor(controller, 1);
const cursorPageUp = (controller: Controller) => moveCursor(controller, -screenful(controller), 'scrolls');
const cursorPageDown = (controller: Controller) => moveCursor(controller, screenful(controller), 'scrolls');
const close = (controller: Controller) => {
  const {page} = controller.state;
  controller.dispatch({type: 'page', page: page?.kind === 'connector' ? page.under : undefined});
};

export const pageHandlers = {
  'page-line-up': lineUp,
  'page-line-down': lineDown,
  'page-page-up': pageUp,
  'page-page-down': pageDown,
  'page-top': toTop,
  'page-end': toEnd,
  'page-close': close,
  'detail-up': lineUp,
  'detail-down': lineDown,
  'detail-page-up': pageUp,
  'detail-page-down': pageDown,
  'detail-top': toTop,
  'detail-end': toEnd,
  'detail-close': close,
  'marks-up': cursorUp,
  'marks-down': cursorDown,
  'marks-page-up': cursorPageUp,
  'marks-page-down': cursorPageDown,
  'marks-close': close,
  'errors-up': cursorUp,
  'errors-down': cursorDown,
  'errors-page-up': cursorPageUp,
  'errors-page-down': cursorPageDown,
  'errors-top': (controller: Controller) => moveCursor(controller, Number.NEGATIVE_INFINITY),
  'errors-end': (controller: Controller) => moveCursor(controller, Number.POSITIVE_INFINITY),
  'errors-close': close,
  'away-up': cursorUp,
  'away-down': cursorDown,
  'timeline-up': cursorUp,
  'timeline-down': cursorDown,
  'timeline-page-up': cursorPageUp,
  'timeline-page-down': cursorPageDown,
  'comparison-up': cursorUp,
  'comparison-down': cursorDown,
  'comparison-page-up': cursorPageUp,
  'comparison-page-down': cursorPageDown,
  'comparison-close': close,
  'timeline-close': close,
  'contexts-up': cursorUp,
  'contexts-down': cursorDown,
  'contexts-close': close,
};

function scroll(controller: Controller, by: number): void {
  const {page} = controller.state;
  if (!page) return;
  const {length} = pageRows(controller);
  const height = controller.pageHeight;
  const offset = offsetWithin(offsetWithin(page.offset, length, height) + by, length, height);
  controller.dispatch({type: 'page', page: {...page, offset}});
}

/** Moves the cursor `by` items; the page scrolls as far, or as little as it must. */
function moveCursor(controller: Controller, by: number, how?: 'scrolls'): void {
  const {page} = controller.state;
  if (!page || !('cursor' in page)) return;
  const height = controller.pageHeight;
  const offsetFor = (cursor: number, items: number) => {
    const from = how === 'scrolls' ? offsetWithin(page.offset + by, headingRows + items, height) : page.offset;
    return offsetToShow(from, itemRow(cursor), height);
  };
  if (page.kind === 'errors') {
    const rows = listedErrors(controller, page);
    const cursor = cursorAt(cursorIndex(rows, page), by, rows.length);
    const offset = offsetFor(cursor, rows.length);
    const order = rows.map(({key}) => key);
    controller.dispatch({type: 'page', page: {...page, offset, cursor: rows[cursor]?.key, order}});
  } else {
    const items = pageRows(controller).length - headingRows;
    const cursor = cursorAt(page.cursor, by, items);
    controller.dispatch({type: 'page', page: {...page, offset: offsetFor(cursor, items), cursor}});
  }
}

/** Moves from an item of a list, which may have become shorter. */
function cursorAt(from: number, by: number, items: number): number {
  const last = Math.max(0, items - 1);
  return Math.max(0, Math.min(last, Math.min(last, from) + by));
}

/** The row of an item of a list; of the first one with the heading above it. */
function itemRow(item: number): {readonly top: number; readonly end: number} {
  const row = headingRows + item;
  return {top: item === 0 ? 0 : row, end: row + 1};
}
