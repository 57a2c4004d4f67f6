import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import {compilePattern} from '../../engine/buffer/pattern.ts';
import {Search} from '../../engine/buffer/search.ts';
import {timeOfBytes} from '../../engine/records/line-head.ts';
import {clean} from '../../lib/clean.ts';
import {count} from '../../lib/format.ts';
import {readLine} from '../viewport/line-text.ts';

/** A step that a connector says it has taken, which is no error. */
export type ConnectorStep = {
  readonly id: number;
  /** Unix time in ms. */
  readonly at: number | undefined;
  /** Its name, as statistics have it; where its lines lack that, what they have of it: `kafka_input{topic="orders"}`. */
  readonly connector: string;
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
/** Lines with such words that are read: others may have them, too. */
const mostLines = 500;

/** Reads a line of the pipeline that tells of a step; undefined: it tells of none. */
function stepIn(id: number, line: Uint8Array): ConnectorStep | undefined {
  const {asSent, record} = readLine(line);
  if (record?.source !== 'pipeline' || record.level !== 'INFO') return undefined;
  const message =
    record.format === 'json' ? record.message : asSent.text.slice(record.messageStart, record.fieldsStart);
  for (const {pattern, words} of stepKinds) {
    const found = pattern.exec(message);
    const groups = found?.groups ?? {};
    const {name = record.span ?? ''} = groups;
    if (found) return {id, at: timeOfBytes(line), connector: clean(name), words: clean(words(groups))};
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
  #found: {readonly count: number; readonly firstId: number; readonly steps: readonly ConnectorStep[]} | undefined;

  constructor(buffer: LogBuffer) {
    this.#buffer = buffer;
    this.#search = new Search(buffer, compilePattern(stepKinds.map(({part}) => part).join('|')));
  }

  /** Reads about `maxBytes` more. True: all was read. */
  step(maxBytes: number): boolean {
    return this.#search.step(maxBytes);
  }

  /** The last 50 of them, the oldest first; the same list until there are others. */
  get found(): readonly ConnectorStep[] {
    const {count} = this.#search;
    const {firstId} = this.#buffer;
    if (this.#found?.count !== count || this.#found.firstId !== firstId)
      this.#found = {count, firstId, steps: this.#read()};
    return this.#found.steps;
  }

  #read(): readonly ConnectorStep[] {
    const steps: ConnectorStep[] = [];
    let id = this.#search.previousBefore(Number.POSITIVE_INFINITY);
    for (let lines = 0; id !== undefined && steps.length < most && lines < mostLines; lines++) {
      const line = this.#buffer.lineAt(id);
      const step = line && stepIn(id, line);
      if (step) steps.push(step);
      id = this.#search.previousBefore(id);
    }
    return steps.reverse();
  }
}
