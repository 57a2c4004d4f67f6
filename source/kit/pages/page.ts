import {sameParts} from '../../lib/store.ts';
import type {Opened, Opening, Page, PipelinePart, Screen} from '../screen/screen.ts';
import type {PageState} from '../state/page-state.ts';
import type {PageRows} from './page-rows.ts';

/** Place at which a page is opened: over another one, at a part of it, on an item. */
type Where = Pick<PageState, 'under' | 'section' | 'cursor'>;

export function openPage<State extends object>(
  screen: Screen,
  {kind}: Page<State>,
  state: State,
  where: Where = {},
): void {
  screen.dispatch({type: 'page', page: {kind, identity: {}, offset: 0, ...where, ...state}});
}

/** The page, if it is one of this kind. */
export function openAs<State>(page: PageState | undefined, of: Page<State>): Opened<State> | undefined {
  return page && isOf(page, of) ? page : undefined;
}

function isOf<State>(page: PageState, of: Page<State>): page is Opened<State> {
  return page.kind === of.kind;
}

/** Returns what a part keeps on the page of a pipeline; undefined: `page` is not that page. */
export function keptBy<Kept>(page: PageState | undefined, {name}: PipelinePart<Kept>): Kept | undefined {
  if (!page || !('parts' in page) || !(page.parts instanceof Map)) return undefined;
  // The compiler cannot see that each part is kept under its own name.
  return page.parts.get(name) as Kept | undefined;
}

/** Rows that were asked for last, with what they were made of. */
let last: {readonly of: readonly unknown[]; readonly rows: PageRows} | undefined;

/**
 * The rows of a page on the screen, made once for a key and once for a frame, however often these ask. `waited`: as in
 * `PageView`.
 */
export function rowsOf<State>(kind: Page<State>, screen: Screen, page: Opened<State>, waited?: string): PageRows {
  const {state, size} = screen;
  const of = [page, state, size.columns, waited];
  if (last && sameParts(last.of, of)) return last.rows;
  const rows = kind.rows(screen, page, {width: size.columns, waited});
  last = {of, rows};
  queueMicrotask(forgetRows);
  return rows;
}

/** Call when a command of a page has run: what it did may be seen in a store alone. */
export function forgetRows(): void {
  last = undefined;
}

/** The kind of an open page. Throws for one that the screen does not have. */
export function kindOf({features: {pages}}: Screen, {kind}: PageState): Page {
  const page = pages.find((each) => each.kind === kind);
  if (!page) throw new Error(`no page is called '${kind}'`);
  return page;
}

/** Opens a page of another kind about something, such as a pipeline; nothing happens where that kind is not there. */
export function openAbout(screen: Screen, kind: string, about: string): void {
  openKind(screen, kind, {keyName: '', about});
}

/** Opens a page as its command does; nothing happens where that kind is not there. */
export function openKind(screen: Screen, kind: string, by: Opening): void {
  screen.features.pages.find((page) => page.kind === kind)?.open?.(screen, by);
}

export function closePages(screen: Screen): void {
  screen.dispatch({type: 'page', page: undefined});
}
