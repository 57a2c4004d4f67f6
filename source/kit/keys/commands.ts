import {isCharacter, keyLabel} from './key-names.ts';

/**
 * Place where a key means something: `everywhere` in both panes, `log` also in the list (`commandFor`), `list`, or on
 * the pages that have this context.
 */
export type KeyContext = string;

/** Motion by a key on any page, and in the list. */
export type Motion = 'up' | 'down' | 'page-up' | 'page-down' | 'top' | 'end';
/** Ways to take a page's text by a key. */
type ExportAction = 'copy' | 'markdown' | 'save';
/** One of the commands that are made for every page from one set. */
export type CommonAction = Motion | ExportAction | 'close';

/** Tasks of the keys to learn first, in the order of a shift. */
const tasks = ['list', 'log', 'find', 'errors', 'copy'] as const;

type Task = (typeof tasks)[number];

export type Command = {
  /** Its name in the configuration's table `[keys]`, after its feature's on the screen. */
  readonly id: string;
  readonly context: KeyContext;
  /** Heading in the help, in the order of the table. */
  readonly group: string;
  /** Key names as `key-names.ts` gives them; the footer shows the first. */
  readonly keys: readonly string[];
  /** The default keys, where the user has others. */
  readonly defaultKeys?: readonly string[];
  /** Words for help and docs/keys.md. */
  readonly help: string;
  /** Words on the help's first screen, for a key to learn first. */
  readonly core?: {readonly task: Task; readonly words: string};
  /** Other words by which the help finds it. */
  readonly synonyms?: readonly string[];
  /** It changes what a page covers: with a page open its keys do nothing. */
  readonly notOnPages?: true;
  /** A key of the log that only means something together with others that the list uses, too. */
  readonly notInList?: true;
  /**
   * Without it the command only says why it does nothing: a server, a shown log with a connection, or one whose times and
   * levels are read.
   */
  readonly needs?: 'server' | 'connection' | 'format';
  /** The kind of page that it opens; there it closes it. */
  readonly opens?: string;
  /** At which part; absent: at its top. */
  readonly section?: string;
  /** It is one of the set. */
  readonly does?: CommonAction;
  /** Words for the footer; by condition: the first that holds. Commands without one are only in the help. */
  readonly hint?: string | Readonly<Record<string, string>>;
};

/** The commands with their default keys, or with those of the user (`remap`). */
export type CommandTable = readonly Command[];

/** Conditions at the moment; an absent one does not hold. The footer offers a key only while it does something. */
export type Conditions = Readonly<Record<string, boolean>>;

/** The keys of the tabs. */
export const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

/** Keys of every prompt, as in readline. The configuration cannot change them: what is typed there is text. */
export const promptCommands = [
  {id: 'submit', keys: ['Enter'], help: 'do it'},
  {id: 'cancel', keys: ['Esc'], help: 'cancel'},
  {id: 'help', keys: ['F1'], help: 'show the keys of the prompt; press again to go back'},
  {id: 'interrupt', keys: ['^C'], help: 'cancel; twice: quit'},
  {id: 'older', keys: ['Up', '^P', '^R'], help: 'an earlier text that begins like this one'},
  {id: 'newer', keys: ['Down', '^N'], help: 'back to a later one, and to what was typed'},
  {
    id: 'cycle',
    keys: ['Tab'],
    help: 'in &: the next saved filter; in S: save something else: selection, view, all, markers',
  },
  {id: 'start', keys: ['Home', '^A'], help: 'start of the text'},
  {id: 'end', keys: ['End', '^E'], help: 'end of the text'},
  {id: 'previous', keys: ['Left', '^B'], help: 'a character back'},
  {id: 'next', keys: ['Right', '^F'], help: 'a character forward'},
  {id: 'previous-word', keys: ['^Left', 'Alt-b'], help: 'a word back'},
  {id: 'next-word', keys: ['^Right', 'Alt-f'], help: 'a word forward'},
  {
    id: 'delete-previous',
    keys: ['Backspace'],
    help: 'delete the character before the cursor; cancel if there is no text',
  },
  {id: 'delete-next', keys: ['Delete'], help: 'delete the character at the cursor'},
  {id: 'delete-next-or-cancel', keys: ['^D'], help: 'the same; cancel if there is no text'},
  {id: 'kill-start', keys: ['^U'], help: 'cut the text before the cursor'},
  {id: 'kill-end', keys: ['^K'], help: 'cut the text from the cursor on'},
  {id: 'kill-blank-word', keys: ['^W'], help: 'cut the word before the cursor, up to a blank'},
  {id: 'kill-previous-word', keys: ['Alt-Backspace'], help: 'cut the word before the cursor: letters and digits'},
  {id: 'kill-next-word', keys: ['Alt-d', '^Delete'], help: 'cut the word after the cursor'},
  {id: 'yank', keys: ['^Y'], help: 'insert what was cut'},
] as const;

/** Characters are typed into the help, to find commands; but not the one that opens it, unless it is in words. */
export function isTyped(table: CommandTable, keyName: string): boolean {
  const opensHelp = table.some(({id, keys}) => id === 'help' && keys.includes(keyName));
  return isCharacter(keyName) && !(opensHelp && /[^\p{L}\p{N}]/u.test(keyName));
}

/** The command of a key in a pane: the pane's own first, then one of everywhere; in the list also one of the log. */
export function commandOf(table: CommandTable, pane: KeyContext, keyName: string): Command | undefined {
  const isCovering = pane !== 'list' && pane !== 'log';
  const others = pane === 'list' ? ['log'] : [];
  const contexts = pane === 'help' && isTyped(table, keyName) ? [pane] : [pane, 'everywhere', ...others];
  for (const context of contexts) {
    const found = table.find((command) => command.context === context && command.keys.includes(keyName));
    if (found && !(isCovering && found.notOnPages)) return found;
  }
  return undefined;
}

/** Its id. */
export function commandFor(table: CommandTable, pane: KeyContext, keyName: string): string | undefined {
  return commandOf(table, pane, keyName)?.id;
}

export type PromptCommandId = (typeof promptCommands)[number]['id'];

/** The table for sentences shown in a pane: a key that only works in the other pane comes after the one that goes there. */
export function commandsFrom(table: CommandTable, pane: KeyContext): CommandTable {
  const [toOtherSide] = table.find(({id}) => id === 'other-side')?.keys ?? [];
  const other = pane === 'list' ? 'log' : pane === 'log' ? 'list' : undefined;
  if (toOtherSide === undefined || other === undefined) return table;
  return table.map((command) => {
    if (command.context !== other) return command;
    const works = (key: string) => command.notInList !== true && commandFor(table, pane, key) === command.id;
    return {...command, keys: command.keys.map((key) => (works(key) ? key : `${toOtherSide} ${key}`))};
  });
}

/** The name of a key, and a word for what it does. */
export type KeyHint = readonly [key: string, word: string];

/** Keys as people read them: `↑ k`, `1–9`. */
export function keysShown({keys}: Pick<Command, 'keys'>, isUtf8 = true): string {
  return keys === digits ? '1–9' : keys.map((key) => keyLabel(key, isUtf8)).join(' ');
}

type PromptRow = Pick<Command, 'keys' | 'help' | 'group'> & {
  readonly id: PromptCommandId;
  readonly context: 'prompt';
};

export type ListedKey = Command | PromptRow;

const rowsOfPrompts: readonly PromptRow[] = promptCommands.map((command) => {
  return {...command, group: 'in a prompt', context: 'prompt' as const};
});

/** All keys, for help and docs: those of the commands, then those of the prompts, or of one of them. */
export function keyRows(table: CommandTable, ofPrompt: readonly ListedKey[] = rowsOfPrompts): readonly ListedKey[] {
  return [...table, ...ofPrompt];
}

/** A key to learn first: the first one of its command. */
type CoreRow = {
  readonly task: string;
  readonly keys: string;
  readonly help: string;
  readonly command: ListedKey;
};

/** The keys to learn first by task, those of list and log before those of everywhere, for the help's first screen. */
export function coreRows(rows: readonly ListedKey[], isUtf8 = true): readonly CoreRow[] {
  const isCommon = ({context}: ListedKey) => context === 'everywhere';
  const core = [...rows.filter((row) => !isCommon(row)), ...rows.filter(isCommon)].flatMap((command) => {
    if (!('core' in command) || !command.core) return [];
    const {task, words: help} = command.core;
    const keys = command.keys === digits ? digits : command.keys.slice(0, 1);
    return [{task, keys: keysShown({keys}, isUtf8), help, command}];
  });
  return tasks.flatMap((task) => core.filter((row) => row.task === task));
}

/** The first key of a command as people read it, arrows as words; undefined: it has none, or is not there. */
export function keyOf(table: CommandTable, id: string): string | undefined {
  const key = table.find((command) => command.id === id)?.keys[0];
  return key === undefined ? undefined : keyInWords(key);
}

/** A key for a sentence: arrows as words. */
export function keyInWords(name: string): string {
  return keyLabel(name, false);
}

type Hint = readonly [id: string, words: string];

/** `press y to copy, S to save`: of the commands that have keys; empty if none has one. */
export function pressTo(table: CommandTable, ...hints: readonly Hint[]): string {
  const words = keysNamed(
    table,
    hints.map(([id, verb]) => [id, `to ${verb}`]),
  );
  return words === '' ? '' : `press ${words}`;
}

/** `what: press / to search`; only `what` for a command without a key. */
export function withHint(what: string, table: CommandTable, id: string, verb: string): string {
  const hint = pressTo(table, [id, verb]);
  return hint === '' ? what : `${what}: ${hint}`;
}

/** `D changes, H timeline`: of the commands that have keys. */
export function keysNamed(table: CommandTable, hints: readonly Hint[]): string {
  return hints
    .flatMap(([id, words]) => {
      const key = keyOf(table, id);
      return key === undefined ? [] : `${key} ${words}`;
    })
    .join(', ');
}
