import {appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {readdir, readlink} from 'node:fs/promises';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, expect, onTestFinished, test} from 'vitest';
import type {View} from '../e2e/viewer.ts';
import {eventually, WAIT_MS} from '../harness/eventually.ts';
import {ASK_MS, type FelderaClient} from './client.ts';
import {fetchedOnce, followedFile, generated, ordersProgram, writtenTo} from './real-pipeline.ts';
import {felderaForAll, needsOwnServer, ownManagerForAll, prepareOwn, Rig, rowOf, stopAtEnd} from './suite.ts';

const feldera = felderaForAll();
const json = ownManagerForAll({json: true});
const size = {cols: 150, rows: 40};
const folder = mkdtempSync(path.join(tmpdir(), 'pipetail-orders-'));
afterAll(() => rmSync(folder, {recursive: true}));

const good = '{"id": 1, "customer": "Ada", "amount": 500}\n';
const [orders, panics, jsonOrders] = ['orders', 'panics', 'json-orders'].map((name) => {
  const file = path.join(folder, `${name}.json`);
  writeFileSync(file, good);
  return file;
}) as [string, string, string];

/** An input that is read on, one that cannot connect, steady good records, and an output onto a full disk. */
const failing = (file: string): string =>
  ordersProgram(
    [followedFile('bad', file), fetchedOnce('web', 'http://127.0.0.1:9/orders.json'), generated('gen', 40)],
    [writtenTo('full', '/dev/full')],
  );

const small = {cols: 80, rows: 24};

/** Records that come slowly, and large ones once they are asked for: what sockets hold of them is soon full. */
const slow = generated('gen', 40);
const large = {
  ...{name: 'large', paused: true},
  transport: {name: 'datagen', config: {plan: [{rate: 1000, fields: {customer: {values: ['x'.repeat(2000)]}}}]}},
};

let healthy: HealthyPipeline | undefined;
afterAll(() => healthy?.view[Symbol.asyncDispose]());

prepareOwn(async (rig) => {
  const {client} = rig;
  // The others are compiled while this one runs, and is watched.
  await client.put('waits', ordersProgram([slow, large], [writtenTo('out', path.join(folder, 'out.json'))]));
  await client.put('orders', failing(orders));
  await client.put('unstarted', ordersProgram([followedFile('lost', path.join(folder, 'missing.json'))]));
  await client.put('panics', ordersProgram([followedFile('feed', panics)]));
  await client.put('bad-sql', 'create table a (x int);\ncreate view v as FAIL x from a;');
  await client.put('bad-rust', '-- RUSTBAD');
  await client.run('waits');
  healthy = await watchHealthy(rig, 'waits');
});

stopAtEnd('waits', 'orders', 'unstarted', 'panics');

/** A pipeline that is well, and what its page said of it meanwhile. */
type HealthyPipeline = {
  readonly view: View;
  /** Ends the watch. Each first statement that was on the screen, and after how many seconds first. */
  readonly end: () => {readonly seen: ReadonlyMap<string, number>; readonly seconds: number; readonly looks: number};
  readonly seconds: () => number;
};

const healthyWords = 'Running, no known problems';

/** Looks at the page of a pipeline five times a second, from now on. */
async function watchHealthy(rig: Rig, name: string): Promise<HealthyPipeline> {
  const view = await rig.open([name], small);
  await view.live();
  await view.terminal.press('d');
  await view.terminal.waitFor(healthyWords);
  const seen = new Map<string, number>();
  const startedAt = Date.now();
  const seconds = () => (Date.now() - startedAt) / 1000;
  let looks = 0;
  const timer = setInterval(() => {
    const why = view.terminal.text().split('\n').slice(3, 8).join('\n');
    const first = why.split('  API')[0]?.trim() ?? '';
    if (!seen.has(first)) seen.set(first, seconds());
    looks += 1;
    // Without a key for five minutes, nobody is there, and statistics are no longer read.
    if (looks % 300 === 0) void view.terminal.press('g');
  }, 200);
  const end = () => {
    clearInterval(timer);
    return {seen, seconds: seconds(), looks};
  };
  return {view, end, seconds};
}

/** Goes to a pipeline in the list, at 80 × 24, presses one key, and waits until its page says all of that. */
async function explained(rig: Rig, name: string, sights: readonly RegExp[]): Promise<void> {
  await using view = await rig.open([], small);
  // Other suites have pipelines on this server, too: more than the screen has rows for.
  await view.terminal.waitFor(() => view.list().some((row) => /[●✗○◌‖]/.test(row)));
  await view.terminal.press('/', ...name);
  await view.terminal.waitFor(() => rowOf(view, name) !== '');
  await view.terminal.press('Enter', 'd');
  const text = () => view.terminal.text().replaceAll(/\s+/g, ' ');
  await view.terminal.waitFor(() => sights.every((sight) => sight.test(text())));
}

type Line = {
  readonly pipeline: string;
  readonly time: string | null;
  readonly level: string | null;
  readonly target: string | null;
  readonly message: string;
};

/** The records of a log that `options` choose. */
async function recordsOf(rig: Rig, name: string, ...options: readonly string[]): Promise<Line[]> {
  const {code, stdout, stderr} = await rig.run('logs', name, '-o', 'json', ...options);
  expect([code, stderr]).toEqual([0, '']);
  return stdout === ''
    ? []
    : stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
}

/** What each error of the failing pipeline is, in the words of Feldera; ten of a kind are logged before it holds back. */
const kinds = {
  parse: /^parse error on input endpoint 'orders\.bad': .*'id'.*expected i64/s,
  envelope: /^parse error on input endpoint 'orders\.bad': .*JSON document.*\nInvalid fragment: 'nonsense'$/s,
  output: /^error on output endpoint 'big_orders\.full': No space left on device/,
  fatal: /^FATAL error on input endpoint 'orders\.web': .*Connection refused/s,
};

/** Starts the failing pipeline, feeds it, and waits until its log tells of every kind. Answers all its errors. */
async function errorsOf(rig: Rig, name: string, file: string): Promise<Line[]> {
  const {client} = rig;
  await client.compiled(name);
  await using following = await rig.start('logs', '--follow', name);
  await client.run(name);
  for (let record = 0; record < 4; record++) {
    appendFileSync(file, `{"id": "no-${record}"}\nnonsense\n{"id": ${record}, "customer": "Grace", "amount": 900}\n`);
  }
  for (const text of ["'id'", 'nonsense', 'big_orders.full', 'Connection refused']) await following.untilStdout(text);
  await following.untilStdout('no-3');
  return await recordsOf(rig, name, '--level', 'error');
}

/** The statistics, the list and the events count what was fed; 2,000 more at once, of which the log tells of ten or so. */
async function countsAddUp(rig: Rig, logged: readonly Line[]): Promise<void> {
  const api = rig.api();
  const {signal} = new AbortController();
  const stats = async () => {
    const {connectors} = await api.getStats('orders', signal);
    const [parse] = connectors.find(({name}) => name === 'orders.bad')?.errors ?? [];
    return {connectors, parse, indices: parse?.retained?.map(({index}) => index) ?? []};
  };
  const before = await stats();
  expect(before.parse?.count).toBe(8);
  expect(before.indices).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(new Set(before.parse?.retained?.map(({tag}) => tag))).toEqual(
    new Set(['text_event_err', 'text_envelope_err']),
  );
  // The fatal one is told in the log alone.
  expect(logged.some(({message}) => kinds.fatal.test(message))).toBe(true);
  expect(before.connectors.map(({name}) => name)).toEqual(['orders.bad', 'orders.gen', 'big_orders.full']);
  appendFileSync(orders, 'nonsense\n'.repeat(2000));
  const after = await eventually(
    async () => {
      const now = await stats();
      return now.parse?.count === 2008 ? now : undefined;
    },
    () => 'the statistics do not count all errors',
    WAIT_MS,
    ASK_MS,
  );
  expect(after.indices).toHaveLength(104);
  expect(after.indices.at(-1)).toBe(2008);
  const inLog = (await recordsOf(rig, 'orders', '--level', 'info')).filter(({message}) =>
    /orders\.bad-text_envelope_err|^parse error on input endpoint 'orders\.bad': .*JSON document/.test(message),
  );
  expect(inLog.length).toBeLessThan(30);
  const listed = async () => (await api.listPipelines(signal)).find(({name}) => name === 'orders')?.connectorErrors;
  await eventually(
    async () => ((await listed()) ?? 0) >= 2008 || undefined,
    () => 'the list does not count them',
    WAIT_MS,
    ASK_MS,
  );
  expect((await api.listEvents('orders', signal))[0]).toMatchObject({status: 'Running', hasError: false});
  const {samples} = await api.getTimeSeries('orders', signal);
  expect(samples.length).toBeGreaterThan(0);
  expect(samples.at(-1)?.processedRecords).toBeGreaterThan(samples[0]?.processedRecords ?? 0);
  await api.close();
}

/** Goes to the top of the log and from error to error until one looks like `sight`. */
async function stepTo(view: View, sight: RegExp): Promise<void> {
  await view.terminal.press('g');
  await view.terminal.stable();
  for (let step = 0; step < 10 && !sight.test(view.terminal.text()); step++) {
    await view.terminal.press('e');
    await view.terminal.stable();
  }
  expect(view.terminal.text()).toMatch(sight);
}

test('errors of inputs and of an output: records with their causes, as many as there are', async (context) => {
  needsOwnServer(context);
  const rig = feldera();
  const errors = await errorsOf(rig, 'orders', orders);
  const count = (kind: RegExp): number => errors.filter(({message}) => kind.test(message)).length;
  expect(count(kinds.parse)).toBe(4);
  expect(count(kinds.envelope)).toBe(4);
  expect(count(kinds.fatal)).toBe(1);
  expect(count(kinds.output)).toBeGreaterThan(0);
  expect(errors.filter(({message}) => !Object.values(kinds).some((kind) => kind.test(message)))).toEqual([]);
  // The dump of the configuration, about a hundred lines at each start, belongs to no error.
  expect(errors.filter(({message}) => message.includes('"transport"'))).toEqual([]);
  await countsAddUp(rig, errors);
  await using view = await rig.open(['orders'], size);
  await view.live('big_orders.full');
  await stepTo(view, /▸.*ERROR .*FATAL error on input endpoint/);
  await stepTo(view, /▸.*ERROR .*parse error on input endpoint/);
  await view.terminal.press('Enter');
  await view.terminal.waitFor(/Invalid fragment: '/);
  // Its connector, in the one line of the program that declares them all.
  await view.terminal.waitFor(/orders\.bad is declared at line 2 \(version 1\):/);
  await view.terminal.waitFor(/ 1 │ create table orders .*\n.* 2 │ .*"name":"bad".*\n +│ +\^{12} *\n/);
  // What Feldera suppresses in the log is in the statistics; d has all connectors in words.
  await view.terminal.press('Esc', 'F');
  appendFileSync(orders, 'nonsense\n'.repeat(3));
  await view.terminal.press('d');
  await view.terminal.waitFor(/orders\.web +.* failed /);
  await view.terminal.waitFor(/orders\.bad +input orders +– .* 2,011 parse/);
  await view.terminal.waitFor(/big_orders\.full +output big_orders .* transport/);
  // One number, the sum of its parts and of the table: also of the connector that the statistics no longer have.
  await view.terminal.waitFor(() => {
    const text = view.terminal.text().replaceAll(/\s+/g, ' ');
    const number = (words: RegExp) => Number(words.exec(text)?.[1]?.replaceAll(',', '') ?? 0);
    // Of the one that failed, the log alone tells.
    const all = number(/connector errors at least ([\d,]+):/);
    const parts = [/ ([\d,]+) in the log/, / ([\d,]+) suppressed(?!,)/, / ([\d,]+) (?:suppressed, )?counted only/];
    const ofKinds = [/ ([\d,]+) parse/, / ([\d,]+) transport/, / ([\d,]+) encode/];
    const ofTable = [...ofKinds, / failed (?:– )+([\d,]+) in the log/, /and ([\d,]+) more error/];
    const sumOf = (words: readonly RegExp[]) => words.reduce((sum, each) => sum + number(each), 0);
    return all > 2011 && sumOf(parts) === all && sumOf(ofTable) === all;
  });
  // A row of several has the texts of both ends, and what the log tells of as suppressed.
  const {rows} = JSON.parse((await rig.run('timeline', 'orders', '-o', 'json')).stdout);
  const both = /^parse error on input endpoint 'orders\.bad': Parse error \(event #\d … \d\): .*"no-0" … "no-3"/;
  expect(rows).toContainEqual(
    expect.objectContaining({what: 'error', count: 4, text: expect.stringMatching(both), suppressed: 0}),
  );
  const isHidden = (suppressed: number) => suppressed > 1900 && suppressed < 2008;
  expect(rows).toContainEqual(
    expect.objectContaining({
      ...{what: 'error', text: expect.stringMatching(/'orders\.bad': .* JSON document/)},
      suppressed: expect.toSatisfy(isHidden),
    }),
  );
  await explained(rig, 'orders', [
    / 1 degraded /,
    /Running, but degraded API (?!·)/,
    /orders\.web stopped with a fatal error: .*?Connection refused .*?log · since \d\d:\S+ · nothing is read from it/,
    // Each word that is no JSON is an error: they are no records. They came a moment ago, or on a busy machine before.
    /orders\.bad had (more errors than records since its start|errors): .*? API · .*? 2,\d{3} parse errors, \d records received/,
    /big_orders\.full has written nothing: No space left on device .*? transport errors, 0 records written/,
  ]);
  const {stdout: told} = await rig.run('status', 'orders');
  for (const words of [
    'orders.web stopped with a fatal error: ',
    'orders.bad had ',
    'big_orders.full has written nothing: ',
  ])
    expect(told).toContain(`\n  ${words}`);
  expect((await rig.run('list', '-o', 'wide')).stdout).toMatch(/^orders +Running \(degraded\) /m);
  expect((await rig.run('list')).stdout).toMatch(/^NAME +STATE +SINCE +ERRORS\n(.*\n)*orders +Running +\S+ +2\d{3}\n/);
  // That one keeps its mark, however long its log is on the screen.
  await view.terminal.press('Esc');
  await view.terminal.waitFor(() => / 1✗/.test(rowOf(view, 'orders')));
});

test('in JSON: the same errors as in text, their newlines as rows', async () => {
  const rig = new Rig(json().client());
  await rig.client.put('json-orders', failing(jsonOrders));
  const errors = await errorsOf(rig, 'json-orders', jsonOrders);
  const count = (kind: RegExp): number => errors.filter(({message}) => kind.test(message)).length;
  expect([count(kinds.parse), count(kinds.envelope), count(kinds.fatal)]).toEqual([4, 4, 1]);
  expect(count(kinds.output)).toBeGreaterThan(0);
  expect(errors.filter(({time, level, target}) => time === null || level !== 'ERROR' || target === null)).toEqual([]);
  const sent = (await rig.client.log('json-orders')).toString();
  // As a real pipeline sends it, and as the manager does.
  expect(sent).toMatch(/^\{"feldera-service":/m);
  expect(sent).toMatch(/^\{"timestamp":/m);
  const all = await recordsOf(rig, 'json-orders');
  expect(all.find(({message}) => message.startsWith('Fresh start'))).toMatchObject({level: 'INFO'});
  expect(all.find(({message}) => message.includes('initializing -> running'))).toMatchObject({level: 'INFO'});
  await using view = await rig.open(['json-orders'], size);
  await view.live(/◐ (?:Degraded · )?orders\.web stopped: /);
  await view.live('big_orders.full');
  await stepTo(view, /▸.*ERROR .*parse error on input endpoint .*\n(.*▸.*\n)*.*▸.*Invalid fragment: '/);
  expect(view.terminal.text()).not.toContain('^J');
});

/** What the command of `--on-alert` has written. */
/** Alerts about a pipeline: others run beside it. */
function alertsIn(file: string, of: string): readonly {readonly kind: string; readonly pipeline: string}[] {
  const lines = (existsSync(file) ? readFileSync(file, 'utf8') : '').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line)).filter(({pipeline}) => pipeline === of);
}

test('a start that fails for a file that is missing', async (context) => {
  needsOwnServer(context);
  const rig = feldera();
  const {client} = rig;
  await client.compiled('unstarted');
  const alerts = path.join(folder, 'alerts-of-start');
  await using view = await rig.open(['unstarted', '--on-alert', `cat >> ${alerts}`], size);
  await view.live();
  await client.start('unstarted');
  await client.until('unstarted', ({deployment_error}) => deployment_error !== null);
  const cause = /orders\.lost: .*Failed to open input file .*missing\.json.*No such file or directory/;
  await view.terminal.waitFor(() => /LIVE *$/.test(view.header()) && /✗ Start fa/.test(rowOf(view, 'unstarted')));
  await view.terminal.waitFor(() => view.shown()[0]?.startsWith('✗ Start failed · orders.lost: ') ?? false);
  const status = await rig.run('status', 'unstarted');
  expect(status.stdout).toMatch(new RegExp(`^unstarted\\n {2}Start failed · ${cause.source}.* \\(API · since `));
  expect(status.stdout).toContain('deployment error (InitializationError)');
  // The log has two lines of level ERROR that name the connector, which are that failure.
  expect(status.stdout).toMatch(/\n {2}connector errors {2}-\n/);
  const wide = await rig.run('list', '-o', 'wide');
  expect(wide.stdout).toMatch(new RegExp(`^unstarted +Failed .*${cause.source}`, 'm'));
  // The log alone proves it, and has the reason.
  const {rows} = JSON.parse((await rig.run('timeline', 'unstarted', '-o', 'json')).stdout);
  expect(rows).toContainEqual(expect.objectContaining({what: 'run', text: 'run 1 of 1: start failed', from: 'log'}));
  await explained(rig, 'unstarted', [new RegExp(`Start failed · ${cause.source}.*? API · since \\d\\d:`)]);
  expect(alertsIn(alerts, 'unstarted')).toEqual([
    expect.objectContaining({kind: 'failed', text: expect.stringMatching(/^Start failed · orders\.lost: /)}),
  ]);
});

test('memory that is used up, with its limit, in the list, too', async (context) => {
  needsOwnServer(context);
  const rig = feldera();
  const {client} = rig;
  await client.put('short', ordersProgram([generated('gen', 40)]), {max_rss_mb: 60});
  // Under pressure it computes without end.
  onTestFinished(async () => void (await client.stop('short')));
  await client.run('short');
  const words = /Memory pressure is critical: \d+ MB of 60 MB are in use/;
  await eventually(
    async () => words.test((await rig.run('status', 'short')).stdout),
    () => 'the pressure',
    WAIT_MS,
    ASK_MS,
  );
  const wide = await rig.run('list', '-o', 'wide');
  expect(wide.stdout).toMatch(/^short +Running \(degraded\) .*Memory pressure is critical: \d+ MB are in use/m);
  await using view = await rig.open(['short'], size);
  await view.terminal.waitFor(() => rowOf(view, 'short').includes('◐ Degraded'));
  await explained(rig, 'short', [words]);
});

test('programs that do not compile: the reason, and the line of a SQL error', async (context) => {
  needsOwnServer(context);
  const rig = feldera();
  await rig.client.until('bad-sql', ({program_status}) => program_status === 'SqlError');
  await rig.client.until('bad-rust', ({program_status}) => program_status === 'RustError');
  await explained(rig, 'bad-sql', [
    /SQL error · line 2: .* API · since \d\d:/,
    /1 │ create table a \(x int\); 2 │ create view v as FAIL x from a; │ \^{4}/,
  ]);
  await explained(rig, 'bad-rust', [/Rust error · error.* API · since \d\d:/]);
});

test('a second run with a changed connector: exactly that leaf, and what is known of both programs', async (context) => {
  needsOwnServer(context);
  const rig = feldera();
  const {client} = rig;
  // Its first start has failed above.
  await client.until('unstarted', ({deployment_error}) => deployment_error !== null);
  await client.put('unstarted', ordersProgram([followedFile('lost', orders)]));
  await client.run('unstarted');
  const {stdout} = await rig.run('diff', 'unstarted', '-o', 'json');
  const leaf = 'inputs.orders.lost.transport.config.path';
  const diff = JSON.parse(stdout);
  expect(diff.configuration).toEqual([
    {
      ...{change: 'changed', path: leaf, hidden: false},
      keys: ['inputs', 'orders.lost', 'transport', 'config', 'path'],
      ...{before: path.join(folder, 'missing.json'), now: orders},
    },
  ]);
  expect(diff.older).toMatchObject({
    ...{run: 1, configuration: 'known', state: 'stopped', programVersion: null},
    ...{failed: true, startFailed: true, failure: expect.stringContaining('Error initializing the pipeline: ')},
  });
  expect(diff.newer).toMatchObject({
    run: 2,
    configuration: 'known',
    state: 'running',
    failed: false,
    programVersion: 2,
  });
  await using view = await rig.open(['unstarted'], size);
  await view.live(/run 2 of 2/);
  await view.terminal.press('D');
  await view.terminal.waitFor(
    /configuration +1 difference *\n.*changed +inputs\.orders\.lost\.transport\.config\.path/,
  );
  await view.terminal.waitFor(/program +version 2 on platform 0\.337\.0, compiled at .* that of run 1 is unknown/);
  await view.terminal.waitFor(/run 1 +start failed after \d+ (?:s|ms): .*Failed to open input file/);
});

test('a worker that panics', async (context) => {
  needsOwnServer(context);
  const rig = feldera();
  const {client} = rig;
  await client.run('panics');
  await using view = await rig.open(['panics'], size);
  await view.live('initializing -> running');
  await using watching = await rig.start('logs', '--follow', '--exit-on', 'panicked at', 'panics');
  const alerts = path.join(folder, 'alerts');
  await using alerting = await rig.start('logs', '--follow', '--on-alert', `cat >> ${alerts}`, 'panics');
  await Promise.all([watching, alerting].map((each) => each.untilStdout('initializing -> running')));
  appendFileSync(panics, '{"id": 3, "customer": "PANIC", "amount": 1}\n');
  expect(await watching.ended).toBe(0);
  await client.until('panics', ({deployment_error}) => deployment_error !== null);
  const cause = /panic: customer of order 3 is PANIC \(.*main\.rs:\d+:\d+\)/;
  // Its log does not name the cause of the end: the list does.
  await eventually(
    () => alertsIn(alerts, 'panics').some(({kind}) => kind === 'failed'),
    () => `no alert of it: ${JSON.stringify(alertsIn(alerts, 'panics'))}`,
  );
  await view.terminal.waitFor(() => /✗ Failed/.test(rowOf(view, 'panics')));
  await view.terminal.waitFor(() => cause.test(view.shown()[0] ?? ''));
  await view.terminal.waitFor(/ERROR panic +customer of order 3 is PANIC.*? \d+ lines/s);
  const status = await rig.run('status', 'panics');
  expect(status.stdout).toMatch(new RegExp(`^panics\\n {2}Failed · ${cause.source} \\(API · since `));
  expect(status.stdout).toContain('deployment error (RuntimeError.WorkerPanic)');
  // One record: the thread's own words, then what the engine made of them, with its backtrace.
  const panicked = (await recordsOf(rig, 'panics', '--level', 'error')).filter(({message}) =>
    message.includes('PANIC'),
  );
  expect(panicked).toHaveLength(1);
  expect(panicked[0]?.level).toBe('ERROR');
  expect(panicked[0]?.message).toMatch(
    /^\nthread 'dbsp-worker-0' \(\d+\) panicked at .*:\ncustomer of order 3 is PANIC\n(?:.*\n){20}/,
  );
  expect(panicked[0]?.message).toMatch(
    // The thread's last words, on stderr, may come among these, on stdout.
    /\nforeground worker thread 0 panicked\n(?:note: .*\n)?panic message: customer of order 3 is PANIC\n/,
  );
  // The timeline tells the panic once, as the failure that it was, with the words of its row.
  const {stdout: timeline} = await rig.run('timeline', 'panics');
  expect(timeline.match(/customer of order 3 is PANIC/g)).toHaveLength(1);
  expect(timeline).toMatch(/ failed .*panic: customer of order 3 is PANIC \(dbsp-worker-0 at .*main\.rs:\d+/);
  await view.terminal.press('d');
  await view.terminal.waitFor('Deployment error (RuntimeError.WorkerPanic)');
  // The page begins with why, and Enter goes to the panic.
  await view.terminal.waitFor(new RegExp(`▸ Failed · ${cause.source}`));
  await view.terminal.press('Enter');
  await view.terminal.waitFor(/▸.*ERROR panic +customer of order 3 is PANIC/);
  // What came before the end is not told beside it, nor later.
  expect(alertsIn(alerts, 'panics')).toEqual([
    expect.objectContaining({kind: 'failed', text: expect.stringMatching(new RegExp(`^Failed · ${cause.source}`))}),
  ]);
  await explained(rig, 'panics', [new RegExp(`Failed · ${cause.source}.*? API · since \\d\\d:`)]);
});

/** A client that asks for a view's changes, for which the pipeline waits, and never reads them. Dispose of it. */
async function hangingConsumer(client: FelderaClient, name: string, view: string): Promise<Disposable> {
  const transport = {name: 'http_output', config: {backpressure: true}};
  const body = JSON.stringify({stream: view, transport, format: {name: 'csv', config: {}}, max_queued_records: 2000});
  const socket = connect(await client.portOf(name), '127.0.0.1').pause();
  socket.on('error', () => {});
  const head = [`POST /egress/${view} HTTP/1.1`, 'host: 127.0.0.1', 'content-type: application/json'];
  socket.write([...head, `content-length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'));
  return {[Symbol.dispose]: () => void socket.destroy()};
}

/** For which a healthy pipeline is watched at least: most of that time is that of the tests above. */
const leastSeconds = Number(process.env.PIPETAIL_TEST_HEALTHY_SECONDS ?? 12);

const longest = {timeout: 400_000 + 1000 * leastSeconds};

test('a pipeline that was well all the time, then waits for its output, then is killed', longest, async (context) => {
  needsOwnServer(context);
  const rig = feldera();
  const {client} = rig;
  if (!healthy) throw new Error('no pipeline was started');
  const {view, seconds, end} = healthy;
  await eventually(
    () => seconds() >= leastSeconds,
    () => `${seconds()} seconds`,
    1000 * leastSeconds + 10_000,
  );
  // No false statement, whatever is asked for meanwhile.
  const {stdout: list} = await rig.run('list', '-o', 'json');
  expect((await rig.run('status', 'waits')).stdout).toMatch(/^waits\n {2}Running, no known problems \(API · since /);
  const watched = end();
  expect([...watched.seen.keys()], `first seen after seconds: ${[...watched.seen.values()]}`).toEqual([healthyWords]);
  expect(JSON.parse(list).find(({name}: {name: string}) => name === 'waits')).toMatchObject({connectorErrors: 0});
  console.log(`healthy for ${Math.round(watched.seconds)} s, in ${watched.looks} looks`);
  using _consumer = await hangingConsumer(client, 'waits', 'big_orders');
  await client.startConnector('waits', 'orders', 'large');
  const stalled = /A full output has held the pipeline up for \d+ s: big_orders\.api-\S+ has [\d,]+ records? to write/;
  await view.terminal.waitFor(() => stalled.test(view.terminal.text().replaceAll(/\s+/g, ' ')));
  process.kill(Number(await processOf(client, 'waits')), 'SIGKILL');
  await client.until('waits', ({deployment_error}) => deployment_error !== null);
  await view.terminal.waitFor(/▸? *Failed · Pipeline process exited prematurely with signal: 9 \(SIGKILL\)/);
  await explained(rig, 'waits', [
    /Failed · Pipeline process exited prematurely with signal: 9 \(SIGKILL\), likely .*since \d\d:/,
  ]);
  const status = await rig.run('status', 'waits');
  expect(status.stdout).toMatch(
    /^waits\n {2}Failed · Pipeline process exited prematurely with signal: 9 \(SIGKILL\), likely because it ran out of memory \(API · since /,
  );
});

/** The id of a pipeline's process. */
async function processOf(client: FelderaClient, name: string): Promise<string> {
  const folder = await client.folderOf(name);
  for (const id of await readdir('/proc')) {
    if ((await readlink(`/proc/${id}/cwd`).catch(() => '')) === folder) return id;
  }
  throw new Error(`${name} has no process`);
}
