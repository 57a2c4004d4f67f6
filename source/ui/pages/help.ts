import {counted} from '../../lib/format.ts';
import {padTo, wrapWords} from '../../terminal/fit.ts';
import {concat, overlay, plain, type StyledText} from '../../terminal/styled-text.ts';
import type {Symbols} from '../../terminal/symbols.ts';
import {textWidth} from '../../terminal/width.ts';
import type {Controller} from '../controller.ts';
import type {Command, CommandTable, KeyContext} from '../keys/command.ts';
import {type KeyRow, keyDoes, keyOf, keyRows, keysDo, keysShown, rowGroups, withHint} from '../keys/commands.ts';
import {keyLabel, readKey} from '../keys/key-names.ts';
import {lacks} from '../opened.ts';
import {type Edit, editLine} from '../state/edit-line.ts';
import type {OpenPage} from '../state/page.ts';
import {type Opened, openAs, openPage, type Page, type Spoken} from './page.ts';
import {headingRows, type Items, paragraph} from './page-rows.ts';

const keyColumn = 15;
/** Fewer cells make most of the help wrap. */
const narrowestColumn = 50;
const mostColumns = 3;
/** Columns. A narrower page has only room for what its keys do. */
const widthWithTitle = 50;

export type HelpView = {
  readonly table: CommandTable;
  /** Where the keys went before the help was opened: its commands come first. */
  readonly from: KeyContext;
  /** Commands that are left out: they would only say why they do nothing. */
  readonly isLeftOut?: (row: KeyRow) => boolean;
  /** What was typed. */
  readonly text: string;
  /** Index of the chosen command. */
  readonly cursor: number;
  readonly width: number;
  readonly isUtf8: boolean;
  readonly symbols: Symbols;
};

/** A command on the page. Rows and columns count from 0; `top`: with the heading above it. */
type Item = {readonly command: KeyRow; readonly column: number; readonly top: number; readonly end: number};
type HelpRows = {readonly rows: readonly StyledText[]; readonly items: readonly Item[]};

/**
 * The commands that match what was typed, by group, in as many columns as there is room for. The default keys of a
 * changed command are shown, too.
 */
export function helpRows(view: HelpView): HelpRows {
  const {table, text, width} = view;
  const title = concat([
    plain(width < widthWithTitle ? '' : ' Keys ', {bold: true}),
    plain(
      ` type to find, ${keysDo(table, [
        [{id: 'help-run'}, 'runs'],
        [{id: 'help-close'}, text === '' ? 'closes' : 'clears'],
      ])}`,
      {
        dim: true,
      },
    ),
  ]);
  const groups = groupsOf(view);
  const [first] = groups;
  if (!first) {
    const words = `no command matches\n\n${searchWords(table)}`;
    return {rows: [title, plain(''), ...paragraph(words, width, {style: {dim: true}})], items: []};
  }
  const columns = Math.max(1, Math.min(mostColumns, Math.floor(width / narrowestColumn)));
  const cells = Math.floor(width / columns);
  const chosen = groups.flatMap(({commands}) => commands)[view.cursor];
  const blocks = groups.map((group) => block(group, {...view, width: cells, chosen}));
  const made = inColumns(blocks, columns);
  const height = Math.max(...made.map((column) => lengthOf(column)));
  const texts = made.map((column) => column.flatMap(({rows}, index) => (index === 0 ? rows : [plain(''), ...rows])));
  const rows = Array.from({length: height}, (_, row) =>
    concat(texts.map((column) => padTo(column[row] ?? plain(''), cells))),
  );
  return {rows: [title, plain(''), ...rows], items: made.flatMap(itemsOf)};
}

/** In less, `?` searches, so that what was typed may be no command. */
function searchWords(table: CommandTable): string {
  const back = keyDoes(table, 'previous-hit', 'goes to the hit above');
  const key = keyOf(table, 'search');
  const search = key === undefined ? 'close this help' : `close this help and press ${key}`;
  return `to search the log, ${search}${back === undefined ? '' : `; ${back}`}`;
}

/** Where the items of a column are. */
function itemsOf(blocks: readonly Block[], column: number): readonly Item[] {
  let at = headingRows;
  return blocks.flatMap(({rows, entries}, index) => {
    if (index > 0) at += 1;
    const start = at;
    at += rows.length;
    return entries.map(({command, from, to}, place) => ({
      ...{command, column},
      top: index === 0 && place === 0 && column === 0 ? 0 : start + (place === 0 ? 0 : from),
      end: start + to,
    }));
  });
}

/** `isMixed`: each command says to which group it belongs. */
type Group = {readonly heading: string; readonly isMixed: boolean; readonly commands: readonly KeyRow[]};

/** The commands of a typed key, those with all words in their help or keys by group, and those found by their names. */
function groupsOf({table, from, isLeftOut = () => false, text, isUtf8}: HelpView): readonly Group[] {
  const key = readKey(text.trim());
  const words = wordsOf(text);
  const rows = keyRows(table).filter((row) => !isLeftOut(row));
  const left = new Set(inOrder(rows, [from, 'everywhere']));
  const take = (isFound: (command: KeyRow) => boolean) => {
    const found = [...left].filter(isFound);
    for (const command of found) left.delete(command);
    return found;
  };
  const ofKey = take(({keys}) => key !== undefined && keys.includes(key));
  const ofWords = take((command) => words.every((word) => wordsIn(command, isUtf8).includes(word)));
  const ofNames = take((command) => words.every((word) => `${command.id} ${wordsIn(command, isUtf8)}`.includes(word)));
  return [
    {heading: `key ${keyLabel(key ?? '', isUtf8)}`, isMixed: true, commands: ofKey},
    ...rowGroups(ofWords).map(({group, commands}) => ({heading: group, isMixed: false, commands})),
    {heading: 'names in the configuration', isMixed: true, commands: ofNames},
  ].filter(({commands}) => commands.length > 0);
}

function inOrder(rows: readonly KeyRow[], contexts: readonly KeyContext[]): readonly KeyRow[] {
  const own = contexts.filter((each) => each !== 'everywhere');
  const rank = ({context}: KeyRow) =>
    own.some((each) => each === context)
      ? 0
      : context === 'everywhere'
        ? 1
        : context === 'sidebar' || context === 'log'
          ? 2
          : 3;
  return rows.toSorted((a, b) => rank(a) - rank(b));
}

/** The help, and the keys as they are shown and as they are named. */
function wordsIn(command: KeyRow, isUtf8: boolean): string {
  return [command.help, keysShown(command, isUtf8), ...command.keys].join('\n').toLowerCase();
}

function wordsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

type Entry = {readonly command: KeyRow; readonly from: number; readonly to: number};
type Block = {readonly rows: readonly StyledText[]; readonly entries: readonly Entry[]};

const lengthOf = (column: readonly Block[]) => column.reduce((sum, {rows}) => sum + rows.length + 1, -1);

/** Distributes blocks, in their order, over `columns` columns at most; the longest column is as short as possible. */
function inColumns(blocks: readonly Block[], columns: number): readonly (readonly Block[])[] {
  for (let most = Math.max(...blocks.map(({rows}) => rows.length)); ; most++) {
    const made: Block[][] = [];
    for (const each of blocks) {
      const last = made.at(-1);
      if (last && lengthOf(last) + 1 + each.rows.length <= most) last.push(each);
      else made.push([each]);
    }
    if (made.length <= columns) return made;
  }
}

type BlockView = Pick<HelpView, 'text' | 'width' | 'isUtf8' | 'symbols'> & {readonly chosen: KeyRow | undefined};

function block({heading, isMixed, commands}: Group, view: BlockView): Block {
  const rows = [plain(` ${heading}`, {fg: 6})];
  const entries = commands.map((command): Entry => {
    const from = rows.length;
    rows.push(...entry(command, isMixed, view));
    return {command, from, to: rows.length};
  });
  return {rows, entries};
}

/** A command: its keys, and what it does beside them; below them where the keys need more than their column. */
function entry(
  command: KeyRow,
  hasGroup: boolean,
  {text, width, isUtf8, symbols, chosen}: BlockView,
): readonly StyledText[] {
  const shown = (each: Pick<Command, 'keys'>) => keysShown(each, isUtf8);
  const words = wordsOf(text);
  const keys = shown(command);
  const room = Math.max(10, width - keyColumn - 3);
  const before = defaultKeys(command, shown);
  const isInName = (word: string) => command.id.includes(word) && !wordsIn(command, isUtf8).includes(word);
  const more = [
    ...(hasGroup ? [plain(command.group, {fg: 6})] : []),
    ...(words.some(isInName) ? [found(plain(command.id, {dim: true}), words)] : []),
  ];
  const beside = [
    ...joined([...wrapWords(command.help, room).map((line) => found(plain(line), words)), ...more], room),
    ...(before === undefined ? [] : wrapWords(before, room).map((line) => plain(line, {dim: true}))),
  ];
  const margin = (isFirst: boolean) =>
    plain(isFirst && command === chosen ? `${symbols.currentLine} ` : '  ', {bold: true});
  const bold = (line: string) => found(plain(line, {bold: true}), words);
  const row = (left: string, right: StyledText, isFirst: boolean) =>
    concat([margin(isFirst), bold(left), plain(' '.repeat(Math.max(1, keyColumn - textWidth(left)))), right]);
  if (textWidth(keys) < keyColumn) return beside.map((line, index) => row(index === 0 ? keys : '', line, index === 0));
  const keyRows = wrapWords(keys, width - 3).map((line, index) => concat([margin(index === 0), bold(line)]));
  return [...keyRows, ...beside.map((line) => row('', line, false))];
}

/** Rows that fit beside the one before them are there. */
function joined(rows: readonly StyledText[], width: number): readonly StyledText[] {
  const made: StyledText[] = [];
  for (const row of rows) {
    const last = made.pop();
    if (!last) made.push(row);
    else if (textWidth(last.text) + 2 + textWidth(row.text) > width) made.push(last, row);
    else made.push(concat([last, plain('  '), row]));
  }
  return made;
}

/** Highlights the words where they are. */
function found(line: StyledText, words: readonly string[]): StyledText {
  const text = line.text.toLowerCase();
  const ranges = words.flatMap((word) => {
    const start = text.indexOf(word);
    return start === -1 ? [] : [{start, end: start + word.length}];
  });
  return ranges.reduce((styled, range) => overlay(styled, [range], {fg: 3, underline: true, bold: true}), line);
}

/** Undefined: the command has its default keys. */
function defaultKeys(command: KeyRow, shown: (each: Pick<Command, 'keys'>) => string): string | undefined {
  const before = 'defaultKeys' in command ? command.defaultKeys : undefined;
  if (!before) return undefined;
  const isSame = before.length === command.keys.length && before.every((key, at) => command.keys[at] === key);
  return isSame ? undefined : `default: ${shown({keys: before})}`;
}

/** `text`: what was typed to find a command. */
type HelpState = {readonly text: string};

/** All keys; a command can be found and run there. */
export const helpPage: Page<HelpState> = {
  ...{kind: 'help', context: 'help', name: 'keys', where: 'in this help', motions: 'items'},
  hidesLog: true,
  keys: {
    ...{context: 'help', group: 'help', motions: 'items', isTyped: true},
    own: [{id: 'help-run', keys: ['Enter'], help: 'run the command', hint: {hasRow: 'run'}}],
    changes: {
      up: {help: 'to the command above'},
      down: {help: 'to the command below'},
      top: {help: 'to the first command'},
      end: {help: 'to the last command'},
      close: {help: 'clear what was typed, then close', hint: {isTyped: 'clear', else: 'close'}},
    },
  },
  open: (controller) => openPage(controller, helpPage, {text: ''}, {under: controller.state.page}),
  rows: (controller, page, {width}) => helpOf(controller, page, width).rows,
  items: (controller, page) => itemsIn(helpOf(controller, page).items, page.cursor ?? 0),
  typed: ({text}) =>
    text === ''
      ? plain('')
      : concat([plain(' find: ', {dim: true}), plain(text, {bold: true}), plain(' ', {inverse: true})]),
  conditions: (_, {text}) => ({isTyped: text !== ''}),
  close(controller, {text, under}) {
    if (text !== '') typeInHelp(controller, {kind: 'kill', to: 'start'});
    else controller.dispatch({type: 'page', page: under});
  },
  spoken,
};

function itemsIn(items: readonly Item[], cursor: number): Items {
  return {
    ...{length: items.length, cursor},
    rowsOf: (item) => items[item] ?? {top: 0, end: 0},
    beside: (item, rows) => byRows(items, item, rows),
  };
}

/** Below 100 columns the help has one column, which can be read from top to bottom. */
const spokenWidth = 99;

/** All commands once; then how many are found by what is typed, and the one under the cursor. */
function spoken(controller: Controller, page: Opened<HelpState>): Spoken {
  const {rows, items} = helpOf(controller, {...page, cursor: -1}, spokenWidth);
  const command = items[page.cursor ?? 0]?.command;
  return {
    rows,
    found: `${counted(items.length, 'command', 'commands')} with ${page.text}`,
    item: command ? `${keysShown(command, controller.services.isUtf8)} ${command.help}` : 'no command matches',
  };
}

export function helpOf(
  controller: Controller,
  {text, cursor = 0, under}: Opened<HelpState>,
  width = controller.size.columns,
): HelpRows {
  const {commands: table, services} = controller;
  const {isUtf8, symbols} = services;
  const from = controller.contextOf(under);
  const isLeftOut = (row: KeyRow) => 'needs' in row && lacks(controller, row.needs);
  return helpRows({table, from, isLeftOut, text, cursor, width, isUtf8, symbols});
}

/** The command under the cursor, or why it does not run; undefined: none is found. */
export function chosenInHelp(controller: Controller): Command | string | undefined {
  const page = openAs(controller.state.page, helpPage);
  if (!page) return undefined;
  const row = helpOf(controller, page).items[page.cursor ?? 0]?.command;
  if (!row) return page.text === '' ? undefined : searchWords(controller.commands);
  if (row.context === 'prompt') return withHint('this works in a prompt', controller.commands, 'search', 'opens one');
  return whereItWorks(controller, page, row) ?? row;
}

/** Other text shows other commands: the cursor goes to the first. */
export function typeInHelp(controller: Controller, edit: Edit): void {
  const page = openAs(controller.state.page, helpPage);
  if (!page) return;
  controller.clearNotice();
  const {text} = editLine({text: page.text, cursor: page.text.length, killed: ''}, edit);
  openPage(controller, helpPage, {text}, {under: page.under});
}

/** Why a command cannot run from where the help was opened; undefined: it can. */
function whereItWorks(controller: Controller, {under}: OpenPage, {id, context}: Command): string | undefined {
  const {commands, pages} = controller;
  if (id === 'tab-number') return 'press the number of the tab itself';
  if (context === 'log' && !controller.tab)
    return withHint('no log is open', commands, 'keep', 'shows the one under the cursor');
  if (context === 'everywhere' || context === 'sidebar' || context === 'log') return undefined;
  if (under && controller.contextOf(under) === context) return undefined;
  const page = pages.find((each) => each.context === context);
  const opener = commands.find(({opens}) => opens === page?.kind);
  const words = `this works ${page?.where ?? 'on another page'}`;
  return opener === undefined ? words : withHint(words, commands, opener, 'opens it');
}

/** The last item within so many rows below, or above; then the first of the next column, or the last of the one before. */
function byRows(items: readonly Item[], at: number, rows: number): number {
  const from = items[at];
  if (!from) return at;
  const step = Math.sign(rows);
  let next = at + step;
  const isWithin = ({column, top}: Item) => column === from.column && Math.abs(top - from.top) <= Math.abs(rows);
  for (let after = items[next + step]; after && isWithin(after); after = items[next + step]) next += step;
  return next;
}
