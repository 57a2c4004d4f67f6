import {count, counted} from '../lib/format.ts';
import type {Controller} from './controller.ts';
import {keysShown} from './keys/commands.ts';
import {helpOf} from './pages/help.ts';
import {headingRows} from './pages/page-rows.ts';
import {pageRows, pageShown} from './pages/pages.ts';
import {contentOf, takeUnsaid} from './spoken-words.ts';
import type {Page} from './state/page.ts';

/** Items of a list that are said when its page is opened. */
const mostItems = 20;
/** Below 100 columns the help has one column, which can be read from top to bottom. */
const helpWidth = 99;

/** Says what is on the open page, and what changes there. */
export class PageSpeaker {
  readonly #controller: Controller;
  readonly #print: (...lines: readonly string[]) => void;
  /** Rows of the open page that were said. */
  #said = new Set<string>();
  /** What was last said of the place on it: the item at the cursor of a list, or how far a text was scrolled. */
  #item = '';

  constructor(controller: Controller, print: (...lines: readonly string[]) => void) {
    this.#controller = controller;
    this.#print = print;
  }

  /** To be called when no page is open. */
  forget(): void {
    this.#said.clear();
  }

  /** All rows of a text once, and each row that is new; of a list its title, its items, then the one at the cursor. */
  say(page: Page): void {
    const controller = this.#controller;
    const at = controller.paneAt;
    const id = `${page.kind} ${page.kind === 'detail' ? at?.current : contentOf(controller, page)}`;
    if (!this.#said.has(id)) {
      this.#said = new Set([id]);
      this.#item = '';
    }
    if (page.kind === 'help') {
      this.#sayHelp(page);
      return;
    }
    const rows = pageRows(controller);
    const textAt = (row: number) => (rows.at(row)?.text ?? '').replaceAll(/\s+/g, ' ').trim();
    if ('cursor' in page) this.#sayList(rows.length - headingRows, textAt);
    else {
      const texts = Array.from({length: rows.length}, (_, row) => textAt(row));
      const fresh = takeUnsaid(page.kind, texts, this.#said);
      this.#print(...fresh);
      this.#sayPlace(fresh.length > 0);
    }
  }

  /** All commands once; then how many are found by what is typed, and the one under the cursor. */
  #sayHelp(page: Extract<Page, {kind: 'help'}>): void {
    const controller = this.#controller;
    const {rows, items} = helpOf(controller, {...page, cursor: -1}, helpWidth);
    const command = items[page.cursor]?.command;
    const chosen = command ? `${keysShown(command, controller.services.isUtf8)} ${command.help}` : 'no command matches';
    const found = `${counted(items.length, 'command', 'commands')} with ${page.text}`;
    const item = `${found}: ${chosen}`;
    if (this.#item === '') {
      const texts = rows.map(({text}) => text.replaceAll(/\s+/g, ' ').trim());
      this.#print(...texts.filter((text) => text !== ''));
    } else if (!this.#item.startsWith(`${found}:`)) this.#print(item);
    else if (item !== this.#item) this.#print(chosen);
    this.#item = item;
  }

  #sayList(items: number, textAt: (row: number) => string): void {
    const {symbols} = this.#controller.services;
    const itemAt = (item: number) =>
      textAt(headingRows + item)
        .replace(symbols.currentLine, '')
        .trim();
    const cursor = Array.from({length: items}, (_, item) => item).find((item) =>
      textAt(headingRows + item).startsWith(symbols.currentLine),
    );
    const item = cursor === undefined ? '' : itemAt(cursor);
    if (this.#item === '') {
      const more = items - mostItems;
      this.#print(
        textAt(0),
        ...Array.from({length: Math.min(items, mostItems)}, (_, index) => itemAt(index)),
        ...(more > 0 ? [`and ${count(more)} more`] : []),
      );
    } else if (item !== this.#item) this.#print(item);
    this.#item = item === '' ? 'none' : item;
  }

  /** Where a page of text was scrolled to. */
  #sayPlace(isNew: boolean): void {
    const place = pageShown(this.#controller).place.text.trim();
    if (!isNew && this.#item !== '' && place !== this.#item) this.#print(place);
    this.#item = place;
  }
}
