import {allEntries, type Entries, type LogBuffer} from '../../engine/buffer/log-buffer.ts';
import {FoldedRecords} from '../../engine/filters/folded-records.ts';
import {FoldedSuppressed} from '../../engine/filters/folded-suppressed.ts';
import type {ShownLines} from '../../engine/filters/shown-lines.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import type {SuppressedErrors} from '../../engine/records/suppressed.ts';

/**
 * A row of several `records`, of the `lines` of one record, or of an error and the lines that tell of `suppressed` ones;
 * `open`: each of them has its own row instead.
 */
type PaneFold = {
  readonly of: 'records' | 'lines' | 'suppressed';
  readonly head: number;
  /** The first line that the row of an error stands for: it is above that. */
  readonly firstId?: number;
  readonly open: boolean;
};

type FoldedLog = {
  readonly buffer: LogBuffer;
  readonly index: RecordIndex;
  readonly suppressed: SuppressedErrors;
  /** The entries that filters and folds of similar records leave; undefined: there are none of both. */
  readonly shown: () => ShownLines | undefined;
  /** Lines are shown as sent: each has its own row, but for those of a closed panic or configuration. */
  readonly isAsSent: () => boolean;
  /** A fold was opened or closed. */
  readonly onToggle: () => void;
};

/** Which entries of a log have a row of their own, and what else is in the row of one. */
export class PaneFolds {
  readonly records: FoldedRecords;
  readonly #suppressed: FoldedSuppressed;
  readonly #log: FoldedLog;

  constructor(log: FoldedLog) {
    this.#log = log;
    this.records = new FoldedRecords(log.index);
    this.#suppressed = new FoldedSuppressed(log.suppressed);
  }

  /** The entries that have a row. */
  get entries(): Entries {
    return this.records.entries(this.#log.isAsSent() ? this.unfolded : this.#suppressed.entries(this.unfolded));
  }

  /** These entries, all lines of closed panics and configurations, and those that tell of suppressed errors. */
  get unfolded(): Entries {
    return this.#log.shown() ?? allEntries(this.#log.buffer);
  }

  /** The entry in whose row a line is, of those that filters show. */
  rowOf(id: number): number {
    const row = this.records.rowOf(id);
    return this.#log.isAsSent() ? row : this.#suppressed.rowOf(row, this.unfolded);
  }

  /** Returns the number of errors that are not in the log, and that the records in the row `id` stand for. */
  suppressedAt(id: number): number {
    const shown = this.#log.shown();
    if (this.#suppressed.opened.has(id) && (shown?.foldedAt(id) ?? 1) === 1) return 0;
    return shown?.suppressedAt(id) || (this.#log.isAsSent() ? 0 : this.#suppressed.countAt(id));
  }

  /** The fold of a shown line: of several similar records, or of the lines of a long one. */
  at(id: number): PaneFold | undefined {
    const fold = this.#log.shown()?.foldOf(id);
    const similar = fold && fold.records > 1 ? {of: 'records' as const, head: fold.head, open: fold.open} : undefined;
    if (similar && !similar.open) return similar;
    const record = this.records.at(id);
    if (record) return {of: 'lines', head: record.head, open: record.open};
    const error =
      similar || this.#log.isAsSent() ? undefined : this.#suppressed.at(this.#log.index.headOf(id), this.unfolded);
    return error ? {of: 'suppressed', ...error} : similar;
  }

  /** The lines before an error that tell of others like it, shown or not. */
  linesBefore(head: number): readonly number[] {
    return this.#suppressed.linesOf(head);
  }

  toggle({of, head, open}: PaneFold): void {
    if (of === 'records') this.#log.shown()?.setOpen(head, !open);
    else if (of === 'suppressed') this.#suppressed.setOpen(head, !open);
    else this.records.setOpen(head, !open);
    this.#log.onToggle();
  }

  /** Opens the folds of a line that filters show. */
  reveal(id: number): void {
    if (this.#log.shown()?.includes(id) === false) return;
    for (let fold = this.at(id); this.entries.atOrAfter(id) !== id && fold && !fold.open; fold = this.at(id)) {
      this.toggle(fold);
    }
  }
}
