import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import {type ConfigurationValue, parseConfiguration} from '../../engine/program/configuration.ts';
import {isConfigurationLine, opensConfiguration} from '../../engine/records/configuration-lines.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';

/**
 * The configuration that a run printed at its start. Unknown: it is not in the log, since that begins later or lost it
 * (`missing`), a part of it is not (`cut`), or too many others are kept (`dropped`).
 */
export type RunConfiguration =
  | {readonly kind: 'known' /** Id of its first line. */; readonly id: number; readonly value: ConfigurationValue}
  | {readonly kind: 'unknown'; readonly why: 'missing' | 'cut' | 'dropped'};

/** Lines of all configurations that are kept: about 100 bytes each. A large one has 20,000. */
const mostLines = 200_000;
/** Entries after the last line of a configuration after which no other line of it comes. */
const longestPause = 1000;
/** Cost of a line in bytes, added to its own. */
const lineCost = 100;

/** A configuration whose lines are being read, or have not all come. */
type Open = {
  readonly id: number;
  readonly run: number;
  /** Those that were read: of the first one its brace. */
  readonly lines: string[];
  value?: ConfigurationValue | undefined;
};

/**
 * Reads the configurations of runs in steps, while the log is read: it may leave the buffer soon after. Nothing of it is
 * done unless somebody asks for the changes between runs.
 */
export class RunConfigurations {
  readonly #buffer: LogBuffer;
  readonly #index: RecordIndex;
  readonly #open: Open[] = [];
  /** Configurations by the id of the run's first entry, oldest first. */
  readonly #found = new Map<number, RunConfiguration & {readonly lines: number}>();
  #lines = 0;

  constructor({buffer, index}: {readonly buffer: LogBuffer; readonly index: RecordIndex}) {
    this.#buffer = buffer;
    this.#index = index;
  }

  /** Adds the first line of a record, which may be that of a configuration. `run`: the id of its first entry. */
  add(id: number, line: Uint8Array, run: number): void {
    if (!isConfigurationLine(line, 0, line.length) || !opensConfiguration(line, line.length)) return;
    // Each host of a pipeline prints its own, and a process that was started again the same.
    if (this.#found.get(run)?.kind === 'known') return;
    this.#open.push({id, run, lines: ['{']});
  }

  /** Reads about `maxBytes` more. Returns the bytes that are left; 0 and less: there is more to read. */
  step(maxBytes: number): number {
    let left = maxBytes;
    for (let next = this.#open[0]; next && left > 0; next = this.#open[0]) {
      left -= this.#read(next, left);
      if (left <= 0) return left;
      if (next.value === undefined && !this.#hasEnded(next)) return left;
      this.#open.shift();
      this.#keep(next);
    }
    return left;
  }

  of(run: number): RunConfiguration {
    const found = this.#found.get(run);
    if (found) return found;
    const isBegun = this.#open.some((each) => each.run === run);
    return {kind: 'unknown', why: isBegun ? 'cut' : 'missing'};
  }

  /** Returns the bytes that were read. */
  #read(open: Open, maxBytes: number): number {
    const ids = this.#index.linesOf(open.id);
    const {endedTo} = this.#buffer;
    let bytes = 0;
    while (bytes < maxBytes) {
      const id = ids[open.lines.length];
      // An open line is not read before its end.
      if (id === undefined || id >= endedTo) break;
      const line = this.#buffer.lineAt(id);
      open.lines.push(line?.toString() ?? '');
      bytes += lineCost + (line?.length ?? 0);
      if (open.lines.at(-1) === '}') open.value = parseConfiguration(open.lines.join('\n'));
    }
    return bytes;
  }

  /** Tells whether its lines have left the buffer, or none can follow. */
  #hasEnded({id, run}: Open): boolean {
    const last = this.#index.linesOf(id).at(-1);
    if (last === undefined || id < this.#buffer.firstId) return true;
    return this.#index.indexedTo - last > longestPause || this.#index.runAt(last)?.firstId !== run;
  }

  #keep({id, run, value, lines: {length: lines}}: Open): void {
    const before = this.#found.get(run);
    if (before?.kind === 'known') return;
    this.#found.set(
      run,
      value === undefined ? {kind: 'unknown', why: 'cut', lines: 0} : {kind: 'known', id, value, lines},
    );
    if (value !== undefined) this.#lines += lines;
    for (const [oldest, each] of this.#found) {
      if (this.#lines <= mostLines || oldest === run) break;
      this.#lines -= each.lines;
      this.#found.set(oldest, {kind: 'unknown', why: 'dropped', lines: 0});
    }
  }
}
