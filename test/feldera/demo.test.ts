import {appendFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test} from 'vitest';
import {connectorErrors, parseError} from '../../demo/connector-errors.ts';
import type {Panic} from '../../demo/log-lines.ts';
import {pipelineJson} from '../../demo/pipeline-json.ts';
import {
  type Connector,
  type Deployment,
  fileOutputOf,
  fileSpan,
  panicProcess,
  processLog,
  startProcess,
  stopProcess,
} from '../../demo/process-log.ts';
import {DemoServer} from '../../demo/server.ts';
import {lived} from '../demo/lived.ts';
import {withoutVariables} from '../demo/recording.ts';
import {type Exchange, RawClient} from '../harness/raw-client.ts';
import {type TemporaryDirectory, temporaryDirectory} from '../harness/temporary-directory.ts';
import type {FelderaClient, PipelineFacts} from './client.ts';
import type {Manager} from './manager.ts';
import {felderaForAll, needsOwnServer, ownManager, prepareOwn} from './suite.ts';

// The demo server is held against Feldera's own: both are asked the same, and what a real pipeline does is done by one
// of the demo. What may differ stands in `differences`, with the reason; one that no longer does fails the test.

const rig = felderaForAll();
beforeEach(needsOwnServer);

const plain = 'demo-plain';
const idle = 'demo-idle';
const badSql = 'demo-sql';
const badRust = 'demo-rust';
const dead = 'demo-dead';

let demo: DemoServer;
/** The answer of a server whose runner has not found out yet that a process has ended. */
let silent: Exchange;

/** With the storage that the server gives a pipeline by default, as `put` of the client does not. */
async function putWithStorage(client: FelderaClient, name: string, program_code: string): Promise<void> {
  const body = {name, description: '', program_code, runtime_config: {workers: 1}, program_config: {}};
  expect(await client.request('PUT', `/v0/pipelines/${name}`, body)).toMatchObject({status: 201});
}

prepareOwn(async ({client}) => {
  const programs = [
    [plain, 'create table t (x int);'],
    [idle, ''],
    [dead, ''],
    [badSql, 'create table a (x int);\ncreate view v as FAIL x from a;'],
    [badRust, '-- RUSTBAD'],
  ] as const;
  await Promise.all(programs.map(([name, program]) => putWithStorage(client, name, program)));
  await Promise.all([
    client.compiled(idle),
    ...[plain, dead].map((name) => client.run(name)),
    ...[badSql, badRust].map((name) => client.until(name, ({program_status}) => program_status.endsWith('Error'))),
  ]);
  await client.control(dead, {rate: 0, exit: 3});
  silent = await ask(client.url, `GET /v0/pipelines/${dead}/stats`);
  await client.status(dead, 'Stopped');
});

beforeAll(async () => {
  demo = await DemoServer.start();
  for (const name of [plain, dead]) demo.addPipeline(name).start();
  demo.pipeline(dead).fail('Pipeline process exited prematurely with exit status: 3');
  demo.addPipeline(idle);
  const place = {start_line_number: 2, start_column: 18, end_line_number: 2, end_column: 21};
  const message = {...place, warning: false, error_type: 'Error parsing SQL', message: '', snippet: ''};
  demo.addPipeline(badSql).setProgram('SqlError', {sql_compilation: {exit_code: 1, messages: [message]}});
  demo.addPipeline(badRust).setProgram('RustError', {rust_compilation: {exit_code: 101, stdout: '', stderr: ''}});
});
afterAll(() => demo?.close());

/** Where the demo is not like the server, by request and by what differs; `*` is every pipeline of these tests. */
const differences: readonly {readonly of: RegExp; readonly at: RegExp; readonly why: string}[] = [
  {
    of: /^GET \/v0\/pipelines/,
    at: /deployment_runtime_status_details\.connector_stats/,
    why: 'the stand-in for a pipeline tells no errors of connectors; a real one does, as the demo (compared below)',
  },
  {
    of: /^GET \/v0\/pipelines/,
    at: /storage_status_details/,
    why: 'the stand-in has no storage; a real one has, as the demo',
  },
  {
    of: /selector=status_with_connectors/,
    at: /\.connectors/,
    why: 'the same: only a real pipeline has connectors',
  },
  {of: /^GET \/$/, at: /^body$/, why: 'the console of the tests’ server is a page of one line'},
];

/** Below a pipeline or beside the list: what the server has and the demo has not. */
const notInDemo: readonly {readonly path: string; readonly why: string}[] = [
  {path: '/v0/api_keys', why: 'the demo has one key or none, and gives no others'},
];

async function ask(url: string, request: string, headers: Readonly<Record<string, string>> = {}): Promise<Exchange> {
  const [method = '', target = ''] = request.split(' ');
  const client = await RawClient.request(url + target, {method, headers: {connection: 'close', ...headers}});
  await client.ended();
  const {exchange} = client;
  if (!exchange) throw new Error(`${request}: no answer`);
  return exchange;
}

/** Lists and one pipeline at `url`, asked by all that differs between servers only as `compared` says. */
function ofTests(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  // The real server has the pipelines of other tests, too.
  return value
    .filter(({name}) => demo.pipelines.some((each) => each.name === name))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** Every place in a JSON value with the type of what stands there: `[0].program_error.system_error: null`. */
function places(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return [`${at}: list`, ...value.flatMap((each, index) => places(each, `${at}[${index}]`))];
  if (typeof value !== 'object' || value === null) return [`${at}: ${value === null ? 'null' : typeof value}`];
  return [`${at}: object`, ...Object.entries(value).flatMap(([key, each]) => places(each, `${at}.${key}`))];
}

/** Values that belong to the moment, the body or the machine: their headers are compared by name. */
const vague = new Set(['date', 'content-length', 'etag']);

/** An answer as lines that two servers can be compared by. */
function described({statusLine, headers, body}: Exchange): string[] {
  const encoded = headers.has('content-encoding') && headers.get('content-encoding') !== 'identity';
  const text = encoded ? '' : body.toString();
  const isJson = headers.get('content-type') === 'application/json' && text !== '';
  return [
    statusLine,
    ...[...headers].map(([name, value]) => `header ${name}: ${vague.has(name) ? '*' : value}`),
    ...(isJson ? places(ofTests(JSON.parse(text))).map((place) => `body ${place}`) : [`body: ${text}`]),
  ].toSorted();
}

/** What only one of two answers has, less what may differ. */
function differ(request: string, real: Exchange, ours: Exchange): string[] {
  const [theirLines, ourLines] = [described(real), described(ours)];
  const known = differences.filter(({of}) => of.test(request));
  const unknown = (line: string) => !known.some(({at}) => at.test(line.replace(/^body: .*/s, 'body')));
  return [
    ...theirLines.filter((line) => !ourLines.includes(line)).map((line) => `only Feldera: ${line}`),
    ...ourLines.filter((line) => !theirLines.includes(line)).map((line) => `only the demo: ${line}`),
  ].filter((line) => unknown(line.replace(/^only (Feldera|the demo): /, '')));
}

const names = [plain, idle, badSql, badRust, dead];
const requests = [
  'GET /v0/pipelines',
  ...['status', 'all', 'status_with_connectors', 'other', ''].map((each) => `GET /v0/pipelines?selector=${each}`),
  ...names.flatMap((name) => [`GET /v0/pipelines/${name}`, `GET /v0/pipelines/${name}?selector=status`]),
  'GET /v0/pipelines?other=1',
  `GET /v0/pipelines/${plain}?selector=other`,
  'GET /v0/pipelines/nobody',
  'GET /v0/pipelines/no%20body',
  'GET /v0/pipelines/nobody/logs',
  `GET /v0/pipelines/${plain}/logs/`,
  `GET /v0/pipelines/${plain}/nothing`,
  ...['stats', 'stats?include_connector_errors=true', 'stats?include_connector_errors=1', 'time_series'].flatMap(
    (part) => [idle, dead, 'nobody'].map((name) => `GET /v0/pipelines/${name}/${part}`),
  ),
  ...['', '?selector=status', '?selector=all', '?selector=other'].map(
    (query) => `GET /v0/pipelines/${idle}/events/latest${query}`,
  ),
  `GET /v0/pipelines/${dead}/events/latest?selector=all`,
  ...['?selector=other', '/', '/abc', '/00000000-0000-0000-0000-000000000000', '/latest/x'].map(
    (rest) => `GET /v0/pipelines/${idle}/events${rest}`,
  ),
  'GET /v0/pipelines/nobody/events',
  'GET /v0/pipelines/nobody/events/latest',
  `POST /v0/pipelines/${idle}/events`,
  `POST /v0/pipelines/${idle}/stats`,
  'GET /v0/pipelines/',
  'GET /v0/nothing',
  'POST /v0/nothing',
  'GET /v0',
  'GET /v0/config',
  'GET /v0/config/session',
  'PUT /v0/config/session',
  'GET /v0/config/nothing',
  ...['POST', 'HEAD', 'OPTIONS', 'DELETE'].map((method) => `${method} /v0/pipelines/${plain}/logs`),
  'HEAD /v0/pipelines',
  `POST /v0/pipelines/${plain}`,
  'GET /config/authentication',
  'POST /config/authentication',
  'GET /config/nothing',
  'GET /healthz',
  'HEAD /healthz',
  'POST /healthz',
  'GET /',
  'POST /',
];

describe('answers', () => {
  test.each(requests)('%s', async (request) => {
    const [real, ours] = await Promise.all([ask(rig().client.url, request), ask(demo.url, request)]);
    expect(differ(request, real, ours)).toEqual([]);
  });

  test.each(['gzip', 'gzip, br', 'gzip;q=0.5, br;q=0.1', 'identity'])('accept-encoding: %s', async (encoding) => {
    const headers = {'accept-encoding': encoding};
    for (const request of ['GET /v0/pipelines?selector=status', 'GET /v0/pipelines/nobody', 'GET /healthz', 'GET /']) {
      const [real, ours] = await Promise.all([
        ask(rig().client.url, request, headers),
        ask(demo.url, request, headers),
      ]);
      expect(differ(request, real, ours)).toEqual([]);
    }
  });

  test('what is said to differ does, and what the demo has not is there', async () => {
    const used = new Set<string>();
    for (const request of requests) {
      const [real, ours] = await Promise.all([ask(rig().client.url, request), ask(demo.url, request)]);
      const [theirLines, ourLines] = [described(real), described(ours)];
      const lines = [
        ...theirLines.filter((line) => !ourLines.includes(line)),
        ...ourLines.filter((line) => !theirLines.includes(line)),
      ].map((line) => line.replace(/^body: .*/s, 'body'));
      for (const {of, at, why} of differences)
        if (of.test(request) && lines.some((line) => at.test(line))) used.add(why);
    }
    expect([...used].toSorted()).toEqual(differences.map(({why}) => why).toSorted());
    for (const {path: target} of notInDemo) {
      const [real, ours] = await Promise.all([ask(rig().client.url, `GET ${target}`), ask(demo.url, `GET ${target}`)]);
      expect([target, real.statusLine]).toEqual([target, 'HTTP/1.1 200 OK']);
      expect([target, ours.statusLine]).toEqual([target, 'HTTP/1.1 404 Not Found']);
    }
  });

  test('the head of a log', async () => {
    const heads = await Promise.all(
      [rig().client.url, demo.url].map(async (url) => {
        const client = await RawClient.request(`${url}/v0/pipelines/${plain}/logs`, {headers: {connection: 'close'}});
        await client.shows('Fresh start');
        client.reset();
        return client.exchange && described({...client.exchange, body: Buffer.alloc(0)});
      }),
    );
    expect(heads[1]).toEqual(heads[0]);
  });
});

test('statistics of a process that has just ended', async () => {
  demo.refuse({kind: 'pipeline-unreachable', of: 'stats', name: dead});
  const request = `GET /v0/pipelines/${dead}/stats`;
  const ours = await ask(demo.url, request);
  expect(differ(request, silent, ours)).toEqual([]);
  const words = ({body}: Exchange) => body.toString().replaceAll(/:\d+\//g, ':N/');
  expect(words(ours)).toBe(words(silent));
});

test('a process that ends by itself: the runner says the same, in the log and in the error', async () => {
  const [real, ours] = await Promise.all(
    [rig().client.url, demo.url].map(async (url) => {
      const log = await RawClient.request(`${url}/v0/pipelines/${dead}/logs`, {headers: {connection: 'close'}});
      await log.shows('stopping -> stopped');
      log.reset();
      const {body} = await ask(url, `GET /v0/pipelines/${dead}?selector=status`);
      const lines = normal(log.text).filter((line) => line !== '');
      return {last: lines.slice(-4), error: JSON.parse(body.toString()).deployment_error};
    }),
  );
  expect(ours).toEqual(real);
});

test('a byte that is not UTF-8: the runner gives that stream up, in the same words', async () => {
  await rig().client.control(plain, {raw: 'ff0a'});
  demo.pipeline(plain).loseStream('stdout');
  const [real, ours] = await Promise.all(
    [rig().client.url, demo.url].map(async (url) => {
      const log = await RawClient.request(`${url}/v0/pipelines/${plain}/logs`, {headers: {connection: 'close'}});
      await log.shows('I/O error');
      log.reset();
      return normal(log.text).filter((line) => line.includes('I/O error'));
    }),
  );
  expect(ours).toEqual(real);
  expect(ours).toHaveLength(1);
});

/** The keys of a line of JSON, as they stand; none of another line. */
function keysInOrder(line: string): string[] {
  if (!line.startsWith('{"')) return [];
  const value: Readonly<Record<string, unknown>> = JSON.parse(line);
  const fields = Object.keys(value.fields as object).filter((key) => key === 'message' || key === 'line');
  return [`${Object.keys(value).join(' ')} · ${fields.join(' ')}`];
}

/** A backtrace ends in functions of the system's library, with other names and lines in another version. */
function sameLibrary<T>(value: T): T {
  const text = JSON.stringify(value).replaceAll('__GI___clone3', 'clone3');
  return JSON.parse(text.replaceAll(/(pthread_create\.c|clone3\.S):[\d:]+/g, '$1'));
}

/** Lines without what belongs to the moment, the machine and the folder: two logs of one pipeline are then alike. */
function normal(text: string): string[] {
  return withoutVariables(sameLibrary(text))
    .replaceAll(/\/\S*\/runner\/pipeline-<id>/g, '<runner>')
    .replaceAll(/(?<!\p{Cc}\[\d?)\d+/gu, 'N')
    .split('\n');
}

function between(lines: readonly string[], from: string, to: string): string[] {
  const begin = lines.findIndex((line) => line.includes(from));
  const end = lines.findIndex((line, index) => index > begin && line.includes(to));
  if (begin === -1 || end === -1) throw new Error(`no '${from}' up to '${to}' in ${lines.join('\n')}`);
  return lines.slice(begin, end + 1);
}

/** The thread's last words come on stderr: whether they are before or among those of the error, on stdout, is of the moment. */
function noteFirst(lines: readonly string[]): readonly string[] {
  const notes = lines.filter((line) => line.startsWith('note: '));
  const others = lines.filter((line) => !line.startsWith('note: '));
  return others.toSpliced(
    others.findIndex((line) => line.includes('DBSP error')),
    0,
    ...notes,
  );
}

/** The seconds of the first line with these words. */
function secondsAt(text: string, words: string): number {
  const line = text.split('\n').find((each) => each.includes(words)) ?? '';
  return Date.parse(/\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(line)?.[0] ?? '') / 1000;
}

describe('a real pipeline', () => {
  const name = 'demo-orders';
  let manager: Manager;
  let key: string;
  let folder: TemporaryDirectory;
  let file: string;
  /** From `Fresh start` on: a start, errors, a stop, a start, a panic. */
  let log: string;
  /** What was seen of the pipeline while it was started and stopped. */
  const seen: PipelineFacts[] = [];
  let failed: PipelineFacts;
  /** Of the first run, before its stop. */
  let told: {readonly stats: unknown; readonly plain: unknown; readonly series: unknown};
  /** Of both runs, the oldest first. */
  let events: readonly Json[];

  const deployment = (): Deployment => ({
    port: 33_115,
    inputs: [fileInput(file)],
    outputs: [fileOutputOf('big_orders.full', '/dev/full')],
  });

  prepareOwn(async () => {
    manager = await ownManager({env: {RUST_BACKTRACE: '1'}});
    const client = manager.client();
    key = await client.makeKey('reader');
    folder = await temporaryDirectory();
    file = path.join(folder.path, 'orders.json');
    await writeFile(file, '');
    const transport = {name: 'file_input', config: {path: file, follow: true}};
    const input = {name: 'good', transport, format: json};
    const output = {
      name: 'full',
      transport: {name: 'file_output', config: {path: '/dev/full'}},
      format: {name: 'json', config: {}},
    };
    const quoted = (value: unknown) => JSON.stringify(value).replaceAll("'", "''");
    const program = [
      'create table orders (id bigint not null, customer varchar, amount double)',
      `with ('materialized' = 'true', 'connectors' = '${quoted([input])}');`,
      `create materialized view big_orders with ('connectors' = '${quoted([output])}')`,
      'as select * from orders where amount >= 100;',
    ];
    await putWithStorage(client, name, program.join('\n'));
    await client.compiled(name);
    const watch = {ended: false};
    const watching = (async () => {
      while (!watch.ended) {
        const now = await client.find(name);
        if (now) seen.push(now);
      }
    })();
    await client.start(name);
    await client.status(name, 'Running');
    const follower = await RawClient.request(`${client.url}/v0/pipelines/${name}/logs`);
    await appendFile(file, badRecords(0, 12));
    await follower.shows('(event #10)');
    // The first token of the limit comes back six seconds after the last.
    await new Promise((resolve) => setTimeout(resolve, 6500));
    await appendFile(file, badRecords(12, 1));
    await follower.shows('(event #13)');
    const part = async (path: string) => (await client.request('GET', `/v0/pipelines/${name}/${path}`)).body;
    told = {
      stats: await part('stats?include_connector_errors=true'),
      plain: await part('stats'),
      series: await part('time_series'),
    };
    await client.stop(name);
    watch.ended = true;
    await watching;
    await client.run(name);
    await appendFile(file, '{"id": 77, "customer": "PANIC", "amount": 1}\n');
    failed = await client.until(name, ({deployment_error}) => deployment_error !== null);
    await follower.until(({text}) => text.split('stopping -> stopped').length === 3);
    log = follower.text;
    follower.reset();
    events = ((await part('events?selector=all')) as Json[]).toReversed();
  });
  afterAll(async () => {
    await manager?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  const first = () => log.slice(0, log.lastIndexOf('stopped -> provisioning'));
  const ours = () =>
    lived(
      name,
      function* (pipeline, random, now) {
        const say = processLog(pipeline, {shape: 'colour'});
        yield* startProcess(pipeline, [say], deployment(), random);
        const report = connectorErrors(pipeline, say, now);
        for (let event = 1; event <= 12; event++) report(badRecord(file, event));
        yield 6500;
        report(badRecord(file, 13));
        yield* stopProcess(pipeline, random);
      },
      {seed: 2},
    );

  test('starts with the same lines', () => {
    const span = ['stopped -> provisioning', 'initializing -> running'] as const;
    // Two threads log at once: the order of some lines is of the moment.
    const [real, demos] = [first(), ours().text].map((text) => between(normal(text), span[0], span[1]));
    expect(demos?.toSorted()).toEqual(real?.toSorted());
  });

  test('starts and stops in the same order, in the same time', () => {
    // Runner, standard output and standard error are three pipes: within each, the order is certain.
    const ofRunner = [
      'stopped -> provisioning',
      'provisioning -> provisioned',
      '(none) -> initializing',
      'initializing -> running',
      'provisioned -> stopping',
      'running -> (none)',
      'stopping -> stopped',
    ];
    const printed = ['Pipeline configuration read from'];
    const logged = ['Pipeline deployment identifier', 'Pipeline initialization complete'];
    for (const text of [first(), ours().text]) {
      for (const order of [ofRunner, printed, logged]) {
        const found = order.map((words) => text.indexOf(words));
        expect(found).toEqual(found.toSorted((one, other) => one - other));
        expect(found).not.toContain(-1);
      }
    }
    const seconds = (text: string, from: string, to: string) => secondsAt(text, to) - secondsAt(text, from);
    const steps = [
      ['stopped -> provisioning', 'initializing -> running'],
      ['(none) -> initializing', 'initializing -> running'],
      ['provisioned -> stopping', 'stopping -> stopped'],
    ] as const;
    for (const [from, to] of steps) {
      // A busy machine makes the real one slower, and nothing makes it faster than the demo by more than a half.
      expect(seconds(ours().text, from, to)).toBeLessThan(seconds(log, from, to) * 1.5 + 0.5);
      expect(seconds(ours().text, from, to)).toBeGreaterThan(0);
    }
  });

  test('logs errors of a connector in the same lines, at the same rate', () => {
    const errors = (text: string) =>
      normal(text).filter((line) => /parse error|Invalid fragment|Suppressed/.test(line));
    expect(errors(ours().text)).toEqual(errors(first()));
    expect(errors(first())).toHaveLength(2 * 11 + 1);
  });

  test('is listed in the same states, in the same order, with the same keys', () => {
    const demos: unknown[] = [];
    lived(name, function* (pipeline, random) {
      const say = processLog(pipeline, {shape: 'colour'});
      const steps = [startProcess(pipeline, [say], deployment(), random), stopProcess(pipeline, random)];
      demos.push(stateOf(pipelineJson(pipeline.state, 'status')));
      for (const step of steps) {
        for (const wait of step) {
          demos.push(stateOf(pipelineJson(pipeline.state, 'status')));
          yield wait;
        }
        demos.push(stateOf(pipelineJson(pipeline.state, 'status')));
      }
    });
    const told = demos.map((each) => JSON.stringify(each));
    let at = 0;
    for (const each of seen) {
      const next = told.indexOf(JSON.stringify(stateOf(each)), at);
      expect(next, `${JSON.stringify(stateOf(each))} in ${told.slice(at).join('\n')}`).not.toBe(-1);
      at = next;
    }
    const running = seen.find((each) => each.deployment_status === 'Running' && hasCount(each));
    const {pipeline} = lived(name, (one) => {
      one.start();
      return [];
    });
    expect(places(pipelineJson(pipeline.state, 'status')).toSorted()).toEqual(places(running).toSorted());
  });

  test('tells its statistics, without and with errors, and its time series in the same shape', () => {
    const demos: unknown[] = [];
    lived(name, function* (pipeline, random, now) {
      const say = processLog(pipeline, {shape: 'colour'});
      yield* startProcess(pipeline, [say], deployment(), random);
      const report = connectorErrors(pipeline, say, now);
      for (let event = 1; event <= 13; event++) report(badRecord(file, event));
      pipeline.run.step();
      yield 6500;
      const stats = (withErrors: boolean) => pipeline.run.statsJson({withErrors, isPaused: false});
      demos.push(stats(true), stats(false), pipeline.run.timeSeriesJson());
    });
    // Whether a transaction is in progress is of the moment.
    const shapeOf = (value: unknown) => places(value).filter((place) => !/\.transaction_(msecs|records)/.test(place));
    expect(shapeOf(demos[0])).toEqual(shapeOf(told.stats));
    expect(shapeOf(demos[1])).toEqual(shapeOf(told.plain));
    const series = (value: unknown) =>
      places({...(value as Json), samples: (value as {samples: Json[]}).samples.slice(-1)});
    expect(series(demos[2])).toEqual(series(told.series));
    const values = (value: unknown) => {
      const {inputs} = value as {inputs: {parse_errors: {index: number; tag: string; message: string}[]}[]};
      return inputs[0]?.parse_errors.map(({index, tag, message}) => ({
        index,
        tag,
        message: message.replaceAll(/\d+/g, 'N'),
      }));
    };
    expect(values(demos[0])).toEqual(values(told.stats));
  });

  test('has the same events: a start, a stop, a start and a panic', () => {
    const {pipeline} = lived(name, function* (running, random) {
      const say = processLog(running, {shape: 'colour'});
      yield* startProcess(running, [say], deployment(), random);
      yield 7000;
      yield* stopProcess(running, random);
      yield* startProcess(running, [say], deployment(), random);
      yield* panicProcess(running, say, {process: 1, place: 'a.rs:1:1', message: 'x', frame: 'y'});
    });
    const keys = ['resources', 'resources_desired', 'runtime', 'runtime_desired'].map(
      (key) => `deployment_${key}_status`,
    );
    const statuses = (each: Json) =>
      JSON.stringify([...keys, 'deployment_has_error', 'storage_status'].map((key) => each[key]));
    // A count of errors that has risen, or a step that is polled twice, is an event as well: that is of the moment.
    const order = (all: readonly Json[]) => {
      const first = all.findIndex((each) => each.deployment_resources_desired_status === 'Provisioned');
      const each = all.slice(first).map(statuses);
      return each.filter((one, at) => one !== each[at - 1]);
    };
    const demos = pipeline.events.list('all').toReversed();
    expect(order(demos)).toEqual(order(events));
    // Whether a start has its process already when it is polled is of the moment, too.
    const isOfMoment = (each: Json, place: string) =>
      each.deployment_resources_status === 'Provisioning' && place.startsWith('.deployment_resources_status_details');
    const shapes = (all: readonly Json[]) =>
      all.map((each) => {
        const settled = places(each).filter((place) => !isOfMoment(each, place));
        return [statuses(each), settled.map((place) => place.replace(/\.deployment_error\..*/, ''))] as const;
      });
    expect(Object.fromEntries(shapes(demos))).toMatchObject(
      Object.fromEntries(shapes(events.slice(events.findIndex((each) => each.deployment_runtime_status !== null)))),
    );
  });

  test('panics in the same lines, and leaves the same error', () => {
    const text = log.slice(log.lastIndexOf('stopped -> provisioning'));
    const [, place = '', message = ''] = /panicked at (\S+):\n(.*)\n/.exec(text) ?? [];
    const frame = /^ {3}2: (.*)$/m.exec(text)?.[1] ?? '';
    const panic: Omit<Panic, 'thread'> = {process: 1, place, message, frame};
    const demos = lived(name, function* (pipeline) {
      pipeline.start();
      yield* panicProcess(pipeline, processLog(pipeline, {shape: 'colour'}), panic);
    });
    const span = ['panicked at', 'stopping -> stopped'] as const;
    const [demo, real] = [demos.text, text].map((each) => noteFirst(between(normal(each), ...span)));
    expect(demo).toEqual(real);
    expect(sameLibrary(demos.pipeline.state.deploymentError)).toEqual(sameLibrary(failed.deployment_error));
  });

  test('logs JSON with the same keys, in the same order', async () => {
    await manager.end('SIGKILL');
    await manager.start({json: true});
    const client = manager.client();
    await writeFile(file, badRecords(0, 1));
    await client.run(name);
    await client.stop(name);
    const follower = await RawClient.request(`${client.url}/v0/pipelines/${name}/logs`);
    await follower.shows('stopping -> stopped');
    follower.reset();
    const {text} = lived(
      name,
      function* (pipeline, random) {
        const say = processLog(pipeline, {shape: 'json'});
        yield* startProcess(pipeline, [say], deployment(), random);
        say('ERROR', 'dbsp_adapters::server', 'parse error', fileSpan(file));
        yield* stopProcess(pipeline, random);
      },
      {managerFormat: 'json'},
    );
    const [real, demos] = [follower.text, text].map((each) => new Set(each.split('\n').flatMap(keysInOrder)));
    expect(demos).toEqual(real);
  });

  test('answers a request without a key, with a wrong one and with one that may not do it', async () => {
    await manager.end('SIGKILL');
    await manager.start({json: false, auth: 'keys'});
    const secured = await DemoServer.start({apiKey: key});
    onTestFinished(() => secured.close());
    const wrong = [{}, {authorization: 'Bearer apikey:wrong'}, {authorization: 'Bearer wrong'}];
    for (const request of ['GET /v0/pipelines', 'GET /v0/nothing', 'GET /config/nothing', 'GET /healthz']) {
      for (const headers of [...wrong, {authorization: `Bearer ${key}`}]) {
        const [real, ours] = await Promise.all([
          ask(manager.url, request, headers),
          ask(secured.url, request, headers),
        ]);
        const said = differ(request, real, ours).map((line) => `${request} ${JSON.stringify(headers)} ${line}`);
        expect(said).toEqual([]);
      }
    }
  });
});

type Json = Readonly<Record<string, unknown>>;

const json = {name: 'json', config: {update_format: 'raw', array: false}};

function fileInput(file: string): Connector {
  const config = {buffer_size_bytes: null, follow: true, path: file};
  return {endpoint: 'orders.good', transport: {name: 'file_input', config}, format: sorted(json)};
}

/** The real process prints the keys of its configuration sorted. */
function sorted({name, config}: typeof json): Connector['format'] {
  return {config: {array: config.array, update_format: config.update_format}, name};
}

const badFragment = '{"customer": "Ada Lovelace", "amount": 99.0}';

function badRecords(from: number, count: number): string {
  return Array.from({length: count}, (_, index) => `{"customer": "Ada Lovelace", "amount": ${from + index}.5}\n`).join(
    '',
  );
}

function badRecord(file: string, event: number) {
  return {...parseError('orders.good', event, 'missing field `id`', badFragment), ...fileSpan(file)};
}

function stateOf(pipeline: object): unknown {
  const facts: Readonly<Record<string, unknown>> = {...pipeline};
  const keys = ['', 'desired_', 'resources_', 'resources_desired_', 'runtime_', 'runtime_desired_'];
  const states = keys.map((key) => [key, facts[`deployment_${key}status`]]);
  const isDeployed = facts.deployment_id !== null;
  return {...Object.fromEntries(states), initial: facts.deployment_initial, policy: facts.bootstrap_policy, isDeployed};
}

function hasCount(pipeline: object): boolean {
  return JSON.stringify(pipeline).includes('num_errors');
}
