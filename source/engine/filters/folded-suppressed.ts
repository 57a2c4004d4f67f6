import type {Entries} from '../buffer/log-buffer.ts';
import {mostBetween, type SuppressedErrors} from '../records/suppressed.ts';
import {unhiddenEntries} from './unhidden-entries.ts';

/** `head`: of the error; `firstId`: the first line before it that its row stands for. */
type FoldOfSuppressed = {readonly head: number; readonly firstId: number; readonly open: boolean};

/** The lines `Suppressed N …` of a log, each in the row of the error that follows it until the user opens that. */
export class FoldedSuppressed {
  readonly #suppressed: SuppressedErrors;
  /** Heads of the open errors. */
  readonly #opened = new Set<number>();

  constructor(suppressed: SuppressedErrors) {
    this.#suppressed = suppressed;
  }

  get opened(): ReadonlySet<number> {
    return this.#opened;
  }

  /** The error that stands for lines, by its head or one of them, if some of them are in `unfolded`. */
  at(id: number, unfolded: Entries): FoldOfSuppressed | undefined {
    const head = this.#suppressed.errorAfter(id) ?? id;
    if (unfolded.atOrAfter(head) !== head) return undefined;
    const firstId = this.linesOf(head).find((line) => unfolded.atOrAfter(line) === line);
    return firstId === undefined ? undefined : {head, firstId, open: this.#opened.has(head)};
  }

  /** The entry in whose row a line is. */
  rowOf(id: number, unfolded: Entries): number {
    const fold = this.at(id, unfolded);
    return fold && !fold.open ? fold.head : id;
  }

  /** Counts the errors that the lines in the row of an error tell of; 0 if it is open. */
  countAt(head: number): number {
    return this.#opened.has(head) ? 0 : this.countIn(head, head + 1);
  }

  /** Counts the errors that the lines of the errors in `[from, to)` tell of. */
  countIn(from: number, to: number): number {
    let sum = 0;
    for (const [line, error] of this.#suppressed.followedIn(from - mostBetween, to)) {
      if (error >= from && error < to) sum += this.#suppressed.between(line, line + 1, () => true);
    }
    return sum;
  }

  closeIn(from: number, to: number): void {
    for (const head of this.#opened) if (head >= from && head < to) this.#opened.delete(head);
  }

  setOpen(head: number, isOpen: boolean): void {
    if (isOpen) this.#opened.add(head);
    else this.#opened.delete(head);
  }

  /** Returns those of `unfolded` that have a row. Follows its changes, and those of this. */
  entries(unfolded: Entries): Entries {
    const hiddenAt = (id: number) =>
      this.#isHidden(this.#suppressed.errorAfter(id), unfolded) ? {from: id, to: id + 1} : undefined;
    return unhiddenEntries(unfolded, hiddenAt, (id) => this.#hiddenFrom(id, unfolded));
  }

  /** A filter may show the line and not the error. */
  #isHidden(error: number | undefined, unfolded: Entries): boolean {
    return error !== undefined && !this.#opened.has(error) && unfolded.atOrAfter(error) === error;
  }

  #hiddenFrom(id: number, unfolded: Entries): number {
    let hidden = 0;
    for (const [line, error] of this.#suppressed.followedIn(id, Number.POSITIVE_INFINITY)) {
      if (unfolded.atOrAfter(line) === line && this.#isHidden(error, unfolded)) hidden += 1;
    }
    return hidden;
  }

  /** The lines before an error that tell of others like it. */
  linesOf(head: number): readonly number[] {
    const before = [...this.#suppressed.followedIn(head - mostBetween, head)];
    return before.flatMap(([line, error]) => (error === head ? line : []));
  }
}
