import {describe, expect, it} from 'vitest';
import {
  colourLine,
  discardNotice,
  formatMicros,
  freshStart,
  jsonLine,
  type LogEvent,
  managerLine,
  panicError,
  panicLines,
  panicMessage,
  plainLine,
  Stamps,
} from '../../demo/log-lines.ts';
import {createRandom, uuidV7} from '../../demo/random.ts';
import {recording, recordingBytes} from './recording.ts';

const lines = (file: string) => recordingBytes(file).toString().split('\n');

const startup: LogEvent = {
  level: 'INFO',
  target: 'dbsp_adapters::server',
  message: 'Started HTTP server on port 37849',
};
const withSpan: LogEvent = {
  level: 'WARN',
  target: 'dbsp_adapters::transport::kafka::ft::input',
  message: 'Waited over 10000 ms for librdkafka to read a message',
  span: {name: 'kafka_input', fields: 'topic="orders"'},
};
const failed: LogEvent = {
  level: 'ERROR',
  target: 'dbsp_adapters::transport::s3',
  message: 'Could not fetch object keys (Error: "dispatch failure").',
};
const raw: LogEvent = {
  level: 'INFO',
  target: 'dbsp_adapters::controller',
  message: 'escape \x1b[31mred\x1b[0m tab\there bell\x07 cr\rend 日本語 e\u0301 🚀 \u202ertl',
};

describe('lines of a process', () => {
  it('in colour are those of the samples, byte for byte', () => {
    const sample = lines('samples-text-ansi.log');
    const tag = {name: 'pa'};
    expect(sample).toContain(colourLine(tag, '2026-11-25T09:08:47.372858Z', startup));
    expect(sample).toContain(colourLine(tag, '2026-11-25T09:08:47.372911Z', withSpan));
    expect(sample).toContain(colourLine(tag, '2026-11-25T09:08:47.372934Z', failed));
    expect(sample).toContain(colourLine(tag, '2026-11-25T09:08:47.372944Z', raw));
  });

  it('without colour on several hosts are those of the samples', () => {
    const sample = lines('samples-text-nocolor-multihost.log');
    const tag = {name: 'pc', host: 0};
    expect(sample).toContain(plainLine(tag, '2026-11-25T09:09:01.372955Z', startup));
    expect(sample).toContain(plainLine(tag, '2026-11-25T09:09:01.372975Z', withSpan));
    expect(sample).toContain(plainLine(tag, '2026-11-25T09:09:01.372994Z', failed));
    const fields = {tenant: 't1', answer: 42, ratio: 0.5, ok: true};
    const tail = plainLine(tag, '<time>', {...startup, message: 'line', fields});
    expect(tail).toMatch(/ {2}line tenant="t1" answer=42 ratio=0\.5 ok=true$/);
  });

  it('in JSON are those of a real pipeline, whose keys come sorted: 27b', () => {
    const sample = recording('27b-logs-real-pipeline-json.raw').body.toString().split('\n');
    const pipeline = {name: 'orders-live', id: '01a21bc5-58b9-7d43-9d20-e728333f3f30'};
    const port = {...startup, message: 'Started HTTP server on port 40877'};
    expect(sample).toContain(jsonLine(pipeline, '2026-11-27T06:50:57.408071Z', port));
    const cause = 'failed to deserialize JSON record: missing field `id` at line 1 column 44';
    const bad: LogEvent = {
      level: 'ERROR',
      target: 'dbsp_adapters::server',
      message: `parse error on input endpoint 'orders.bad': Parse error (event #2): ${cause}\nInvalid fragment: '{"customer": "Ada Lovelace", "amount": 99.0}'`,
      span: {name: 'file_input', fields: 'path="/home/feldera/data/orders-bad.json"'},
    };
    expect(sample).toContain(jsonLine(pipeline, '2026-11-27T06:50:57.427343Z', bad));
    const {fields} = JSON.parse(jsonLine(pipeline, '', {...raw, fields: {zone: 1, answer: 2}}));
    expect(Object.keys(fields)).toEqual(['answer', 'message', 'zone']);
  });
});

describe('managerLine', () => {
  it('in text is that of recording 01, an entry of two lines included', () => {
    const body = recording('01-catchup-live-restart-delete-clean-end.raw').body.toString();
    const pipelineId = '01a211f6-8dde-7e41-ac40-f027c41a63a0';
    const first = managerLine('text', '2026-11-25T09:08:20.574729Z', {
      level: 'INFO',
      module: 'pipeline_logs',
      message: freshStart,
      pipelineId,
      pipelineName: 'N/A',
    });
    expect(body.startsWith(`${first}\n`)).toBe(true);
    const twoLines = managerLine('text', '2026-11-25T09:08:22.547670Z', {
      level: 'ERROR',
      module: 'pipeline_automata',
      message: 'Pipeline could not be stopped (will retry): first line\nsecond line of the same message',
      pipelineId,
      pipelineName: 'demo',
    });
    expect(body).toContain(`\n${twoLines}\n`);
  });

  it('in JSON is that of recording 03a', () => {
    const line = managerLine('json', '2026-11-25T09:11:55.389779Z', {
      level: 'ERROR',
      module: 'pipeline_automata',
      message: 'Resources error: Pipeline process exited prematurely with exit status: 101',
      pipelineId: '01a211f9-d2ce-70b3-9019-7c515fd8aa2a',
      pipelineName: 'js',
    });
    expect(recording('03a-json-manager-lines.raw').body.toString()).toContain(`\n${line}\n`);
  });

  it('gives the discard notice of recordings 02 and 03b', () => {
    const text = managerLine('text', '2026-11-25T09:08:29.436638Z', {
      level: 'WARN',
      module: 'pipeline_logs',
      message: discardNotice(48_237),
      pipelineId: '01a211f6-ad18-7320-9da6-eb125a61157b',
      pipelineName: 'N/A',
    });
    expect(recording('02-discard-notice-text-head.raw').body.toString().split('\n')[0]).toBe(text);
    const json = managerLine('json', '2026-11-25T09:12:01.653433Z', {
      level: 'WARN',
      module: 'pipeline_logs',
      message: discardNotice(54_537),
      pipelineId: '01a211f9-ea11-7fc2-a4af-ea8e59b2e910',
      pipelineName: 'N/A',
    });
    expect(recording('03b-json-discard-notice-head.raw').body.toString().split('\n')[0]).toBe(json);
  });
});

const panic = {
  thread: 'dbsp-worker-0',
  process: 31_761,
  place: 'crates/realpipe/src/main.rs:64:21',
  message: 'customer of order 77 is PANIC',
  frame: 'realpipe::circuit::{{closure}}::{{closure}}',
};

it('panics in the lines of recording 35, both backtraces byte for byte', () => {
  const log = recording('35-worker-panic-logs.raw').body.toString();
  expect(log).toContain(`\n${panicLines(panic).join('\n')}\n`);
  expect(log.split(panicMessage(panic))).toHaveLength(3);
});

it('makes the deployment error of recording 35b', () => {
  const {deployment_error} = JSON.parse(recording('35b-worker-panic-pipeline.raw').body.toString());
  expect(panicError(panic)).toEqual(deployment_error);
});

it('formats microseconds as the recordings do', () => {
  expect(formatMicros(Date.UTC(2026, 10, 25, 9, 8, 20, 574) * 1000 + 729)).toBe('2026-11-25T09:08:20.574729Z');
  expect(formatMicros(Date.UTC(2026, 0, 1) * 1000 + 7)).toBe('2026-01-01T00:00:00.000007Z');
});

it('rises strictly while the clock stops or goes back', () => {
  let now = Date.UTC(2026, 0, 1);
  const stamps = new Stamps(() => now--, createRandom(1, 'stamps'));
  const given = Array.from({length: 50}, () => stamps.next());
  expect([...new Set(given)].sort()).toEqual(given);
});

it('makes ids that look like the recorded ones and sort by time', () => {
  const random = createRandom(1, 'ids');
  const first = uuidV7(Date.UTC(2026, 10, 25, 9, 8), random);
  expect(first).toMatch(/^01a211f6-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuidV7(Date.UTC(2026, 10, 25, 9, 8, 0, 1), random) > first).toBe(true);
});
