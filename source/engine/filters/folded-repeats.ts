import type {Entries} from '../buffer/log-buffer.ts';
import type {RecordIndex} from '../records/record-index.ts';
import type {RepeatRun} from '../records/repeats.ts';
import type {ShownLines} from './shown-lines.ts';
import {unhiddenEntries} from './unhidden-entries.ts';

/** Entries that pass the filters; undefined: all. */
type Filtered = Pick<ShownLines, 'includes' | 'wordAt'> | undefined;

/** Runs that are counted one by one: a frame asks for the count, and a log may have a million. */
const mostRuns = 32;

/** Records of one text, one after the other, in the row of the first until the user opens it. */
export class FoldedRepeats {
  readonly #index: Pick<RecordIndex, 'repeats'>;
  /** The last head of each run when it was opened: of all its records it stays the longest. */
  readonly #opened = new Set<number>();

  constructor(index: Pick<RecordIndex, 'repeats'>) {
    this.#index = index;
  }

  /** The run of an entry, as filters leave it; undefined if nothing repeats the entry, or its first record is hidden. */
  at(id: number, filtered: Filtered): (RepeatRun & {readonly open: boolean}) | undefined {
    const {repeats} = this.#index;
    const run = repeats.runOf(id);
    if (!run || filtered?.includes(run.head) === false) return undefined;
    const open = this.#isOpen(run);
    if (!filtered) return {...run, open};
    const {head, end} = run;
    const records = 1 + repeats.heads.countShared(head, end, (at) => filtered.wordAt(at));
    let last: number | undefined = run.last;
    while (last !== undefined && !filtered.includes(last)) last = repeats.heads.previousTo(last - 1);
    return records > 1 ? {head, end, last: last ?? head, records, open} : undefined;
  }

  setOpen({head, end, last}: RepeatRun, isOpen: boolean): void {
    for (const opened of this.#opened) if (opened >= head && opened < end) this.#opened.delete(opened);
    if (isOpen) this.#opened.add(last);
  }

  /** Opens the run in which this record will be, if there is one. */
  openAt(id: number): void {
    this.#opened.add(id);
  }

  /** Returns those of `unfolded` that have a row. */
  entries(unfolded: Entries, filtered: Filtered): Entries {
    const {repeats} = this.#index;
    /** The closed run in whose row a record is, but for its first one. */
    const hiddenAt = (id: number) => {
      const run = repeats.heads.has(id) ? repeats.runOf(id) : undefined;
      return run && this.#isFolded(run, filtered) ? {from: run.head + 1, to: run.end} : undefined;
    };
    return unhiddenEntries(unfolded, hiddenAt, (id) => this.#hiddenFrom(id, filtered));
  }

  #isFolded(run: RepeatRun, filtered: Filtered): boolean {
    return filtered?.includes(run.head) !== false && !this.#isOpen(run);
  }

  #isOpen({head, end}: RepeatRun): boolean {
    for (const opened of this.#opened) if (opened >= head && opened < end) return true;
    return false;
  }

  /** Number of the unfolded entries from `id` on that have no row. */
  #hiddenFrom(id: number, filtered: Filtered): number {
    const {repeats} = this.#index;
    const {heads} = repeats;
    let hidden = filtered ? 0 : heads.countFrom(id);
    if (!filtered) {
      for (const opened of this.#opened) {
        const run = repeats.runOf(opened);
        if (run && run.end > id) hidden -= heads.countFrom(Math.max(run.head, id)) - heads.countFrom(run.end);
      }
      return hidden;
    }
    const wordAt = (at: number) => filtered.wordAt(at);
    let from = id;
    for (let runs = 0; runs < mostRuns; runs++) {
      const head = heads.nextFrom(from);
      if (head === undefined) return hidden;
      const run = repeats.runOf(head);
      from = run?.end ?? head + 1;
      if (run && this.#isFolded(run, filtered)) hidden += heads.countShared(head, from, wordAt);
    }
    // The rest as if all were folded: filters cut few runs, and the user opens few.
    return hidden + heads.countShared(from, (heads.previousTo(Number.MAX_SAFE_INTEGER) ?? from) + 1, wordAt);
  }
}
