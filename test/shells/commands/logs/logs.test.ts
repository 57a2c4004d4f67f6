import {describe, expect, it, onTestFinished} from 'vitest';
import {connectorErrors, parseError} from '../../../../demo/connector-errors.ts';
import type {DemoServerOptions} from '../../../../demo/demo.ts';
import {processLog} from '../../../../demo/process-log.ts';
import {DemoServer} from '../../../../demo/server.ts';
import {createClient} from '../../../../source/engine/api/client.ts';
import type {ApiClient} from '../../../../source/engine/api/types.ts';
import {readNames} from '../../../../source/kit/settings/names.ts';
import {nameHints} from '../../../../source/kit/shell/named-pipelines.ts';
import {LineOutput} from '../../../../source/kit/system/line-output.ts';
import {type Clock, systemClock} from '../../../../source/lib/clock.ts';
import {type LogsOptions, runLogs} from '../../../../source/shells/commands/logs/logs.ts';
import type {LogsRequest} from '../../../../source/shells/commands/logs/logs-command.ts';
import {linePrefixes} from '../../../../source/shells/commands/logs/logs-run.ts';
import {recordPrinters} from '../../../../source/shells/commands/logs/run-logs.ts';
import {eventually} from '../../../harness/eventually.ts';
import {FakeClock} from '../../../harness/fake-clock.ts';
import {fastClock} from '../../../harness/fast-clock.ts';
import {readRequest} from '../../../harness/read-settings.ts';
import {SlowStream} from '../slow-stream.ts';

// Long waits, on a clock that runs faster. The rest is tested with the real program (test/e2e/logs-*.test.ts).

async function setUp(options: DemoServerOptions = {}) {
  const server = await DemoServer.start(options);
  const pipeline = server.addPipeline('orders');
  // Its patience is that of a process that runs.
  const client = createClient({baseUrl: server.url, clock: fastClock(1), userAgent: 'pipetail/test'});
  let inFlight = 0;
  let received = '';
  let receivedBytes = 0;
  const watched: ApiClient = {
    ...client,
    followLogs: async (name, handlers) => {
      inFlight += 1;
      try {
        return await client.followLogs(name, {
          ...handlers,
          onData: (bytes) => {
            handlers.onData(bytes);
            receivedBytes += bytes.length;
            // Texts that tests wait for are short.
            received = (received + Buffer.from(bytes).toString()).slice(-100_000);
          },
        });
      } finally {
        inFlight -= 1;
      }
    },
  };
  const stream = new SlowStream();
  await stream.takeAll();
  const stop = new AbortController();
  onTestFinished(async () => {
    stop.abort();
    await client.close();
    await server.close();
  });
  const notes: string[] = [];
  const run = (more: Partial<LogsOptions> & {readonly speed?: number} = {}) =>
    runLogs({
      names: ['orders'],
      follow: false,
      exitOnEnd: false,
      silence: 0,
      client: watched,
      clock: fastClock(more.speed ?? 20),
      random: () => 0,
      output: new LineOutput(stream),
      note: (line) => notes.push(line),
      signal: stop.signal,
      ...more,
    });
  return {
    server,
    pipeline,
    stream,
    notes,
    stop,
    run,
    /** Runs it on a clock that stands while a request for the log is open: how slow the machine is does not matter. */
    async runBetweenRequests(): Promise<number> {
      const clock = new FakeClock();
      let code: number | undefined;
      const running = run({clock}).then((ended) => {
        code = ended;
      });
      await eventually(
        async () => {
          if (inFlight === 0) await clock.advance(250);
          return code !== undefined;
        },
        () => notes.join('\n'),
      );
      await running;
      return code ?? -1;
    },
    untilNoted: (text: string) =>
      eventually(
        () => notes.some((note) => note.includes(text)),
        () => `a note with ${text}: ${notes.join('\n')}`,
      ),
    receivedBytes: () => receivedBytes,
    /** Waits until the bytes that came off the wire hold `text`. */
    untilReceived: (text: string) =>
      eventually(
        () => received.includes(text),
        () => `${text}: ${received}`,
      ),
  };
}

function recordsFor(...args: readonly string[]) {
  return recordPrinters(readRequest<LogsRequest>(['logs', ...args]), systemClock.wall());
}

function recordsOf(...args: readonly string[]) {
  return recordsFor('-f', 'orders', ...args);
}

it('of hundreds of names that are not there each is named, with one request for the names that are', async () => {
  const {run, notes, server} = await setUp();
  const names = Array.from({length: 400}, (_, at) => `missing-${at}`);
  const clock = fastClock(1);
  const client = createClient({baseUrl: server.url, clock, userAgent: 'pipetail/test'});
  onTestFinished(() => client.close());
  expect(await run({names, hint: nameHints(client, clock), clock})).toBe(1);
  expect(notes.toSorted()).toEqual(
    names.map((name) => `pipetail: ${name}: there is no such pipeline · run pipetail list to see them all`).toSorted(),
  );
  expect(server.requests.filter(({path}) => path.startsWith('/v0/pipelines?'))).toHaveLength(1);
});

describe('ends with its pipeline, whose stream the server keeps open', () => {
  const endsWithIt = {follow: true, exitOnEnd: true, endsByState: true};
  const waits = {follow: true, waitsForRecord: true, endsByState: true};
  const unmatched = 'pipetail: nothing matched --exit-on before the end of the log';
  const failed = 'pipetail: orders: Failed · exit status: 5';

  it.each([
    ['--exit-on-end', 'stop', endsWithIt, 0, []],
    ['--exit-on-end', 'fail', endsWithIt, 1, [failed]],
    ['--exit-on', 'stop', waits, 1, [unmatched]],
    ['--exit-on', 'fail', waits, 1, [failed]],
  ] as const)('%s, %s', async (_option, end, options, code, said) => {
    const {pipeline, run, notes, stream} = await setUp();
    pipeline.start();
    const running = run(options);
    await untilPrinted(stream, 'initializing -> running');
    pipeline.write('the last words');
    if (end === 'stop') pipeline.stop();
    else pipeline.fail('exit status: 5');
    expect(await running).toBe(code);
    expect(notes).toEqual(said);
    expect(stream.text).toMatch(/the last words\n(.*\n)*.*stopping -> stopped.*\n$/);
  });

  it('of one that is stopped or failed, --exit-on-end prints what there is', async () => {
    const {pipeline, run, notes, stream} = await setUp();
    expect(await run(endsWithIt)).toBe(0);
    expect(stream.text).toContain('Fresh start');
    pipeline.start();
    pipeline.fail('exit status: 5');
    expect(await run(endsWithIt)).toBe(1);
    expect(notes).toEqual([failed]);
  });

  it.each([
    ['was stopped', 0, []],
    ['has failed', 1, [failed]],
  ] as const)(
    'a log that the server ends while it runs goes on: only a pipeline that %s ends it',
    async (what, code, said) => {
      const {server, pipeline, run, notes, stream, untilNoted} = await setUp();
      pipeline.start();
      const running = run(endsWithIt);
      await untilPrinted(stream, 'initializing -> running');
      server.stopRunnerGently();
      await untilNoted('the log ended: the runner stopped');
      server.startRunner();
      pipeline.write('the next log');
      await untilPrinted(stream, 'the next log\n');
      if (what === 'was stopped') pipeline.stop();
      else pipeline.fail('exit status: 5');
      expect(await running).toBe(code);
      expect(notes.filter((note) => note.includes('Failed'))).toEqual(said);
      expect(stream.text).toMatch(/stopping -> stopped.*\n$/);
    },
  );

  it.each([
    ['stop', 0, []],
    ['fail', 1, [failed]],
  ] as const)('%s, and started again before the next list', async (end, code, said) => {
    const {server, pipeline, run, notes} = await setUp();
    pipeline.start();
    pipeline.fail('exit status: 4');
    pipeline.start();
    const running = run(endsWithIt);
    const lists = () => server.requests.filter(({path}) => path.startsWith('/v0/pipelines?')).length;
    await eventually(
      () => lists() > 1,
      () => `${lists()} lists`,
    );
    if (end === 'stop') pipeline.stop();
    else pipeline.fail('exit status: 5');
    pipeline.start();
    expect(await running).toBe(code);
    expect(notes).toEqual(said);
  });

  it('one that is being started has not ended, and a start that fails is a failure', async () => {
    const {pipeline, run, notes, untilReceived} = await setUp();
    pipeline.setDesired('Running');
    const running = run(endsWithIt);
    await untilReceived('Fresh start');
    pipeline.provision();
    await untilReceived('provisioning');
    const details = {error: 'no nodes left'};
    const message = 'Pipeline provision failed: no nodes left';
    pipeline.crash({message, error_code: 'RunnerProvisionError', details});
    expect(await running).toBe(1);
    expect(notes).toEqual(['pipetail: orders: Start failed · no nodes left']);
  });

  it('--exit-on waits for the start of one that is stopped', async () => {
    const {pipeline, run, notes, stream, untilNoted} = await setUp();
    const running = run({...waits, recordsOf: recordsOf('--exit-on', 'ready')});
    await untilNoted('waiting for it to start');
    pipeline.start();
    await untilPrinted(stream, 'initializing -> running');
    pipeline.write('ready');
    expect(await running).toBe(0);
    expect(notes).toEqual(['pipetail: orders: the pipeline is Stopped · waiting for it to start']);
  });

  it('a program that does not compile never gets ready', async () => {
    const {pipeline, run, notes} = await setUp();
    const place = {start_line_number: 2, start_column: 18, end_line_number: 2, end_column: 22};
    const words = {error_type: 'Error parsing SQL', message: 'unexpected FAIL', warning: false, snippet: ''};
    pipeline.setProgram('SqlError', {sql_compilation: {exit_code: 1, messages: [{...place, ...words}]}});
    expect(await run(waits)).toBe(1);
    expect(notes).toEqual(['pipetail: orders: SQL error · line 2: unexpected FAIL']);
  });

  it('of several, each ends with its own, also of those that match a pattern', async () => {
    const {server, pipeline, run, notes, stream} = await setUp();
    const other = server.addPipeline('orders-eu');
    for (const each of [pipeline, other]) each.start();
    const running = run({...endsWithIt, names: [], patterns: readNames(['ord*']).patterns});
    await untilPrinted(stream, 'orders-eu | ');
    pipeline.fail('exit status: 5');
    await eventually(
      () => notes.length > 0,
      () => stream.text,
    );
    other.write('goes on');
    await untilPrinted(stream, 'goes on');
    other.stop();
    expect(await running).toBe(1);
    expect(notes).toEqual([failed]);
  });

  it('says why it cannot see that, once, where the server refuses the list alone', async () => {
    const {server, pipeline, run, notes, stream, untilNoted} = await setUp();
    pipeline.start();
    server.refuse({kind: 'forbidden', of: 'list', times: 3});
    const running = run(endsWithIt);
    await untilPrinted(stream, 'initializing -> running');
    await untilNoted('the states of pipelines cannot be read: ');
    pipeline.stop();
    expect(await running).toBe(0);
    const again = 'pipetail: the states of pipelines can be read again';
    expect(notes).toEqual([expect.stringMatching(/cannot be read: .* · trying again$/), again]);
  });

  it('says it once of logs that are found by a pattern', async () => {
    const {server, pipeline, run, notes, stream, untilNoted} = await setUp();
    pipeline.start();
    const running = run({...endsWithIt, names: [], patterns: readNames(['ord*']).patterns});
    await untilPrinted(stream, 'initializing -> running');
    server.refuse({kind: 'forbidden', of: 'list', times: 8});
    await untilNoted(' · trying again');
    pipeline.stop();
    expect(await running).toBe(0);
    expect(notes).toEqual([expect.stringMatching(/ · trying again$/), 'pipetail: connected again']);
  });

  it('of a record that matches --fail-on, the exit code is 1', async () => {
    const {pipeline, run, notes, stream} = await setUp();
    pipeline.start();
    const running = run({follow: true, endsByState: true, recordsOf: recordsOf('--fail-on', 'deadlock')});
    await untilPrinted(stream, 'initializing -> running');
    pipeline.write('a deadlock');
    expect(await running).toBe(1);
    expect(notes).toEqual(['pipetail: orders: a record has matched --fail-on']);
    expect(stream.text).toMatch(/a deadlock\n$/);
  });
});

it('tries again when the first request for a log is cut, by a server that answers another one', async () => {
  const {server, pipeline, run, stop, stream} = await setUp();
  pipeline.write('a line');
  server.refuse({kind: 'reset', times: 1});
  // The answer to the other request may end the wait before it is noted.
  const done = run({follow: true});
  await eventually(
    () => stream.text.endsWith('a line\n'),
    () => stream.text,
  );
  stop.abort();
  expect(await done).toBe(0);
});

describe('without following', () => {
  it('prints several logs in order of time, each with its own lines in their order', async () => {
    const {server, pipeline, run, stream} = await setUp();
    const other = server.addPipeline('fraud');
    const at = (second: number) => `[p] 2099-01-01T00:00:0${second}.000000Z  INFO a:`;
    pipeline.write(`${at(1)} one\n  and more`);
    other.write(`${at(2)} two`);
    pipeline.write(`${at(4)} four`);
    pipeline.write(`${at(3)} set back`);
    other.write(`${at(3)} three`);
    other.write(`${at(5)} five`);
    const names = ['orders', 'fraud'];
    expect(await run({names, recordsOf: recordsFor('orders', 'fraud')})).toBe(0);
    const lines = stream.text.split('\n').filter((line) => !line.includes('Fresh start'));
    expect(lines.map((line) => line.replace(/\[p\].*a: /, ''))).toEqual([
      'orders | one',
      'orders |   and more',
      'fraud  | two',
      'fraud  | three',
      'orders | four',
      'orders | set back',
      'fraud  | five',
      '',
    ]);
  });

  it('leaves a log that does not come to rest after a time, between two lines', async () => {
    const {pipeline, run, notes, stream, untilReceived} = await setUp({chunking: 'ragged'});
    const clock = new FakeClock();
    const running = run({clock});
    await untilReceived('Fresh start');
    // Time goes on only with the log: a slow machine is no rest.
    for (let written = 0; notes.length === 0; written++) {
      expect(written).toBeLessThan(30);
      pipeline.write(`line ${written}`);
      await untilReceived(`line ${written}\n`);
      await clock.advance(400);
    }
    expect(await running).toBe(0);
    expect(notes).toEqual(['pipetail: orders: ended after 10 s: the log never paused']);
    expect(stream.text).toMatch(/Fresh start.*\n(line \d+\n)+$/);
  });

  it('gives up a runner that does not get ready', async () => {
    const {server, run, notes, stream} = await setUp();
    server.refuse({kind: 'not-ready', times: 1_000_000});
    expect(await run({speed: 100})).toBe(1);
    expect(notes).toEqual(['pipetail: orders: there is no log to read yet: its runner is not ready']);
    expect(stream.text).toBe('');
  });

  it('notes why it waits, and gives up, when the runner cannot be reached', async () => {
    const {server, runBetweenRequests, notes} = await setUp();
    server.killRunner();
    expect(await runBetweenRequests()).toBe(1);
    expect(notes).toHaveLength(2);
    expect(notes[0]).toMatch(/^pipetail: orders: the pipeline's runner does not answer .* · trying again$/);
    expect(notes[1]).toMatch(/^pipetail: orders: the pipeline's runner does not answer .*\)$/);
  });

  it('fails when the rest of the log cannot be had, after what came of it', async () => {
    const {server, pipeline, runBetweenRequests, notes, stream} = await setUp();
    pipeline.write('x'.repeat(1000));
    server.cutNextConnections({afterBytes: 500, times: 1_000_000});
    // A cut that comes late must not count as a log that rests.
    expect(await runBetweenRequests()).toBe(1);
    expect(stream.text).toMatch(/^\[manager\] .*Fresh start.*\nx+\n$/);
    expect(notes).toEqual([
      'pipetail: orders: the last line printed is incomplete: the rest had not arrived',
      'pipetail: orders: the log is incomplete: the connection was lost',
    ]);
  });
});

describe('following', () => {
  it('comes back by itself to a server that took the credentials away for a time', async () => {
    const {server, pipeline, run, notes, stream, untilNoted, stop} = await setUp();
    const running = run({follow: true, speed: 100});
    await untilPrinted(stream, 'Fresh start');
    server.setApiKey('key');
    server.cutConnections();
    await untilNoted('trying again');
    pipeline.write('meanwhile');
    server.setApiKey(undefined);
    await untilPrinted(stream, 'meanwhile\n');
    expect(notes.filter((note) => note.includes('trying again'))).toHaveLength(1);
    stop.abort();
    expect(await running).toBe(0);
  });

  describe('a log that is refused, while others are printed', () => {
    const names = ['orders', 'others'];
    const setUpBoth = async (times: number) => {
      const rig = await setUp();
      rig.server.addPipeline('others').start();
      rig.server.refuse({kind: 'web-console', name: 'orders', times});
      const refusal = `pipetail: orders: ${rig.server.url} serves a web page, not the Feldera API`;
      return {...rig, refusal};
    };

    it.each([{names}, readNames(['o*'])])('is tried again: %j', async (named) => {
      const {run, notes, stream, stop, untilNoted, refusal} = await setUpBoth(1);
      const running = run({follow: true, speed: 100, ...named});
      await untilNoted('orders: connected');
      await untilPrinted(stream, 'others | [manager]');
      await untilPrinted(stream, 'orders | [manager]');
      expect(notes).toEqual([`${refusal} · trying again`, 'pipetail: orders: connected']);
      stop.abort();
      expect(await running).toBe(0);
    });

    it('is a failure once they have ended', async () => {
      const {server, run, notes, untilNoted, refusal} = await setUpBoth(1_000_000);
      const running = run({follow: true, exitOnEnd: true, names});
      await untilNoted('trying again');
      server.deletePipeline('others');
      expect(await running).toBe(1);
      expect(notes).toHaveLength(3);
      expect(notes[0]).toBe(`${refusal} · trying again`);
      expect(notes[2]).toContain(`${refusal} · check --host`);
    });

    it('is a failure where the time is up', async () => {
      const {run, notes, refusal} = await setUpBoth(1_000_000);
      expect(await run({follow: true, names, timeout: 60_000})).toBe(1);
      expect(notes).toEqual([`${refusal} · trying again`]);
    });

    it('is one at once, in one line each, if all are', async () => {
      const {server, run, notes} = await setUpBoth(1_000_000);
      server.refuse({kind: 'forbidden', name: 'others', times: 1_000_000});
      expect(await run({follow: true, names, speed: 1})).toBe(1);
      expect(notes).toHaveLength(2);
      expect(notes.join()).not.toContain('trying again');
    });
  });

  it('a connection that was silent for long is replaced without a word', async () => {
    const {server, pipeline, run, notes, stream, stop} = await setUp();
    const running = run({follow: true, silence: 60_000, speed: 100});
    await eventually(
      () => server.totalLogConnections >= 3 && server.openLogConnections() === 1,
      () => `connections: ${server.totalLogConnections}`,
    );
    pipeline.write('after it');
    await untilPrinted(stream, 'after it\n');
    expect(stream.text.split('Fresh start')).toHaveLength(2);
    expect(notes).toEqual([]);
    stop.abort();
    await running;
  });

  it('notes why the pipeline died when its log has ended, once for each death', async () => {
    const {server, pipeline, run, notes, stream, stop} = await setUp();
    const running = run({follow: true, speed: 100});
    const untilLives = (count: number) =>
      eventually(
        () => stream.text.split('Fresh start').length > count,
        () => `${count} lives: ${stream.text}`,
      );
    const endLog = async () => {
      const before = notes.length;
      server.stopRunnerGently();
      await eventually(
        () => notes.slice(before).some((note) => note.includes('the log ended')),
        () => notes.join('\n'),
      );
    };
    const deaths = () => notes.filter((note) => / (?:Failed|Start failed) · /.test(note));
    const death = 'pipetail: orders: Failed · out of memory';
    await untilLives(1);
    await endLog();
    expect(deaths()).toEqual([]);
    server.startRunner();
    await untilLives(2);
    pipeline.start();
    pipeline.fail('out of memory');
    await endLog();
    expect(deaths()).toEqual([death]);
    server.startRunner();
    await untilLives(3);
    await endLog();
    expect(deaths()).toEqual([death]);
    server.startRunner();
    await untilLives(4);
    pipeline.start();
    pipeline.fail('out of memory');
    await endLog();
    expect(deaths()).toEqual([death, death]);
    server.startRunner();
    await untilLives(5);
    const details = {error: 'no nodes left'};
    const message = 'Pipeline provision failed: no nodes left';
    pipeline.setState({deploymentError: {message, error_code: 'RunnerProvisionError', details}});
    await endLog();
    expect(deaths()).toEqual([death, death, 'pipetail: orders: Start failed · no nodes left']);
    stop.abort();
    expect(await running).toBe(0);
  });

  it('what a new life brings before the end is noticed is not printed', async () => {
    const {server, run, stream, untilReceived} = await setUp();
    const held = new HeldClock();
    const running = run({follow: true, exitOnEnd: true, clock: held});
    await untilPrinted(stream, 'Fresh start');
    held.hold();
    const {id} = server.recreatePipeline('orders');
    await untilReceived(id);
    held.release();
    expect(await running).toBe(0);
    expect(stream.text).toContain('Fresh start');
    expect(stream.text).not.toContain(id);
  });

  it.each([
    [true, 1, ['pipetail: nothing matched --exit-on before the end of the log']],
    [false, 0, []],
  ])('an end without the record that is waited for is a failure: %s', async (waitsForRecord, code, said) => {
    const {server, run, stream, notes} = await setUp();
    const running = run({follow: true, exitOnEnd: true, waitsForRecord});
    await untilPrinted(stream, 'Fresh start');
    server.deletePipeline('orders');
    expect(await running).toBe(code);
    expect(notes.filter((note) => note.includes('--exit-on'))).toEqual(said);
  });

  it.each(['orders', 'o*'])('follows a pipeline to another name, once: %s', async (name) => {
    const {server, pipeline, run, stream, stop, untilNoted} = await setUp();
    const running = run({follow: true, ...readNames([name])});
    await untilPrinted(stream, 'Fresh start');
    server.renamePipeline('orders', 'others');
    if (name === 'orders') server.cutConnections();
    await untilNoted('renamed from orders to others');
    pipeline.write('it goes on');
    await untilPrinted(stream, 'it goes on');
    expect(stream.text.match(/Fresh start|it goes on/g)).toEqual(['Fresh start', 'it goes on']);
    stop.abort();
    expect(await running).toBe(0);
  });

  it.each([
    {form: 'lines', told: ['orders | ', 'sales  | ']},
    {form: 'json', told: ['"pipeline":"orders"', '"pipeline":"sales"']},
  ])('calls it by the name that it has: $form', async ({form, told: [before = '', after = '']}) => {
    const {server, pipeline, run, notes, stream, stop, untilNoted} = await setUp();
    server.addPipeline('other').start();
    const records = form === 'json' ? {recordsOf: recordsOf('-o', 'json')} : {};
    const running = run({follow: true, ...readNames(['orders', 'other']), ...records});
    pipeline.write('before it');
    await untilPrinted(stream, 'before it');
    server.renamePipeline('orders', 'sales');
    server.cutConnections();
    await untilNoted('renamed from orders to sales');
    pipeline.write('after it');
    await untilPrinted(stream, 'after it');
    const lineOf = (text: string) => stream.text.split('\n').find((line) => line.includes(text));
    expect(lineOf('before it')).toContain(before);
    expect(lineOf('after it')).toContain(after);
    expect(notes.filter((note) => note.includes('sales:'))).not.toEqual([]);
    stop.abort();
    await running;
  });

  it('follows a new pipeline of the name whose log goes on in that of another, without a list', async () => {
    const {server, run, stream, stop, untilNoted} = await setUp();
    server.addPipeline('others');
    const running = run({follow: true, names: ['orders', 'others'], speed: 100});
    for (const name of ['orders', 'others']) {
      server.pipeline(name).write(`begins ${name}`);
      await untilPrinted(stream, `begins ${name}`);
    }
    server.deletePipeline('others');
    await untilNoted(' deleted');
    server.renamePipeline('orders', 'others');
    server.cutConnections();
    await untilNoted('renamed from orders to others');
    server.addPipeline('orders').write('a new one');
    await untilPrinted(stream, 'a new one');
    expect(stream.text.match(/a new one/g)).toEqual(['a new one']);
    stop.abort();
    expect(await running).toBe(0);
  });

  it('says how many errors no pattern could match, since the log has no word of them', async () => {
    const {pipeline, run, notes, stream} = await setUp();
    pipeline.start([{kind: 'input', name: 'orders.bad'}]);
    const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
    for (let count = 0; count < 500; count++) report(parseError('orders.bad', count, 'missing field `id`', '{}'));
    const running = run({follow: true, waitsForRecord: true, recordsOf: recordsOf('--exit-on', 'the last line')});
    await untilPrinted(stream, 'missing field');
    pipeline.write('the last line');
    expect(await running).toBe(0);
    expect(notes).toEqual([
      'pipetail: orders: 10 connector errors +490 suppressed, which --exit-on cannot match: ' +
        'orders.bad 10 · 490 counted only by the API',
    ]);
    expect(pipeline.run.errorCounts).toMatchObject([{total: 500, logged: 10, told: 0}]);
  });

  it('without following, a catch-up without that record is a failure, too', async () => {
    const {run, notes} = await setUp();
    expect(await run({waitsForRecord: true})).toBe(1);
    expect(notes).toEqual(['pipetail: nothing matched --exit-on before the end of the log']);
  });

  it('what waits for a slow reader is bounded for all that match a pattern together', async () => {
    const {server, pipeline, run, notes, stop, receivedBytes} = await setUp();
    const other = server.addPipeline('orders-eu');
    const slow = new SlowStream();
    const output = new LineOutput(slow);
    const spillBytes = 16 * 1024 * 1024;
    const running = run({names: [], patterns: readNames(['orders*']).patterns, follow: true, spillBytes, output});
    await eventually(
      () => server.openLogConnections() === 2,
      () => `connections: ${server.openLogConnections()}`,
    );
    // Each of them alone would fit.
    for (let written = 0; written < 120; written++)
      for (const each of [pipeline, other]) each.write('x'.repeat(100_000));
    // A reader that begins before all has come may not be too slow on a slow machine.
    await eventually(
      () => receivedBytes() > 24_000_000,
      () => `${receivedBytes()} bytes received`,
    );
    await eventually(
      async () => {
        await slow.take();
        return notes.some((note) => note.includes('the reader is too slow'));
      },
      () => `a note of what was dropped: ${notes.join('\n')}`,
    );
    await slow.takeAll();
    for (const each of [pipeline, other]) each.write(`the end of ${each.name}`);
    for (const {name} of [pipeline, other]) await untilPrinted(slow, `the end of ${name}\n`);
    stop.abort();
    expect(await running).toBe(0);
  });

  it('when it is stopped, what came is printed to the last whole line', async () => {
    const {server, pipeline, run, stream, stop, untilReceived} = await setUp();
    const held = new HeldClock();
    const running = run({follow: true, clock: held});
    await untilPrinted(stream, 'Fresh start');
    held.hold();
    for (const line of ['one', 'two']) pipeline.write(line);
    server.cutConnections({afterBytes: 3});
    pipeline.write('three');
    await untilReceived('one\ntwo\nthr');
    expect(stream.text).not.toContain('one');
    stop.abort();
    expect(await running).toBe(0);
    expect(stream.text).toMatch(/Fresh start.*\none\ntwo\n$/);
    expect(server.openLogConnections()).toBe(0);
  });
});

describe('the last records of the catch-up, then what comes', () => {
  const old = '[orders] 2025-01-01T00:00:00.000001Z  INFO test:  old';
  /** A log that holds old records, and gets numbered ones all the time. */
  const busy = async () => {
    // Both count the same time: which records may have come live is told by theirs, and on a busy machine it passes slowly.
    const clock = fastClock(2);
    const rig = await setUp({clock});
    for (let count = 0; count < 200; count++) rig.pipeline.write(`${old} ${count}`);
    let written = 0;
    /** Records that there were when the log was asked for: on a busy machine that is long after the start. */
    let early: number | undefined;
    const timer = setInterval(() => {
      if (rig.server.totalLogConnections > 0) early ??= written;
      written += 1;
      rig.pipeline.write(`[orders] ${rig.pipeline.stamp()}  INFO test:  live ${written}`);
    }, 2);
    onTestFinished(() => clearInterval(timer));
    const numbers = () => [...rig.stream.text.matchAll(/live (\d+)\n/g)].map(([, number]) => Number(number));
    return {...rig, clock, numbers, written: () => written, early: () => early ?? written};
  };

  it.each([
    ['that never rests', undefined],
    ['that is cut in the catch-up, and never rests', {afterBytes: 3000}],
  ])('of a log %s every record that came live is printed', async (_, cut) => {
    const {server, clock, run, stream, stop, numbers, written, early} = await busy();
    if (cut) server.cutNextConnections(cut);
    await eventually(
      () => written() > 20,
      () => 'live records',
    );
    const running = run({follow: true, recordsOf: recordsOf('--tail', '5'), clock});
    await eventually(
      () => numbers().some((number) => number > early() + 300),
      () => stream.text.slice(-1000),
    );
    const first = numbers()[0] ?? 0;
    expect(first).toBeLessThanOrEqual(early() + 1);
    expect(numbers()).toEqual(numbers().map((_, index) => first + index));
    expect(stream.text).not.toContain('old');
    stop.abort();
    expect(await running).toBe(0);
  });

  it('a record that came live ends it, though the catch-up has not come to rest', async () => {
    const {server, clock, run, stream, numbers, written} = await busy();
    server.cutNextConnections({afterBytes: 3000});
    const target = written() + 30;
    const options = {follow: true, recordsOf: recordsOf('--tail', '0', '--exit-on', `live ${target}$`), clock};
    expect(await run(options)).toBe(0);
    expect(numbers().at(-1)).toBe(target);
    expect(stream.text).not.toContain('old');
  });

  it('what came before a cut is printed, though the server does not come back', async () => {
    const {server, pipeline, run, stream, stop, notes} = await setUp();
    for (let count = 0; count < 200; count++) pipeline.write(`${old} ${count}`);
    server.cutNextConnections({afterBytes: 5000});
    const running = run({follow: true, recordsOf: recordsOf('--tail', '3'), speed: 10});
    await eventually(
      () => server.totalLogConnections === 1 && server.openLogConnections() === 0,
      () => `connections: ${server.totalLogConnections}`,
    );
    server.refuse({kind: 'not-ready', times: 1_000_000});
    await eventually(
      () => stream.text !== '',
      () => notes.join('\n'),
    );
    expect(stream.text).toMatch(/^(.* old \d+\n){3}$/);
    stop.abort();
    expect(await running).toBe(0);
  });
});

async function untilPrinted(stream: SlowStream, text: string): Promise<void> {
  await eventually(
    () => stream.text.includes(text),
    () => `${text}: ${stream.text}`,
  );
}

/** Real time; but no timer goes off while it is held. */
class HeldClock implements Clock {
  readonly monotonic = systemClock.monotonic;
  readonly wall = systemClock.wall;
  readonly machine = systemClock.machine;
  readonly sleep = systemClock.sleep;
  #waiting: Set<() => void> | undefined;

  readonly after = (milliseconds: number, callback: () => void): (() => void) => {
    const cancel = systemClock.after(milliseconds, () => {
      if (this.#waiting) this.#waiting.add(callback);
      else callback();
    });
    return () => {
      cancel();
      this.#waiting?.delete(callback);
    };
  };

  hold(): void {
    this.#waiting = new Set();
  }

  release(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const callback of waiting) callback();
  }
}

it('names stand in front, padded to the longest', () => {
  const prefixOf = linePrefixes(['orders', 'etl']);
  expect(prefixOf('orders')).toBe('orders | ');
  expect(prefixOf('etl')).toBe('etl    | ');
});

describe('names that match a pattern', () => {
  const named = {names: [], patterns: readNames(['ord*']).patterns};
  const listsOf = (server: DemoServer) => server.requests.filter(({path}) => path.startsWith('/v0/pipelines?')).length;

  it('are asked for once', async () => {
    const {server, run, stream, notes} = await setUp();
    for (const name of ['fraud', 'order-2']) server.addPipeline(name);
    expect(await run(named)).toBe(0);
    expect(stream.text.match(/^\S+ +\| /gm)?.toSorted()).toEqual(['order-2 | ', 'orders  | ']);
    expect(notes).toEqual([]);
    expect(listsOf(server)).toBe(1);
  });

  it('are in the list that tells of their states, too', async () => {
    const {server, pipeline, run, stream, stop} = await setUp();
    pipeline.start();
    const running = run({...named, follow: true, endsByState: true, clock: new FakeClock()});
    await untilPrinted(stream, 'orders | ');
    expect(listsOf(server)).toBe(1);
    stop.abort();
    expect(await running).toBe(0);
  });

  it('come later, too, and through a server whose list is away, with one note', async () => {
    const {server, run, stream, notes, stop, untilNoted} = await setUp();
    const running = run({...named, follow: true, endsByState: true});
    await untilPrinted(stream, 'orders | ');
    server.addPipeline('order-2').start();
    await untilPrinted(stream, 'order-2 | ');
    server.refuse({kind: 'web-console', of: 'list', times: 2});
    await untilNoted('trying again');
    server.addPipeline('order-3').start();
    await untilPrinted(stream, 'order-3 | ');
    const said = [expect.stringMatching(/ · trying again$/), 'pipetail: connected again'];
    expect(notes.filter((note) => !note.includes('waiting for it to start'))).toEqual(said);
    stop.abort();
    expect(await running).toBe(0);
  });

  it.each([{follow: false}, {follow: true}])('are a failure where the first list is one: %j', async (options) => {
    const {server, run, notes} = await setUp();
    server.refuse({kind: 'web-console', of: 'list', times: 1});
    expect(await run({...named, ...options})).toBe(1);
    expect(notes).toEqual([expect.stringMatching(/^pipetail: .* serves a web page, not the Feldera API/)]);
  });
});
