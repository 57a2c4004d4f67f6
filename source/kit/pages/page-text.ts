import {copy} from '../copy/copy.ts';
import type {Problem, Screen} from '../screen/screen.ts';
import type {PageText} from '../state/view-state.ts';
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

/** Copies the errors of the page of a pipeline or a connector alone, or all of a part that has no errors of its own. */
export function copyErrors(screen: Screen, text: PageText | Problem, on: string): void {
  if ('problem' in text) screen.say(text.problem);
  else if (text.errors === '') screen.sayHint('no errors here', 'pipeline-copy-page', 'copy the page');
  else void copy(screen, {...text, text: text.errors ?? text.text}, {on});
}
