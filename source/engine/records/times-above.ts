import type {LogBuffer} from '../buffer/log-buffer.ts';
import {timeOfBytes} from './line-head.ts';

/** The time of a line without one is rarely further above than this. */
const maxLinesAbove = 50;

/**
 * Finds times for lines without one, which ask in their order: that of a line closely above. No line is read twice, as
 * thousands in a row may ask, in the trace of a stack.
 */
export class TimesAbove {
  readonly #lines: Pick<LogBuffer, 'canonicalAt'>;
  /** The line that asked last, and its answer. */
  #lastId = -1;
  #lastTime: number | undefined;

  constructor(lines: Pick<LogBuffer, 'canonicalAt'>) {
    this.#lines = lines;
  }

  /** Unix time in ms; undefined: no line closely above has one. */
  of(id: number): number | undefined {
    this.#lastTime = this.#find(id);
    this.#lastId = id;
    return this.#lastTime;
  }

  #find(id: number): number | undefined {
    for (let above = id - 1; above > id - maxLinesAbove; above--) {
      if (above === this.#lastId) return this.#lastTime;
      const line = this.#lines.canonicalAt(above);
      const time = line && timeOfBytes(line);
      if (time !== undefined) return time;
    }
    return undefined;
  }
}
