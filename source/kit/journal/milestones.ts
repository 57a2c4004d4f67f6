import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import {compilePattern} from '../../engine/buffer/pattern.ts';
import {MatchReader} from '../../engine/buffer/search.ts';
import type {Log} from '../../engine/logs/log.ts';
import {timeOfBytes} from '../../engine/records/line-head.ts';
import {bareMessage} from '../../engine/records/parse-record.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import {beginsRun, transitionIn} from '../../engine/records/transitions.ts';
import {clean} from '../../lib/clean.ts';
import type {Clock} from '../../lib/clock.ts';
import {count, withoutNumbers} from '../../lib/format.ts';
import {masked} from '../../lib/secrets.ts';
import {readAsItGrows} from '../../lib/slices.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import type {FailedCheckpoints} from '../facts/pipeline-facts.ts';
import {readLine} from '../viewport/line-text.ts';
import {againSince, type PipelineEvent} from './pipeline-event.ts';

/**
 * A step that a connector says it has taken, which is no error: once, or several times with no other step of that connector
 * between. Times and ids are those of events.
 */
export type ConnectorStep = Pick<PipelineEvent, 'at' | 'firstAt' | 'firstId' | 'count'> & {
  readonly id: number;
  /** Its name, as statistics have it; where its lines lack that, what they have of it: `kafka_input{topic="orders"}`. */
  readonly connector: string;
  /** If it was taken several times, the words of the last time: numbers in them may differ. */
  readonly words: string;
};

type StepKind = {
  /** A part of its lines, by which they are searched. */
  readonly part: string;
  /** In the message, after the name in its group `name`, if it has one. */
  readonly pattern: RegExp;
  readonly words: (groups: Readonly<Record<string, string | undefined>>) => string;
};

const delta = /^delta_table (?<name>\S+): /.source;
const version = /version:? (?<version>\d+)/.source;

/**
 * Feldera's words at level INFO, in 0.337 (`crates/adapters/src`). No connector logs that it is paused; those of files and URLs
 * do not log the end of their input.
 */
const stepKinds: readonly StepKind[] = [
  // integrated/delta_table/input.rs: with a version of the table.
  {
    part: 'snapshot load completed',
    pattern: new RegExp(`${delta}snapshot load completed \\(records: (?<records>\\d+), ${version}\\)`),
    words: ({records, version}) => `snapshot complete: ${count(Number(records))} records (version ${version})`,
  },
  {
    part: 'switching to follow mode',
    pattern: new RegExp(`${delta}snapshot phase completed, switching to follow mode .*${version}`),
    words: ({version}) => `following began (version ${version})`,
  },
  {
    part: 'CDC follow started',
    pattern: new RegExp(`${delta}CDC follow started \\(from ${version}`),
    words: ({version}) => `following began (version ${version})`,
  },
  {
    part: 'resuming in follow mode',
    pattern: new RegExp(`${delta}resuming in follow mode from table ${version}`),
    words: ({version}) => `following resumed (version ${version})`,
  },
  {
    part: 'stopping the connector',
    pattern: new RegExp(`${delta}reached table ${version}.*: stopping the connector`),
    words: ({version}) => `end of input (version ${version})`,
  },
  // integrated/postgres/cdc_input.rs
  {
    part: 'etl pipeline started',
    pattern: /^postgres_cdc (?<name>\S+): etl pipeline started for publication/,
    words: () => 'following began',
  },
  // transport/kafka/ft/input.rs, in the span `kafka_input`
  {
    part: 'reached end of all partitions',
    pattern: /^reached end of all partitions/,
    words: () => 'end of input',
  },
  // integrated/postgres/output.rs
  {
    part: 'reconnected to postgres',
    pattern: /^(?<name>postgres): worker-thread-\d+ successfully reconnected to postgres/,
    words: () => 'reconnected',
  },
  // transport/nats/input.rs
  {
    part: 'NATS input recovered',
    pattern: /^NATS input recovered after (?<retries>\d+) retries/,
    words: ({retries}) => `reconnected after ${count(Number(retries))} retries`,
  },
];

/** A part of the runner's line where a run begins. */
const startPart = 'Resources transition: stopped -> ';

/** Feldera's words for a checkpoint that failed (`dbsp_adapters`, controller.rs), of level WARN. */
const failedPattern = /^checkpoint failed: (.*)/s;
/**
 * Feldera's words when it removes older checkpoints after it made one (`dbsp`, checkpointer.rs). No other line tells of a
 * checkpoint that was made, and this one comes from the third on.
 */
const madePattern = /^cleaned up \d+ checkpoints; exception list: /;
const checkpointParts = ['checkpoint failed: ', ' checkpoints; exception list: '];
const checkpointBytes = checkpointParts.map((text) => Buffer.from(text));

/** Reads how a checkpoint ended, and why it failed; undefined: the line does not tell. */
export function checkpointEndIn(line: Buffer): 'made' | {readonly failed: string} | undefined {
  if (!checkpointBytes.some((each) => line.includes(each))) return undefined;
  const {record, message} = readMessage(line);
  if (record?.source !== 'pipeline') return undefined;
  if (madePattern.test(message)) return 'made';
  const reason = record.level === 'WARN' ? failedPattern.exec(message)?.[1] : undefined;
  return reason === undefined ? undefined : {failed: masked(reason)};
}

/** Reads a line of the pipeline that tells of a step, or the runner's that begins a run; undefined: it is neither. */
function stepIn(line: Buffer, id: number): ConnectorStep | 'start' | undefined {
  const {record, message} = readMessage(line);
  if (record?.source === 'manager') {
    const transition = transitionIn(message.trim());
    return transition && beginsRun(transition) ? 'start' : undefined;
  }
  if (record?.level !== 'INFO') return undefined;
  for (const {pattern, words} of stepKinds) {
    const found = pattern.exec(message);
    const groups = found?.groups ?? {};
    const {name = record.span ?? ''} = groups;
    if (found) return {id, at: timeOfBytes(line), count: 1, connector: clean(name), words: clean(words(groups))};
  }
  return undefined;
}

function readMessage(line: Buffer) {
  const {asSent, record} = readLine(line);
  return {record, message: record ? bareMessage(record, asSent.text) : ''};
}

/** Steps that are kept. */
const mostSteps = 50;
const parts = [startPart, ...checkpointParts, ...stepKinds.map(({part}) => part)].join('|');
const known = new WeakMap<LogBuffer, Milestones>();

/** Returns the milestones of a log: whoever asks for them, it is searched once. */
export function milestonesOf(buffer: LogBuffer): Milestones {
  const milestones = known.get(buffer) ?? new Milestones(buffer);
  known.set(buffer, milestones);
  return milestones;
}

/** Steps of connectors, and checkpoints that failed, found in a log while it is read. */
class Milestones {
  readonly #buffer: LogBuffer;
  readonly #lines: MatchReader;
  /** Where the newest run begins that was read. */
  #runFrom = 0;
  #steps: readonly ConnectorStep[] = [];
  /** Since the last checkpoint that was made, the oldest first. */
  #failed: {readonly entry: number; readonly at: number | undefined; readonly reason: string}[] = [];

  constructor(buffer: LogBuffer) {
    this.#buffer = buffer;
    this.#lines = new MatchReader(buffer, compilePattern(parts), (line, id) => this.#readLine(line, id));
  }

  /** Reads about `maxBytes` more. True: all that is complete was read. */
  step(maxBytes: number): boolean {
    return this.#lines.step(maxBytes);
  }

  /** The last 50 steps of which the log has a line, the oldest first; the same list until there are others. */
  get steps(): readonly ConnectorStep[] {
    const {firstId} = this.#buffer;
    const isKept = ({id}: ConnectorStep) => id >= firstId;
    if (!this.#steps.every(isKept)) this.#steps = this.#steps.filter(isKept);
    return this.#steps;
  }

  /** Changes when more is found. */
  get found(): readonly unknown[] {
    return [this.steps, this.#failed.length, this.#failed.at(-1)];
  }

  /** `runFrom`: the id of the first entry of the newest run, which a list may have told; 0: not known. */
  failedCheckpoints(runFrom: number): FailedCheckpoints | undefined {
    const failed = this.#failed.filter(({entry}) => entry >= runFrom);
    const last = failed.at(-1);
    return last && {count: failed.length, since: failed[0]?.at, last: last.at, entry: last.entry, reason: last.reason};
  }

  #readLine(line: Buffer, id: number): true {
    const checkpoint = checkpointEndIn(line);
    if (checkpoint === 'made') this.#failed = [];
    else if (checkpoint) this.#failed.push({entry: id, at: timeOfBytes(line), reason: checkpoint.failed});
    else this.#addStep(stepIn(line, id), id);
    return true;
  }

  #addStep(step: ReturnType<typeof stepIn>, id: number): void {
    if (step === 'start') {
      this.#runFrom = id;
      this.#failed = [];
    }
    if (!step || step === 'start') return;
    const before = this.#steps.findLast(({connector}) => connector === step.connector);
    // A connector takes the same step in each run.
    const isSame = before && before.id >= this.#runFrom && withoutNumbers(before.words) === withoutNumbers(step.words);
    const others = isSame ? this.#steps.filter((each) => each !== before) : this.#steps;
    this.#steps = [...others, isSame ? {...step, ...againSince(before)} : step].slice(-mostSteps);
  }
}

type ReadLog = Pick<Log, 'buffer'> & {readonly snapshot: Pick<Log['snapshot'], 'subscribe'>};

/** Reads an open log for its milestones, in slices, while a page tells of them. */
export class MilestoneReader {
  readonly #clock: Clock;
  readonly #changes = createStore(0);
  #log: ReadLog | undefined;
  #leave = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Changes when more is found. */
  get changes(): ReadableStore<number> {
    return this.#changes;
  }

  /** Reads until `stop`, or another log. `index`: of its records; one that was not shown yet has not been read for runs. */
  start(log: ReadLog | undefined, index: () => RecordIndex | undefined = () => undefined): void {
    if (log === this.#log) return;
    this.stop();
    this.#log = log;
    if (!log) return;
    const milestones = milestonesOf(log.buffer);
    let before = milestones.found;
    this.#leave = readAsItGrows(log, {
      clock: this.#clock,
      step(maxBytes) {
        const isIndexed = index()?.step(maxBytes) !== false;
        return milestones.step(maxBytes) && isIndexed;
      },
      onSlice: () => {
        const {found} = milestones;
        if (found.every((each, at) => each === before[at])) return;
        before = found;
        this.#changes.set(this.#changes.get() + 1);
      },
    });
  }

  stop(): void {
    this.#leave();
    this.#leave = () => {};
    this.#log = undefined;
  }
}
