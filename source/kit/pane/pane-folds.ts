import {allEntries, type Entries, type LogBuffer} from '../../engine/buffer/log-buffer.ts';
import {FoldedRecords} from '../../engine/filters/folded-records.ts';
import {FoldedRepeats} from '../../engine/filters/folded-repeats.ts';
import {FoldedSuppressed} from '../../engine/filters/folded-suppressed.ts';
import type {ShownLines} from '../../engine/filters/shown-lines.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import type {RepeatRun} from '../../engine/records/repeats.ts';
import type {SuppressedErrors} from '../../engine/records/suppressed.ts';

/**
 * A row of several similar `records`, of `repeats` of one, of the `lines` of one, or of an error and the lines that tell
 * of `suppressed` ones; `open`: each of them has its own row instead.
 */
type PaneFold = {
  readonly of: 'records' | 'repeats' | 'lines' | 'suppressed';
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
  /** Similar records are folded, those of one text with them. */
  readonly foldsSimilar: () => boolean;
  /** A fold was opened or closed. */
  readonly onToggle: () => void;
};

/** Which entries of a log have a row of their own, and what else is in the row of one. */
export class PaneFolds {
  readonly records: FoldedRecords;
  readonly #suppressed: FoldedSuppressed;
  readonly #repeats: FoldedRepeats;
  readonly #log: FoldedLog;

  constructor(log: FoldedLog) {
    this.#log = log;
    this.records = new FoldedRecords(log.index);
    this.#suppressed = new FoldedSuppressed(log.suppressed);
    this.#repeats = new FoldedRepeats(log.index);
  }

  /** The entries that have a row. */
  get entries(): Entries {
    if (this.#log.isAsSent()) return this.records.entries(this.unfolded);
    const entries = this.#suppressed.entries(this.unfolded);
    return this.records.entries(this.#log.foldsSimilar() ? entries : this.#repeats.entries(entries, this.#log.shown()));
  }

  /** These entries, all lines of closed panics and configurations, repeats, and those that tell of suppressed errors. */
  get unfolded(): Entries {
    return this.#log.shown() ?? allEntries(this.#log.buffer);
  }

  /** The entry in whose row a line is, of those that filters show. */
  rowOf(id: number): number {
    const row = this.records.rowOf(id);
    if (this.#log.isAsSent()) return row;
    const run = this.#runAt(row);
    return run?.open === false ? run.head : this.#suppressed.rowOf(row, this.unfolded);
  }

  /** Number of records in the row `id`. */
  foldedAt(id: number): number {
    return this.#closedAt(id)?.records ?? this.#log.shown()?.foldedAt(id) ?? 1;
  }

  /** The record whose text is in the row `id`: of those with the same text the last. */
  textOf(id: number): number {
    return this.#closedAt(id)?.last ?? id;
  }

  /** All lines of the records in the row `id`, of those that filters show; `id` alone if nothing is folded there. */
  *linesOf(id: number): Generator<number> {
    const shown = this.#log.shown();
    const run = this.#closedAt(id);
    if (!run) yield* shown?.foldLines(id) ?? [id];
    else for (let at = id; at < run.end; at++) if (shown?.includes(at) ?? true) yield at;
  }

  /** Returns the number of errors that are not in the log, and that the records in the row `id` stand for. */
  suppressedAt(id: number): number {
    const run = this.#closedAt(id);
    if (run) return this.#suppressed.countIn(run.head, run.end);
    const shown = this.#log.shown();
    if (this.#suppressed.opened.has(id) && (shown?.foldedAt(id) ?? 1) === 1) return 0;
    return shown?.suppressedAt(id) || (this.#log.isAsSent() ? 0 : this.#suppressed.countAt(id));
  }

  /** The fold of a shown line: of several similar records, of repeats, or of the lines of a long one. */
  at(id: number): PaneFold | undefined {
    const fold = this.#log.shown()?.foldOf(id);
    const similar = fold && fold.records > 1 ? {of: 'records' as const, head: fold.head, open: fold.open} : undefined;
    const run = this.#runAt(this.#log.index.headOf(id));
    const several = run ? {of: 'repeats' as const, head: run.head, open: run.open} : similar;
    if (several && !several.open) return several;
    const record = this.records.at(id);
    if (record) return {of: 'lines', head: record.head, open: record.open};
    if (this.#log.isAsSent() || (several && this.entries.atOrAfter(id) === id)) return several;
    const error = this.#suppressed.at(this.#log.index.headOf(id), this.unfolded);
    return error ? {of: 'suppressed', ...error} : several;
  }

  /** The lines before an error that tell of others like it, shown or not. */
  linesBefore(head: number): readonly number[] {
    return this.#suppressed.linesOf(head);
  }

  toggle({of, head, open}: PaneFold): void {
    if (of === 'records') this.#log.shown()?.setOpen(head, !open);
    else if (of === 'suppressed') this.#suppressed.setOpen(head, !open);
    else if (of === 'lines') this.records.setOpen(head, !open);
    else this.#toggleRun(head);
    this.#log.onToggle();
  }

  /** Opens the folds of a line that filters show. */
  reveal(id: number): void {
    if (this.#log.shown()?.includes(id) === false) return;
    // Of a line that was not indexed yet, nobody knows what it repeats.
    if (id >= this.#log.index.indexedTo) this.#repeats.openAt(id);
    for (let fold = this.at(id); this.entries.atOrAfter(id) !== id && fold && !fold.open; fold = this.at(id)) {
      this.toggle(fold);
    }
  }

  #runAt(head: number) {
    if (this.#log.isAsSent() || this.#log.foldsSimilar()) return undefined;
    return this.#repeats.at(head, this.#log.shown());
  }

  #closedAt(id: number): RepeatRun | undefined {
    const run = this.#runAt(id);
    return run?.open === false && run.head === id ? run : undefined;
  }

  #toggleRun(head: number): void {
    const run = this.#runAt(head);
    if (!run) return;
    this.#repeats.setOpen(run, !run.open);
    // A closed run has one row.
    if (run.open) this.#suppressed.closeIn(run.head, run.end);
  }
}
