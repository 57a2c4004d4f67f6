import type {Screen} from '../screen/screen.ts';
import {textMarkdown} from '../viewport/markdown.ts';
import type {PageRows} from './page-rows.ts';

/** Cells of rows as text: nothing is cut. */
export const wide = 1000;

/** Without the blanks at their ends. */
export function textsOf(rows: PageRows): readonly string[] {
  return Array.from({length: rows.length}, (_, row) => (rows.at(row)?.text ?? '').trimEnd());
}

/** Texts below a title, and the same as Markdown. */
export function titledText({services}: Screen, title: string, texts: readonly string[]) {
  const text = `${texts.join('\n')}\n`;
  return {text: `${title}\n\n${text}`, markdown: textMarkdown({title, server: services.serverUrl, text})};
}
