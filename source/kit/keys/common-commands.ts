import type {Command, CommonAction, KeyContext, Motion} from './commands.ts';
import {isCharacter} from './key-names.ts';

/** Things that a motion moves on a page: its rows, or the cursor from item to item. */
type Motions = 'lines' | 'items';

type Row = readonly [does: CommonAction, row: Pick<Command, 'keys' | 'help' | 'hint'>];

function motionRows(of: Motions): readonly Row[] {
  const isLines = of === 'lines';
  const down = isLines ? {isScrollable: 'scroll'} : {hasRows: 'down'};
  return [
    ['up', {keys: ['Up', 'k', '^Y'], help: isLines ? 'a line up' : 'up'}],
    ['down', {keys: ['Down', 'j', '^E'], help: isLines ? 'a line down' : 'down', hint: down}],
    ['page-up', {keys: ['PageUp', 'b', '^B'], help: 'a page up'}],
    ['page-down', {keys: ['PageDown', 'Space', '^F'], help: 'a page down'}],
    ['top', {keys: ['g', 'Home'], help: isLines ? 'top' : 'first'}],
    ['end', {keys: ['G', 'End'], help: isLines ? 'bottom' : 'last'}],
  ];
}

const takeRows: readonly Row[] = [
  ['copy', {keys: ['y', 'Y'], help: 'copy the page', hint: {hasText: 'copy page'}}],
  ['markdown', {keys: ['M'], help: 'copy the page as Markdown, for an issue', hint: {hasText: 'Markdown'}}],
  ['save', {keys: ['S'], help: 'save the page to a file', hint: {hasText: 'save'}}],
];

/** Keys of a page, as it declares them. */
export type PageKeys = {
  readonly context: KeyContext;
  readonly group: string;
  readonly motions: Motions;
  /** Its own commands: what they need of the keys of the set, the set gives up. */
  readonly own?: readonly Omit<Command, 'context' | 'group' | 'does'>[];
  /** The keys that close it, besides Esc. */
  readonly close?: readonly string[];
  readonly needs?: Command['needs'];
  /** Characters are typed there. */
  readonly isTyped?: boolean;
  /** Other names, keys or words that commands of the set have on it. */
  readonly changes?: Readonly<Partial<Record<CommonAction, Partial<Pick<Command, 'id' | 'keys' | 'help' | 'hint'>>>>>;
};

/** All commands of a page: its own and those of the set. */
export function pageCommands(page: PageKeys): readonly Command[] {
  const {context, group, own = [], needs, isTyped = false, changes = {}} = page;
  const ofAll = {context, group, ...(needs !== undefined && {needs})};
  const used = new Set(own.flatMap(({keys}) => keys));
  const isFree = (key: string) => !used.has(key) && !(isTyped && isCharacter(key));
  const common = (rows: readonly Row[]) =>
    rows.map(([does, {keys, ...row}]): Command => {
      const made = {...row, keys: keys.filter(isFree), id: `${context}-${does}`, ...changes[does]};
      return {...made, ...ofAll, does};
    });
  const rows = own.map((row): Command => ({...row, ...ofAll}));
  const taking = isTyped ? [] : common(takeRows);
  const moving = common(motionRows(page.motions));
  const closing = common([['close', {keys: ['Esc', ...(page.close ?? [])], help: 'close', hint: 'close'}]]);
  return page.motions === 'lines'
    ? [...rows, ...moving, ...taking, ...closing]
    : [...moving, ...rows, ...taking, ...closing];
}

/** The motions of the list, where other keys go on to the log. */
export function listMotions(): readonly (Pick<Command, 'id' | 'keys' | 'help'> & {readonly does: Motion})[] {
  const rows: readonly (readonly [Motion, readonly string[], string])[] = [
    ['up', ['Up', 'k'], 'the pipeline above'],
    ['down', ['Down', 'j'], 'the pipeline below'],
    ['page-up', ['PageUp', 'b', '^U'], 'a page up'],
    ['page-down', ['PageDown', '^D'], 'a page down'],
    ['top', ['Home', 'g'], 'the first pipeline'],
    ['end', ['End', 'G'], 'the last pipeline'],
  ];
  return rows.map(([does, keys, help]) => ({id: `list-${does}`, keys, help, does}));
}

/** Rows down, or items; `page`: those of a screen. */
export function rowsBy(motion: Motion, page: number): number {
  switch (motion) {
    case 'up':
      return -1;
    case 'down':
      return 1;
    case 'page-up':
      return -page;
    case 'page-down':
      return page;
    case 'top':
      return Number.NEGATIVE_INFINITY;
    case 'end':
      return Number.POSITIVE_INFINITY;
  }
}
