import {spawn} from 'node:child_process';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {launcher, program} from '../harness/program.ts';
import {requireTool} from '../harness/tools.ts';
import {type Cut, CutProxy} from './cut-proxy.ts';
import {fda, felderaForAll, needsOwnServer, ownManager, prepareOwn} from './suite.ts';

// The table of docs/failures.md: how three clients that follow one pipeline take each kind of end.

const rig = felderaForAll();
prepareOwn(async ({client}) => {
  await client.put('ends');
  await client.run('ends');
});

type Follower = {
  readonly output: () => string;
  readonly errors: () => string;
  /** Exit code or signal; undefined while it runs. */
  readonly code: () => number | string | undefined;
};
type Variables = Readonly<Record<string, string>>;
type Followers = {readonly pipetail: Follower; readonly fda: Follower; readonly curl: Follower};

/** Starts the three on a server; they are killed with the test. */
async function follow(url: string, name: string, env: Variables = {}): Promise<Followers> {
  const logs = `${url}/v0/pipelines/${name}/logs`;
  return {
    pipetail: start(launcher, [program, 'logs', '--color', 'always', '-f', '--host', url, name], env),
    fda: start(await fda(), ['--host', url, 'logs', '-w', name]),
    curl: start('curl', ['-sS', '-N', '--fail', logs]),
  };
}

function start(command: string, args: readonly string[], env: Variables = {}): Follower {
  const {PATH, HOME} = process.env;
  const child = spawn(command, args, {stdio: ['ignore', 'pipe', 'pipe'], env: {PATH, HOME, ...env}});
  let output = '';
  let errors = '';
  let code: number | string | undefined;
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString('latin1');
  });
  child.stderr.on('data', (bytes: Buffer) => {
    errors += bytes.toString();
  });
  child.on('close', (exit, signal) => {
    code = exit ?? signal ?? 'lost';
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return {output: () => output, errors: () => errors, code: () => code};
}

const numbers = (follower: Follower): number[] =>
  [...follower.output().matchAll(/\bseq=(\d+) /g)].map(([, number]) => Number(number));

/** Waits until all three have the line of that number. */
async function have(followers: Followers, seq: number): Promise<void> {
  const all = Object.values(followers);
  await eventually(
    () => all.every((each) => numbers(each).at(-1) === seq),
    () => all.map((each) => `${numbers(each).at(-1)} of ${seq}, code ${each.code()}: ${each.errors()}`).join('\n'),
  );
}

const ended = async (follower: Follower): Promise<number | string> => {
  await eventually(
    () => follower.code() !== undefined,
    () => `it still runs: ${follower.errors()}`,
  );
  return follower.code() ?? '';
};

/** Every line once, in order, up to `last`. */
function complete(follower: Follower, last: number): void {
  expect(numbers(follower)).toEqual(Array.from({length: last}, (_, index) => index + 1));
}

test.for<{readonly cut: Cut; readonly refused: number; readonly curl: number; readonly halfLine: boolean}>([
  {cut: 'reset', refused: 0, curl: 56, halfLine: false},
  {cut: 'fin', refused: 0, curl: 18, halfLine: false},
  {cut: 'within', refused: 0, curl: 18, halfLine: true},
  {cut: 'reset', refused: 3000, curl: 56, halfLine: false},
])(
  '$cut, the server away for $refused ms: pipetail goes on, fda and curl end',
  async ({cut, refused, ...wanted}, context) => {
    needsOwnServer(context);
    requireTool(context, 'curl');
    const {client} = rig();
    await using proxy = await CutProxy.start(client.url);
    const before = (await client.control('ends', {rate: 0, burst: 20})) ?? 0;
    const followers = await follow(proxy.url, 'ends');
    await have(followers, before);
    proxy.cut(cut);
    if (refused > 0) proxy.close();
    const after = (await client.control('ends', {burst: 20})) ?? 0;
    await sleep(refused);
    proxy.refuses = false;
    expect(await ended(followers.curl)).toBe(wanted.curl);
    expect(await ended(followers.fda)).toBe(1);
    expect(followers.fda.errors()).toContain('error decoding response body');
    await eventually(() => numbers(followers.pipetail).at(-1) === after, followers.pipetail.errors);
    complete(followers.pipetail, after);
    await eventually(() => followers.pipetail.errors().includes('0 entries lost'), followers.pipetail.errors);
    // It has answered plain HTTP before: it is not said to want TLS.
    expect(followers.pipetail.errors()).not.toContain('https://');
    expect(followers.curl.output().endsWith('\n')).toBe(!wanted.halfLine);
    expect(followers.fda.output().endsWith('\n')).toBe(!wanted.halfLine);
  },
);

test('a frozen connection: pipetail replaces it after the set silence, fda and curl wait', async (context) => {
  needsOwnServer(context);
  requireTool(context, 'curl');
  const {client} = rig();
  await using proxy = await CutProxy.start(client.url);
  const before = (await client.control('ends', {rate: 0, burst: 20})) ?? 0;
  const followers = await follow(proxy.url, 'ends', {PIPETAIL_SILENCE: '1'});
  await have(followers, before);
  proxy.cut('frozen');
  const after = (await client.control('ends', {burst: 20})) ?? 0;
  await eventually(() => numbers(followers.pipetail).at(-1) === after, followers.pipetail.errors);
  complete(followers.pipetail, after);
  for (const other of [followers.fda, followers.curl]) {
    expect(other.code()).toBeUndefined();
    expect(numbers(other).at(-1)).toBe(before);
  }
});

test('stopped and started again: all go on. Deleted: fda and curl end without a word', async (context) => {
  needsOwnServer(context);
  requireTool(context, 'curl');
  const {client} = rig();
  await client.create('ends-deleted');
  await client.run('ends-deleted');
  const before = (await client.control('ends-deleted', {rate: 0, burst: 20})) ?? 0;
  const followers = await follow(client.url, 'ends-deleted');
  await have(followers, before);
  await client.stop('ends-deleted');
  await client.run('ends-deleted');
  const after = (await client.control('ends-deleted', {rate: 0, burst: 50})) ?? 0;
  await have(followers, after);
  // Only now: a start that takes longer than a restart does would be its end.
  const once = start(launcher, [program, 'logs', '-f', '--exit-on-end', '--host', client.url, 'ends-deleted']);
  await eventually(() => numbers(once).at(-1) === after, once.errors);
  await client.remove('ends-deleted');
  for (const other of [followers.fda, followers.curl, once]) expect(await ended(other)).toBe(0);
  expect(followers.fda.errors() + followers.curl.errors()).toBe('');
  expect(once.errors()).toContain('deleted');
  await eventually(() => followers.pipetail.errors().includes('deleted'), followers.pipetail.errors);
  expect(followers.pipetail.code()).toBeUndefined();
});

test('the server killed and started again: pipetail says that its log was cleared', async (context) => {
  needsOwnServer(context);
  requireTool(context, 'curl');
  await using manager = await ownManager();
  const client = manager.client();
  await client.create('ends');
  await client.run('ends');
  const before = (await client.control('ends', {rate: 0, burst: 20})) ?? 0;
  const followers = await follow(client.url, 'ends');
  await have(followers, before);
  await manager.end('SIGKILL');
  expect(await ended(followers.curl)).toBe(18);
  expect(await ended(followers.fda)).toBe(1);
  await manager.start();
  await eventually(
    () => followers.pipetail.errors().includes("server's log cleared"),
    followers.pipetail.errors,
    30_000,
  );
  complete(followers.pipetail, before);
});

test('no such pipeline: all fail, pipetail in one line', async (context) => {
  needsOwnServer(context);
  requireTool(context, 'curl');
  const followers = await follow(rig().client.url, 'ends-unknown');
  expect(await ended(followers.pipetail)).toBe(1);
  expect(followers.pipetail.errors()).toMatch(/^pipetail: ends-unknown: there is no such pipeline · [^\n]+\n$/);
  expect(await ended(followers.fda)).toBe(1);
  expect(await ended(followers.curl)).toBe(22);
});
