import {cp, readdir, readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {gunzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import type {MarkerKind} from '../../source/buffer/markers.ts';
import {runLogsFrom} from '../../source/commands/logs/logs-from.ts';
import {fingerprintOf} from '../../source/records/fingerprint.ts';
import {acquireLock} from '../../source/storage/file-lock.ts';
import {PromptHistory} from '../../source/storage/prompt-history.ts';
import {Recordings} from '../../source/storage/recording/recordings.ts';
import {SessionFile} from '../../source/storage/session-file.ts';
import {LineOutput} from '../../source/system/line-output.ts';
import {SlowStream} from '../commands/slow-stream.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {written} from '../logs/recorded-history.ts';
import {RecordedLife, shownOf} from '../logs/recorded-life.ts';
import {ServerModel} from '../stitch/ring-model.ts';
import {restored} from './recording/restored.ts';

/**
 * What is on the disks of users. The files in `formats/` were written by commit 34bd322: its program on a server that
 * cut connections, restarted and lost a pipeline (`alpha`, `gamma`, the state), and its recorder (`kinds`).
 */
const formats = path.join(import.meta.dirname, 'formats');
const server = 'http://127.0.0.1:18473';
const tenant = '01a211f6-0000-7000-8000-000000000001';
const signal = new AbortController().signal;
const processes = {pid: 1, isAlive: () => false, random: Math.random};

async function copyOf(folder: 'recordings' | 'state') {
  const home = await temporaryDirectory();
  const directory = path.join(home.path, folder);
  await cp(path.join(formats, folder), directory, {recursive: true});
  return {directory, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]()};
}

async function printed(directory: string, name: string) {
  const stream = new SlowStream();
  await stream.takeAll();
  const notes: string[] = [];
  const code = await runLogsFrom({
    ...{from: [directory], names: [name], prefix: false, signal, clock: new FakeClock()},
    output: new LineOutput(stream),
    note: (line) => notes.push(line.replace(`pipetail: ${name}: `, '')),
  });
  return {code, text: stream.text, notes};
}

/** The log of a recording, its compressed files unpacked, and its index. */
async function filesOf(folder: string) {
  const names = (await readdir(folder)).sort();
  const files = await Promise.all(names.map((name) => readFile(path.join(folder, name))));
  const logs = files.map((bytes, index) => (names[index]?.endsWith('.gz') ? gunzipSync(bytes) : bytes));
  const facts = files.at(-1)?.toString().trimEnd().split('\n') ?? [];
  return {names, log: Buffer.concat(logs.slice(0, -1)).toString(), facts};
}

const at = Date.UTC(2026, 10, 25, 12);
const kinds: readonly MarkerKind[] = [
  {kind: 'discarded', entries: 7},
  {kind: 'reconnected', cause: 'server-lost', downMs: 1500, times: 2, since: at},
  {kind: 'lost', atLeast: 2, atMost: 5, from: at, to: at + 1000},
  {kind: 'new-life', because: 'created-again'},
  {kind: 'possible-repeat', lines: 3},
  {kind: 'line-cut'},
  {kind: 'ended', because: 'deleted'},
  {kind: 'state', from: 'Stopped', to: 'Stopped', error: 'no nodes left', startFailed: true},
  {kind: 'program', from: 'CompilingSql', to: 'SqlError'},
  {kind: 'not-recorded', lines: 4},
  {kind: 'not-merged', lines: 5},
  {kind: 'drawn'},
];

test('a recording is written as it always was, with every kind of marker', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const model = new ServerModel({bytes: 1e6, entries: 1e6});
  const life = new RecordedLife({
    ...{directory: home.path, clock, maxBytes: 1e6, pid: 1, name: 'kinds', limits: {fileBytes: 400}},
  });
  await life.recording.start('id-1');
  life.connect();
  const follower = model.connect();
  let received = 0;
  for (const kind of kinds) {
    model.write(`[kinds] ${model.now()}  INFO t: before ${kind.kind} größe`);
    life.receive(follower.body.subarray(received));
    received = follower.body.length;
    life.sink.copyMarker({...kind, at});
    await written(life, clock);
  }
  const folder = path.join(home.path, 'kinds--id-1');
  const lock = JSON.parse(await readFile(path.join(folder, 'lock'), 'utf8'));
  expect(lock).toEqual({pid: 1, started: expect.any(String), mark: expect.stringMatching(/^[a-z0-9]+$/)});
  await life.close();

  const [now, before] = await Promise.all([filesOf(folder), filesOf(path.join(formats, 'recordings', 'kinds--id-1'))]);
  expect(now.names).toEqual(before.names);
  expect(now.log).toBe(before.log);
  // How well a file is compressed, and when, is no part of the format.
  const comparable = (facts: readonly string[]) => [
    ...facts
      .filter((fact) => !fact.startsWith('{"kind":"compressed"'))
      .map((fact) => fact.replace(/^({"kind":"(?:block|file)".*"at":)\d+/, '$1…')),
    ...facts
      .filter((fact) => /^{"kind":"compressed","file":[12],"members":\[\d+\]}$/.test(fact))
      .map((fact) => fact.replace(/\[\d+\]/, '…')),
  ];
  expect(comparable(now.facts)).toEqual(comparable(before.facts));
  for (const name of now.names) expect((await stat(path.join(folder, name))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

const restarted = "runner restarted · server's log cleared · lines may be missing";

test.each([
  [
    'alpha',
    [
      '2026-11-27 12:08:16',
      'connection lost · reconnected after 2 s · 0 entries lost',
      restarted,
      'pipetail was not running · reconnected after 2 s · 0 entries lost',
    ],
  ],
  [
    'gamma',
    [
      restarted,
      '12:08:25 Failed · Pipeline check failed: compute and/or storage resources encountered a fatal error.',
      'pipetail was not running · reconnected after 2 s · 0 entries lost',
    ],
  ],
  ['kinds', kinds.map(() => expect.any(String))],
])('the recording of %s, written before, is printed', async (name, notes) => {
  const [folder = ''] = (await readdir(path.join(formats, 'recordings'))).filter((each) => each.startsWith(name));
  const {log} = await filesOf(path.join(formats, 'recordings', folder));
  expect(await printed(path.join(formats, 'recordings'), name)).toEqual({code: 0, text: log, notes});
});

test('a recording that was written before is shown, and continued in the same folder', async () => {
  await using home = await copyOf('recordings');
  const {directory} = home;
  const clock = new FakeClock();
  const [folder = ''] = (await readdir(directory)).filter((each) => each.startsWith('alpha'));
  const before = await filesOf(path.join(directory, folder));
  const recordings = new Recordings({directory, server, maxBytes: 2 ** 30, clock, processes});
  expect(await recordings.newestId('alpha')).toBe(folder.slice('alpha--'.length));
  const opened = await recordings.open('alpha', folder.slice('alpha--'.length));
  const {buffer, start} = restored(opened.past, {maxBytes: 1e6});
  expect(
    `${shownOf(buffer)
      .filter((line) => !line.startsWith('<'))
      .join('\n')}\n`,
  ).toBe(before.log);
  expect([...buffer.markers()].map(([, marker]) => marker.kind)).toEqual([
    ...['drawn', 'reconnected', 'new-life', 'reconnected'],
  ]);
  const {state} = opened.past.reference(1e6);
  const recorder = opened.record({buffer, start, state: () => state, onChange: () => {}});
  buffer.append(Buffer.from('one more\n'));
  await recorder.finish();
  await recordings.closed();
  const now = await filesOf(path.join(directory, folder));
  expect(now.log).toBe(`${before.log}one more\n`);
  expect(now.facts.slice(0, before.facts.length)).toEqual(before.facts);
});

test('a session that was written before is read, and written as it was', async () => {
  await using home = await copyOf('state');
  const {directory: folder} = home;
  const name = 'session-aab8d6fb501a0a7e.json';
  const text = await readFile(path.join(folder, name), 'utf8');
  const file = await SessionFile.acquire({folder, server, tenant, processes, signal});
  if (typeof file === 'string') throw new Error(file);
  expect((await readdir(folder)).sort()).toEqual(['history', name, `${name}.lock`]);
  const {session, problem} = await file.read();
  expect(problem).toBeUndefined();
  expect(session).toEqual(JSON.parse(text).session);
  if (session) await file.save({...session, cursor: 'beta'});
  expect(await readFile(path.join(folder, name), 'utf8')).toBe(text.replace('"cursor":"alpha"', '"cursor":"beta"'));
  expect((await stat(path.join(folder, name))).mode & 0o777).toBe(0o600);
  await file.close();
});

test('the number of a fingerprint in a session means the same lines', async () => {
  const text = await readFile(path.join(formats, 'state', 'session-aab8d6fb501a0a7e.json'), 'utf8');
  const log = await readFile(
    path.join(formats, 'recordings', 'alpha--01a21ce7-ece4-7ce0-9c1a-3f753a919fdf', '000001.log'),
  );
  const found = new Set(
    log
      .toString('latin1')
      .split('\n')
      .map((line) => fingerprintOf(Buffer.from(line, 'latin1'))),
  );
  const {filters} = JSON.parse(text).session.tabs[0];
  expect(filters).toMatchObject([{text: '!nothing like this'}, {shape: -920666510}, {shape: -1261143943}]);
  expect([...found]).toEqual(expect.arrayContaining([-920666510, -1261143943]));
});

test('the search history that was written before is read, and added to', async () => {
  await using home = await copyOf('state');
  const file = path.join(home.directory, 'history');
  const before = await readFile(file, 'utf8');
  const history = new PromptHistory({file, signal});
  await history.load();
  expect(history.entries).toEqual(['größe "x"', 'line 4\\.', 'line 3']);
  history.add('tab\there');
  await history.saved();
  expect(await readFile(file, 'utf8')).toBe(`${before}"tab\\there"\n`);
});

test('a lock that was written before is void once its process is gone, and one of the same fields takes its place', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'lock');
  await cp(path.join(formats, 'recording.lock'), file);
  const before = JSON.parse(await readFile(file, 'utf8'));
  expect(await acquireLock(file, processes)).toBeUndefined();
  const now = JSON.parse(await readFile(file, 'utf8'));
  expect(Object.keys(now)).toEqual(Object.keys(before));
  expect(before.started).toMatch(/^[\da-f-]{36} \d+$/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});
