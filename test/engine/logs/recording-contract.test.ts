import {chmod, cp, readdir, rename, rm, stat, truncate} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {openedLog, openedPieces} from '../../../source/engine/feeds/opened-log.ts';
import {findLogs} from '../../../source/engine/opened/find-logs.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {eventually} from '../../harness/eventually.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {entriesOf} from '../buffer/entries-of.ts';
import {type Limits, ServerModel} from '../stitch/ring-model.ts';
import {factsFile, recordedBytes, recordedFiles} from './recorded-form.ts';
import {recorded, written} from './recorded-history.ts';
import {RecordedLife, shownOf} from './recorded-life.ts';

/* What a recording promises, by what users see on the disk, on the screen and in the shell. */

const everything: Limits = {bytes: 1e9, entries: 1e9};

/** A server, and the programs that record its pipeline, one after the other. */
async function stage(limits = everything, files: {fileBytes?: number; maxBytes?: number} = {}) {
  const home = await temporaryDirectory();
  onTestFinished(() => home[Symbol.asyncDispose]());
  const directory = path.join(home.path, 'records');
  const folder = path.join(directory, 'p--id-1');
  const clock = new FakeClock();
  const server = new ServerModel(limits);
  let lines = 0;
  let pid = 0;
  const write = (count: number, padding = 0) => {
    for (let n = 0; n < count; n++, lines++) {
      const noise = Array.from({length: padding}, () => String.fromCharCode(33 + Math.random() * 90)).join('');
      server.write(`[p] ${server.now()}  INFO t: line ${lines} é ${noise}`);
    }
  };
  const start = async (scrollback = 1e6) => {
    pid += 1;
    const life = new RecordedLife({directory, clock, maxBytes: scrollback, pid, limits: files, alive: () => true});
    await life.recording.start('id-1');
    return life;
  };
  /** The log of another connection. */
  const receive = async (life: RecordedLife, until = Number.POSITIVE_INFINITY) => {
    life.cut();
    life.connect();
    const {body} = server.connect();
    for (let at = 0; at < Math.min(until, body.length); at += 700) {
      life.receive(body.subarray(at, Math.min(until, at + 700)));
    }
    life.settle();
    await written(life, clock);
  };
  const wire = () => server.epoch.wire;
  return {home, directory, folder, clock, server, write, start, receive, wire};
}

/** What `logs --from` prints: bytes, and the kinds of markers. */
async function printed(directory: string): Promise<{text: string; notes: readonly string[]}> {
  const [found] = await findLogs(directory);
  if (!found) throw new Error('there is no recording');
  const chunks: Uint8Array[] = [];
  const notes: string[] = [];
  for await (const piece of openedPieces(found)) {
    if ('bytes' in piece) chunks.push(piece.bytes);
    else notes.push(piece.marker.kind);
  }
  return {text: Buffer.concat(chunks).toString(), notes};
}

/** What `open` shows, as soon as it is this. */
async function opened(directory: string, entries: readonly string[], isAlive = false) {
  const [found] = await findLogs(directory);
  if (!found) throw new Error('there is no recording');
  const processes = {isAlive: () => isAlive};
  const log = openedLog(found, {clock: systemClock, fps: 100, scrollbackBytes: 1e6, processes});
  onTestFinished(() => log.close());
  log.start();
  const shown = () => entriesOf(log.buffer, {encoding: 'latin1'});
  const shows = (expected: readonly string[]) =>
    eventually(
      () => JSON.stringify(shown()) === JSON.stringify(expected),
      () => `${JSON.stringify(shown())} instead of ${JSON.stringify(expected)}`,
    );
  await shows(entries);
  return {log, shows};
}

function linesOf(bytes: Buffer): string[] {
  return bytes.toString('latin1').replace(/\n$/, '').split('\n');
}

test('byte for byte what came: on the disk, in the shell, in a file of its own, in the next run', async () => {
  const {directory, folder, wire, write, start, receive, server} = await stage(everything, {fileBytes: 3000});
  const first = await start(3000);
  for (let connection = 0; connection < 6; connection++) {
    write(40, connection * 9);
    await receive(first);
  }
  server.write('an open line'.repeat(20));
  await receive(first, wire().length - 5);
  const came = wire().subarray(0, -5);
  expect(entriesOf(first.buffer, {encoding: 'latin1'}).filter((entry) => !entry.startsWith('<'))).toEqual(
    linesOf(came),
  );
  await first.close();
  const files = await recordedFiles(folder);
  expect(files.size).toBeGreaterThan(3);
  for (const name of [...files.keys()].slice(0, -1)) expect(name).not.toMatch(/\.log$/);
  expect(await recordedBytes(folder)).toEqual(came);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  for (const name of await readdir(folder)) expect((await stat(path.join(folder, name))).mode & 0o777).toBe(0o600);
  expect((await printed(directory)).text).toBe(came.toString());
  const next = await start(3000);
  const shown = shownOf(next.buffer);
  expect(shown.filter((entry) => !entry.startsWith('<'))).toEqual(linesOf(came));
  await next.close();
  await opened(directory, shown);
});

test('killed at any byte and continued: no line twice or missing', {timeout: 120_000}, async () => {
  const {directory, folder, wire, write, start, receive, server, clock, home} = await stage();
  const first = await start();
  write(2);
  await receive(first);
  const kept = path.join(home.path, 'kept');
  const sizes = async () => {
    const names = [factsFile, '000001.log'].map((name) => path.join(folder, name));
    return await Promise.all(names.map(async (name) => (await stat(name)).size));
  };
  const [factsBefore = 0, bytesBefore = 0] = await sizes();
  first.sink.addMarker({kind: 'renamed', from: 'a', to: 'b'}, clock.wall());
  first.recording.onChange();
  write(2);
  await receive(first);
  const [facts = 0, bytes = 0] = await sizes();
  await cp(directory, kept, {recursive: true});
  await first.close();
  expect(facts).toBeGreaterThan(factsBefore);
  expect(bytes).toBeGreaterThan(bytesBefore);
  write(1);
  const deaths = [
    ...Array.from({length: facts - factsBefore}, (_, at) => [factsBefore + at, bytesBefore] as const),
    ...Array.from({length: bytes - bytesBefore + 1}, (_, at) => [facts, bytesBefore + at] as const),
  ];
  // Each run has others of them.
  const every = 5;
  const some = deaths.filter((_, at) => at % every === Math.round(performance.timeOrigin) % every);
  for (const [factsLeft, bytesLeft] of [...some, ...deaths.slice(-1)]) {
    await rm(directory, {recursive: true});
    await cp(kept, directory, {recursive: true});
    await rm(path.join(folder, 'lock'), {recursive: true, force: true});
    await truncate(path.join(folder, factsFile), factsLeft);
    await truncate(path.join(folder, '000001.log'), bytesLeft);
    const next = await start();
    const life = server.connect();
    next.connect();
    next.receive(life.body);
    next.settle();
    await written(next, clock);
    await next.close();
    const where = `${factsLeft} of ${facts} bytes of facts, ${bytesLeft} of ${bytes} of the log`;
    expect((await recordedBytes(folder)).toString(), where).toBe(wire().toString());
    const {notes} = await printed(directory);
    expect(
      notes.filter((note) => note !== 'reconnected' && note !== 'renamed'),
      where,
    ).toEqual([]);
  }
});

test('a gap, a cleared log, a lost stream, a run and a rename are told after a restart as live', async () => {
  const {directory, write, start, receive, server} = await stage({bytes: 2000, entries: 20});
  const first = await start();
  write(5);
  await receive(first);
  write(40);
  await receive(first);
  first.sink.addMarker({kind: 'renamed', from: 'a', to: 'b'});
  first.sink.addMarker({kind: 'state', from: 'Stopped', to: 'Running'});
  server.restart('silent');
  server.write(server.managerEntry('ERROR', 'pipeline_manager::runner::pipeline_logs', 'stdout is gone, I/O error: x'));
  write(2);
  first.sink.addMarker({kind: 'unread', stream: 'stdout', why: 'I/O error: x'});
  await receive(first);
  await first.close();
  const live = shownOf(first.buffer);
  for (const kind of ['lost', 'new-life', 'renamed', 'state', 'unread']) expect(live).toContain(`<${kind}>`);
  const next = await start();
  expect(shownOf(next.buffer)).toEqual(live);
  expect([...next.buffer.markers()].map(([, marker]) => marker)).toEqual(
    [...first.buffer.markers()].map(([, marker]) => marker),
  );
  await next.close();
  const {log} = await opened(directory, live);
  const {gaps, atLeast, atMost, clears, lostStreams} = first.sink.losses;
  expect(log.losses).toMatchObject({gaps, atLeast, atMost, clears, lostStreams});
});

test('what the server no longer had after a restart is a counted gap', async () => {
  const {directory, write, start, receive, server, folder} = await stage({bytes: 1e6, entries: 10});
  const first = await start();
  write(3);
  await receive(first);
  await first.close();
  write(20);
  const next = await start();
  await receive(next);
  await next.close();
  expect(next.sink.losses).toMatchObject({gaps: 1, atLeast: 10, atMost: 10});
  expect((await printed(directory)).notes).toContain('lost');
  expect(linesOf(await recordedBytes(folder))).toEqual([
    ...linesOf(server.epoch.wire).slice(0, 4),
    ...linesOf(server.epoch.wire).slice(-10),
  ]);
});

test('a folder that is gone, and back: it is said, and nothing is missing', async () => {
  const {directory, folder, wire, write, start, receive, clock} = await stage(everything, {fileBytes: 2000});
  const life = await start();
  write(3);
  await receive(life);
  await rename(directory, `${directory}.away`);
  write(40);
  life.cut();
  life.connect();
  life.receive(wire());
  life.settle();
  await eventually(
    async () => {
      await clock.advance(200);
      return life.recording.state?.kind === 'stopped';
    },
    () => JSON.stringify(life.recording.state),
  );
  await rm(directory, {recursive: true, force: true});
  await rename(`${directory}.away`, directory);
  await eventually(
    async () => {
      await clock.advance(30_000);
      return life.recording.state?.kind === 'recording';
    },
    () => JSON.stringify(life.recording.state),
  );
  await recorded(life, clock);
  await life.close();
  expect((await recordedBytes(folder)).toString()).toBe(wire().toString());
});

test('a folder that was deleted meanwhile is said, and recorded anew with what memory holds', async () => {
  const {directory, folder, wire, write, start, receive, clock} = await stage();
  const life = await start();
  write(3);
  await receive(life);
  await rm(directory, {recursive: true});
  write(1);
  life.cut();
  life.connect();
  life.receive(wire());
  life.settle();
  await eventually(
    async () => {
      await clock.advance(200);
      return life.recording.state?.kind === 'stopped';
    },
    () => JSON.stringify(life.recording.state),
  );
  expect(life.recording.state).toMatchObject({why: `${folder} was deleted`});
  await clock.advance(1000);
  await recorded(life, clock);
  await life.close();
  expect(await recordedBytes(folder)).toEqual(wire());
});

test('a second writer says that it does not record, and who does', async () => {
  const {folder, wire, write, start, receive} = await stage();
  const first = await start();
  write(3);
  await receive(first);
  const second = await start();
  expect(second.recording.state).toEqual({kind: 'read-only', folder, by: 1});
  await second.close();
  write(1);
  await receive(first);
  await first.close();
  expect(await recordedBytes(folder)).toEqual(wire());
});

test('retention deletes the oldest, and says how much', async () => {
  const {directory, folder, wire, write, start, receive} = await stage(everything, {
    fileBytes: 20_000,
    maxBytes: 60_000,
  });
  const life = await start(20_000);
  for (let burst = 0; burst < 12; burst++) {
    write(100, 100);
    await receive(life);
  }
  await life.close();
  const left = await recordedBytes(folder);
  expect(left.length).toBeLessThan(wire().length / 2);
  expect(wire().subarray(-left.length)).toEqual(left);
  const [found] = await findLogs(directory);
  if (!found) throw new Error('there is no recording');
  const pieces = [];
  for await (const piece of openedPieces(found)) pieces.push(piece);
  expect(pieces[0]).toMatchObject({
    marker: {kind: 'unreadable', bytes: wire().length - left.length, because: 'deleted-to-make-room'},
  });
  const next = await start(20_000);
  expect(shownOf(next.buffer).filter((entry) => !entry.startsWith('<'))).toEqual(linesOf(left));
  await next.close();
});

test('it is read while it is written, across its files', async () => {
  const {directory, wire, write, start, receive} = await stage(everything, {fileBytes: 2000});
  const life = await start(3000);
  write(3);
  await receive(life);
  const {shows, log} = await opened(directory, linesOf(wire()), true);
  for (let burst = 0; burst < 5; burst++) {
    write(20);
    await receive(life);
  }
  const shown = shownOf(life.buffer);
  expect(shown).toContain('<reconnected>');
  await shows(shown);
  expect(log.snapshot.get().file).toMatchObject({kind: 'followed', hasWriter: true});
  await life.close();
});

describe('the folders of others', () => {
  test.each(['records', 'records/p--id-1'])('where others may write to %s, nothing is recorded', async (part) => {
    const {home, folder, start, directory} = await stage();
    const first = await start();
    await first.close();
    const open = path.join(home.path, part);
    await chmod(open, 0o777);
    const before = await readdir(folder);
    const next = new RecordedLife({directory, clock: new FakeClock(), maxBytes: 1e6, pid: 7});
    await next.recording.start('id-1');
    const why = `other users may write to ${open}, and change the recording · chmod go-w ${open}`;
    expect(next.recording.state).toMatchObject({kind: 'stopped', why});
    await next.close();
    expect(await readdir(folder)).toEqual(before);
  });
});
