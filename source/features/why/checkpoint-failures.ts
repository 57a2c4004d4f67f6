import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import {compilePattern} from '../../engine/buffer/pattern.ts';
import {Search} from '../../engine/buffer/search.ts';
import {timeOfBytes} from '../../engine/records/line-head.ts';
import type {FailedCheckpoints} from '../../kit/facts/pipeline-facts.ts';
import {readLine} from '../../kit/viewport/line-text.ts';
import {bisect} from '../../lib/bisect.ts';
import {masked} from '../../lib/secrets.ts';

/** Feldera's words for one that failed (`dbsp_adapters`, controller.rs), of level WARN. */
const failedPattern = /^checkpoint failed: (.*)/s;
/**
 * Feldera's words where a checkpoint was made, and older ones are removed (`dbsp`, checkpointer.rs): no other line
 * tells of it, and none does before there are three.
 */
const madePattern = /^cleaned up \d+ checkpoints; exception list: /;
const words = ['checkpoint failed: ', ' checkpoints; exception list: '].map((text) => Buffer.from(text));

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
    if (!line || !words.some((each) => line.includes(each))) return;
    const {asSent, record} = readLine(line);
    if (record?.source !== 'pipeline') return;
    const message =
      record.format === 'json' ? record.message : asSent.text.slice(record.messageStart, record.fieldsStart);
    const reason = record.level === 'WARN' ? failedPattern.exec(message)?.[1] : undefined;
    if (madePattern.test(message)) this.#failed = [];
    else if (reason !== undefined) {
      this.#failed.push({entry: id, at: timeOfBytes(line)});
      this.#reason = masked(reason);
    }
  }
}
