import {describe, expect, it} from 'vitest';
import type {DemoPipeline} from '../../demo/pipeline.ts';
import {
  type Connector,
  configurationLines,
  type Deployment,
  fileOutputOf,
  panicProcess,
  processLog,
  startProcess,
  stopProcess,
} from '../../demo/process-log.ts';
import type {Random} from '../../demo/random.ts';
import {lived} from './lived.ts';
import {recording, withoutVariables} from './recording.ts';

const json = {name: 'json', config: {array: false, update_format: 'raw'}};
const csv = {name: 'csv', config: {}};
const data = '/home/feldera/data';

function fileInput(endpoint: string, path: string, follow: boolean, format = json as Connector['format']): Connector {
  return {endpoint, transport: {name: 'file_input', config: {buffer_size_bytes: null, follow, path}}, format};
}

const generator: Connector = {
  endpoint: 'orders.gen',
  transport: {
    name: 'datagen',
    config: {
      plan: [{fields: {}, limit: null, rate: 40, worker_chunk_size: null}],
      seed: 1,
      transaction_size: null,
      workers: 1,
    },
  },
  format: null,
};
const web: Connector = {
  endpoint: 'orders.web',
  transport: {name: 'url_input', config: {path: 'http://127.0.0.1:9/orders.json', pause_timeout: 60}},
  format: json,
};

it('prints the configuration of recording 27, byte for byte, where records do not come between', () => {
  const text = recording('27-logs-real-pipeline.raw').body.toString();
  const printed = text.split('\n').filter((line) => !line.startsWith('['));
  const begin = printed.indexOf('Pipeline configuration loaded successfully: {');
  const deployment = {
    inputs: [
      web,
      fileInput('orders.bad', `${data}/orders-bad.json`, true),
      generator,
      fileInput('orders.good', `${data}/orders.json`, true),
      fileInput('orders.sheet', `${data}/orders.csv`, false, csv),
    ],
    outputs: [fileOutputOf('big_orders.full', '/dev/full'), fileOutputOf('big_orders.out', `${data}/big.json`)],
  };
  const lines = configurationLines({id: '01a21bc3-3d32-7210-8939-0490333e7d89', name: 'orders-live'}, deployment);
  expect(printed.slice(begin - 1, begin - 1 + lines.length)).toEqual(lines);
});

/** Of one file input, as in recording 35. */
const deployment: Deployment = {port: 33_115, inputs: [fileInput('orders.good', `${data}/orders.json`, true)]};
const panic = {
  process: 31_761,
  place: 'crates/realpipe/src/main.rs:64:21',
  message: 'customer of order 77 is PANIC',
  frame: 'realpipe::circuit::{{closure}}::{{closure}}',
};

function* wholeLife(pipeline: DemoPipeline, random: Random): Generator<number, void, void> {
  const log = processLog(pipeline, {shape: 'colour'});
  yield* startProcess(pipeline, [log], deployment, random);
  yield 2000;
  yield* panicProcess(pipeline, log, panic);
}

/** In whatever order: two lines of two threads of the process may come either way. */
const sorted = (text: string) => withoutVariables(text).split('\n').toSorted();

describe('a start and a panic', () => {
  const recorded = recording('35-worker-panic-logs.raw').body.toString();

  it('are recording 35, line for line', () => {
    // A seed with which no record comes between the lines of the configuration.
    const {text} = lived('orders-panic', wholeLife, {seed: 2});
    expect(withoutVariables(text).split('\n')).toEqual(withoutVariables(recorded).split('\n'));
  });

  it('last as long as real ones', () => {
    const {text} = lived('orders-panic', wholeLife, {seed: 2});
    const seconds = (log: string, words: string) => {
      const line = log.split('\n').find((each) => each.includes(words)) ?? '';
      return Date.parse(/\d{4}-\S+Z/.exec(line.replaceAll('\x1b[', ' '))?.[0] ?? '') / 1000;
    };
    const from = (log: string) => (words: string) => seconds(log, words) - seconds(log, 'stopped -> provisioning');
    for (const words of ['FIPS', 'Pipeline initialization complete', 'initializing -> running']) {
      expect(Math.abs(from(text)(words) - from(recorded)(words))).toBeLessThan(0.5);
    }
  });

  it('mix the configuration with the first records in some starts, as in recording 27, and lose nothing by it', () => {
    const mixed = Array.from({length: 20}, (_, seed) => lived('orders-panic', wholeLife, {seed}).text);
    const inside = mixed.filter((text) => /^\[orders-panic\].*\n {2,}"?\S/m.test(text.split('Join balancer')[0] ?? ''));
    expect(inside.length).toBeGreaterThan(2);
    expect(inside.length).toBeLessThan(18);
    for (const text of mixed) expect(sorted(text)).toEqual(sorted(recorded));
  });
});

it('a stop takes some 15 ms, in the three lines of recording 27', () => {
  const {text, waits} = lived('orders-live', function* (pipeline, random) {
    pipeline.start();
    yield* stopProcess(pipeline, random);
  });
  const recorded = withoutVariables(recording('27-logs-real-pipeline.raw').body.toString()).split('\n');
  const stop = recorded.findIndex((line) => line.includes('provisioned -> stopping'));
  expect(withoutVariables(text).split('\n').slice(5, 8)).toEqual(recorded.slice(stop, stop + 3));
  expect(waits).toHaveLength(2);
  expect(waits[1]).toBeGreaterThanOrEqual(10);
  expect(waits[1]).toBeLessThan(20);
});
