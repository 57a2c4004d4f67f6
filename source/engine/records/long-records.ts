import {bisect} from '../../lib/bisect.ts';
/** A record whose lines can be shown as one row: a panic or a configuration. */
export type LongRecord = {
  readonly head: number;
  /** Number of its lines, the head included. */
  readonly lines: number;
  /** Ids of its first lines, at most three, the head included. */
  readonly first: readonly number[];
};

type GrowingRecord = {readonly head: number; lines: number; readonly first: number[]};

/** Lines of one record, without its head, that follow one another: `[from, to)`. */
type LineRange = {readonly record: GrowingRecord; readonly from: number; to: number};

const firstLines = 3;

/**
 * The long records of a log with more lines than their head. There are few of them: one configuration for each start.
 * Lines are added at the end and dropped at the start.
 */
export class LongRecords {
  /** In the order of their ids. */
  #ranges: LineRange[] = [];
  readonly #records = new Map<number, GrowingRecord>();

  /** Adds a line to the record of `head`. */
  add(head: number, id: number): void {
    let record = this.#records.get(head);
    if (!record) {
      record = {head, lines: 1, first: [head]};
      this.#records.set(head, record);
    }
    record.lines += 1;
    if (record.first.length < firstLines) record.first.push(id);
    const last = this.#ranges.at(-1);
    if (last?.record === record && last.to === id) last.to = id + 1;
    else this.#ranges.push({record, from: id, to: id + 1});
  }

  /** Removes the line `id` if it is the last one. */
  removeLast(id: number): void {
    const last = this.#ranges.at(-1);
    if (!last || last.to !== id + 1) return;
    const {record} = last;
    last.to = id;
    if (last.to === last.from) this.#ranges.pop();
    record.lines -= 1;
    if (record.first.at(-1) === id) record.first.pop();
    if (record.lines === 1) this.#records.delete(record.head);
  }

  /** Drops records whose head is below `firstId`: what is left of them are single lines. */
  dropBefore(firstId: number): void {
    if ((this.#ranges[0]?.record.head ?? firstId) >= firstId) return;
    for (const {record} of this.#ranges) if (record.head < firstId) this.#records.delete(record.head);
    // Not only the first ones: lines of other records come between those of one.
    this.#ranges = this.#ranges.filter(({record}) => record.head >= firstId);
  }

  /** The record that begins at `head`; undefined if it is not long. */
  get(head: number): LongRecord | undefined {
    return this.#records.get(head);
  }

  /** Ids of the lines of a long record, in order. */
  linesOf(head: number): readonly number[] {
    const ids = [head];
    const count = this.#records.get(head)?.lines ?? 1;
    for (const {head: its, from, to} of this.rangesFrom(head)) {
      if (its === head) for (let id = from; id < to; id++) ids.push(id);
      if (ids.length >= count) break;
    }
    return ids;
  }

  /** The lines around `id` of one record, without its head: `[from, to)`; undefined if `id` is no such line. */
  rangeAt(id: number): {readonly head: number; readonly from: number; readonly to: number} | undefined {
    const {record, from, to} = this.#ranges[this.#indexAfter(id) - 1] ?? {};
    if (!record || from === undefined || to === undefined || id >= to) return undefined;
    return {head: record.head, from, to};
  }

  /** The ranges with lines from `id` on, in order. */
  *rangesFrom(id: number): Generator<{readonly head: number; readonly from: number; readonly to: number}> {
    const before = this.#indexAfter(id) - 1;
    const first = (this.#ranges[before]?.to ?? id) > id ? before : before + 1;
    for (let index = Math.max(0, first); index < this.#ranges.length; index++) {
      const {record, from, to} = this.#ranges[index] ?? {};
      if (record && from !== undefined && to !== undefined) yield {head: record.head, from: Math.max(from, id), to};
    }
  }

  /** Number of ranges that begin at `id` or before. */
  #indexAfter(id: number): number {
    return bisect(0, this.#ranges.length, (at) => (this.#ranges[at]?.from ?? 0) <= id);
  }
}
