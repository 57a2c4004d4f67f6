import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {recording} from '../../demo/recording.ts';
import {expectRecords, head, indexText, json, recordsOf, runner, start, stopped} from './index-lines.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 100);
const first = 'Pipeline configuration loaded successfully: {';
const last = '}';

/** The lines of a configuration as a pipeline prints it. */
function printed(configuration: unknown): string[] {
  return `Pipeline configuration loaded successfully: ${JSON.stringify(configuration, undefined, 2)}`.split('\n');
}

const small = printed({name: 'orders', global: {workers: 1, pin: [1, 'a,', {}]}, outputs: {}, secrets: null});

/** The lines of the recorded log, and the records of several lines that it has. */
function recorded(file: string) {
  const {buffer, index} = indexText(recording(file).body.toString('latin1'));
  const textOf = (id: number) => buffer.lineAt(id)?.toString('latin1') ?? '';
  const ids = Array.from({length: buffer.endId}, (_, id) => id);
  const heads = ids.filter((id) => index.headOf(id) === id && textOf(id) === first);
  return {index, textOf, configurations: heads.map((id) => index.linesOf(id).map(textOf))};
}

describe.each(['27-logs-real-pipeline.raw', '35-worker-panic-logs.raw'])('each start in %s', (file) => {
  const {configurations, index, textOf} = recorded(file);

  test('prints one configuration, which is whole', () => {
    expect(configurations.length).toBe(index.runs.filter(({startedAt}) => startedAt !== undefined).length);
    for (const lines of configurations) {
      const [, ...members] = lines;
      // A number that is larger than JavaScript's is no matter here.
      expect(Object.keys(JSON.parse(`{${members.join('')}`))).toContain('given_name');
    }
  });

  test('and no record has a line of it', () => {
    for (let id = 0; id < index.indexedTo; id++) {
      if (/^ +"[a-z_]+": /.test(textOf(id))) expect(textOf(index.headOf(id))).toBe(first);
    }
  });
});

test('the configuration of a server that writes JSON lines is one record, cut where the recording ends', () => {
  const [lines = []] = recorded('27b-logs-real-pipeline-json.raw').configurations;
  expect(lines.length).toBeGreaterThan(100);
});

describe('a configuration', () => {
  test('is a record without a level', () => {
    const {heads, levels} = recordsOf([head('before', 'WARN'), ...small, 'a line of stdout']);
    expect(heads).toEqual([0, ...small.map(() => 1), small.length + 1]);
    expect(levels).toEqual(['WARN', ...small.map(() => undefined), undefined]);
  });

  test('does not belong to the record before it, nor does the line that names its file', () => {
    expectRecords([
      ['a', head('Raised fd limit', 'WARN')],
      ['b', 'Pipeline configuration read from /app/config.json.'],
      ['c', first],
      ['c', '  "name": "orders"'],
      ['c', last],
    ]);
  });

  test('continues after records of stderr, which keep their own lines', () => {
    expectRecords([
      ['c', first],
      ['c', '  "given_name": "orders",'],
      ['a', head('Raised fd limit', 'WARN')],
      ['c', '  "global": {'],
      ['c', '    "env": {},'],
      ['b', head('Join balancer state:')],
      ['b', '  Join graph:'],
      ['c', '    "pin_cpus": ['],
      ['b', '    Streams:'],
      ['c', '      1,'],
      ['c', '      -2'],
      ['d', json('in JSON')],
      ['c', '    ]'],
      ['e', runner('Runtime transition: (none) -> initializing (desired: running)')],
      ['c', '  }'],
      ['c', last],
      ['f', 'a line of stdout'],
    ]);
  });

  test('of which the process printed only a part ends with it', () => {
    expectRecords([
      ['c', first],
      ['c', '  "name": "orders",'],
      ['x', runner('Resources transition: provisioning -> stopping (desired: stopped)')],
      ['y', runner(stopped)],
      ['z', runner(start)],
      ['d', first],
      ['d', '  "name": "orders"'],
      ['d', last],
    ]);
  });

  test('of another process begins while the first one is not complete', () => {
    expectRecords([
      ['c', first],
      ['c', '  "name": "orders",'],
      ['d', first],
      ['d', '  "name": "orders"'],
      ['d', last],
    ]);
  });

  test('of a pipeline is printed while another one starts, in a merged log', () => {
    expectRecords([
      ['a', runner(start)],
      ['b', first],
      ['b', '  "name": "orders",'],
      ['c', runner(start)],
      ['d', first],
      ['d', '  "name": "fraud",'],
      ['d', '  "outputs": {}'],
      ['d', last],
      ['e', head('Raised fd limit', 'WARN')],
      ['b', '  "outputs": {}'],
      ['b', last],
    ]);
  });

  test('has no lines that its JSON cannot have', () => {
    expectRecords([
      ['a', head('message')],
      ['c', first],
      ['c', '  "name": "orders",'],
      ['a', '    "deeper": 1'],
      ['a', '  }'],
      ['x', 'stdout'],
      ['c', '  "other": true'],
      ['x2', '}, and more'],
    ]);
  });
});

describe('a configuration whose beginning is missing', () => {
  const rest: readonly (readonly [string, string])[] = [
    ['c', '    "workers": 1'],
    ['c', '  },'],
    ['a', head('Raised fd limit', 'WARN')],
    ['c', '  "outputs": {}'],
    ['c', last],
    ['b', head('next')],
  ];

  test('is one record where the log begins', () => {
    expectRecords(rest);
    expectRecords([['r', runner('... 7 prior log lines were discarded')], ...rest]);
  });

  test('begins neither in the message of a record nor after a start', () => {
    expectRecords([
      ['a', head('Invalid fragment:')],
      ['a', '  "workers": 1,'],
    ]);
    expectRecords([
      ['a', runner(start)],
      ['b', '  "workers": 1,'],
      ['c', '  "storage": null'],
    ]);
  });

  test.each<[string, Marker, readonly number[]]>([
    ['a gap', {at: 1, kind: 'lost', atLeast: 1, atMost: 1, from: 1, to: 2}, [0, 0, 3, 3, 3]],
    ['a reconnect', {at: 1, kind: 'reconnected', cause: 'asked', downMs: 1, times: 1, since: 1}, [0, 0, 0, 0, 0]],
  ])('after %s', (_, marker, heads) => {
    const buffer = new WritableLogBuffer({maxBytes: 1 << 20});
    buffer.append(Buffer.from(`${first}\n  "name": "orders",\n`));
    buffer.addMarker(marker);
    buffer.append(Buffer.from('  "global": {},\n  "outputs": {}\n}\n'));
    const index = new RecordIndex(buffer);
    while (!index.step(1 << 20));
    expect([0, 1, 3, 4, 5].map((id) => index.headOf(id))).toEqual(heads);
  });
});

test('every configuration is one record, whatever records of stderr come between its lines', () => {
  const value = fc.jsonValue({maxDepth: 4}).map((each) => ({value: each}));
  const record = fc.constantFrom(
    [head('one')],
    [head('failed', 'ERROR'), 'Invalid fragment', '  of two lines'],
    [json('in JSON')],
    [runner('stdout ended')],
  );
  fc.assert(
    fc.property(
      value,
      fc.array(record, {maxLength: 6}),
      fc.array(fc.nat(), {maxLength: 6}),
      (config, records, places) => {
        const configuration = printed(config);
        const lines = configuration.map((line) => ({line, isOwn: true}));
        for (const [place, own] of records.entries()) {
          const at = (places[place] ?? place) % (lines.length + 1);
          lines.splice(at, 0, ...own.map((line) => ({line, isOwn: false})));
        }
        const {heads} = recordsOf(lines.map(({line}) => line));
        const begin = lines.findIndex(({isOwn}) => isOwn);
        expect(heads.map((id) => id === begin)).toEqual(lines.map(({isOwn}) => isOwn));
      },
    ),
    {numRuns: runs},
  );
});
