import type {Controller} from './controller.ts';
import {offsetWithin} from './page-cursor.ts';
import {pageShown} from './page-lines.ts';

/** Commands of the pages that cover the panes. */
export const pageHandlers = {
  'page-line-up': (controller: Controller) => scroll(controller, -1),
  'page-line-down': (controller: Controller) => scroll(controller, 1),
  'page-page-up': (controller: Controller) => scroll(controller, -screenful(controller)),
  'page-page-down': (controller: Controller) => scroll(controller, screenful(controller)),
  'page-top': (controller: Controller) => scroll(controller, Number.NEGATIVE_INFINITY),
  'page-end': (controller: Controller) => scroll(controller, Number.POSITIVE_INFINITY),
  'page-close': (controller: Controller) => controller.dispatch({type: 'page', page: undefined}),
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
