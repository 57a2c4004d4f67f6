/** Where a key means something. `everywhere` holds in both panes; the others only in theirs. */
export type KeyContext = 'everywhere' | 'sidebar' | 'log' | Covering;

/** Pages cover both panes; the detail of a record and the lists with a cursor have keys of their own. */
export type Covering = 'page' | 'detail' | 'marks' | 'errors' | 'away' | 'contexts';

/** One command of the table in `commands.ts`. */
export type Command = {
  /** Its name in the configuration's table `[keys]`: it stays what it is. */
  readonly id: string;
  readonly context: KeyContext;
  /** Heading in the help, in the order of the table. */
  readonly group: string;
  /** Key names as `key-name.ts` gives them; the first is the one that the footer shows. */
  readonly keys: readonly string[];
  /** For help and docs/keys.md. */
  readonly help: string;
  /** It changes what a page covers: with a page open its keys do nothing. */
  readonly notOnPages?: true;
  /** A word for the footer; commands without one are left to the help. */
  readonly hint?: string;
};
