import path from 'node:path';
import {expect, test} from 'vitest';
import {LineOutput} from '../../source/commands/line-output.ts';
import {runLogsFrom} from '../../source/commands/logs-from.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {ServerModel} from '../stitch/ring-model.ts';
import {written} from '../streams/recorded-history.ts';
import {RecordedLife} from '../streams/recorded-life.ts';
import {SlowStream} from './slow-stream.ts';

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
  await life.recording.begin('id-1');
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
  return {expected: `${first.subarray(0, first.length - 4)}\n${server.life.wire}`, life};
}

test('a recording is printed byte by byte, markers apart; also while it is written', async () => {
  await using home = await temporaryDirectory();
  const {expected, life} = await record(home.path);
  const notes = [
    'pipetail: p: the line above was cut; its rest is lost',
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
