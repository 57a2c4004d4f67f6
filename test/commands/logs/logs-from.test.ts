import {rmSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import type {MarkerKind} from '../../../source/buffer/markers.ts';
import {runLogsFrom} from '../../../source/commands/logs/logs-from.ts';
import {recordPrinters} from '../../../source/commands/logs/run-logs.ts';
import type {LogsRequest} from '../../../source/settings/request.ts';
import {LineOutput} from '../../../source/system/line-output.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {readSettings} from '../../harness/read-settings.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {ServerModel} from '../../stitch/ring-model.ts';
import {written} from '../../streams/recorded-history.ts';
import {RecordedLife} from '../../streams/recorded-life.ts';
import {SlowStream} from '../slow-stream.ts';

async function print(directory: string, more: Partial<Parameters<typeof runLogsFrom>[0]> = {}) {
  const stream = new SlowStream();
  await stream.takeAll();
  const notes: string[] = [];
  const code = await runLogsFrom({
    directory,
    names: ['p'],
    prefix: true,
    stripColor: false,
    output: new LineOutput(stream),
    note: (line) => notes.push(line),
    signal: new AbortController().signal,
    ...more,
  });
  return {code, notes, text: stream.text};
}

/** Records a log that is cut within a line, cleared, and goes on in several files. */
async function record(directory: string): Promise<{expected: string; life: RecordedLife}> {
  const clock = new FakeClock();
  const server = new ServerModel({bytes: 1e6, entries: 1e6});
  const life = new RecordedLife({directory, clock, maxBytes: 1e6, pid: 1, limits: {fileBytes: 3_000}});
  await life.recording.start('id-1');
  life.connect();
  server.write('\u001b[31mred\u001b[0m größe');
  const first = server.connect().body;
  life.receive(first.subarray(0, first.length - 4));
  await written(life, clock);
  life.cut();
  server.restart('silent');
  life.connect();
  const follower = server.connect();
  let received = 0;
  for (let n = 0; n < 10; n++) {
    server.write(`${server.now()} ${'x'.repeat(1000)}`);
    life.receive(follower.body.subarray(received));
    received = follower.body.length;
    await written(life, clock);
  }
  return {expected: `${first.subarray(0, first.length - 4)}\n${server.epoch.wire}`, life};
}

test('a recording is printed byte by byte, markers apart; also while it is written', async () => {
  await using home = await temporaryDirectory();
  const {expected, life} = await record(home.path);
  const notes = [
    'pipetail: p: the last line printed was cut: its rest is lost',
    "pipetail: p: runner restarted · server's log cleared · what it lost is unknown",
  ];
  expect(await print(home.path)).toEqual({code: 0, notes, text: expected});
  await life.close();
  expect(await print(home.path)).toEqual({code: 0, notes, text: expected});
});

test('with prefixes and without colours', async () => {
  await using home = await temporaryDirectory();
  const {life} = await record(home.path);
  await life.close();
  const {code, text, notes} = await print(home.path, {names: ['p', 'other'], stripColor: true});
  expect(code).toBe(1);
  expect(notes.at(-1)).toBe(`pipetail: other: there is no recording of it in ${home.path}`);
  const lines = text.trimEnd().split('\n');
  expect(lines.every((line) => line.startsWith('p     | '))).toBe(true);
  expect(lines[1]).toBe('p     | red grö');
  expect(lines).toHaveLength(13);
});

test('a folder that is not there', async () => {
  await using home = await temporaryDirectory();
  const directory = path.join(home.path, 'none');
  expect(await print(directory)).toEqual({
    code: 1,
    notes: [`pipetail: p: there is no recording of it in ${directory}`],
    text: '',
  });
});

test('what makes it fail is said to be a failure', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'file');
  await writeFile(file, '');
  const said: string[] = [];
  const note = (line: string, kind?: 'failure') => said.push(`${kind}: ${line}`);
  expect(await print(path.join(home.path, 'none'), {note})).toMatchObject({code: 1});
  expect(await print(file, {note})).toMatchObject({code: 1});
  expect(said).toEqual([
    expect.stringMatching(/^failure: pipetail: p: there is no recording of it in /),
    expect.stringMatching(/^failure: pipetail: p: .* cannot be read: /),
  ]);
});

const apart = [{message: 'could not connect'}, {message: '    refused by peer'}];
const gaps: readonly (readonly [gap: MarkerKind, records: readonly object[]])[] = [
  [{kind: 'lost', atLeast: 2, atMost: 2, from: 0, to: 0}, apart],
  [{kind: 'not-recorded', lines: 2}, apart],
  [
    {kind: 'reconnected', cause: 'unknown', downMs: 1000, times: 1, since: 0},
    [{message: 'could not connect\n    refused by peer'}],
  ],
];

test.each(gaps)('an indented line behind a gap may be of a record that is missing: %j', async (gap, records) => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const server = new ServerModel({bytes: 1e6, entries: 1e6});
  const life = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 1});
  await life.recording.start('id-1');
  life.connect();
  server.write(`[p] ${server.now()} ERROR t: could not connect`);
  const follower = server.connect();
  const received = follower.body.length;
  life.receive(follower.body);
  life.buffer.addMarker({at: 0, ...gap});
  server.write('    refused by peer');
  life.receive(follower.body.subarray(received));
  await written(life, clock);
  await life.close();
  const request = readSettings(['logs', 'p', '--from', home.path, '-o', 'json'], {}).request as LogsRequest;
  const {text} = await print(home.path, {recordsOf: recordPrinters(request, 0)});
  const [_start, ...printed] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(printed.map(({message, continues}) => ({message, continues}))).toEqual(records);
});

test('an indented line behind bytes that cannot be read is a record of its own', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const server = new ServerModel({bytes: 1e6, entries: 1e6});
  const life = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 1, limits: {fileBytes: 500}});
  await life.recording.start('id-1');
  life.connect();
  for (const line of [`ERROR t: could not connect ${'x'.repeat(500)}`, `INFO t: gone ${'x'.repeat(500)}`]) {
    life.receive(Buffer.from(`[p] ${server.now()} ${line}\n`));
    await written(life, clock);
  }
  life.receive(Buffer.from('    refused by peer\n'));
  await written(life, clock);
  await life.close();
  rmSync(path.join(home.path, 'p--id-1', '000002.log.gz'));
  const request = readSettings(['logs', 'p', '--from', home.path, '-o', 'json'], {}).request as LogsRequest;
  const {text, notes} = await print(home.path, {recordsOf: recordPrinters(request, 0)});
  const printed = text.trimEnd().split('\n');
  expect(printed.map((line) => JSON.parse(line).message)).toEqual([
    expect.stringMatching(/^could not connect x+$/),
    '    refused by peer',
  ]);
  expect(notes).toEqual([expect.stringMatching(/ could not be read: deleted, or damaged$/)]);
});

async function recordOnce(directory: string, clock: FakeClock, id: string, bytes: string): Promise<void> {
  const life = new RecordedLife({directory, clock, maxBytes: 1e6, pid: 1});
  await life.recording.start(id);
  life.connect();
  life.receive(Buffer.from(bytes));
  await written(life, clock);
  await life.close();
  await clock.advance(1000);
}

test('a recording that gives way to others while the one before it is printed is missed, and nothing else', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  for (const id of ['id-1', 'id-2', 'id-3']) await recordOnce(home.path, clock, id, `${id}\n`);
  const notes: string[] = [];
  const note = (line: string) => {
    notes.push(line);
    if (line.includes('(p--id-2)')) rmSync(path.join(home.path, 'p--id-2'), {recursive: true});
  };
  expect(await print(home.path, {note})).toMatchObject({code: 0, text: 'id-1\nid-3\n'});
  expect(notes[1]).toBe('pipetail: p: a recording was deleted meanwhile, to make room');
});

test('of a pipeline that was created again: a line that had not ended is printed once, and ends there', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  await recordOnce(home.path, clock, 'id-1', 'one\ntw');
  await recordOnce(home.path, clock, 'id-2', 'three\nfou');
  const {text, notes} = await print(home.path);
  expect(text).toBe('one\ntw\nthree\nfou');
  expect(notes).toEqual(['pipetail: p: created again · a new pipeline of the same name (p--id-2)']);
  expect(await print(home.path, {stripColor: true})).toMatchObject({text: 'one\ntw\nthree\nfou\n'});
});
