import type {AwaySummary} from '../../events/away.ts';
import type {KnownConnector} from '../../events/connectors.ts';

/** What covers the panes. `offset`: the first row on the screen. `cursor`: the item under the cursor. */
export type Page =
  | {readonly kind: 'events' | 'detail'; readonly offset: number}
  /** `connector`: key of the one under the cursor; absent: the first. */
  | {readonly kind: 'describe'; readonly offset: number; readonly connector?: string | undefined}
  /** A connector of the described pipeline, with its errors in full, as it was when opened; `under`: the description. */
  | {
      readonly kind: 'connector';
      readonly offset: number;
      readonly opened: OpenedConnector;
      readonly under: Page;
    }
  /** `text`: what was typed to find a command; `under`: the page that it was opened from. */
  | {
      readonly kind: 'help';
      readonly offset: number;
      readonly cursor: number;
      readonly text: string;
      readonly under: Page | undefined;
    }
  | {readonly kind: 'marks' | 'contexts' | 'comparison' | 'timeline'; readonly offset: number; readonly cursor: number}
  /**
   * `cursor`: the key of a row; undefined: the first. `order`: the keys of the rows at the last key: these keep their
   * places while the page is open, and new ones follow.
   */
  | {
      readonly kind: 'errors';
      readonly offset: number;
      readonly cursor: string | undefined;
      readonly order: readonly string[];
    }
  /** What happened while the user was away; `under`: the page that was open before. */
  | {
      readonly kind: 'away';
      readonly offset: number;
      readonly cursor: number;
      readonly summary: AwaySummary;
      readonly under: Page | undefined;
    };

/** A connector of a pipeline. What is read does not move: new errors are counted only. */
export type OpenedConnector = {
  readonly pipeline: string;
  readonly connector: KnownConnector;
  /** Unix time in ms of its statistics; undefined: the log alone knows it. */
  readonly at: number | undefined;
};

/** The page of what happened while the user was away, over this one, or in place of an earlier one of that kind. */
export function awayPage(summary: AwaySummary, page: Page | undefined): Page {
  return {kind: 'away', offset: 0, cursor: 0, summary, under: page?.kind === 'away' ? page.under : page};
}

/** Where keys go while this page is open. */
export function keysOf(
  {kind}: Page,
  {hasContexts}: {readonly hasContexts: boolean},
): Exclude<Page['kind'], 'events' | 'connector'> | 'page' {
  // Without contexts, that page is text that scrolls.
  if (kind === 'contexts' && !hasContexts) return 'page';
  if (kind === 'connector') return 'describe';
  return kind === 'events' ? 'page' : kind;
}

/** Whether a page is open, also under the help. */
export function isOpen(kind: Page['kind'], page: Page | undefined): boolean {
  for (let each = page; each; each = 'under' in each ? each.under : undefined) if (each.kind === kind) return true;
  return false;
}

/** Pages that are not about the log that they cover. */
const coveringPages: readonly Page['kind'][] = ['help', 'errors', 'away', 'contexts'];

/** Whether the user sees nothing of the log of the shown tab. */
export function coversLog(page: Page | undefined): boolean {
  return page !== undefined && coveringPages.includes(page.kind);
}
