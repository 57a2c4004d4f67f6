import {type ReadableStore, sameParts} from '../../lib/store.ts';
import type {StyledText} from '../../terminal/styled-text.ts';
import type {Controller} from '../controller.ts';
import type {Command, Conditions} from '../keys/command.ts';
import type {Motions, PageKeys} from '../keys/common-commands.ts';
import type {OpenPage, PageKind} from '../state/page.ts';
import type {Choice, PageText} from '../state/view-state.ts';
import type {PageRows} from './page-rows.ts';

/** A page that is open, with what its kind keeps there. */
export type Opened<State> = OpenPage & State;

/** `waited`: how long the page has waited for an answer, such as `4 s`; undefined while that is short. */
export type PageView = {readonly width: number; readonly waited?: string | undefined};

/** Why nothing can be taken now. */
export type Problem = {readonly problem: string};

/** `section`: the part at which the command opens the page; undefined: its top. */
export type Opening = {readonly keyName: string; readonly section?: string | undefined};

/** A method of `run`: as one, it may ask for the page as its own kind opens it. */
type Run<State> = {run(controller: Controller, page: Opened<State>, keyName: string): void}['run'];

/**
 * A kind of page: a file of this folder, and a line of `registry.ts`. Only pages that it has opened itself are handed to
 * it.
 */
export type Page<State = unknown> = Omit<PageKind, 'closed'> & {
  readonly motions: Motions;
  /** Its commands; absent: those of another page with its context. */
  readonly keys?: PageKeys;
  /** The command that opens it (`opens`), unless the table of commands has it. */
  readonly opener?: Command;
  /** What its own commands do, by their ids. */
  readonly run?: Readonly<Record<string, Run<State>>>;
  /** What the command that opens it does while it is not open, or at another part of it. */
  open?(controller: Controller, by: Opening): void;
  /** Ask `rowsOf` for them. */
  rows(controller: Controller, page: Opened<State>, view: PageView): PageRows;
  /** In front of which rows are shown. */
  typed?(page: Opened<State>): StyledText;
  /** What is so, for its keys in the footer, besides what holds on any page. */
  conditions?(controller: Controller, page: Opened<State>): Conditions;
  /** The page with the cursor on another item; absent: `cursor` is its index. */
  at?(controller: Controller, page: Opened<State>, item: number): OpenPage;
  /** What the keys that copy and save take; absent: its rows. */
  takes?(controller: Controller, page: Opened<State>): Choice | PageText | Problem;
  /** What is drawn again when these change. */
  redrawnBy?(controller: Controller, page: Opened<State>): readonly ReadableStore<unknown>[];
  /** Closes it, or less of it; absent: it is closed. */
  close?(controller: Controller, page: Opened<State>): void;
  /** Called when the page is neither open nor under another one any more. */
  closed?(page: Opened<State>): void;
};

/** Where a page is opened: over another one, or at a part of it. */
type Where = Pick<OpenPage, 'under' | 'section' | 'cursor'>;

export function openPage<State extends object>(
  controller: Controller,
  {kind}: Page<State>,
  state: State,
  where: Where = {},
): void {
  controller.dispatch({type: 'page', page: {kind, identity: {}, offset: 0, ...where, ...state}});
}

/** The page, if it is one of this kind. */
export function openAs<State>(page: OpenPage | undefined, of: Page<State>): Opened<State> | undefined {
  return page && isOf(page, of) ? page : undefined;
}

function isOf<State>(page: OpenPage, of: Page<State>): page is Opened<State> {
  return page.kind === of.kind;
}

/** What was asked for last, with what it was made of. */
let last: {readonly of: readonly unknown[]; readonly rows: PageRows} | undefined;

/**
 * The rows of a page on the screen, made once for a key and once for a frame, however often these ask. `waited`: as in
 * `PageView`.
 */
export function rowsOf<State>(
  kind: Page<State>,
  controller: Controller,
  page: Opened<State>,
  waited?: string,
): PageRows {
  const {state, size} = controller;
  const of = [page, state, size.columns, waited];
  if (last && sameParts(last.of, of)) return last.rows;
  const rows = kind.rows(controller, page, {width: size.columns, waited});
  last = {of, rows};
  queueMicrotask(forgetRows);
  return rows;
}

/** Call when a command of a page has run: what it did may be seen in a store alone. */
export function forgetRows(): void {
  last = undefined;
}

/** Closes all pages. */
export function closePages(controller: Controller): void {
  controller.dispatch({type: 'page', page: undefined});
}
