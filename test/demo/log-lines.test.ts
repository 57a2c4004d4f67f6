import {describe, expect, it} from 'vitest';
import {colourLine, jsonLine, type LogEvent, plainLine} from '../../source/demo/log-lines.ts';
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
