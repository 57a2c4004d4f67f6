import type {StyledText} from '../terminal/styled-text.ts';
import {count} from '../viewport/words.ts';
import {awayPage} from './away-page.ts';
import {contextsPage} from './contexts-page.ts';
import type {Controller} from './controller.ts';
import {describePage} from './describe-page.ts';
import {detailPage} from './detail-page.ts';
import {errorsPage} from './errors-page.ts';
import {eventsPage} from './events-page.ts';
import {helpPage} from './help-page.ts';
import {marksPage} from './marks-page.ts';
import {offsetWithin} from './page-cursor.ts';
import {activeTab} from './view-state.ts';

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
      const tab = activeTab(controller.state);
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
