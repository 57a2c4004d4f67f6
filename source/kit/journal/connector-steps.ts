import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import {compilePattern} from '../../engine/buffer/pattern.ts';
import {Search} from '../../engine/buffer/search.ts';
import {timeOfBytes} from '../../engine/records/line-head.ts';
import {beginsRun, transitionIn} from '../../engine/records/transitions.ts';
import {clean} from '../../lib/clean.ts';
import {count, withoutNumbers} from '../../lib/format.ts';
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
 * Feldera's words at level INFO, in 0.337 (`crates/adapters/src`): that a connector is paused is in no line of any of them, and
 * the end of a file's or a URL's input neither.
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

const most = 50;
/** A part of the runner's line where a run begins. */
const startPart = 'Resources transition: stopped -> ';

/** Reads a line of the pipeline that tells of a step, or the runner's that begins a run; undefined: it is neither. */
function stepIn(id: number, line: Uint8Array): ConnectorStep | 'start' | undefined {
  const {asSent, record} = readLine(line);
  if (!record) return undefined;
  const message =
    record.format === 'json' ? record.message : asSent.text.slice(record.messageStart, record.fieldsStart);
  if (record.source === 'manager') {
    const transition = transitionIn(message.trim());
    return transition && beginsRun(transition) ? 'start' : undefined;
  }
  if (record.level !== 'INFO') return undefined;
  for (const {pattern, words} of stepKinds) {
    const found = pattern.exec(message);
    const groups = found?.groups ?? {};
    const {name = record.span ?? ''} = groups;
    if (found) return {id, at: timeOfBytes(line), count: 1, connector: clean(name), words: clean(words(groups))};
  }
  return undefined;
}

const known = new WeakMap<LogBuffer, ConnectorSteps>();

/** Returns the steps of connectors in a log: whoever asks for them, it is searched once. */
export function connectorSteps(buffer: LogBuffer): ConnectorSteps {
  const steps = known.get(buffer) ?? new ConnectorSteps(buffer);
  known.set(buffer, steps);
  return steps;
}

/** Finds the steps of connectors in a log while it is read. */
class ConnectorSteps {
  readonly #buffer: LogBuffer;
  readonly #search: Search;
  /** All below were read. */
  #next: number;
  /** Where the newest run begins that was read. */
  #runFrom = 0;
  /** The last ones; what is told of them is a new list when they change. */
  #found: readonly ConnectorStep[] = [];

  constructor(buffer: LogBuffer) {
    this.#buffer = buffer;
    this.#search = new Search(buffer, compilePattern([startPart, ...stepKinds.map(({part}) => part)].join('|')));
    this.#next = buffer.firstId;
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

  /** The last 50 of which the log has a line, the oldest first; the same list until there are others. */
  get found(): readonly ConnectorStep[] {
    const {firstId} = this.#buffer;
    const isKept = ({id}: ConnectorStep) => id >= firstId;
    if (!this.#found.every(isKept)) this.#found = this.#found.filter(isKept);
    return this.#found;
  }

  #readLine(id: number): void {
    const line = this.#buffer.lineAt(id);
    const step = line && stepIn(id, line);
    if (step === 'start') this.#runFrom = id;
    if (!step || step === 'start') return;
    const before = this.#found.findLast(({connector}) => connector === step.connector);
    // A connector takes the same step in each run.
    const isSame = before && before.id >= this.#runFrom && withoutNumbers(before.words) === withoutNumbers(step.words);
    const others = isSame ? this.#found.filter((each) => each !== before) : this.#found;
    this.#found = [...others, isSame ? {...step, ...againSince(before)} : step].slice(-most);
  }
}
