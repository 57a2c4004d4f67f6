import {type Command, type ListedKey, withHint} from '../../kit/keys/commands.ts';
import {openPage} from '../../kit/pages/page.ts';
import {runCommand} from '../../kit/pages/page-driver.ts';
import {lacks} from '../../kit/screen/opened-facts.ts';
import {promptRows} from '../../kit/screen/prompts.ts';
import type {Feature, Opened, Page, Screen} from '../../kit/screen/screen.ts';
import {type Edit, editLine} from '../../kit/state/edit-line.ts';
import type {PageState} from '../../kit/state/page-state.ts';
import {promptBelow} from '../../kit/state/view-state.ts';
import {concat, plain} from '../../kit/terminal/styled-text.ts';
import {type HelpRows, helpRows, searchWords} from './help-rows.ts';

/** `text`: what was typed to find a command. */
type HelpState = {readonly text: string};

/** All keys; a command can be found and run there. */
export const helpPage: Page<HelpState> = {
  kind: 'help',
  context: 'help',
  where: 'in this help',
  motions: 'items',
  hidesLog: true,
  keys: {
    context: 'help',
    group: 'help',
    motions: 'items',
    isTyped: true,
    own: [{id: 'help-run', keys: ['Enter'], help: 'run the command', hint: {hasRow: 'run'}}],
    changes: {
      up: {help: 'to the command above'},
      down: {help: 'to the command below'},
      top: {help: 'to the first command'},
      end: {help: 'to the last command'},
      close: {help: 'clear what was typed, then close', hint: {isTyped: 'clear', else: 'close'}},
    },
  },
  /** Over what is open: a page, or a prompt, which keeps its text. */
  open: (screen) => openPage(screen, helpPage, {text: ''}, {under: screen.state.page}),
  rows(screen, page, {width}) {
    const {rows, items} = helpOf(screen, page, width);
    return {
      length: rows.length,
      at: (row) => rows[row],
      items: {
        length: items.length,
        cursor: page.cursor ?? 0,
        rowsOf: (item) => items[item] ?? {top: 0, end: 0},
        beside: (item, rows) => byRows(items, item, rows),
      },
    };
  },
  typed: ({text}) =>
    text === ''
      ? plain('')
      : concat([plain(' find: ', {dim: true}), plain(text, {bold: true}), plain(' ', {inverse: true})]),
  conditions: ({state}, {text}) => ({isTyped: text !== '', ...(promptBelow(state) && {hasRow: false})}),
  close(screen, {text, under}) {
    if (text !== '') typeIn(screen, {text, under}, {kind: 'kill', to: 'start'});
    else screen.dispatch({type: 'page', page: under});
  },
  type: typeIn,
  run: {'help-run': runChosen},
};

export function helpOf(
  screen: Screen,
  {text, cursor = 0, under}: Opened<HelpState>,
  width = screen.size.columns,
): HelpRows {
  const {commands: table, services} = screen;
  const {isUtf8, symbols, catalog} = services;
  const {hasServer} = catalog;
  const below = promptBelow(screen.state);
  const from = below ? 'prompt' : screen.contextOf(under);
  const prompt = below && promptRows(screen, below);
  const isLeftOut = (row: ListedKey) => 'needs' in row && lacks(screen, row.needs);
  return helpRows({table, from, prompt, isLeftOut, text, cursor, isUtf8, symbols, hasServer, width});
}

/** Runs the command under the cursor where its keys work: the side that they need gets the focus. */
function runChosen(screen: Screen, page: Opened<HelpState>): void {
  const chosen = chosenIn(screen, page);
  if (chosen === undefined) return;
  if (typeof chosen === 'string') {
    screen.say(chosen);
    return;
  }
  const {context, keys, notOnPages, notInList} = chosen;
  screen.dispatch({type: 'page', page: page.under});
  const isOfPane = context === 'list' || context === 'log';
  if (isOfPane || notOnPages) screen.dispatch({type: 'page', page: undefined});
  if (context === 'log') screen.tabSwitcher.settleCursor();
  if (context === 'list' && screen.state.listHidden) screen.dispatch({type: 'toggle-list'});
  // In the list, most keys of the log act on the log, too.
  if (context === 'list' || notInList) {
    screen.dispatch({type: 'focus', side: context === 'list' ? 'list' : 'log'});
  }
  runCommand(screen, chosen, keys[0] ?? '');
}

/** The command under the cursor, or why it does not run; undefined: none is found. */
function chosenIn(screen: Screen, page: Opened<HelpState>): Command | string | undefined {
  const row = helpOf(screen, page).items[page.cursor ?? 0]?.command;
  if (!row) return page.text === '' ? undefined : searchWords(screen.commands);
  if (promptBelow(screen.state)) {
    const what = row.context === 'prompt' ? 'this works in the prompt' : 'this does not work in a prompt';
    return withHint(what, screen.commands, 'help-close', 'go back to it');
  }
  if (row.context === 'prompt') return withHint('this works in a prompt', screen.commands, 'search', 'open one');
  return whereItWorks(screen, page, row) ?? row;
}

/** Other text shows other commands: the cursor goes to the first. */
function typeIn(screen: Screen, {text: before, under}: Pick<Opened<HelpState>, 'text' | 'under'>, edit: Edit): void {
  screen.clearNotice();
  const {text} = editLine({text: before, cursor: before.length, killed: ''}, edit);
  openPage(screen, helpPage, {text}, {under});
}

/** Why a command cannot run from where the help was opened; undefined: it can. */
function whereItWorks(screen: Screen, {under}: PageState, {id, context}: Command): string | undefined {
  const {commands, features} = screen;
  if (id === 'tab-number') return 'press the number of the tab itself';
  if (context === 'log' && !screen.tab)
    return withHint('no log is open', commands, 'open-tab', 'show the one under the cursor');
  if (context === 'everywhere' || context === 'list' || context === 'log') return undefined;
  if (under && screen.contextOf(under) === context) return undefined;
  const page = features.pages.find((each) => each.context === context);
  const opener = commands.find(({opens}) => opens === page?.kind);
  const words = `this works ${page?.where ?? 'on another page'}`;
  return opener === undefined ? words : withHint(words, commands, opener.id, 'open it');
}

/** The last item within so many rows below, or above; then the first of the next column, or the last of the one before. */
function byRows(items: HelpRows['items'], at: number, rows: number): number {
  const from = items[at];
  if (!from) return at;
  const step = Math.sign(rows);
  const isWithin = ({column, top}: typeof from) =>
    column === from.column && step * (top - from.top) > 0 && step * (top - from.top) <= Math.abs(rows);
  const furthest = step > 0 ? items.findLastIndex(isWithin) : items.findIndex(isWithin);
  return Math.abs(rows) === 1 || furthest === -1 ? at + step : furthest;
}

export const help: Feature = {
  keys: {
    everywhere: [
      {
        id: 'help',
        opens: 'help',
        keys: ['?', 'F1'],
        help: 'this help: symbols and keys',
        synonyms: ['legend', 'badge', 'icon'],
        hint: 'all keys',
      },
    ],
  },
  pages: [helpPage],
};
