import type {OtherFormat} from '../buffer/log-buffer.ts';
import {felderas, readHead, timed} from './line-formats.ts';
import {isPanicLine} from './line-kind.ts';

/** Most lines, and bytes, from which a format is chosen. */
const mostLines = 100;
const mostBytes = 64 * 1024;

/** The first lines of a log, from which its format is chosen. */
export class FormatSample {
  readonly #now: number;
  readonly #times = new Map<string, number>();
  #withLevel = 0;
  #lines = 0;
  #bytes = 0;

  /** `now`: Unix time in ms, for times without a year. */
  constructor(now: number) {
    this.#now = now;
  }

  get isEmpty(): boolean {
    return this.#lines === 0;
  }

  get isFull(): boolean {
    return this.#lines >= mostLines || this.#bytes >= mostBytes;
  }

  /** Adds a whole line; false: it is full. */
  add(line: Buffer): boolean {
    if (this.isFull) return false;
    this.#lines += 1;
    this.#bytes += line.length;
    const head = readHead(line, {now: this.#now, isTimed: true});
    const name = head?.name ?? (isPanicLine(line, 0, line.length) ? felderas : undefined);
    if (name !== undefined) this.#times.set(name, (this.#times.get(name) ?? 0) + 1);
    if (head?.hasLevel) this.#withLevel += 1;
    return true;
  }

  /** The format that most lines have; undefined: none is recognised. */
  get chosen(): OtherFormat | typeof felderas | undefined {
    const isTimed = this.#withLevel === 0;
    const [most] = [...this.#times].filter(([name]) => isTimed || name !== timed.name).sort(([, a], [, b]) => b - a);
    if (!most || most[0] === felderas) return most && felderas;
    const options = {now: this.#now, isTimed};
    return {name: most[0], canonical: (line) => readHead(line, options)?.line ?? line};
  }
}
