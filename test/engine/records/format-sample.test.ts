import {readFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {parseRecord} from '../../../source/engine/records/parse-record.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {root} from '../../harness/program.ts';
import {withNewlines} from '../../harness/with-newlines.ts';

function open(file: string, size: number) {
  return openBytes(readFileSync(path.join(root, 'test/corpora/containers', `${file}.log`)), size);
}

function openBytes(bytes: Buffer, size: number) {
  const wall = () => Date.parse('2026-12-02T10:00:00Z');
  const sink = new LogSink({buffer: {maxBytes: 1 << 20}, clock: {wall}, hasOthers: true});
  for (let at = 0; at < bytes.length; at += size) sink.append(...withNewlines(bytes.subarray(at, at + size)));
  const index = new RecordIndex(sink.buffer);
  while (!index.step(1 << 20));
  const ids = Array.from({length: sink.buffer.endId}, (_, id) => id);
  return {
    name: sink.buffer.format?.name,
    /** Of each line: its record, as a letter, and the first letter of the level. */
    records: ids.map((id) => `${'abcdefghijklmnop'[index.headOf(id)]}${index.levelAt(id)?.[0] ?? '-'}`).join(' '),
    containers: ids.map((id) => parseRecord(sink.buffer.canonicalAt(id)?.toString() ?? '')?.container ?? '-'),
    lines: ids.map((id) => index.linesOf(id)),
    sink,
    runs: index.runs.map(({state, failed}) => [state, failed]),
    errors: [...sink.errors.byKey.values()].reduce((sum, {count}) => sum + count, 0),
    hasTimes: ids.every(
      (id) => index.headOf(id) !== id || index.levelAt(id) === undefined || index.timeAt(id) !== undefined,
    ),
  };
}

test.each([
  ['compose', 'compose tracing', 'aI bI cE dE cE dE cE dE iE iE k- lW', 3],
  ['compose-timestamps', 'compose timestamps', 'aI bI cE dI cE', 1],
  ['docker-timestamps', 'timestamps', 'aI bE bE dW', 1],
  ['docker-timestamps-plain', 'timestamps', 'aI bI bI', 0],
  ['kubectl-prefix', 'kubectl', 'aI bE cE dI cE', 2],
  ['kubectl-prefix-timestamps', 'kubectl timestamps', 'aI bE', 1],
  ['stern', 'pods', 'a- bI cE dE eW', 2],
  ['k9s', 'pods timestamps', 'aI bE cE', 2],
  ['cri', 'CRI', 'aI bE bE dE dE', 2],
  ['journald', 'syslog', 'aI bE cW dE eI dE', 2],
])('%s: %s', (file, name, records, errors) => {
  const found = open(file, 1 << 20);
  expect(found).toMatchObject({name, records, errors, hasTimes: true});
});

test('a record has the lines of its own container, and its name', () => {
  const {lines, containers} = open('compose', 1 << 20);
  expect([lines[2], lines[3]]).toEqual([
    [2, 4, 6],
    [3, 5, 7],
  ]);
  expect(containers.slice(1, 5)).toEqual(['postgres-1', 'pipeline-manager-1', 'kafka-1', '-']);
  expect(open('stern', 1 << 20).containers[2]).toBe('web-7d9f8b6c5d-x2k4p/nginx');
});

test('what comes through a pipe in small pieces is read as a file is', () => {
  for (const file of ['compose', 'docker-timestamps', 'cri'])
    expect(open(file, 9).records).toBe(open(file, 1 << 20).records);
});

test.each([
  [
    'a head of Feldera',
    'stdout',
    '[orders] 2026-12-02T03:12:03.599999Z ERROR dbsp_adapters::server:  a quoted line',
    'aI bE bE bE eE',
  ],
  ['a head of another logger', 'stdout', '2026-12-02 03:12:03,599 ERROR a quoted line', 'aI bE bE bE eE'],
  ['a panic', 'stdout', "thread 'x' (1) panicked at src/main.rs:64:21:", 'aI bE bE bE eE'],
  ['a line of another stream', 'stderr', '2026-12-02 03:12:03,599 WARN of another stream', 'aI bE cW bE eE'],
])('a part that a runtime cut off begins no record, here %s', (_, stream, part, records) => {
  const text = [
    '2026-12-02T03:12:01.600000001Z stdout F [orders] 2026-12-02T03:12:01.599999Z  INFO dbsp_adapters::server:  started',
    '2026-12-02T03:12:02.600000001Z stdout P [orders] 2026-12-02T03:12:02.599999Z ERROR dbsp_adapters::server:  part one ',
    `2026-12-02T03:12:02.600000002Z ${stream} ${stream === 'stdout' ? 'P' : 'F'} ${part}`,
    '2026-12-02T03:12:02.600000003Z stdout F [orders] 2026-12-02T03:12:02.599999Z ERROR dbsp_adapters::server:  the rest',
    '2026-12-02T03:12:04.600000001Z stdout F [orders] 2026-12-02T03:12:03.599999Z ERROR dbsp_adapters::server:  next',
    '',
  ].join('\n');
  for (const size of [7, 1 << 20]) {
    const found = openBytes(Buffer.from(text), size);
    expect([found.records, found.errors]).toEqual([records, 2]);
    expect(found.lines[1]).toEqual(stream === 'stdout' ? [1, 2, 3] : [1, 3]);
  }
});

test('the parts of a line that is no head stay together', () => {
  const at = '2026-12-02T03:12:01.600000001Z';
  const json = '{"timestamp":"2026-12-02T03:12:01.599999Z","level":"ERROR","fields":{"message":"';
  for (const [part, level] of [
    [json, 'E'],
    ['of a program ', '-'],
  ]) {
    const text = [`stdout F ${json}"}}`, `stdout P ${part}`, 'stderr F other', 'stdout P and more ', 'stdout F "}}'];
    const {records, lines} = openBytes(Buffer.from(text.map((line) => `${at} ${line}\n`).join('')), 1 << 20);
    expect([records, lines[1]]).toEqual([`aE b${level} c- b${level} b${level}`, [1, 3, 4]]);
  }
});

describe("the runner's lines behind the name of a container", () => {
  const suffix = 'pipeline-id="1" pipeline-name="orders"';
  const text = (second: number, level: string, message: string) =>
    `[manager] 2026-12-02T03:12:0${second}.000000Z ${level} pipeline_manager::runner::pipeline_automata: ${message} ${suffix}`;
  const json = (second: number, level: string, message: string) =>
    JSON.stringify({
      timestamp: `2026-12-02T03:12:0${second}.000000Z`,
      level: level.trim(),
      fields: {message},
      target: 'pipeline_manager::runner::pipeline_automata',
      'feldera-service': 'runner',
      'pipeline-id': '1',
    });

  test.each([
    ['text', text, 7],
    ['text', text, 1 << 20],
    ['JSON', json, 1 << 20],
  ])('tell runs, states and errors: %s, in pieces of %#', (_, write, size) => {
    const lines = [
      write(1, ' INFO', 'Fresh start of pipeline logs'),
      write(2, ' INFO', 'Resources transition: stopped -> provisioning (desired: provisioned)'),
      write(3, ' INFO', 'Runtime transition: initializing -> running (desired: running)'),
      write(4, 'ERROR', 'Resources error: killed by signal 9'),
      write(5, 'ERROR', 'stdout encountered I/O error: stream did not contain valid UTF-8'),
      write(6, ' INFO', 'Resources transition: provisioned -> stopping (desired: provisioned)'),
      write(7, ' INFO', 'Resources transition: stopping -> stopped (desired: provisioned)'),
      write(8, ' INFO', 'Resources transition: stopped -> provisioning (desired: provisioned)'),
    ];
    const bytes = Buffer.from(lines.map((line) => `pipeline-manager-1  | ${line}\n`).join(''));
    const {name, runs, sink, containers} = openBytes(bytes, size);
    expect([name, containers[0]]).toEqual(['compose', 'pipeline-manager-1']);
    expect(runs).toEqual([
      ['stopped', true],
      ['provisioning', false],
    ]);
    expect(sink.states.runsBefore.ended).toMatchObject([{cause: 'killed by signal 9', hasRun: true}]);
    expect(sink.losses.lostStream?.marker).toMatchObject({kind: 'unread', stream: 'stdout'});
  });
});
