import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {stripVTControlCharacters} from 'node:util';
import {afterAll, expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {countUp, felderaForAll, needsOwnServer, numbersIn, prepare, prepareOwn, type Rig} from './suite.ts';

const feldera = felderaForAll();
const size = {cols: 130, rows: 40};

/** How long the line of that number is. */
function lengthOf(number: number | undefined, text: string): number {
  return text.split('\n').find((line) => line.includes(`seq=${number} `))?.length ?? 0;
}

/** Milliseconds after which a process that stood still has slept, and 10 s until it finds that out (lib/presence.ts). */
const SLEEP_MS = 41_000;

/**
 * Stops `logs -f` and a screen that records, and writes more than the server's buffer holds. They sleep while the other
 * tests run. `wake` answers the number of the last line, and where the lines are.
 */
async function putToSleep(rig: Rig) {
  const {client} = rig;
  await client.run('asleep');
  const before = await client.control('asleep', {rate: 0, burst: 100});
  const folder = await temporaryDirectory();
  const following = await rig.start('logs', '--follow', 'asleep');
  const view = await rig.open(['--record', folder.path, 'asleep'], size);
  await following.untilStdout(`seq=${before} `);
  await view.live(`seq=${before} `);
  following.kill('SIGSTOP');
  view.terminal.kill('SIGSTOP');
  const wakesAt = performance.now() + SLEEP_MS;
  await client.control('asleep', {burst: 60_000});
  return {
    folder: folder.path,
    following,
    view,
    async wake(): Promise<number> {
      await sleep(Math.max(0, wakesAt - performance.now()));
      following.kill('SIGCONT');
      view.terminal.kill('SIGCONT');
      return (await client.control('asleep', {burst: 1})) ?? 0;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await following[Symbol.asyncDispose]();
      await view[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

let asleep: Awaited<ReturnType<typeof putToSleep>> | undefined;
afterAll(() => asleep?.[Symbol.asyncDispose]());

prepare(async (rig) => {
  await rig.client.put(rig.named('runs'));
});
prepareOwn(async ({client}) => {
  for (const name of ['asleep', 'steps', 'overflow', 'bytes', 'long']) await client.put(name);
});
prepareOwn(async (rig) => {
  asleep = await putToSleep(rig);
});

test('two runs, each from its start to its end: as sent, and on the screen one after the other', async () => {
  const rig = feldera();
  const {client} = rig;
  const name = rig.named('runs');
  await client.run(name);
  await using view = await rig.open([name], size);
  await using following = await rig.start('logs', '--color', 'always', '--follow', name);
  await following.untilStdout('initializing -> running');
  await client.stop(name);
  await following.untilStdout('stopping -> stopped');
  await client.run(name);
  await view.live(/run 2 of 2 · running · since /);
  await client.stop(name);
  await view.live(/run 2 of 2 · stopped · /);
  const sent = await client.log(name);
  const printed = await rig.run('logs', '--color', 'always', name);
  expect(printed).toMatchObject({code: 0, stderr: ''});
  expect(Buffer.from(printed.stdout).equals(sent)).toBe(true);
  // Feldera colours its lines though nobody looks, so that grep would not find this in them.
  expect(printed.stdout).not.toContain(' INFO standin:  ');
  const plain = await rig.run('logs', name);
  expect(plain).toMatchObject({code: 0, stderr: '', stdout: stripVTControlCharacters(printed.stdout)});
  expect(plain.stdout).toContain(' INFO standin:  ');
  expect(printed.stdout.match(/transition: stopped -> provisioning/g)).toHaveLength(2);
  await following.untilStdout(printed.stdout.slice(-200));
  expect(following.stdout().equals(sent)).toBe(true);
  // To the start of the run before, and only that run.
  await view.terminal.press('{', '{', 'R');
  await view.live(/run 1 of 2 · stopped · /);
  const transitions = ['stopped -> provisioning', 'stopping -> stopped'];
  await view.terminal.waitFor(() =>
    transitions.every((each) => view.countShown(`Resources transition: ${each}`) === 1),
  );
  expect(view.terminal.text()).toContain('this run');
});

test('what the server has, then what comes, on the screen and in the shell', async (context) => {
  needsOwnServer(context);
  const {client} = feldera();
  await client.run('steps');
  const before = await client.control('steps', {rate: 0, burst: 3000});
  const printed = await feldera().run('logs', 'steps');
  expect(printed).toMatchObject({code: 0, stderr: ''});
  expect(numbersIn(printed.stdout)).toEqual(countUp(1, before ?? 0));
  await using view = await feldera().open(['steps'], size);
  await using following = await feldera().start('logs', '--follow', 'steps');
  await view.live(`seq=${before} `);
  await following.untilStdout(`seq=${before} `);
  const after = await client.control('steps', {burst: 2000});
  await following.untilStdout(`seq=${after} `);
  expect(numbersIn(following.stdout())).toEqual(countUp(1, after ?? 0));
  await view.terminal.waitFor(`seq=${after} `);
  const shown = numbersIn(view.shown().join('\n'));
  expect(shown.length).toBeGreaterThan(30);
  expect(shown).toEqual(countUp((after ?? 0) - shown.length + 1, after ?? 0));
});

test('a panic in a thread: an error of several lines, and the pipeline lives', async (context) => {
  needsOwnServer(context);
  const {client} = feldera();
  await client.until('steps', ({deployment_status}) => deployment_status === 'Running');
  await using view = await feldera().open(['steps'], size);
  await view.live();
  await client.control('steps', {panic: 'index out of bounds'});
  await view.terminal.waitFor(/ERROR panic +index out of bounds.*? \d+ lines/s);
  const errors = await feldera().run('logs', '--level', 'error', '--grep', 'panicked', '-o', 'json', 'steps');
  const records = errors.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(records).toMatchObject([
    {pipeline: 'steps', level: 'ERROR', message: expect.stringContaining('index out of bounds')},
  ]);
  expect((await client.find('steps'))?.deployment_status).toBe('Running');
});

test('more than the server keeps: how many entries are gone, exactly', async (context) => {
  needsOwnServer(context);
  const {client} = feldera();
  await client.run('overflow');
  await using following = await feldera().start('logs', '--follow', 'overflow');
  await following.untilStdout('initializing -> running');
  const last = (await client.control('overflow', {rate: 0, burst: 60_000})) ?? 0;
  await following.untilStdout(`seq=${last} `);
  // The one that was there all the time has all of it.
  expect(numbersIn(following.stdout())).toEqual(countUp(1, last));
  const printed = await feldera().run('logs', 'overflow');
  const kept = printed.stdout.trimEnd().split('\n');
  // The server's own lines may come after the last number: those count, too.
  const end = kept.at(-1) ?? '';
  await following.untilStdout(end);
  const followed = following.stdout().toString();
  const all = followed.slice(0, followed.lastIndexOf(end)).split('\n').length;
  const discarded = (all - kept.length).toLocaleString('en-US');
  expect(printed).toMatchObject({
    code: 0,
    stderr: `pipetail: overflow: ${discarded} earlier entries no longer held by the server\n`,
  });
  expect(numbersIn(printed.stdout)).toEqual(countUp(last - numbersIn(printed.stdout).length + 1, last));
  await using view = await feldera().open(['overflow', 'steps'], size);
  await view.live(`seq=${last} `);
  await view.terminal.press('g');
  const words = `${discarded} earlier entries no longer held by the server`;
  await view.terminal.waitFor(`──── ${words}`);
  // Merged with a log that is older, it is said among the lines of that one.
  await view.terminal.press('+');
  // Rows of the merged log begin with names; in an empty one the next key would have no place to go to.
  await view.terminal.waitFor(/│ +(?:overflow|steps) +\d\d:\d\d:/);
  await view.terminal.press('g');
  await view.terminal.waitFor(new RegExp(`overflow: nothing until \\d\\d:\\d\\d · ${words}`));
});

test('a byte that is not UTF-8: the server reads that stream no longer, and says so', async (context) => {
  needsOwnServer(context);
  const {client} = feldera();
  await client.run('bytes');
  await client.control('bytes', {rate: 0});
  await using view = await feldera().open(['bytes'], size);
  await view.live();
  await using following = await feldera().start('logs', '--color', 'always', '--follow', 'bytes');
  const hex = (bytes: string | readonly number[]): string => Buffer.from(bytes as string).toString('hex');
  await client.control('bytes', {raw: hex('the last one\n')});
  await following.untilStdout('the last one\n');
  await client.control('bytes', {raw: hex([0x62, 0xff, 0x0a])});
  await following.untilStdout('stdout encountered I/O error');
  await client.control('bytes', {raw: hex('into the void\n')});
  await client.control('bytes', {rawerr: hex('\u001b[31mstill\u001b[0m read\u0007\n')});
  await following.untilStdout('still');
  expect(following.stdout().toString()).not.toContain('into the void');
  expect(following.stdout().equals(await client.log('bytes'))).toBe(true);
  // Every form of the log tells that the stream is lost.
  const lost = 'Feldera stopped reading stdout until the next start: stream did not contain valid UTF-8';
  await following.untilStderr(`${lost}\n`);
  await view.terminal.waitFor(() => / LIVE · stdout lost *$/.test(view.header()));
  expect((await feldera().run('status', 'bytes')).stdout).toContain('stdout is lost until the next start');
  await using folder = await temporaryDirectory();
  const file = path.join(folder.path, 'bytes.log');
  await writeFile(file, await client.log('bytes'));
  expect((await feldera().run('logs', '--from', file)).stderr).toMatch(
    new RegExp(`^pipetail: bytes.log: \\S+ ${lost}\n$`),
  );
  // In order of time, not of names.
  const first: readonly {pipeline: string; time: string}[] = (
    await feldera().run('logs', '-o', 'json', '--grep', 'Fresh start', 'bytes', 'steps')
  ).stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  expect(first.map(({time}) => time)).toEqual(first.map(({time}) => time).toSorted());
  expect(new Set(first.map(({pipeline}) => pipeline)).size).toBe(2);
  // The terminal gets neither the bell nor the colour's codes as text.
  await view.terminal.waitFor(/ERROR .*stdout encountered I\/O error.*\n(.*\n){0,3}.*still read/);
  expect(view.terminal.bells).toBe(0);
});

test('a line of 1 MB, whole; one that is longer than all that the server keeps reaches who is there', async (context) => {
  needsOwnServer(context);
  const {client} = feldera();
  await client.run('long');
  await client.control('long', {rate: 0});
  await using view = await feldera().open(['long'], size);
  await using following = await feldera().start('logs', '--follow', 'long');
  await view.live('initializing -> running');
  const large = await client.control('long', {long: 990_000, burst: 1});
  await following.untilStdout(`seq=${large} `);
  const printed = await feldera().run('logs', 'long');
  // Its padding, and the newline behind it.
  expect(lengthOf(large, printed.stdout)).toBeGreaterThan(990_000);
  const larger = await client.control('long', {long: 1_100_000, burst: 1});
  const last = await client.control('long', {long: 0, burst: 1});
  await following.untilStdout(`seq=${last} `);
  expect(numbersIn(following.stdout())).toEqual(countUp(1, last ?? 0));
  expect(lengthOf(larger, following.stdout().toString())).toBeGreaterThan(1_100_000);
  await view.terminal.waitFor(new RegExp(`seq=${large} .*\\n.*seq=${larger} .*1.1 MB\\n.*seq=${last} `));
  const rest = await feldera().run('logs', 'long');
  expect(numbersIn(rest.stdout)).toEqual([last]);
  expect(rest.stderr).toMatch(/^pipetail: long: \d+ earlier entries no longer held by the server\n$/);
});

test('programs that were stopped have every line that came meanwhile, more than the server keeps', async (context) => {
  needsOwnServer(context);
  if (!asleep) throw new Error('nothing sleeps');
  const {folder, following, view} = asleep;
  const last = await asleep.wake();
  expect(numbersIn(await feldera().client.log('asleep'))[0]).toBeGreaterThan(40_000);
  await following.untilStdout(`seq=${last} `);
  expect(numbersIn(following.stdout())).toEqual(countUp(1, last));
  await view.terminal.waitFor(`seq=${last} `);
  // The second connection, once the first one is quiet.
  await eventually(
    () => following.stderr() !== '',
    () => 'a note of the sleep',
  );
  const marker = 'pipetail was stopped or this machine slept · 0 entries lost';
  expect(following.stderr()).toBe(`pipetail: asleep: ${marker}\n`);
  await view.terminal.waitFor(marker);
  await view.terminal.press('C-c', 'C-c');
  await view.terminal.waitForExit();
  const recorded = await feldera().run('logs', '--from', folder, 'asleep');
  expect(numbersIn(recorded.stdout)).toEqual(countUp(1, last));
});
