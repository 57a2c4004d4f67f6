import type {Page, Screen} from '../screen/screen.ts';
import type {PageState} from '../state/page-state.ts';
import type {PageText} from '../state/view-state.ts';
import {textMarkdown} from '../viewport/markdown.ts';

import {headingRows, marginCells, type PageRows} from './page-rows.ts';

/** Cells of rows as text: nothing is cut. */
export const wide = 1000;

/** The rows of a page as text, and the same as Markdown. */
export function pageText(screen: Screen, page: PageState, kind: Page): PageText {
  const {tab} = screen;
  const [title = '', ...texts] = textsOf(kind.rows(screen, page, {width: wide}));
  // In front of an item is room for the cursor, in front of any other row a blank.
  const margin = kind.motions === 'items' ? marginCells : 1;
  const below = texts.slice(headingRows - 1).map((text) => text.slice(margin));
  const file = kind.hidesLog || tab === undefined ? kind.kind : `${tab.name}-${kind.kind}`;
  return {file, ...titledText(screen, title.trim(), below)};
}

/** Without the blanks at their ends. */
export function textsOf(rows: PageRows): readonly string[] {
  return Array.from({length: rows.length}, (_, row) => (rows.at(row)?.text ?? '').trimEnd());
}

/** Texts below a title, and the same as Markdown. */
export function titledText({services}: Screen, title: string, texts: readonly string[]) {
  const text = `${texts.join('\n')}\n`;
  return {text: `${title}\n\n${text}`, markdown: textMarkdown({title, server: services.serverUrl, text})};
}
