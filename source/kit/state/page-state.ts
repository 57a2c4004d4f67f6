/** A page that covers the panes. What else its kind has to know while it is open is in it, too (`kit/pages/page`). */
export type PageState = {
  readonly kind: string;
  /** Identity as long as it is open: one that is opened anew, of the same kind, is another page. */
  readonly identity?: object;
  /** The first row on the screen; with a `section`, from its start on. */
  readonly offset: number;
  /** The item under the cursor of a page with items; absent: the first. */
  readonly cursor?: number;
  /** The part that it was opened at: what is above may still come, and rows below must not move for that. */
  readonly section?: string | undefined;
  /** The item under the cursor of a page of parts; absent: the first. */
  readonly chosen?: Chosen | undefined;
  /** Comes back when this one is closed. */
  readonly under?: PageState | undefined;
};

/** An item of a part. */
export type Chosen = {readonly section: string; readonly key: string};

/** Facts about a kind of page for the view. */
export type PageTraits = {
  readonly kind: string;
  /** Place where its keys work: `in the list of marks`. */
  readonly where: string;
  /** Context of its commands. */
  readonly context: string;
  /** It is not about the log that it covers, of which the user then sees nothing. */
  readonly hidesLog?: true;
  /** Statistics of the described pipeline are asked for while it is open. */
  readonly showsStatistics?: true;
  /** It goes from record to record, among those that the filters let through. */
  readonly showsFilters?: true;
  /** It says why the server does not answer. */
  readonly explainsFailure?: true;
  /** Its first rows say the state of the described pipeline. */
  readonly saysState?: true;
  /** Called when the page is neither open nor under another one any more. */
  closed?(page: PageState): void;
};

/** A page and those under it. */
export function withUnder(page: PageState | undefined): readonly PageState[] {
  return page ? [page, ...withUnder(page.under)] : [];
}
