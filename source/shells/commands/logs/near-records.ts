import type {Selected} from '../../../kit/shell/record-selector.ts';

/** Finds the records before and after each selected one (`--around`), as grep finds lines: each once, in groups. */
export class NearRecords {
  readonly #around: number;
  /** Of the last records that were not selected, those that may be before one that is, in their order. */
  #before: Selected[] = [];
  /** How many records that are not selected are still printed. */
  #after = 0;
  /** First line of the last record that is printed because it is near. */
  #lastNear: number | undefined;
  /** Something between two printed records is left out. */
  #isGap = false;

  constructor(around: number) {
    this.#around = around;
  }

  /** Takes each record, selected or not. Returns what is printed now, and what ends everything, printed or not. */
  take(record: Selected): readonly Selected[] {
    const taken = this.#take(record);
    return record.over === undefined || taken.includes(record) ? taken : [...taken, {...record, lines: []}];
  }

  #take(record: Selected): readonly Selected[] {
    if (record.isNear !== true) {
      const all = [...this.#before, record];
      this.#before = [];
      this.#after = this.#around;
      return this.#printed(all);
    }
    if (!record.startsHere) return this.#takeMore(record);
    if (this.#after > 0) {
      this.#after -= 1;
      this.#lastNear = record.head;
      return this.#printed([record]);
    }
    this.#wait(record);
    this.#forget();
    return [];
  }

  /** More lines of a record that came before: they go where it went. */
  #takeMore(record: Selected): readonly Selected[] {
    if (record.head === this.#lastNear) return this.#printed([record]);
    if (this.#before.some(({head}) => head === record.head)) this.#wait(record);
    else this.#isGap = true;
    return [];
  }

  /** Copied: the buffer uses its memory again. */
  #wait(record: Selected): void {
    this.#before.push({...record, lines: record.lines.map((line) => Buffer.from(line))});
  }

  /** Of the waiting ones, all but the last are too far away. */
  #forget(): void {
    const starts = this.#before.filter(({startsHere}) => startsHere);
    const first = starts.at(-this.#around);
    if (!first || starts.length <= this.#around) return;
    this.#before = this.#before.filter(({head}) => head >= first.head);
    this.#isGap = true;
  }

  #printed(records: readonly Selected[]): readonly Selected[] {
    const [first, ...others] = records;
    const startsGroup = this.#isGap;
    this.#isGap = false;
    return first && startsGroup ? [{...first, startsGroup}, ...others] : records;
  }
}
