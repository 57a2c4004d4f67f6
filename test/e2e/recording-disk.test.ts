import {spawn} from 'node:child_process';
import {readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {TruthLog} from '../chaos/truth-log.ts';
import {Writer} from '../chaos/writer.ts';
import {cleanEnvironment} from '../harness/environment.ts';
import {eventually, WAIT_MS} from '../harness/eventually.ts';
import {expectNoSecrets, secretsIn} from '../harness/planted-secret.ts';
import {launcher, program, run} from '../harness/program.ts';
import {SecretWatch} from '../harness/secret-watch.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {requireTool, skipOrFail} from '../harness/tools.ts';
import {held, openRig} from './logs-rig.ts';

const name = 'orders';

/** Milliseconds: the longest time until the disk is tried again, which a slow machine reaches, and as long as any wait. */
const untilTriedAgain = 30_000 + WAIT_MS;

/** `pipetail logs --follow --record`, started by `sh` after `before`, beside `others`, which are not there. */
async function record(directory: string, home: string, before = '', others: readonly string[] = []) {
  const server = await DemoServer.start({scenario: quiet(name), chunking: 'ragged'});
  const pipeline = server.pipeline(name);
  const truth = new TruthLog(name);
  truth.watch(pipeline);
  const writer = new Writer({name, seed: 1, identical: 0});
  const args = [
    launcher,
    program,
    'logs',
    '--follow',
    '--color',
    'always',
    '--host',
    server.url,
    '--record',
    directory,
    name,
    ...others,
  ];
  const env = cleanEnvironment(home);
  const secrets = new SecretWatch(env);
  const child = spawn('sh', ['-c', `${before} exec "$@"`, 'sh', ...args], {
    cwd: home,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Each line has its name in front, padded, if there are others.
  const longest = Math.max(...[name, ...others].map(({length}) => length));
  const prefixBytes = others.length === 0 ? 0 : `${' '.repeat(longest)} | `.length;
  let notes = '';
  let printed = 0;
  child.stderr.on('data', (bytes: Buffer) => {
    notes += bytes.toString();
    secrets.heard('stderr', bytes);
  });
  child.stdout.on('data', (bytes: Buffer) => {
    printed += bytes.length - prefixBytes * (bytes.toString('latin1').split('\n').length - 1);
    secrets.heard('stdout', bytes);
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    await server.close();
    secrets.expectNone();
  });
  const wire = () => Buffer.from(truth.truth().lives[0]?.wire ?? []);
  return {
    url: server.url,
    pid: child.pid ?? 0,
    folder: path.join(directory, `${name}--${pipeline.id}`),
    wire,
    write: (bytes: number) => writer.burst(pipeline, bytes),
    noted: (text: string, timeout?: number) =>
      eventually(
        () => notes.includes(text),
        () => `${text}: ${notes}`,
        timeout,
      ),
    allPrinted: () =>
      eventually(
        () => printed === truth.bytes,
        () => `${printed} of ${truth.bytes} bytes`,
      ),
    async stop() {
      secrets.lookAtProcesses();
      child.kill('SIGINT');
      await ended;
    },
  };
}

test('the disk is full: the screen shows that and the log; when there is room again, nothing is missing', async (context) => {
  requireTool(context, 'mount');
  await using home = await temporaryDirectory();
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', home.path]);
  if (mounted.code !== 0) skipOrFail(context, 'a tmpfs can be mounted by root only');
  try {
    await using elsewhere = await temporaryDirectory();
    const ballast = path.join(home.path, 'ballast');
    await writeFile(ballast, Buffer.alloc(1_500_000));
    const one = await record(path.join(home.path, 'records'), elsewhere.path);
    one.write(200_000);
    await one.allPrinted();
    one.write(700_000);
    await one.noted('recording has stopped: the disk is full');
    one.write(50_000);
    await one.allPrinted();
    await rm(ballast);
    await one.noted('recording again · nothing was missed', untilTriedAgain);
    await one.stop();
    expect((await readFile(path.join(one.folder, '000001.log'))).equals(one.wire())).toBe(true);
    // Nothing of it is there any more when the directory is removed.
    expectNoSecrets(await secretsIn(home.path));
  } finally {
    await run('umount', ['-l', home.path]);
  }
});

test('the disk is full for so long that memory does not hold it all: what is missing is counted, and marked', async (context) => {
  requireTool(context, 'mount');
  await using home = await temporaryDirectory();
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', home.path]);
  if (mounted.code !== 0) skipOrFail(context, 'a tmpfs can be mounted by root only');
  try {
    await using elsewhere = await temporaryDirectory();
    const ballast = path.join(home.path, 'ballast');
    await writeFile(ballast, Buffer.alloc(63_000_000));
    const directory = path.join(home.path, 'records');
    // Each of 32 logs has the 32nd part of 256 MiB.
    const others = Array.from({length: 31}, (_, index) => `other-${index}`);
    const one = await record(directory, elsewhere.path, '', others);
    one.write(10_000);
    await one.allPrinted();
    // More than memory and disk hold, in pieces that a slow machine prints within a wait.
    for (let written = 0; written < 36; written += 1) {
      one.write(1_000_000);
      await one.allPrinted();
    }
    await one.noted('recording has stopped: the disk is full');
    await rm(ballast);
    await one.noted('are missing from it', untilTriedAgain);
    await one.stop();
    one.write(1_000);
    // The next run continues behind it.
    await run(launcher, [program, 'logs', '--host', one.url, '--record', directory, name]);
    const {stdout, stderr} = await run(launcher, [program, 'logs', '--color', 'always', '--from', directory, name]);
    expect(stderr).toMatch(/^pipetail: orders: [\d,]+ lines were not recorded$/m);
    const [recorded, wire] = [Buffer.from(stdout), one.wire()];
    let same = 0;
    while (recorded[same] === wire[same]) same += 1;
    const border = recorded.lastIndexOf('\n', same) + 1;
    const behind = recorded.subarray(border);
    expect(behind.length).toBeGreaterThan(8_000_000);
    expect(wire.subarray(-behind.length).equals(behind)).toBe(true);
    // Nothing of it is there any more when the directory is removed.
    expectNoSecrets(await secretsIn(home.path));
  } finally {
    await run('umount', ['-l', home.path]);
  }
});

test('files may not grow: the screen shows that and the log; when they may again, nothing is missing', async (context) => {
  requireTool(context, 'prlimit');
  await using home = await temporaryDirectory();
  // In units of 512 or 1024 bytes, as the shell likes; only the soft limit, so that it can be raised again.
  const one = await record(path.join(home.path, 'records'), home.path, 'ulimit -S -f 200;');
  one.write(150_000);
  one.write(300_000);
  await one.noted('recording has stopped: the file would be larger than allowed');
  one.write(50_000);
  await one.allPrinted();
  expect((await run('prlimit', ['--pid', String(one.pid), '--fsize=unlimited:'])).code).toBe(0);
  await one.noted('recording again · nothing was missed', untilTriedAgain);
  await one.stop();
  expect((await readFile(path.join(one.folder, '000001.log'))).equals(one.wire())).toBe(true);
});

test('the folder cannot be written to: the screen shows that and the log', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'file');
  await writeFile(file, '');
  const one = await record(path.join(file, 'records'), home.path);
  await one.noted('recording has stopped: a part of the path is not a folder');
  one.write(10_000);
  await one.allPrinted();
  await one.stop();
});

test.each([
  ['', 'records', 0, ''],
  ['ulimit -S -f 100;', 'records', 1, 'not all of it is recorded: the file would be larger than allowed'],
  ['touch file;', 'file/records', 1, 'not all of it is recorded: a part of the path is not a folder'],
])('without following, a log that is not recorded whole is exit 1: %s --record %s', async (before, to, code, why) => {
  const {server, shell, write} = await openRig([name]);
  write(name, 5_000);
  const printed = await shell(`${before} pipetail $LOGS --record ${to} ${name}`);
  expect({code: await printed.ended, said: printed.stderr()}).toEqual({
    code,
    said: why === '' ? '' : `pipetail: ${name}: ${why}\n`,
  });
  expect(printed.stdout().equals(held(server, name))).toBe(true);
});

test('with --exit-on, a record that matches is exit 0, though nothing is recorded, which is said', async () => {
  const {shell, write} = await openRig([name]);
  write(name, 10);
  const printed = await shell(`touch file; pipetail $LOGS --follow --exit-on 'line 9' --record file/records ${name}`);
  expect(await printed.ended).toBe(0);
  expect(printed.stderr()).toContain(
    `pipetail: ${name}: not all of it is recorded: a part of the path is not a folder\n`,
  );
});

test.each([[[]], [['--follow', '--exit-on', "'line 9'"]]])(
  'a recording whose facts are damaged is put aside, which is said: %j',
  async (args) => {
    const {server, shell, write} = await openRig([name]);
    write(name, 10);
    const record = `pipetail $LOGS --record records ${name}`;
    const damage = 'for facts in records/*/facts.jsonl; do : > "$facts"; done';
    const recorded = await shell(`${record} > /dev/null; ${damage}; ${record} ${args.join(' ')}`);
    expect(await recorded.ended).toBe(0);
    expect(recorded.stderr()).toMatch(/^pipetail: orders: recording anew: .* was moved to records\/orders--\S+-\d+\n/);
    expect(held(server, name).subarray(0, recorded.stdout().length).equals(recorded.stdout())).toBe(true);
  },
);
