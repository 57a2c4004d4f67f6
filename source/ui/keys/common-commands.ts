import {type Command, type CommonAction, isCharacter, type KeyContext, type Motion, type Take} from './command.ts';

/** What moves on a page: its rows, or the cursor from item to item. */
export type Motions = 'lines' | 'items';

type Row = Pick<Command, 'keys' | 'help' | 'hint'>;

const keysOfMotions: Readonly<Record<Motion, readonly string[]>> = {
  up: ['Up', 'k', '^Y'],
  down: ['Down', 'j', '^E'],
  'page-up': ['PageUp', 'b', '^B'],
  'page-down': ['PageDown', 'Space', '^F'],
  top: ['g', 'Home'],
  end: ['G', 'End'],
};

const wordsOfMotions: Readonly<Record<Motions, Readonly<Record<Motion, string>>>> = {
  lines: {
    ...{up: 'a line up', down: 'a line down'},
    ...{'page-up': 'a page up', 'page-down': 'a page down', top: 'top', end: 'bottom'},
  },
  items: {up: 'up', down: 'down', 'page-up': 'a page up', 'page-down': 'a page down', top: 'first', end: 'last'},
};

const hintsOfMotions: Readonly<Record<Motions, Readonly<Partial<Record<Motion, Command['hint']>>>>> = {
  lines: {down: {isScrollable: 'scroll'}, 'page-down': {isScrollable: 'page'}},
  items: {down: {hasRows: 'down'}, 'page-down': {isScrollable: 'page'}},
};

const motions = ['up', 'down', 'page-up', 'page-down', 'top', 'end'] as const;

const takes: Readonly<Record<Take, Row>> = {
  copy: {keys: ['y', 'Y'], help: 'copy the page', hint: {hasText: 'copy page'}},
  markdown: {keys: ['M'], help: 'copy the page as Markdown, for an issue', hint: {hasText: 'Markdown'}},
  save: {keys: ['S'], help: 'save the page to a file', hint: {hasText: 'save'}},
  pipe: {keys: ['|'], help: 'pipe the page to a command', hint: {hasText: 'pipe'}},
};

/** What a page says of its keys. */
export type PageKeys = {
  readonly context: KeyContext;
  readonly group: string;
  readonly motions: Motions;
  /** Its own commands: what they need of the keys of the set, the set gives up. */
  readonly own?: readonly Omit<Command, 'context' | 'group' | 'does' | 'besides'>[];
  /** The keys that close it, besides Esc. */
  readonly close?: readonly string[];
  /** Has the motions of that context, and the keys that close its pages. */
  readonly besides?: KeyContext;
  /** Of these kinds, configurations of before know no commands that copy, save or pipe. */
  readonly yieldsTakes?: true;
  /** Characters are typed there. */
  readonly isTyped?: boolean;
  /** Where a command of the set has another name, other keys or other words. */
  readonly changes?: Readonly<Partial<Record<CommonAction, Partial<Pick<Command, 'id' | 'keys' | 'help' | 'hint'>>>>>;
};

/** All commands of a page: its own and those of the set. */
export function pageCommands(page: PageKeys): readonly Command[] {
  const {context, group, own = [], besides, isTyped = false, changes = {}} = page;
  const used = new Set(own.flatMap(({keys}) => keys));
  const isFree = (key: string) => !used.has(key) && !(isTyped && isCharacter(key));
  const common = (rows: readonly (readonly [CommonAction, Row])[]) =>
    rows.map(([does, {keys, ...row}]): Command => {
      const made = {...row, keys: keys.filter(isFree), id: `${context}-${does}`, ...changes[does]};
      return {...made, context, group, does, ...(besides !== undefined && {besides})};
    });
  const rows = own.map((row): Command => ({...row, context, group, ...(besides !== undefined && {besides})}));
  const taken = isTyped ? [] : common([...entriesOf(takes)]);
  const taking = page.yieldsTakes ? taken.map((each): Command => ({...each, yields: true})) : taken;
  if (besides !== undefined) return [...rows, ...taking];
  const moving = common(motionRows(page.motions));
  const closing = common([['close', {keys: ['Esc', ...(page.close ?? [])], help: 'close', hint: 'close'}]]);
  return page.motions === 'lines'
    ? [...rows, ...moving, ...taking, ...closing]
    : [...moving, ...rows, ...taking, ...closing];
}

function motionRows(of: Motions): readonly (readonly [Motion, Row])[] {
  return motions.map((motion) => {
    const hint = hintsOfMotions[of][motion];
    return [motion, {keys: keysOfMotions[motion], help: wordsOfMotions[of][motion], ...(hint !== undefined && {hint})}];
  });
}

function entriesOf(rows: Readonly<Record<Take, Row>>): readonly (readonly [Take, Row])[] {
  return (['copy', 'markdown', 'save', 'pipe'] as const).map((take) => [take, rows[take]]);
}

type ListMotion = Command & {readonly id: `list-${Motion}`; readonly does: Motion};

/** The motions of the list, where other keys go on to the log. */
export function listMotions(context: KeyContext, group: string): readonly ListMotion[] {
  const rows: readonly (readonly [Motion, readonly string[], string])[] = [
    ['up', ['Up', 'k'], 'the pipeline above'],
    ['down', ['Down', 'j'], 'the pipeline below'],
    ['page-up', ['PageUp', 'b', '^U'], 'a page up'],
    ['page-down', ['PageDown', 'Space', '^D'], 'a page down'],
    ['top', ['Home', 'g'], 'the first pipeline'],
    ['end', ['End', 'G'], 'the last pipeline'],
  ];
  return rows.map(([does, keys, help]) => ({id: `list-${does}`, context, group, keys, help, does}) as const);
}

export function isMotion(does: CommonAction | undefined): does is Motion {
  return motions.some((motion) => motion === does);
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
