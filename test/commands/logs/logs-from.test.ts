import {rmSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {runLogsFrom} from '../../../source/commands/logs/logs-from.ts';
import {LineOutput} from '../../../source/system/line-output.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
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
    output: new LineOutput(stream),
    note: (line) => notes.push(line),
    signal: new AbortController().signal,
    ...more,
  });
  return {code, notes, text: stream.text};
}

/** Records a log that is cut within a line, cleared, and continues in several files. */
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

test('a folder that is not there', async () => {
  await using home = await temporaryDirectory();
  const directory = path.join(home.path, 'none');
  expect(await print(directory)).toEqual({
    code: 1,
    notes: [`pipetail: p: there is no recording of it in ${directory}`],
    text: '',
  });
});

test('why it fails is noted as a failure', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'file');
  await writeFile(file, '');
  const noted: string[] = [];
  const note = (line: string, kind?: 'failure') => noted.push(`${kind}: ${line}`);
  expect(await print(path.join(home.path, 'none'), {note})).toMatchObject({code: 1});
  expect(await print(file, {note})).toMatchObject({code: 1});
  expect(noted).toEqual([
    expect.stringMatching(/^failure: pipetail: p: there is no recording of it in /),
    expect.stringMatching(/^failure: pipetail: p: .* cannot be read: /),
  ]);
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

test('a recording that is deleted while the one before it is printed is missing, and nothing else', async () => {
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
