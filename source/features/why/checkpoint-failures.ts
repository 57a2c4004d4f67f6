import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import {compilePattern} from '../../engine/buffer/pattern.ts';
import {Search} from '../../engine/buffer/search.ts';
import {timeOfBytes} from '../../engine/records/line-head.ts';
import type {FailedCheckpoints} from '../../kit/facts/pipeline-facts.ts';
import {checkpointEndIn} from '../../kit/journal/timeline.ts';
import {bisect} from '../../lib/bisect.ts';

/** Reads a log for checkpoints that failed, in steps: nothing of it is done unless somebody asks for them. */
export class CheckpointFailures {
  readonly #buffer: LogBuffer;
  readonly #runFrom: () => number | undefined;
  readonly #search: Search;
  /** All below were read. */
  #next: number;
  /** Since the last one that was made, oldest first, in all runs: where the newest run begins may become known later. */
  #failed: {readonly entry: number; readonly at: number | undefined}[] = [];
  /** Why the last of them failed. */
  #reason = '';
  #found: FailedCheckpoints | undefined;

  /** `runFrom`: the id of the first entry of the newest run; undefined: not known, so all of the log may be of it. */
  constructor(buffer: LogBuffer, runFrom: () => number | undefined) {
    this.#buffer = buffer;
    this.#runFrom = runFrom;
    this.#search = new Search(buffer, compilePattern('checkpoint'));
    this.#next = buffer.firstId;
  }

  /** Those found as far as the log was read; the same object until one more is found, or another run is the newest. */
  get found(): FailedCheckpoints | undefined {
    const failed = this.#failed;
    const from = this.#runFrom() ?? 0;
    const first = bisect(0, failed.length, (at) => (failed[at]?.entry ?? from) < from);
    const last = failed.at(-1);
    const times = failed.length - first;
    if (!last || times === 0) return undefined;
    const {entry, at} = last;
    if (this.#found?.entry !== entry || this.#found.count !== times)
      this.#found = {count: times, since: failed[first]?.at, last: at, entry, reason: this.#reason};
    return this.#found;
  }

  /** Reads about `maxBytes` more. True: all that is complete was read. */
  step(maxBytes: number): boolean {
    const isDone = this.#search.step(maxBytes);
    const end = Math.min(this.#search.countExactUpTo, this.#buffer.endedTo);
    for (let id = this.#search.nextAfter(this.#next - 1); id !== undefined && id < end; id = this.#search.nextAfter(id))
      this.#readLine(id);
    this.#next = Math.max(this.#next, end);
    return isDone;
  }

  #readLine(id: number): void {
    const line = this.#buffer.lineAt(id);
    const end = line && checkpointEndIn(line);
    if (end === 'made') this.#failed = [];
    else if (line && end) {
      this.#failed.push({entry: id, at: timeOfBytes(line)});
      this.#reason = end.failed;
    }
  }
}
