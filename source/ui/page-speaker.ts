import {count} from '../lib/format.ts';
import type {Controller} from './controller.ts';
import {headingRows} from './pages/page-rows.ts';
import {itemsOf, pageRows, pageShown} from './pages/pages.ts';
import {kindOf} from './pages/registry.ts';
import type {OpenPage} from './state/page.ts';

/** Items of a list that are said when its page is opened. */
const mostItems = 20;
/** The curves of a description, in UTF-8 and in ASCII: nothing to hear. */
const curvePart = / ?(?:[▁▂▃▄▅▆▇█]{2,}|[_.:=+*#-]{4,})/g;
const numberPart = /[\d,.]+(?: [kMG]?B\b)?/g;

/** Says what is on the open page, and what changes there. */
export class PageSpeaker {
  readonly #controller: Controller;
  readonly #print: (...lines: readonly string[]) => void;
  /** Rows of the open page that were said. */
  #said = new Set<string>();
  /** What was last said of the place on it: the item at the cursor of a list, or how far a text was scrolled. */
  #item = '';
  /** The item under the cursor of a text. */
  #cursor = -1;
  /** What was found, of a page that finds. */
  #found = '';

  constructor(controller: Controller, print: (...lines: readonly string[]) => void) {
    this.#controller = controller;
    this.#print = print;
  }

  /** To be called when no page is open. */
  forget(): void {
    this.#said.clear();
  }

  /** All rows of a text once, and each row that is new; of a list its title, its items, then the one at the cursor. */
  say(page: OpenPage): void {
    const kind = kindOf(page);
    const id = `${page.kind} ${kind.content?.(this.#controller, page)}`;
    if (!this.#said.has(id)) {
      this.#said = new Set([id]);
      this.#item = '';
      this.#cursor = -1;
    }
    const spoken = kind.spoken?.(this.#controller, page);
    if (spoken) this.#sayItem(spoken.item, spoken.found, () => spoken.rows.map(({text}) => words(text)));
    else if (kind.motions === 'items') this.#sayList(page);
    else this.#sayText(kind.counts === true);
  }

  #sayList(page: OpenPage): void {
    const controller = this.#controller;
    const {symbols} = controller.services;
    const rows = pageRows(controller);
    const {length, cursor} = itemsOf(controller, page);
    const itemAt = (item: number) => words((rows.at(headingRows + item)?.text ?? '').replace(symbols.currentLine, ''));
    const more = length - mostItems;
    this.#sayItem(length === 0 ? '' : itemAt(cursor), '', () => [
      words(rows.at(0)?.text ?? ''),
      ...Array.from({length: Math.min(length, mostItems)}, (_, item) => itemAt(item)),
      ...(more > 0 ? [`and ${count(more)} more`] : []),
    ]);
  }

  /** All of a page once; then what is found on it, and the item under the cursor. */
  #sayItem(item: string, found: string, all: () => readonly string[]): void {
    if (this.#item === '') this.#print(...all().filter((text) => text !== ''));
    else if (found !== this.#found) this.#print(`${found}: ${item}`);
    else if (item !== this.#item && item !== '') this.#print(item);
    this.#found = found;
    this.#item = item === '' ? 'none' : item;
  }

  /** `isCounting`: numbers change all the time. */
  #sayText(isCounting: boolean): void {
    const rows = pageRows(this.#controller);
    const {top, end} = rows.spoken ?? {top: 0, end: rows.length};
    const textAt = (row: number) =>
      words((rows.at(row)?.text ?? '').replace(this.#controller.services.symbols.currentLine, ''));
    const texts = Array.from({length: end - top}, (_, index) => textAt(top + index));
    const unsaid = takeUnsaid(texts, this.#said, isCounting);
    this.#print(...unsaid);
    if (rows.items && rows.items.cursor !== this.#cursor) {
      const isMoved = this.#cursor >= 0 && unsaid.length === 0;
      this.#cursor = rows.items.cursor;
      if (isMoved && this.#cursor >= 0) this.#print(textAt(rows.items.rowsOf(this.#cursor).top));
    }
    // Where it was scrolled to.
    const place = pageShown(this.#controller).place.text.trim();
    if (unsaid.length === 0 && this.#item !== '' && place !== this.#item) this.#print(place);
    this.#item = place;
  }
}

/** The rows that were not said yet, and then are. `isCounting`: a row in which only numbers have changed is not new. */
export function takeUnsaid(rows: readonly string[], said: Set<string>, isCounting: boolean): readonly string[] {
  const texts = isCounting ? rows.map((row) => row.replaceAll(curvePart, '')) : rows;
  const keyOf = (text: string) => (isCounting ? text.replaceAll(numberPart, '0') : text);
  const unsaid = texts.filter((text) => text !== '' && !said.has(keyOf(text)));
  for (const text of unsaid) said.add(keyOf(text));
  return unsaid;
}

function words(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
