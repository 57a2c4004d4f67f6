import type {LogBuffer} from '../buffer/log-buffer.ts';
import {visibleText} from '../buffer/visible-text.ts';
import {parseRecord} from '../records/parse-record.ts';
import {shapeOf} from '../records/shape.ts';

/** Spans and target of a text line end before this, and the rest of a long line need not be read. Bytes. */
const targetWithin = 1024;
const brace = 0x7b;

/** The shapes of records, asked of neighbours in turn: the last two are remembered. */
export class RecordShapes {
  readonly #buffer: LogBuffer;
  #last = {head: -1, shape: 0};
  #lastButOne = this.#last;

  constructor(buffer: LogBuffer) {
    this.#buffer = buffer;
  }

  /** Of the record that begins at `head`, which is held. */
  of(head: number): number {
    if (this.#last.head === head) return this.#last.shape;
    if (this.#lastButOne.head === head) return this.#lastButOne.shape;
    const line = this.#buffer.lineAt(head);
    this.#lastButOne = this.#last;
    this.#last = {head, shape: line ? shapeOf(line) : 0};
    return this.#last.shape;
  }

  /** The last lines have changed. */
  forget(): void {
    this.#last = {head: -1, shape: 0};
    this.#lastButOne = this.#last;
  }
}

/**
 * The targets that a head line answers to, its own and `runner` for the runner's lines; none for plain text. Makes
 * strings: asked of lines only that are known to contain what is looked for.
 */
export function targetsOf(line: Buffer): readonly string[] {
  const record = parseRecord(visibleText(line[0] === brace ? line : line.subarray(0, targetWithin)));
  if (!record) return [];
  const own = record.target === '' ? [] : [record.target];
  return record.source === 'manager' ? [...own, 'runner'] : own;
}
