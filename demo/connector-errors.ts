import type {LogEvent} from './log-lines.ts';
import type {DemoPipeline} from './pipeline.ts';
import {controller, type ProcessLog, server} from './process-log.ts';
import type {ErrorKind} from './run.ts';

/** For one endpoint and tag: how many errors may still be logged, and how many were suppressed. Times in ms. */
type Bucket = {tokens: number; filledAt: number; suppressed: number; first: number; last: number};

const tokens = 10;
const refillMs = 6000;

/** Feldera's limit: ten errors of an endpoint and tag, then one every six seconds. */
export class ErrorLimiter {
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** `now` returns milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * What to log for an error: nothing, the error, or first a line that counts the suppressed ones. Those after the last
   * error that is logged are in no line.
   */
  check(key: string): 'suppress' | 'log' | {readonly before: string; readonly suppressed: number} {
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? {tokens, filledAt: now, suppressed: 0, first: now, last: now};
    this.#buckets.set(key, bucket);
    if (bucket.tokens === 0) {
      // A clock that goes back a little must not make it negative: it would never be 0 again.
      bucket.tokens = Math.max(0, Math.min(tokens, Math.floor((now - bucket.filledAt) / refillMs)));
      if (bucket.tokens > 0) bucket.filledAt = now;
    }
    if (bucket.tokens === 0) {
      if (bucket.suppressed === 0) bucket.first = now;
      bucket.suppressed += 1;
      bucket.last = now;
      return 'suppress';
    }
    bucket.tokens -= 1;
    const {suppressed, first, last} = bucket;
    if (suppressed === 0) return 'log';
    bucket.suppressed = 0;
    const ago = (then: number) => ((now - then) / 1000).toFixed(2);
    const times = `in the last ${ago(first)}s (most recently, ${ago(last)}s ago)`;
    return {before: `Suppressed ${suppressed} '${key}' errors ${times} due to excessive rate.`, suppressed};
  }
}

type ConnectorError = Pick<LogEvent, 'span'> & {
  readonly endpoint: string;
  readonly kind: ErrorKind;
  /** The rate is limited for each endpoint and tag; without a tag it is not. */
  readonly tag?: string;
  /** Of an output, which has `transport` errors as an input has. */
  readonly isOutput?: boolean;
  /** The connector has stopped with a fatal error: an input then disappears from the statistics. */
  readonly fatal?: boolean;
  /** As in the statistics; in the log, words with the endpoint are before it. */
  readonly error: string;
};

/**
 * Returns a function that logs the errors of a process at the rate that Feldera allows; the API counts and keeps each. The
 * pipeline must have been started. `now` returns milliseconds.
 */
export function connectorErrors(
  pipeline: DemoPipeline,
  log: ProcessLog,
  now: () => number = pipeline.now,
): (error: ConnectorError) => void {
  const {run} = pipeline;
  const limiter = new ErrorLimiter(now);
  return ({endpoint, kind, tag, isOutput, fatal, error, ...more}) => {
    const count = run.addError({endpoint, kind, tag, isOutput, fatal, message: error});
    const verdict = tag === undefined ? 'log' : limiter.check(`${endpoint}-${tag}`);
    if (verdict === 'suppress') return;
    if (verdict !== 'log') {
      count.told += verdict.suppressed;
      log('INFO', server, verdict.before, more);
    }
    count.logged += 1;
    log('ERROR', server, `${words({endpoint, kind, isOutput, fatal})}: ${error}`, more);
    if (fatal && !isOutput) log('WARN', controller, `Input endpoint ${endpoint} failed`);
  };
}

function words({endpoint, kind, isOutput, fatal}: Pick<ConnectorError, 'endpoint' | 'kind'> & WhichError): string {
  const side = isOutput || kind === 'encode' ? 'output' : 'input';
  return `${kind === 'transport' ? '' : `${kind} `}${fatal ? 'FATAL ' : ''}error on ${side} endpoint '${endpoint}'`;
}

type WhichError = {readonly isOutput: boolean | undefined; readonly fatal: boolean | undefined};

/** A record that does not fit the table: the reason, then the record itself on a line of its own. */
export function parseError(endpoint: string, event: number, reason: string, fragment: string): ConnectorError {
  const cause = `failed to deserialize JSON record: ${reason} at line 1 column ${fragment.length - 1}`;
  return {
    endpoint,
    kind: 'parse',
    tag: 'text_event_err',
    error: `Parse error (event #${event}): ${cause}\nInvalid fragment: '${fragment}'`,
  };
}

/** An error of Kafka's client, which counts in words how many more like it were suppressed (librdkafka 2). */
export function kafkaClientError(log: ProcessLog, {broker, cause, state, suppressed}: KafkaClientError): void {
  const detail = `(${state}, ${suppressed} identical error(s) suppressed)`;
  log('ERROR', 'librdkafka', `librdkafka: FAIL [thrd:${broker}]: ${broker}: ${cause} ${detail}`);
}

type KafkaClientError = {
  /** `redpanda:9092/bootstrap` */
  readonly broker: string;
  readonly cause: string;
  /** `after 2ms in state CONNECT` */
  readonly state: string;
  /** How many more the message stands for. */
  readonly suppressed: number;
};
