/**
 * Place where a key means something: `everywhere` in both panes, `log` also in the list (`commandFor`), `list`, or on
 * the pages that have this context.
 */
export type KeyContext = string;

/** Motion by a key on any page, and in the list. */
export type Motion = 'up' | 'down' | 'page-up' | 'page-down' | 'top' | 'end';
/** Ways to take a page's text by a key. */
export type ExportAction = 'copy' | 'markdown' | 'save';
/** One of the commands that are made for every page from one set. */
export type CommonAction = Motion | ExportAction | 'close';

/** Tasks of the keys of the first days, in the order of a shift. */
export const tasks = ['list', 'log', 'find', 'errors', 'copy'] as const;

export type Task = (typeof tasks)[number];

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
  /** Words on the help's first screen, for a key of the first days. */
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

/** A key that is typed where there is a text to type. */
export function isCharacter(keyName: string): boolean {
  return keyName === 'Space' || [...keyName].length === 1;
}

/** The headings of keys outside of pages, in the order of the help, and where those below them work. */
export const keyGroups = [
  ['everywhere', 'everywhere'],
  ['list; other keys act on the log', 'list'],
  ['log: move', 'log'],
  ['log: follow', 'log'],
  ['log: find', 'log'],
  ['log: show', 'log'],
  ['log: copy', 'log'],
] as const;

export type KeyGroup = (typeof keyGroups)[number][0];

/** Condition on which the words of a key in the footer depend, in list and log. */
export type Condition =
  | 'hasTab'
  | 'hasPipeline'
  /** The pipeline under the cursor has a pinned tab. */
  | 'isPinned'
  | 'isMergeable'
  | 'isListFiltered'
  /** Few pipelines run, and the logs of some were not read. */
  | 'hasUnread'
  /** The shown log has no connection. */
  | 'isOffline'
  /** Nor is there a list, or a line of any log. */
  | 'isWithoutServer'
  /** The configuration names several servers. */
  | 'hasContexts'
  | 'hasUnseen'
  | 'isOneMarked'
  /** The log may grow. */
  | 'isFollowing'
  | 'isPaused'
  /** The log has ended, and the view is not at its end. */
  | 'isAbove'
  | 'isSelecting'
  | 'isHighlighted'
  | 'isSearched'
  | 'isFiltered'
  | 'areFiltersOff'
  | 'hasMatches'
  | 'hasErrors'
  | 'isOnFold'
  | 'isOnRecord';
