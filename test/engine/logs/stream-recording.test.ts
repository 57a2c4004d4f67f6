import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {eventually} from '../../harness/eventually.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {readOnlyFolder} from '../../harness/read-only-folder.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {ServerModel} from '../stitch/ring-model.ts';
import {recorded, written} from './recorded-history.ts';
import {RecordedLife, shownOf} from './recorded-life.ts';

const ring = {bytes: 1_000_000, entries: 50_000};

function line(server: ServerModel, number: number): string {
  return `[p] ${server.now()}  INFO t: line ${number}`;
}

test('a recording is the log as it came; the next run continues it', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const server = new ServerModel(ring);
  for (let n = 0; n < 5; n++) server.write(line(server, n));

  const first = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 1});
  expect(await first.recording.start('id-1')).toBeUndefined();
  first.connect();
  const follower = server.connect();
  first.receive(follower.body);
  await written(first, clock);
  const folder = path.join(home.path, 'p--id-1');
  expect(first.recording.state).toMatchObject({kind: 'recording', folder, fromId: 0, missedBytes: 0});
  const file = path.join(folder, '000001.log');
  expect(await readFile(file)).toEqual(server.epoch.wire);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  await first.close();
  expect((await readdir(folder)).sort()).toEqual(['000001.log', 'facts.jsonl']);

  for (let n = 5; n < 8; n++) server.write(line(server, n));
  const second = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 2});
  expect(await second.recording.start('id-1')).toEqual(expect.any(Number));
  expect(shownOf(second.buffer)).toHaveLength(6);
  second.connect();
  second.receive(server.connect().body);
  second.settle();
  await written(second, clock);
  expect(await readFile(file)).toEqual(server.epoch.wire);
  const text = shownOf(second.buffer);
  expect(text.filter((shown) => !shown.startsWith('<')).join('\n')).toBe(server.epoch.wire.toString().trimEnd());
  expect(text.filter((shown) => shown.startsWith('<'))).toEqual(['<reconnected>']);
  await second.close();
});

test('what left memory is read back, compressed files too, and they are what zstdcat reads', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const server = new ServerModel({bytes: 1e9, entries: 1e9});
  const limits = {fileBytes: 300_000};
  const life = new RecordedLife({directory: home.path, clock, maxBytes: 100_000, pid: 1, limits});
  await life.recording.start('id-1');
  life.connect();
  life.receive(server.connect().body);
  const lines: string[] = [];
  for (let burst = 0; burst < 30; burst++) {
    const texts = Array.from({length: 400}, (_, n) => `${line(server, burst * 400 + n)} ${'x'.repeat(n % 90)}`);
    lines.push(...texts);
    life.receive(Buffer.from(`${texts.join('\n')}\n`));
    await written(life, clock);
  }
  const {buffer} = life;
  expect(buffer.memoryFirstId).toBeGreaterThan(9000);
  expect(buffer.droppedLines).toBe(0);
  expect(shownOf(buffer).slice(1)).toEqual(lines);
  await life.close();
  expect(shownOf(buffer).slice(1)).toEqual(lines);
  const folder = path.join(home.path, 'p--id-1');
  const files = (await readdir(folder)).filter((file) => file.includes('.log')).sort();
  expect(files.filter((file) => file.endsWith('.zst')).length).toBeGreaterThan(2);
  const all = files.map((file) =>
    file.endsWith('.zst')
      ? execFileSync('zstdcat', [path.join(folder, file)])
      : execFileSync('cat', [path.join(folder, file)]),
  );
  expect(Buffer.concat(all).toString().trimEnd().split('\n').slice(1)).toEqual(lines);

  const next = new RecordedLife({directory: home.path, clock, maxBytes: 100_000, pid: 2, limits});
  await next.recording.start('id-1');
  expect(shownOf(next.buffer).slice(1)).toEqual(lines);
  await next.close();
});

test('an id that comes while the last recording is being looked for does not keep its past from being shown', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const server = new ServerModel(ring);
  for (let n = 0; n < 5; n++) server.write(line(server, n));
  const first = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 1});
  await recordAll(first, {server, clock});
  await first.close();

  const second = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 2});
  const begun = second.recording.start(undefined);
  second.recording.setPipelineId('id-1');
  expect(await begun).toEqual(expect.any(Number));
  expect(shownOf(second.buffer)).toHaveLength(6);
  await second.close();
});

/** A life whose stream has received what the server holds. */
async function follow(life: RecordedLife, server: ServerModel): Promise<void> {
  life.connect();
  life.receive(server.connect().body);
  life.settle();
}

/** Records what the server holds, and continues to follow. */
async function recordAll(life: RecordedLife, {server, clock}: {server: ServerModel; clock: FakeClock}): Promise<void> {
  await life.recording.start('id-1');
  await follow(life, server);
  await written(life, clock);
}

test('switched on while the log is followed: what memory holds is recorded too; off and on again, nothing is there twice', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const server = new ServerModel(ring);
  for (let n = 0; n < 5; n++) server.write(line(server, n));
  const life = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 1});
  life.connect();
  const follower = server.connect();
  let received = 0;
  const receive = () => {
    life.receive(follower.body.subarray(received));
    received = follower.body.length;
  };
  receive();
  expect(life.recording.state).toBeUndefined();
  void life.recording.set(true, 'id-1');
  expect(life.recording.state).toEqual({kind: 'opening'});
  await recorded(life, clock);
  const file = path.join(home.path, 'p--id-1', '000001.log');
  expect(await readFile(file)).toEqual(server.epoch.wire);

  void life.recording.set(false, 'id-1');
  expect(life.recording.state).toBeUndefined();
  for (let n = 5; n < 8; n++) server.write(line(server, n));
  receive();
  void life.recording.set(true, 'id-1');
  await recorded(life, clock);
  expect(await readFile(file)).toEqual(server.epoch.wire);
  await life.close();

  // Another run that begins without recording, and begins to record behind the end of what there is.
  for (let n = 8; n < 10; n++) server.write(line(server, n));
  const next = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 2});
  await follow(next, server);
  void next.recording.set(true, 'id-1');
  await recorded(next, clock);
  expect(await readFile(file)).toEqual(server.epoch.wire);
  await next.close();
});

test('what was missed in between, and not counted, is marked', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const server = new ServerModel({bytes: 200, entries: 3});
  const life = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 1});
  await life.recording.start('id-1');
  await follow(life, server);
  await life.close();
  for (let n = 0; n < 9; n++) server.write(line(server, n));
  const next = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 2});
  await follow(next, server);
  void next.recording.set(true, 'id-1');
  await recorded(next, clock);
  await next.close();
  const last = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 3});
  await last.recording.start('id-1');
  const shown = shownOf(last.buffer);
  expect(shown.slice(1, 3)).toEqual(['<not-recorded>', '<discarded>']);
  expect(shown.at(-1)).toContain('line 8');
  await last.close();
});

test('created again: the new pipeline is recorded in a folder of its own, and both are still shown', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const server = new ServerModel(ring);
  const life = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 1});
  await life.recording.start('id-1');
  server.write(line(server, 1));
  await follow(life, server);
  life.cut();
  const old = server.epoch.wire;
  server.recreate();
  server.write(line(server, 2));
  await follow(life, server);
  await recorded(life, clock);
  expect(life.recording.state).toMatchObject({kind: 'recording', folder: path.join(home.path, 'p--id-2')});
  expect(await readFile(path.join(home.path, 'p--id-1', '000001.log'))).toEqual(old);
  expect(await readFile(path.join(home.path, 'p--id-2', '000001.log'))).toEqual(server.epoch.wire);
  await life.close();
});

test('a folder that may not be written to is called read-only, with the way out', async (context) => {
  await using readOnly = await readOnlyFolder(context);
  const life = new RecordedLife({directory: readOnly.path, clock: new FakeClock(), maxBytes: 1e6, pid: 1});
  await life.recording.start('id-1');
  const why = `${readOnly.path} is read-only · --record names another folder`;
  expect(life.recording.state).toMatchObject({kind: 'stopped', why});
  await life.close();
});

test('a second program on the same folder only reads, and writes when the first has ended', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const server = new ServerModel(ring);
  const alive = () => true;
  const first = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 1, alive});
  await recordAll(first, {server, clock});

  server.write(line(server, 1));
  const second = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 2, alive});
  await second.recording.start('id-1');
  const folder = path.join(home.path, 'p--id-1');
  expect(second.recording.state).toEqual({kind: 'read-only', folder, by: 1});
  await follow(second, server);
  expect(shownOf(second.buffer).filter((shown) => !shown.startsWith('<'))).toHaveLength(2);
  await first.close();
  await clock.advance(30_000);
  await recorded(second, clock);
  expect(await readFile(path.join(folder, '000001.log'))).toEqual(server.epoch.wire);
  await second.close();
});

test('where nothing of the past is shown, what another program records is not left out', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const server = new ServerModel(ring);
  const alive = () => true;
  const first = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 1, alive});
  await recordAll(first, {server, clock});

  server.write(line(server, 1));
  const second = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 2, alive, showPast: false});
  expect(await second.recording.start('id-1')).toBeUndefined();
  expect(second.recording.state).toMatchObject({kind: 'read-only', by: 1});
  await follow(second, server);
  expect(shownOf(second.buffer)).toEqual(server.epoch.wire.toString().trimEnd().split('\n'));
  await first.close();
  await second.close();
});

test('more than its size: the oldest files are deleted, and no more shown', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const server = new ServerModel({bytes: 1e9, entries: 1e9});
  const limits = {fileBytes: 20_000, maxBytes: 30_000};
  const life = new RecordedLife({directory: home.path, clock, maxBytes: 64_000, pid: 1, limits});
  await life.recording.start('id-1');
  life.connect();
  const follower = server.connect();
  let received = 0;
  for (let burst = 0; burst < 30; burst++) {
    for (let n = 0; n < 100; n++) server.write(`${line(server, burst * 100 + n)} ${Math.random()}`);
    life.receive(follower.body.subarray(received));
    received = follower.body.length;
    await written(life, clock);
  }
  await life.close();
  const {buffer} = life;
  expect(buffer.droppedLines).toBeGreaterThan(0);
  expect(buffer.droppedLines + buffer.lineCount).toBe(3001);
  const lines = server.epoch.wire.toString().trimEnd().split('\n');
  expect(shownOf(buffer)).toEqual(lines.slice(buffer.droppedLines));
  const folder = path.join(home.path, 'p--id-1');
  const sizes = await Promise.all((await readdir(folder)).map((file) => stat(path.join(folder, file))));
  expect(sizes.reduce((sum, {size}) => sum + size, 0)).toBeLessThan(60_000);

  const next = new RecordedLife({directory: home.path, clock, maxBytes: 64_000, pid: 2, limits});
  await next.recording.start('id-1');
  const kept = shownOf(next.buffer);
  expect(kept.length).toBeLessThan(3001);
  expect(kept).toEqual(lines.slice(-kept.length));
  await next.close();
});

test('an id that no folder should be called after is refused', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const life = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 1});
  await life.recording.start('../../evil');
  expect(life.recording.state).toMatchObject({
    kind: 'stopped',
    why: "no folder can be named after 'p' and its id '../../evil'",
  });
  expect(await readdir(home.path)).toEqual([]);
  await life.close();
});

test('what another recording of the same run deletes to make room is no more counted as held', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const limits = {fileBytes: 20_000, maxBytes: 60_000};
  let changes = 0;
  const onChange = () => {
    changes += 1;
  };
  const quiet = new RecordedLife({directory: home.path, clock, maxBytes: 10_000, pid: 1, limits, onChange});
  const {recordings} = quiet;
  const busy = new RecordedLife({directory: home.path, clock, maxBytes: 10_000, pid: 1, name: 'q', recordings});
  const write = async (life: RecordedLife, bursts: number) => {
    const server = new ServerModel({bytes: 1e9, entries: 1e9});
    // Another pipeline than the quiet one.
    if (life === busy) server.recreate();
    await life.recording.start(server.pipelineId);
    life.connect();
    const follower = server.connect();
    let received = 0;
    for (let burst = 0; burst < bursts; burst++) {
      for (let n = 0; n < 100; n++) server.write(`${line(server, burst * 100 + n)} ${Math.random()}`);
      life.receive(follower.body.subarray(received));
      received = follower.body.length;
      await written(life, clock);
    }
  };
  await write(quiet, 8);
  expect(quiet.buffer.droppedLines).toBe(0);
  changes = 0;
  await write(busy, 30);
  await busy.recording.close();
  expect(quiet.buffer.droppedLines).toBeGreaterThan(0);
  expect(changes).toBeGreaterThan(0);
  const {lineCount} = quiet.buffer;
  expect(shownOf(quiet.buffer)).toHaveLength(lineCount);
  await quiet.close();
});

test('a file of a recording that was deleted by hand is missed, and nothing else', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const server = new ServerModel({bytes: 1e9, entries: 1e9});
  const limits = {fileBytes: 10_000};
  const life = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 1, limits});
  await life.recording.start('id-1');
  life.connect();
  const follower = server.connect();
  let received = 0;
  for (let burst = 0; burst < 5; burst++) {
    for (let n = 0; n < 300; n++) server.write(line(server, burst * 300 + n));
    life.receive(follower.body.subarray(received));
    received = follower.body.length;
    await written(life, clock);
  }
  await life.close();
  await rm(path.join(home.path, 'p--id-1', '000002.log.zst'));
  const next = new RecordedLife({directory: home.path, clock, maxBytes: 64_000, pid: 2, limits});
  await next.recording.start('id-1');
  const lines = server.epoch.wire.toString().trimEnd().split('\n');
  // What is older than what cannot be read is given up with it, once that is noticed.
  for (let id = next.buffer.endId - 1; id >= next.buffer.firstId; id--) next.buffer.lineAt(id);
  const kept = shownOf(next.buffer);
  expect(kept.length).toBeGreaterThan(100);
  expect(kept).toEqual(lines.slice(-kept.length));
  await next.close();
});

test.each(['closed', 'switched off'])('%s while a disk does not answer: it opens nothing any more', async (how) => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const life = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 1});
  const held = await life.recordings.open('p', 'id-1');
  const begun = life.recording.start('id-1');
  if (how === 'closed') await life.recording.close();
  else void life.recording.set(false, 'id-1');
  const {state} = life.recording;
  await clock.advance(10_000);
  expect(await begun).toBeUndefined();
  await held.release();
  // The folder is free again.
  await life.recordings.closed();
  expect(life.recording.state).toEqual(state);
  expect(await readdir(path.join(home.path, 'p--id-1'))).not.toContain('lock');
});

test('a disk that does not answer is not waited for; when it does, what memory holds is recorded', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const server = new ServerModel(ring);
  server.write(line(server, 1));
  const life = new RecordedLife({directory: home.path, clock, maxBytes: 1e6, pid: 1});
  const held = await life.recordings.open('p', 'id-1');
  const told: string[] = [];
  life.sink.onEvent = (text) => told.push(text);
  const begun = life.recording.start('id-1');
  await clock.advance(9_999);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(await begun).toBeUndefined();
  expect(told).toEqual(['the disk did not answer for 10 s: what was recorded before is not shown']);
  await follow(life, server);
  expect(life.recording.state).toEqual({kind: 'opening'});
  await held.release();
  await recorded(life, clock);
  expect(await readFile(path.join(home.path, 'p--id-1', '000001.log'))).toEqual(server.epoch.wire);
  await life.close();
});

/** A recording without a stream: what becomes of its opening. */
function openOnly(directory: string, pid = 1) {
  const clock = new FakeClock();
  const life = new RecordedLife({directory, clock, maxBytes: 1e6, pid, alive: () => true});
  const {recording} = life;
  /** Waits until the recording is in this state. */
  const until = (kind: 'recording' | 'stopped' | 'read-only') =>
    eventually(
      () => recording.state?.kind === kind,
      () => `${kind}: ${JSON.stringify(recording.state)}`,
    );
  return {clock, life, recording, until};
}

test('what cannot be opened is tried again, later each time', async () => {
  await using home = await temporaryDirectory();
  const directory = path.join(home.path, 'records');
  await writeFile(directory, '');
  const {clock, life, recording, until} = openOnly(directory);
  await recording.start('id-1');
  expect(recording.state).toMatchObject({kind: 'stopped'});
  await clock.advance(1_000);
  await eventually(
    () => clock.pending === 1,
    () => 'a second failure',
  );
  await rm(directory);
  await clock.advance(1_999);
  expect(recording.state).toMatchObject({kind: 'stopped'});
  await clock.advance(1);
  await until('recording');
  await life.close();
});

test('switched off while it opens, it frees the folder and tries no more', async () => {
  await using home = await temporaryDirectory();
  const {clock, life, recording} = openOnly(home.path);
  const started = recording.start('id-1');
  void recording.set(false, undefined);
  expect([await started, recording.state]).toEqual([undefined, undefined]);
  expect(existsSync(path.join(home.path, 'p--id-1', 'lock'))).toBe(false);
  // Room is made for it once all the same.
  await clock.advance(15_000);
  expect(clock.pending).toBe(0);
  await life.close();
});

test('a recording that another program writes is read, and tried again', async () => {
  await using home = await temporaryDirectory();
  const writer = openOnly(home.path, process.ppid);
  await writer.recording.start('id-1');
  const reader = openOnly(home.path);
  await reader.recording.start('id-1');
  const folder = path.join(home.path, 'p--id-1');
  expect(reader.recording.state).toEqual({kind: 'read-only', folder, by: process.ppid});
  await writer.life.close();
  await reader.clock.advance(30_000);
  await reader.until('recording');
  await reader.life.close();
});
