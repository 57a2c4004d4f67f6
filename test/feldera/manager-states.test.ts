import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, expect, test} from 'vitest';
import type {View} from '../e2e/viewer.ts';
import {eventually} from '../harness/eventually.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {ownManagerForAll, Rig, rowOf} from './suite.ts';

const manager = ownManagerForAll();
const rigOf = (): Rig => new Rig(manager().client());
// A test that has failed keeps nobody waiting.
afterEach(async () => {
  for (const step of ['sql', 'rust', 'start'] as const) await manager().release(step);
});

const size = {cols: 140, rows: 40};

/** The state that `list` gives each pipeline, by name. */
async function states(rig: Rig): Promise<Record<string, string>> {
  const {code, stdout} = await rig.run('list', '-o', 'json');
  expect(code).toBe(0);
  return Object.fromEntries(JSON.parse(stdout).map(({name, state}: {name: string; state: string}) => [name, state]));
}

/** Waits for the header's end, and for a row of the list. */
async function seen(view: View, header: RegExp, name: string, row: string): Promise<void> {
  await view.terminal.waitFor(() => header.test(view.header().trimEnd()), {hint: String(header)});
  await view.terminal.waitFor(() => rowOf(view, name).includes(row), {hint: `${name}: ${row}`});
}

test('waiting for the compiler, SQL, Rust, a Rust error', async () => {
  const rig = rigOf();
  const {client} = rig;
  await manager().hold('sql');
  for (const [name, program] of [['first'], ['second'], ['rusty', '-- RUSTBAD']] as const)
    await client.put(name, program);
  await client.until('first', ({program_status}) => program_status === 'CompilingSql');
  await using view = await rig.open(['first'], size);
  await seen(view, /LIVE · Compiling SQL since \d\d:\d\d:\d\d$/, 'first', '◌ Compili');
  expect(rowOf(view, 'second')).toContain('◌ To compi');
  expect(await states(rig)).toEqual({first: 'CompilingSql', second: 'Pending', rusty: 'Pending'});
  await manager().hold('rust');
  await manager().release('sql');
  const {program_status_since} = await client.until('first', ({program_status}) => program_status === 'CompilingRust');
  await seen(view, /LIVE · Compiling Rust since \d\d:\d\d:\d\d$/, 'first', '◌ Compili');
  expect(view.header()).toContain(`since ${program_status_since.slice(11, 19)}`);
  expect(await states(rig)).toMatchObject({first: 'CompilingRust'});
  const status = await rig.run('status', 'first');
  expect(status).toMatchObject({code: 0, stderr: ''});
  expect(status.stdout).toMatch(`\n  since             ${program_status_since}\n`);
  await manager().release('rust');
  await client.until('rusty', ({program_status}) => program_status === 'RustError');
  await client.compiled('second');
  await seen(view, /LIVE · Stopped$/, 'rusty', '✗ Rust err');
  expect(await states(rig)).toEqual({first: 'Stopped', second: 'Stopped', rusty: 'RustError'});
  expect((await rig.run('list', '-o', 'wide')).stdout).toMatch(/^rusty .* error.*cannot find value `foo`.*$/m);
  expect((await rig.run('status', 'rusty')).stdout).toMatch(/\n {2}program error\n.*cannot find value `foo`/s);
});

test('a start that is on its way, and fails', async () => {
  const rig = rigOf();
  const {client} = rig;
  await using view = await rig.open(['first'], size);
  await view.live();
  await manager().hold('start');
  await client.start('first');
  // From before the process exists: it is being started, so it has not ended.
  await using ready = await rig.start('logs', '--follow', '--exit-on', 'ready', '--timeout', '10m', 'first');
  await client.status('first', 'Provisioning');
  await seen(view, /LIVE$/, 'first', '◌ Provisio');
  expect(await states(rig)).toMatchObject({first: 'Provisioning'});
  await manager().hold('start', 'fail');
  await client.status('first', 'Stopped');
  await seen(view, /LIVE$/, 'first', '✗ Failed');
  const cause = 'Pipeline process exited prematurely with exit status: 1';
  expect(await ready.ended).toBe(1);
  expect(ready.stderr()).toMatch(new RegExp(`^pipetail: first: (Start failed|Failed) · ${cause}\\n$`));
  await view.terminal.waitFor(() => view.shown()[0]?.includes(cause) ?? false);
  // The runner's own line says it, too, and no row repeats that.
  expect(view.shown().filter((row) => row.includes('────'))).toEqual([]);
  expect(await states(rig)).toMatchObject({first: 'Failed'});
  expect((await rig.run('status', 'first')).stdout).toMatch(
    new RegExp(` · ${cause.replaceAll(/[()]/g, '\\$&')} \\(API · since `),
  );
  expect((await rig.run('list', '-o', 'wide')).stdout).toMatch(new RegExp(`^first .*${cause}$`, 'm'));
  // The API's code does not tell that it had not run; the log does.
  type Rows = {readonly rows: readonly {readonly what: string; readonly text: string}[]};
  const {rows}: Rows = JSON.parse((await rig.run('timeline', 'first', '-o', 'json')).stdout);
  const last = (what: string) => rows.find((row) => row.what === what)?.text;
  expect([last('failed'), last('run')]).toEqual([`Start failed · ${cause}`, expect.stringMatching(/: start failed$/)]);
  await manager().release('start');
});

test.each([
  {orders: {exit: 3}, cause: 'Pipeline process exited prematurely with exit status: 3'},
  {orders: {abort: 1}, cause: 'Pipeline process exited prematurely with signal: 6 (SIGABRT)'},
])('a crash: $orders', async ({orders, cause}) => {
  const rig = rigOf();
  const {client} = rig;
  await client.run('second');
  await using view = await rig.open(['second'], size);
  // After a failed run, the next one is degraded for an hour.
  await seen(view, /LIVE(?: · Degraded)?$/, 'second', orders.exit === undefined ? '◐ Degraded' : '● Running');
  await using watching = await rig.start('logs', '--follow', '--exit-on', 'exited prematurely', 'second');
  const ending = await Promise.all([
    rig.start('logs', '--follow', '--exit-on-end', 'second'),
    rig.start('logs', '--follow', '--exit-on', 'never', '--timeout', '10m', 'second'),
  ]);
  await using _rest = new AsyncDisposableStack();
  for (const each of ending) _rest.use(each);
  for (const each of [watching, ...ending]) await each.untilStdout('initializing -> running');
  await client.control('second', orders);
  expect(await watching.ended).toBe(0);
  for (const each of ending) {
    expect(await each.ended).toBe(1);
    expect(each.stderr()).toBe(`pipetail: second: Failed · ${cause}\n`);
    expect(each.stdout().toString()).toContain(cause);
  }
  await client.status('second', 'Stopped');
  await seen(view, /LIVE$/, 'second', '✗ Failed');
  await view.terminal.waitFor(() => view.shown()[0]?.includes(`Failed · ${cause}`) ?? false);
  // The row of the failure says the state.
  await view.terminal.waitFor(() => /^ ?run (\d) of \1 · \d\d:\S+ – \d\d:\S+$/.test(view.shown()[1] ?? ''));
  expect(view.shown().filter((row) => /^────(?! run \d ────)/.test(row))).toEqual([]);
  const status = await rig.run('status', 'second');
  expect(status.stdout).toMatch(new RegExp(` · ${cause.replaceAll(/[()]/g, '\\$&')} \\(API · since `));
  await view.terminal.press('d');
  await view.terminal.waitFor(/Deployment error \(RunnerCheckError\)/);
  await view.terminal.waitFor(cause);
});

test('each crash and each result of the compiler is one alert, at once and with the time of the API', async () => {
  const rig = rigOf();
  const {client} = rig;
  await using folder = await temporaryDirectory();
  const [ofLogs, ofScreen] = ['logs', 'screen'].map((name) => path.join(folder.path, name));
  type Alert = {readonly kind: string; readonly pipeline: string; readonly text: string; readonly time: string};
  const alertsIn = async (file = ''): Promise<readonly Alert[]> =>
    (await readFile(file, 'utf8').catch(() => ''))
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const told = async (file: string | undefined, count: number, name: string) =>
    await eventually(
      async () => {
        const alerts = (await alertsIn(file)).filter(({pipeline, kind}) => pipeline === name && kind === 'failed');
        return alerts.length >= count ? alerts : undefined;
      },
      async () => `${count} alerts of ${name}: ${JSON.stringify(await alertsIn(file))}`,
    );
  const isAbout = (alert: Alert | undefined, since: string) =>
    Math.abs(Date.parse(alert?.time ?? '') - Date.parse(since)) < 1000;
  await client.run('second');
  // The screen has no tab of it.
  await using view = await rig.open(['first', '--on-alert', `cat >> ${ofScreen}`], {
    ...size,
    env: {PIPETAIL_AWAY: '3s'},
  });
  await view.live();
  await view.terminal.press('g');
  await using logs = await rig.start('logs', '--follow', '--on-alert', `cat >> ${ofLogs}`, 'second');
  await logs.untilStdout('initializing -> running');
  for (const [index, exit] of [5, 6].entries()) {
    // The log may be caught up a little later.
    const seq = await client.control('second', {burst: 1});
    await logs.untilStdout(`seq=${seq} `);
    await client.control('second', {exit});
    const {deployment_status_since} = await client.status('second', 'Stopped');
    for (const file of [ofLogs, ofScreen]) {
      const last = (await told(file, index + 1, 'second')).at(-1);
      expect(last?.text).toBe(`Failed · Pipeline process exited prematurely with exit status: ${exit}`);
      expect(isAbout(last, deployment_status_since), last?.time).toBe(true);
    }
    await client.run('second');
  }
  const kinds = (await alertsIn(ofLogs)).map(({kind}) => kind);
  // Several starts in a row are told, too.
  expect(kinds.filter((kind) => kind !== 'degraded')).toEqual(['failed', 'failed']);
  // Nobody pressed a key meanwhile: each failure and each start is there, in order.
  await view.terminal.waitFor(() => rowOf(view, 'second').includes('◐ Degraded'));
  await view.terminal.press('G');
  await view.terminal.waitFor(
    /While you were away.*\n *\n ▸ second +failed 2× · degraded \d× · restarted 2× · now Degraded · last: .*\n In order of time *\n +second +\S+ +failed .*exit status: 5.*\n +\S+ +restarted.*\n +\S+ +degraded .*\n +\S+ +failed .*exit status: 6.*\n +\S+ +restarted/,
  );
  await view.terminal.press('Esc', 'G');
  for (const [index, program] of ['create view a as FAIL;', 'create view b as FAIL;'].entries()) {
    const since = (await client.find('first'))?.program_status_since;
    await client.put('first', program);
    const {program_status_since} = await client.until(
      'first',
      (pipeline) => pipeline.program_status === 'SqlError' && pipeline.program_status_since !== since,
    );
    const last = (await told(ofScreen, index + 1, 'first')).at(-1);
    expect(last?.text).toMatch(/^SQL error · \S/);
    expect(isAbout(last, program_status_since), last?.time).toBe(true);
  }
  await view.terminal.waitFor(() => view.shown().filter((row) => /program: .*SQL error/.test(row)).length === 2);
  await client.put('first');
  await client.compiled('first');
});

/** What the server has of a log, read past pipetail. */
async function logFor(milliseconds: number, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  try {
    const {body} = await fetch(url, {signal: AbortSignal.timeout(milliseconds)});
    for await (const chunk of body ?? []) chunks.push(chunk);
  } catch {
    // It would go on for ever.
  }
  return Buffer.concat(chunks).toString();
}

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'the manager ends by %s, and is back',
  async (signal) => {
    const rig = rigOf();
    const {client} = rig;
    await client.run('second');
    const before = await client.control('second', {rate: 0, burst: 200});
    await using view = await rig.open(['second'], size);
    await using following = await rig.start('logs', '--follow', 'second');
    // It waits for the end of the pipeline, whatever becomes of the log meanwhile.
    await using ending = await rig.start('logs', '--follow', '--exit-on-end', 'second');
    await view.live(`seq=${before}`);
    for (const each of [following, ending]) await each.untilStdout(`seq=${before} `);
    await manager().end(signal);
    // After SIGTERM it serves what is connected for up to 30 s.
    if (signal === 'SIGKILL') await view.terminal.waitFor('no answer since');
    const list = await rig.run('list');
    expect(list).toMatchObject({code: 1, stdout: ''});
    await manager().start();
    await client.until('second', ({deployment_error}) => deployment_error !== null);
    // A short cut is told, too: then the marker takes two rows.
    const restarted = /──── .*runner restarted.* · server's log cleared(?:.*\n){1,2}.*Fresh start of pipeline logs/;
    await view.terminal.waitFor(restarted, {timeout: 45_000});
    await seen(view, /LIVE$/, 'second', '✗ Failed');
    const cause = 'The pipeline-manager and this pipeline were previously terminated';
    // The banner has no room for all of it.
    await view.terminal.waitFor(() => /Failed · .*previously terminated/.test(view.shown()[0] ?? ''));
    // The manager has started nothing: it reports the end of the run, unless that came before it kept the log.
    const over = /^ ?run (\d) of \1 · \d\d:\S+ – \d\d:\S+$/;
    const told = await logFor(2000, `${client.url}/v0/pipelines/second/logs`);
    const isTold = told.includes('stopping -> stopped');
    if (isTold) {
      await view.terminal.waitFor(() => over.test(view.shown()[1] ?? ''), {hint: `${over} after\n${told}`});
    }
    expect(await states(rig)).toMatchObject({second: 'Failed', first: 'Failed', rusty: 'RustError'});
    expect((await rig.run('status', 'second')).stdout).toMatch(new RegExp(` · ${cause}`));
    // What came before the end is still there.
    expect(view.countShown(`seq=${before} `)).toBe(1);
    expect(await ending.ended).toBe(1);
    expect(ending.stderr()).toContain(`pipetail: second: Failed · ${cause}`);
    // Its connection may end later than the screen's.
    await eventually(
      () => following.stderr().includes('runner restarted'),
      () => following.stderr(),
      45_000,
    );
    // The note may be here before the line.
    const freshStarts = () => following.stdout().toString().split('Fresh start of pipeline logs').length - 1;
    await eventually(
      () => freshStarts() >= 2,
      () => following.stdout().toString(),
    );
    expect(freshStarts()).toBe(2);
    await manager().untilAlone();
    await client.run('second');
    // Where the run before failed, that is said in place of the run.
    const next = /^ ?(?:run \d of \d · running · |◐ Degraded · )/;
    await view.terminal.waitFor(() => next.test(view.shown()[0] ?? ''), {hint: String(next)});
  },
  120_000,
);
