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
    pattern: new RegExp(`${delta}snapshot load completed \\(records: (?<records>\\d+), ${version}\\)`),
    words: ({records, version}) => `snapshot complete: ${count(Number(records))} records (version ${version})`,
  },
  {
    pattern: new RegExp(`${delta}snapshot phase completed, switching to follow mode .*${version}`),
    words: ({version}) => `following began (version ${version})`,
  },
  {
    pattern: new RegExp(`${delta}CDC follow started \\(from ${version}`),
    words: ({version}) => `following began (version ${version})`,
  },
  {
    pattern: new RegExp(`${delta}resuming in follow mode from table ${version}`),
    words: ({version}) => `following resumed (version ${version})`,
  },
  {
    pattern: new RegExp(`${delta}reached table ${version}.*: stopping the connector`),
    words: ({version}) => `end of input (version ${version})`,
  },
  // integrated/postgres/cdc_input.rs
  {pattern: /^postgres_cdc (?<name>\S+): etl pipeline started for publication/, words: () => 'following began'},
  // transport/kafka/ft/input.rs, in the span `kafka_input`
  {pattern: /^reached end of all partitions/, words: () => 'end of input'},
  // integrated/postgres/output.rs
  {pattern: /^(?<name>postgres): worker-thread-\d+ successfully reconnected to postgres/, words: () => 'reconnected'},
  // transport/nats/input.rs
  {
    pattern: /^NATS input recovered after (?<retries>\d+) retries/,
    words: ({retries}) => `reconnected after ${count(Number(retries))} retries`,
  },
];

/** A part of each of them, by which lines are searched. */
const parts = [
  ...['snapshot load completed', 'switching to follow mode', 'CDC follow started', 'resuming in follow mode'],
  ...['stopping the connector', 'etl pipeline started', 'reached end of all partitions', 'reconnected to postgres'],
  'NATS input recovered',
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

/** Finds the steps of connectors in a log, in steps of its own. */
export class ConnectorSteps {
  readonly #buffer: LogBuffer;
  readonly #search: Search;

  constructor(buffer: LogBuffer) {
    this.#buffer = buffer;
    this.#search = new Search(buffer, compilePattern(parts.join('|')));
  }

  /** Reads about `maxBytes` more. True: all was read. */
  step(maxBytes: number): boolean {
    return this.#search.step(maxBytes);
  }

  /** The last 50 of them, the oldest first. */
  get found(): readonly ConnectorStep[] {
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
