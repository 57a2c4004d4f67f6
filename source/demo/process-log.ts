import {
  colourLine,
  jsonLine,
  type Level,
  type LogEvent,
  type Panic,
  panicError,
  panicLines,
  panicMessage,
  plainLine,
} from './log-lines.ts';
import type {DemoPipeline} from './pipeline.ts';

/** Writes what a pipeline's process logs. */
export type ProcessLog = (
  level: Level,
  target: string,
  message: string,
  more?: Pick<LogEvent, 'span' | 'fields'>,
) => void;

/** How the process logs: in colour (the default of Feldera), with NO_COLOR, or JSON; with a host number on multihost. */
export type LogShape = {readonly shape: 'colour' | 'plain' | 'json'; readonly host?: number};

/**
 * The log of a pipeline's process. A message of several lines is several entries in the text shapes, because the
 * runner reads a process's output line by line.
 */
export function processLog(pipeline: DemoPipeline, {shape, host}: LogShape): ProcessLog {
  const tag = {name: pipeline.name, ...(host !== undefined && {host})};
  return (level, target, message, more) => {
    const event = {level, target, message, ...more};
    const stamp = pipeline.stamp();
    if (shape === 'json') pipeline.write(jsonLine(pipeline, stamp, event));
    else {
      const text = shape === 'plain' ? plainLine(tag, stamp, event) : colourLine(tag, stamp, event);
      for (const line of text.split('\n')) pipeline.write(line);
    }
  };
}

export const server = 'dbsp_adapters::server';
export const controller = 'dbsp_adapters::controller';
export const kafkaInput = 'dbsp_adapters::transport::kafka::ft::input';

/** The span in which a Kafka connector logs. */
export function kafkaSpan(topic: string): Pick<LogEvent, 'span'> {
  return {span: {name: 'kafka_input', fields: `topic="${topic}"`}};
}

/** The span in which a connector that reads files logs. */
export function fileSpan(path: string): Pick<LogEvent, 'span'> {
  return {span: {name: 'file_input', fields: `path="${path}"`}};
}

/** Errors of one endpoint and tag that may still be logged, and those that were not. */
type Bucket = {tokens: number; filledAt: number; suppressed: number; first: number; last: number};

const tokens = 10;
const refillMs = 6000;

/** Feldera's limit on errors: ten of an endpoint and tag, then one every six seconds. */
export class ErrorLimiter {
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** `now` answers milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** What is to be logged for an error with this key: nothing, the error, or the error behind a line that counts. */
  check(key: string): 'suppress' | 'log' | {readonly before: string} {
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? {tokens, filledAt: now, suppressed: 0, first: now, last: now};
    this.#buckets.set(key, bucket);
    if (bucket.tokens === 0) {
      bucket.tokens = Math.min(tokens, Math.floor((now - bucket.filledAt) / refillMs));
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
    return {before: `Suppressed ${suppressed} '${key}' errors ${times} due to excessive rate.`};
  }
}

/** An error of a connector; `tag` is what limits its rate, together with the endpoint. */
export type ConnectorError = Pick<LogEvent, 'span'> & {
  readonly endpoint: string;
  readonly tag?: string;
  readonly message: string;
};

/** Answers what logs the errors of a pipeline's connectors, at the rate that Feldera allows; the API counts each. */
export function connectorErrors(
  pipeline: DemoPipeline,
  log: ProcessLog,
  now: () => number,
): (error: ConnectorError) => void {
  const limiter = new ErrorLimiter(now);
  return ({endpoint, tag, message, ...more}) => {
    pipeline.setState({connectorErrors: pipeline.state.connectorErrors + 1});
    const verdict = tag === undefined ? 'log' : limiter.check(`${endpoint}-${tag}`);
    if (verdict === 'suppress') return;
    if (verdict !== 'log') log('INFO', server, verdict.before, more);
    log('ERROR', server, message, more);
  };
}

/** A record that does not fit the table: the reason, then the record itself on a line of its own. */
export function parseError(endpoint: string, event: number, reason: string, fragment: string): ConnectorError {
  const cause = `failed to deserialize JSON record: ${reason} at line 1 column ${fragment.length - 1}`;
  return {
    endpoint,
    tag: 'text_event_err',
    message: `parse error on input endpoint '${endpoint}': Parse error (event #${event}): ${cause}\nInvalid fragment: '${fragment}'`,
  };
}

/** A worker panics: two backtraces, and the runner, which asks the process how it is, ends it (recording 35). */
export function* panicProcess(
  pipeline: DemoPipeline,
  log: ProcessLog,
  panic: Omit<Panic, 'thread'>,
): Generator<number, void, void> {
  const whole = {...panic, thread: 'dbsp-worker-0'};
  for (const line of panicLines(whole)) pipeline.write(line);
  yield 60;
  const message = panicMessage(whole);
  log('ERROR', server, message);
  log(
    'ERROR',
    controller,
    'Transaction 4: Error retrieving commit progress (runtime error: circuit has been terminated)',
  );
  yield 165;
  log('ERROR', `${server}::error`, `[HTTP error response] RuntimeError.WorkerPanic: ${message}`);
  log('ERROR', server, 'Response: 500 Internal Server Error (size: Sized(9579)) to request GET /status');
  yield 17;
  pipeline.crash(panicError(whole));
}
