import {textMarkdown} from '../../viewport/markdown.ts';
import type {Controller} from '../controller.ts';
import type {OpenPage} from '../state/page.ts';
import type {PageText} from '../state/view-state.ts';
import type {Page} from './page.ts';
import {headingRows, marginCells} from './page-rows.ts';

/** Cells of rows as text: nothing is cut. */
const wide = 1000;

/** The rows of a page as text, and the same as Markdown. */
export function pageText(controller: Controller, page: OpenPage, kind: Page): PageText {
  const {tab} = controller;
  const rows = kind.rows(controller, page, {width: wide});
  const texts = Array.from({length: rows.length}, (_, index) => (rows.at(index)?.text ?? '').trimEnd());
  const [title = ''] = texts;
  // In front of an item is room for the cursor, in front of any other row a blank.
  const margin = kind.motions === 'items' ? marginCells : 1;
  const below = texts.slice(headingRows).map((text) => text.slice(margin));
  const text = `${below.join('\n')}\n`;
  return {
    file: kind.hidesLog || tab === undefined ? kind.kind : `${tab.name}-${kind.kind}`,
    text: `${title.trim()}\n\n${text}`,
    markdown: textMarkdown({title: title.trim(), server: controller.services.serverUrl, text}),
  };
}
