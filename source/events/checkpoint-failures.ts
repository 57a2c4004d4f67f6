import type {LogBuffer} from '../buffer/log-buffer.ts';
import {compilePattern} from '../buffer/pattern.ts';
import {Search} from '../buffer/search.ts';
import type {Log} from '../logs/log.ts';
import {timeOfBytes} from '../records/line-head.ts';
import {readLine} from '../viewport/line-text.ts';

/** Checkpoints of the newest run that failed, as its log says, and after which the log tells of none that was made. */
export type FailedCheckpoints = {
  readonly count: number;
  /** Unix times in ms of the first and the last one. */
  readonly since: number | undefined;
  readonly last: number | undefined;
  /** Id of the last one. */
  readonly entry: number;
  /** Why that failed, as sent. */
  readonly reason: string;
};

/** Feldera's words for one that failed (`dbsp_adapters`, controller.rs), of level WARN. */
const failedPattern = /^checkpoint failed: (.*)/s;
/**
 * Where a checkpoint was made, older ones are removed (`dbsp`, checkpointer.rs): no other line tells of it, and none does
 * before there are three.
 */
const madePattern = /^cleaned up \d+ checkpoints; exception list: /;
const words = ['checkpoint failed: ', ' checkpoints; exception list: '].map((text) => Buffer.from(text));

type Read = Pick<Log, 'buffer' | 'errors'>;

/** Reads a log for checkpoints that failed, in steps: nothing of it is done unless somebody asks for them. */
export class CheckpointFailures {
  readonly #log: Read;
  readonly #search: Search;
  /** All below were read. */
  #next: number;
  /** Of the run whose first entry has this id. */
  #run = 0;
  #found: FailedCheckpoints | undefined;

  constructor(log: Read) {
    this.#log = log;
    this.#search = new Search(log.buffer, compilePattern('checkpoint'));
    this.#next = log.buffer.firstId;
  }

  /** As far as the log was read; the same object until one more is found. */
  get found(): FailedCheckpoints | undefined {
    return this.#run === this.#log.errors.connectors.firstId ? this.#found : undefined;
  }

  /** Reads about `maxBytes` more. True: all that is complete was read. */
  step(maxBytes: number): boolean {
    const isDone = this.#search.step(maxBytes);
    const end = Math.min(this.#search.countExactUpTo, this.#log.buffer.endedTo);
    for (let id = this.#search.nextAfter(this.#next - 1); id !== undefined && id < end; id = this.#search.nextAfter(id))
      this.#readLine(id);
    this.#next = Math.max(this.#next, end);
    return isDone;
  }

  #readLine(id: number): void {
    const {buffer, errors} = this.#log;
    const {firstId: run} = errors.connectors;
    const line = id < run ? undefined : buffer.lineAt(id);
    if (!line || !words.some((each) => line.includes(each))) return;
    if (this.#run !== run) this.#found = undefined;
    this.#run = run;
    const {asSent, record} = readLine(line);
    if (record?.source !== 'pipeline') return;
    const message =
      record.format === 'json' ? record.message : asSent.text.slice(record.messageStart, record.fieldsStart);
    const reason = record.level === 'WARN' ? failedPattern.exec(message)?.[1] : undefined;
    const last = timeOfBytes(line);
    if (madePattern.test(message)) this.#found = undefined;
    else if (reason !== undefined) {
      const {count = 0, since = last} = this.#found ?? {};
      this.#found = {count: count + 1, since, last, entry: id, reason};
    }
  }
}

const ofLogs = new WeakMap<LogBuffer, CheckpointFailures>();

/** Those of a log, whoever reads it: what was read once is not read again. */
export function checkpointFailuresOf(log: Read): CheckpointFailures {
  const failures = ofLogs.get(log.buffer) ?? new CheckpointFailures(log);
  ofLogs.set(log.buffer, failures);
  return failures;
}

/** As far as somebody has read the log for them. */
export function failedCheckpointsIn({buffer}: Pick<Log, 'buffer'>): FailedCheckpoints | undefined {
  return ofLogs.get(buffer)?.found;
}
