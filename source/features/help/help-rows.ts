import {
  type Command,
  type CommandTable,
  coreRows,
  type KeyContext,
  keyOf,
  keyRows,
  keysNamed,
  keysShown,
  type ListedKey,
  pressTo,
} from '../../kit/keys/commands.ts';
import {keyLabel, readKey} from '../../kit/keys/key-names.ts';
import {paragraph} from '../../kit/pages/page-rows.ts';
import {padTo, wrapWords} from '../../kit/terminal/fit.ts';
import type {Style} from '../../kit/terminal/style.ts';
import {concat, overlay, plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import type {Symbols} from '../../kit/terminal/symbols.ts';
import {stateStyles} from '../../kit/words/pipeline-words.ts';
import {textWidth} from '../../lib/width.ts';

/** Heading of all keys but the core. */
const more = 'More';
const keyColumn = 15;
/** Cells for keys of the core, which fits on a screen of 80×24 in two columns. */
const coreKeyColumn = 10;
const narrowestCoreColumn = 40;
/** Fewer cells make most of the help wrap. */
const narrowestColumn = 50;
const mostColumns = 3;
/** Columns. A narrower page has only room for what its keys do. */
const widthWithTitle = 50;
const moreWords = ' · more below';

export type HelpView = {
  readonly table: CommandTable;
  /** Context of the keys before the help was opened: its commands come first. */
  readonly from: KeyContext;
  /** The keys of the prompt that it was opened from, where no command can be run; absent: it was none. */
  readonly prompt?: readonly ListedKey[] | undefined;
  /** Commands that are left out: they would only say why they do nothing. */
  readonly isLeftOut?: (row: ListedKey) => boolean;
  /** Text that was typed. */
  readonly text: string;
  /** Index of the chosen command. */
  readonly cursor: number;
  readonly width: number;
  readonly isUtf8: boolean;
  readonly symbols: Symbols;
  /** The list has pipelines. */
  readonly hasServer: boolean;
};

/** A row as it is shown: of a command, which Enter runs. */
type Shown = {readonly command: ListedKey; readonly keys: string; readonly help: string};
/** A row on the page. Rows and columns count from 0; `top`: with the heading above it. */
type Item = Shown & {readonly column: number; readonly top: number; readonly end: number};
export type HelpRows = {readonly rows: readonly StyledText[]; readonly items: readonly Item[]};

/**
 * The keys of the page below, the core, the symbols and, under More, all other keys; or the commands that match what was
 * typed. By group, in as many columns as there is room for. The default keys of a changed command are shown, too.
 */
export function helpRows(view: HelpView): HelpRows {
  const {table, text, width, prompt, isLeftOut = () => false} = view;
  const heading = width < widthWithTitle ? '' : ' Keys ';
  const words = ` ${titleWords(view)}`;
  const hasMore = text.trim() === '' && textWidth(heading + words + moreWords) <= width;
  const title = concat([plain(heading, {bold: true}), plain(`${words}${hasMore ? moreWords : ''}`, {dim: true})]);
  const keys = keyRows(table, prompt).filter((row) => !isLeftOut(row));
  const parts = text.trim() === '' ? partsOf(keys, view) : [{groups: groupsOf(keys, view)}];
  const shown = parts.flatMap(({groups}) => groups).flatMap((group) => group.rows);
  if (shown.length === 0) {
    const words = `no command matches\n\n${searchWords(table)}`;
    return {rows: [title, plain(''), ...paragraph(words, width, {style: {dim: true}})], items: []};
  }
  const chosen = shown[view.cursor];
  const rows = [title, plain('')];
  const items: Item[] = [];
  for (const {title: heading, ...part} of parts) {
    if (heading === more) rows.push(plain(''), ...legend(view), plain(''));
    if (heading !== undefined) rows.push(plain(` ${heading}`, {bold: true}));
    const made = partRows(part, {...view, chosen}, rows.length);
    rows.push(...made.rows);
    items.push(...made.items);
  }
  if (items.some(({command}) => command.id === 'help') && text.trim() !== '') rows.push(plain(''), ...legend(view));
  const [first, ...others] = items;
  return {rows, items: first ? [{...first, top: 0}, ...others] : []};
}

type Explained = readonly [symbol: string, words: string, style: Style];

/** Explains the symbols: those beside a pipeline, and those of a log. */
function legend({symbols, width, hasServer}: HelpView): readonly StyledText[] {
  const {running, unread, degraded, failed, waiting, paused, stopped} = symbols;
  const {dot, error, mark, times, loss, start, track} = symbols;
  const ofPipelines: readonly Explained[] = [
    [running, 'running', stateStyles.running],
    [unread, 'running, log not followed', {dim: true}],
    [degraded, 'degraded (dim: it was)', stateStyles.degraded],
    [failed, 'failed', stateStyles.failed],
    [waiting, 'on its way', stateStyles.waiting],
    [paused, 'paused', stateStyles.paused],
    [stopped, 'stopped', stateStyles.stopped],
    [`3${error}`, "errors you haven't seen", {fg: 1}],
    [dot, 'has a tab', {}],
  ];
  const ofLogs: readonly Explained[] = [
    [mark, 'marked', {fg: 6, bold: true}],
    [`${times}8`, 'similar records', {bold: true}],
    [start, 'start', {bold: true}],
    [loss, 'lost lines', {bold: true}],
    [track, 'errors, at the right edge', {fg: 1}],
  ];
  const shown = [...(hasServer ? ofPipelines : []), ...ofLogs].map(([symbol, words, style]) =>
    concat([plain(symbol, style), plain(` ${words}`, {dim: true})]),
  );
  return joined([plain('symbols', {fg: 6}), ...shown], width - 2).map((row) => concat([plain(' '), row]));
}

/** `type to find, press Enter to run, Esc to close`; on a narrow screen the keys as in the footer. */
function titleWords({table, text, width, prompt}: HelpView): string {
  const close = text !== '' ? 'clear' : prompt ? 'go back' : 'close';
  const uses = [...(prompt ? [] : [['help-run', 'run'] as const]), ['help-close', close] as const];
  const isNarrow = width < widthWithTitle;
  const keys = isNarrow ? keysNamed(table, uses) : pressTo(table, ...uses);
  return ['type to find', keys].filter(Boolean).join(isNarrow ? '; ' : ', ');
}

/** `isCore`: in narrow columns, without blank rows. */
type Part = {readonly title?: string; readonly isCore?: boolean; readonly groups: readonly Group[]};

/** `start`: the row where it begins. */
function partRows({groups, isCore = false}: Part, view: HelpView & Pick<BlockView, 'chosen'>, start: number): HelpRows {
  const {width} = view;
  const narrowest = isCore ? narrowestCoreColumn : narrowestColumn;
  const columns = Math.max(1, Math.min(mostColumns, Math.floor(width / narrowest)));
  const cells = Math.floor(width / columns);
  const space = isCore ? 0 : 1;
  const keyCells = isCore ? coreKeyColumn : keyColumn;
  const made = inColumns(
    groups.map((group) => block(group, {...view, width: cells, keyCells})),
    {columns, space},
  );
  const blanks = Array.from({length: space}, () => plain(''));
  const texts = made.map((column) => column.flatMap(({rows}, index) => (index === 0 ? rows : [...blanks, ...rows])));
  const height = Math.max(...texts.map((column) => column.length));
  const rows = Array.from({length: height}, (_, row) =>
    concat(texts.map((column) => padTo(column[row] ?? plain(''), cells))),
  );
  return {rows, items: made.flatMap((blocks, column) => itemsOf(blocks, {column, start, space}))};
}

/** In less, `?` searches, so that what was typed may be no command. */
export function searchWords(table: CommandTable): string {
  const back = keysNamed(table, [['previous-match', 'for the match above']]);
  const key = keyOf(table, 'search');
  const search = key === undefined ? 'close this help' : `close this help and press ${key}`;
  return `to search the log, ${search}${back === '' ? '' : `, then ${back}`}`;
}

function itemsOf(
  blocks: readonly Block[],
  {column, start, space}: {readonly column: number; readonly start: number; readonly space: number},
): readonly Item[] {
  let at = start;
  return blocks.flatMap(({rows, entries}) => {
    const first = at;
    at += rows.length + space;
    return entries.map(({shown, from, to}, place) => ({
      ...shown,
      column,
      top: first + (place === 0 ? 0 : from),
      end: first + to,
    }));
  });
}

/** `isMixed`: each command says to which group it belongs. */
type Group = {readonly heading: string; readonly isMixed: boolean; readonly rows: readonly Shown[]};

/** Returns the keys that are shown before anything is typed: on a page its own first. */
function partsOf(shown: readonly ListedKey[], {from, isUtf8}: HelpView): readonly Part[] {
  const isPage = from !== 'list' && from !== 'log' && from !== 'everywhere';
  const rows = inOrder(shown, from);
  const own = isPage ? rows.filter(({context}) => context === from) : [];
  const core = coreRows(shown, isUtf8);
  const isBefore = new Set([...own, ...core.map(({command}) => command)]);
  const others = rows.filter((row) => !isBefore.has(row));
  const coreGroups = [...Map.groupBy(core, ({task}) => task)].map(
    ([heading, some]): Group => ({heading, isMixed: false, rows: some}),
  );
  const parts: Part[] = [
    {groups: inGroups(own, isUtf8)},
    {isCore: true, groups: coreGroups, ...(isPage && {title: ''})},
    {groups: inGroups(others, isUtf8), title: more},
  ];
  return parts.filter(({groups}) => groups.length > 0);
}

function inGroups(rows: readonly ListedKey[], isUtf8: boolean): readonly Group[] {
  return [...Map.groupBy(rows, ({group}) => group)].map(([group, some]) => groupOf(group, some, isUtf8));
}

function groupOf(heading: string, commands: readonly ListedKey[], isUtf8: boolean, isMixed = false): Group {
  return {
    heading,
    isMixed,
    rows: commands.map((command) => ({command, keys: keysShown(command, isUtf8), help: command.help})),
  };
}

/**
 * The commands of a typed key, and those with all words in their help, keys, core or synonyms. Without any, the one that has
 * this name in the configuration: a part of a name is no word of a user.
 */
function groupsOf(shown: readonly ListedKey[], {from, text, isUtf8}: HelpView): readonly Group[] {
  const key = readKey(text.trim());
  const words = wordsOf(text);
  const left = new Set(inOrder(shown, from));
  const take = (isFound: (command: ListedKey) => boolean) => {
    const found = [...left].filter(isFound);
    for (const command of found) left.delete(command);
    return found;
  };
  const ofKey = take(({keys}) => key !== undefined && keys.includes(key));
  const ofWords = take((command) => {
    const text = `${wordsIn(command, isUtf8)}\n${synonymsOf(command)}`;
    return words.every((word) => text.includes(word));
  });
  const [name] = words;
  const isFound = ofKey.length > 0 || ofWords.length > 0 || words.length > 1;
  const ofName = isFound ? [] : take(({id, context}) => context !== 'prompt' && id === name);
  return [
    groupOf(`key ${keyLabel(key ?? '', isUtf8)}`, ofKey, isUtf8, true),
    ...inGroups(ofWords, isUtf8),
    groupOf('name in the configuration', ofName, isUtf8, true),
  ].filter((group) => group.rows.length > 0);
}

function inOrder(rows: readonly ListedKey[], from: KeyContext): readonly ListedKey[] {
  const places = [[from], ['everywhere'], ['list', 'log']];
  const rank = ({context}: ListedKey) => {
    const at = places.findIndex((place) => place.includes(context));
    return at === -1 ? places.length : at;
  };
  return rows.toSorted((a, b) => rank(a) - rank(b));
}

/** The help, and the keys as they are shown and as they are named. */
function wordsIn(command: ListedKey, isUtf8: boolean): string {
  return [command.help, keysShown(command, isUtf8), ...command.keys].join('\n').toLowerCase();
}

/** Other words for what a command does, those of the core first. */
function synonymsOf(command: ListedKey): string {
  const core = 'core' in command && command.core ? [command.core.words] : [];
  const synonyms = 'synonyms' in command ? (command.synonyms ?? []) : [];
  return [...core, ...synonyms].join(', ');
}

/** Whoever searches in a log begins with a slash, here, too. */
function wordsOf(text: string): readonly string[] {
  return text
    .replace(/^\/(?=.)/, '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

type Entry = {readonly shown: Shown; readonly from: number; readonly to: number};
type Block = {readonly rows: readonly StyledText[]; readonly entries: readonly Entry[]};

/** Distributes blocks, in their order, over `columns` columns at most; the longest column is as short as possible. */
function inColumns(
  blocks: readonly Block[],
  {columns, space}: {readonly columns: number; readonly space: number},
): readonly (readonly Block[])[] {
  const lengthOf = (column: readonly Block[]) => column.reduce((sum, {rows}) => sum + rows.length + space, -space);
  for (let most = Math.max(...blocks.map(({rows}) => rows.length)); ; most++) {
    const made: Block[][] = [];
    for (const each of blocks) {
      const last = made.at(-1);
      if (last && lengthOf(last) + space + each.rows.length <= most) last.push(each);
      else made.push([each]);
    }
    if (made.length <= columns) return made;
  }
}

type BlockView = Pick<HelpView, 'text' | 'width' | 'isUtf8' | 'symbols'> & {
  readonly chosen: Shown | undefined;
  readonly keyCells: number;
};

function block({heading, isMixed, rows: all}: Group, view: BlockView): Block {
  const rows = [plain(` ${heading}`, {fg: 6})];
  const entries = all.map((shown): Entry => {
    const from = rows.length;
    rows.push(...entry(shown, isMixed, view));
    return {shown, from, to: rows.length};
  });
  return {rows, entries};
}

/** A command: its keys, and what it does beside them; below them where the keys need more than their column. */
function entry(
  shown: Shown,
  hasGroup: boolean,
  {text, width, isUtf8, symbols, chosen, keyCells}: BlockView,
): readonly StyledText[] {
  const {command, keys, help} = shown;
  const words = wordsOf(text);
  const room = Math.max(10, width - keyCells - 3);
  const before = defaultKeys(command, (each) => keysShown(each, isUtf8));
  const besides = (names: string) => {
    const isNew = (word: string) => names.includes(word) && !wordsIn(command, isUtf8).includes(word);
    return words.some(isNew) ? [found(plain(names, {dim: true}), words)] : [];
  };
  const synonyms = besides(synonymsOf(command));
  const more = [
    ...(hasGroup ? [plain(command.group, {fg: 6})] : []),
    ...synonyms,
    ...(synonyms.length === 0 ? besides(command.id) : []),
  ];
  const beside = [
    ...joined([...wrapWords(help, room).map((line) => found(plain(line), words)), ...more], room),
    ...(before === undefined ? [] : wrapWords(before, room).map((line) => plain(line, {dim: true}))),
  ];
  const margin = (isFirst: boolean) =>
    plain(isFirst && shown === chosen ? `${symbols.currentLine} ` : '  ', {bold: true});
  const bold = (line: string) => found(plain(line, {bold: true}), words);
  const row = (left: string, right: StyledText, isFirst: boolean) =>
    concat([margin(isFirst), bold(left), plain(' '.repeat(Math.max(1, keyCells - textWidth(left)))), right]);
  if (textWidth(keys) < keyCells) return beside.map((line, index) => row(index === 0 ? keys : '', line, index === 0));
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

/** Formats the default keys of a command; undefined: it has them. */
function defaultKeys(command: ListedKey, shown: (each: Pick<Command, 'keys'>) => string): string | undefined {
  const before = 'defaultKeys' in command ? command.defaultKeys : undefined;
  if (!before) return undefined;
  const isSame = before.length === command.keys.length && before.every((key, at) => command.keys[at] === key);
  return isSame ? undefined : `default: ${shown({keys: before})}`;
}
