import {count} from '../../lib/format.ts';
import type {StyledText} from '../../terminal/styled-text.ts';
import type {Controller} from '../controller.ts';
import {offsetWithin} from '../layout.ts';
import {awayPage} from './away.ts';
import {contextsPage} from './contexts.ts';
import {describePage, eventsPage} from './describe.ts';
import {detailPage} from './detail.ts';
import {errorsPage} from './errors.ts';
import {helpPage} from './help.ts';
import {marksPage} from './marks.ts';

/** The rows of the open page; none when no page is open. */
export function pageLines(controller: Controller): readonly StyledText[] {
  const {page} = controller.state;
  const width = controller.size.columns;
  switch (page?.kind) {
    case undefined:
      return [];
    case 'help':
      return helpPage({table: controller.commands, width, isUtf8: controller.services.isUtf8});
    case 'describe': {
      const described = controller.described.get();
      return describePage(described, described && controller.pipeline(described.name), width);
    }
    case 'events': {
      const {tab} = controller;
      const source = tab && controller.source(tab);
      const {serverUrl: server, serverVersion} = controller.services;
      const events = source?.snapshot.get().events ?? [];
      return eventsPage({name: tab?.name ?? '', server, version: serverVersion.get(), events, width});
    }
    case 'detail':
      return detailPage(controller, width);
    case 'errors':
      return errorsPage(controller, page, width);
    case 'away':
      return awayPage(controller, page.summary, page.cursor, width);
    case 'contexts': {
      const {contexts, symbols} = controller.services;
      return contextsPage({contexts, cursor: page.cursor, width, symbols});
    }
    case 'marks':
      return marksPage(controller, page.cursor, width);
  }
}

/** The rows of the open page, and which is the first on the screen. */
export function pageShown(controller: Controller): {readonly lines: readonly StyledText[]; readonly offset: number} {
  const {page} = controller.state;
  const lines = pageLines(controller);
  const offset = offsetWithin(page?.offset ?? 0, {rows: lines.length, height: controller.pageHeight});
  return {lines, offset};
}

/** ` 1–21 of 115 rows`: which part of a page is on the screen; empty where it is all of it. */
export function pagePlace(offset: number, height: number, total: number): string {
  if (total <= height) return '';
  return ` ${count(offset + 1)}–${count(Math.min(total, offset + height))} of ${count(total)} rows`;
}

/** Commands of the pages that cover the panes. */
export const pageHandlers = {
  'page-line-up': (controller: Controller) => scroll(controller, -1),
  'page-line-down': (controller: Controller) => scroll(controller, 1),
  'page-page-up': (controller: Controller) => scroll(controller, -screenful(controller)),
  'page-page-down': (controller: Controller) => scroll(controller, screenful(controller)),
  'page-top': (controller: Controller) => scroll(controller, Number.NEGATIVE_INFINITY),
  'page-end': (controller: Controller) => scroll(controller, Number.POSITIVE_INFINITY),
  'page-close': (controller: Controller) => controller.dispatch({type: 'page', page: undefined}),
  'detail-up': (controller: Controller) => scroll(controller, -1),
  'detail-down': (controller: Controller) => scroll(controller, 1),
  'detail-page-up': (controller: Controller) => scroll(controller, -screenful(controller)),
  'detail-page-down': (controller: Controller) => scroll(controller, screenful(controller)),
  'detail-top': (controller: Controller) => scroll(controller, Number.NEGATIVE_INFINITY),
  'detail-end': (controller: Controller) => scroll(controller, Number.POSITIVE_INFINITY),
  'detail-close': (controller: Controller) => controller.dispatch({type: 'page', page: undefined}),
};

function scroll(controller: Controller, by: number): void {
  const {page} = controller.state;
  if (!page) return;
  const {lines, offset: before} = pageShown(controller);
  const offset = offsetWithin(before + by, {rows: lines.length, height: controller.pageHeight});
  controller.dispatch({type: 'page', page: {...page, offset}});
}

function screenful(controller: Controller): number {
  return Math.max(1, controller.pageHeight - 1);
}
