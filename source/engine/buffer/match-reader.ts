import type {LogBuffer} from './log-buffer.ts';
import type {Pattern} from './pattern.ts';
import {Search} from './search.ts';

/** Reads the lines of a log that match, each once, when it has ended: in steps, and on as the log grows. */
export class MatchReader {
  readonly #buffer: LogBuffer;
  readonly #search: Search;
  readonly #read: (line: Buffer, id: number) => boolean;
  /** All below were read. */
  #next: number;

  /** `read`: returns false if a line cannot be read before the next one has come. */
  constructor(buffer: LogBuffer, pattern: Pattern, read: (line: Buffer, id: number) => boolean) {
    this.#buffer = buffer;
    this.#search = new Search(buffer, pattern);
    this.#read = read;
    this.#next = buffer.firstId;
  }

  /** Reads about `maxBytes` more. True: all that is complete was read. */
  step(maxBytes: number): boolean {
    const isDone = this.#search.step(maxBytes);
    // The open line may still grow.
    let end = Math.min(this.#search.countExactUpTo, this.#buffer.endedTo);
    for (
      let id = this.#search.nextAfter(this.#next - 1);
      id !== undefined && id < end;
      id = this.#search.nextAfter(id)
    ) {
      const line = this.#buffer.lineAt(id);
      if (line && !this.#read(line, id)) end = id;
    }
    this.#next = Math.max(this.#next, end);
    return isDone;
  }
}
