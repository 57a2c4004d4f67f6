import {expect, it} from 'vitest';
import {connectorErrors, parseError} from '../../../demo/connector-errors.ts';
import {processLog} from '../../../demo/process-log.ts';
import {ApiError} from '../../../source/engine/api/errors.ts';
import {readNames} from '../../../source/kit/settings/names.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {statusReport} from '../../../source/shells/commands/status.ts';
import {serverVersion} from '../../../source/shells/startup/open-server.ts';
import {logged} from '../../kit/screen/reading.ts';
import {withServer} from './with-server.ts';

const signal = new AbortController().signal;

async function status(words: readonly string[], output: 'text' | 'json' = 'text'): Promise<string> {
  return await withServer(['orders', 'orders-eu', 'fraud'], async (client, server) => {
    server.pipeline('fraud').fail('exit status: 101\nat src/main.rs');
    return await statusReport({
      ...{clock: systemClock, random: () => 0},
      client,
      serverVersion: serverVersion(client, systemClock, signal),
      requested: readNames(words),
      output,
      signal,
    });
  });
}

it('describes one pipeline, errors in full', async () => {
  const text = await status(['fraud']);
  expect(text).toMatch(
    /^fraud\n {2}Failed · exit status: 101 \(API · since .* UTC\)\n\n {2}state +Failed\n {2}since +\d{4}-/,
  );
  expect(text).toMatch(/ {4}.*exit status: 101\n {4}at src\/main\.rs\n/);
});

it('describes all where none is named, and those that match a pattern, with an empty line between', async () => {
  const heads = async (...words: string[]) =>
    (await status(words)).split(/\n\n(?=\w)/).map((text) => text.split('\n', 1)[0]);
  expect(await heads()).toEqual(['fraud', 'orders', 'orders-eu']);
  expect(await heads('ord*')).toEqual(['orders', 'orders-eu']);
});

it('begins with what is wrong, each with its reason and source, also of connectors that only the log tells of', async () => {
  const words = await withServer(['orders'], async (client, server) => {
    const pipeline = server.pipeline('orders');
    pipeline.run.receive('orders.bad', 1);
    const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
    for (let event = 1; event <= 3; event++) report(parseError('orders.bad', event, 'missing field `id`', '{}'));
    report({endpoint: 'orders.web', kind: 'transport', fatal: true, error: 'no route'});
    pipeline.run.step();
    const options = {client, serverVersion: Promise.resolve(undefined), signal, clock: systemClock, random: () => 0};
    const text = await statusReport({...options, requested: readNames(['orders']), output: 'text'});
    // Also of the connector that the API counts no longer.
    expect(text).toMatch(/\n {2}connector errors {2}at least 4\n/);
    const [json] = JSON.parse(await statusReport({...options, requested: readNames(['orders']), output: 'json'}));
    expect(json).toMatchObject({degraded: true, why: [{severity: 'degraded', source: 'API', guide: null}, {}, {}]});
    return text.split('\n').slice(0, 5);
  });
  expect(words).toEqual([
    'orders',
    expect.stringMatching(/^ {2}Running, but degraded \(API\)$/),
    expect.stringMatching(
      /^ {2}orders\.web stopped with a fatal error: no route \(log · since .* UTC · nothing is read from it\)$/,
    ),
    expect.stringMatching(
      /^ {2}orders\.bad rejected 75 % of its records since its start: missing field `id` .* \(API · .*3 parse errors, 1 record received\)$/,
    ),
    '',
  ]);
});

it('says of errors that come now what they are of the last seconds, not of the whole run', async () => {
  const text = await withServer(['orders'], async (client, server) => {
    const pipeline = server.pipeline('orders');
    const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
    pipeline.run.receive('orders.bad', 1_000_000);
    let event = 0;
    const reportOne = () => report(parseError('orders.bad', ++event, 'missing field `id`', '{}'));
    reportOne();
    const timer = setInterval(reportOne, 50);
    const options = {client, serverVersion: Promise.resolve(undefined), signal, clock: systemClock, random: () => 0};
    const told = statusReport({...options, requested: readNames(['orders']), output: 'text'});
    return await told.finally(() => clearInterval(timer));
  });
  expect(text).toMatch(/\n {2}Running, but degraded/);
  expect(text).toMatch(/\n {2}orders\.bad rejected 100 % of its records in the last \d s: missing field `id`/);
});

it('has what only a warning of the log tells of: checkpoints that failed', async () => {
  const text = await withServer(['orders'], async (client, server) => {
    const failed = logged(0, 'WARN', 'checkpoint failed: StdIo(StorageFull)', 'dbsp_adapters::controller');
    server.pipeline('orders').write(failed);
    const options = {client, serverVersion: Promise.resolve(undefined), signal, clock: systemClock, random: () => 0};
    return await statusReport({...options, requested: readNames(['orders']), output: 'text'});
  });
  expect(text).toMatch(/\n {2}A checkpoint failed: StdIo\(StorageFull\) \(log · since .*\)\n {4}Feldera's guide: /);
});

it('says what the server says of its runner, where that cannot give the log', async () => {
  const text = await withServer(['orders'], async (client, server) => {
    server.killRunner();
    const options = {client, serverVersion: Promise.resolve(undefined), signal, clock: systemClock, random: () => 0};
    return await statusReport({...options, requested: readNames(['orders']), output: 'text'});
  });
  expect(text).toMatch(/\n {2}The runner is away: Unable to connect to the runner at \S+ \(API · since /);
  expect(text).toMatch(/\n {2}Log unreachable: /);
});

it('asks whether the runner works where a log has the end of a process that the list has running', async () => {
  const told = await withServer(['orders'], async (client, server) => {
    const change = 'Resources transition: provisioned -> stopping (desired: stopped)';
    server.pipeline('orders').manager('INFO', 'pipeline_automata', change);
    const health = {isHealthy: false, message: 'it has not reported since', since: 0, checkedAt: 0};
    return await statusReport({
      ...{serverVersion: Promise.resolve(undefined), signal, clock: systemClock, random: () => 0},
      ...{client: {...client, getRunnerHealth: () => Promise.resolve(health)}, requested: readNames(['orders'])},
      output: 'text',
    });
  });
  expect(told).toMatch(/\n {2}The runner is away: it has not reported since \(API · since /);
});

it('has the version of the server, which a pipeline need not have', async () => {
  expect(await status(['orders'])).toMatch(/\n {2}platform +0\.337\.0\n {2}server +0\.337\.0\n/);
  expect(JSON.parse(await status(['orders'], 'json'))).toMatchObject([{serverVersion: '0.337.0'}]);
});

it('is a list in JSON, however many there are', async () => {
  expect(JSON.parse(await status(['orders'], 'json'))).toMatchObject([{name: 'orders', programError: null}]);
  expect(JSON.parse(await status(['orders*'], 'json'))).toHaveLength(2);
  expect(JSON.parse(await status([], 'json'))).toHaveLength(3);
});

it('names the nearest of a name that there is not, and a pattern that matches nothing', async () => {
  await expect(status(['order'])).rejects.toThrow(/^there is no pipeline 'order' · did you mean 'orders'\?$/);
  await expect(status(['zzzzzzzz'])).rejects.toThrow(
    /^there is no pipeline 'zzzzzzzz' · run pipetail list to see them all$/,
  );
  await expect(status(['x*'])).rejects.toThrow(/^no pipeline matches 'x\*' · /);
});

it('does not suggest the name that was given, where the server lists it and answers that it does not exist', async () => {
  const contradicting = withServer(['orders'], async (client) => {
    const failure = {kind: 'fatal', reason: 'unknown-pipeline', message: 'no such pipeline'} as const;
    return await statusReport({
      ...{clock: systemClock, random: () => 0},
      client: {...client, getPipeline: () => Promise.reject(new ApiError(failure))},
      serverVersion: serverVersion(client, systemClock, signal),
      requested: readNames(['orders']),
      output: 'text',
      signal,
    });
  });
  await expect(contradicting).rejects.toThrow(/^no such pipeline$/);
});

it('shows what the compiler does, since when, and the details of an error', async () => {
  await withServer(['orders', 'fraud'], async (client, server) => {
    const since = '2026-11-27T06:48:30.445750Z';
    server.pipeline('orders').stop();
    server.pipeline('orders').setState({programStatus: 'CompilingRust', programStatusSince: since});
    const details = {error: 'no nodes left', backtrace: '0: main\n1: start'};
    const message = 'Pipeline provision failed: no nodes left';
    server.pipeline('fraud').setState({deploymentError: {message, error_code: 'RunnerProvisionError', details}});
    const requested = readNames(['orders', 'fraud']);
    const text = await statusReport({
      ...{clock: systemClock, random: () => 0},
      client,
      serverVersion: serverVersion(client, systemClock, signal),
      requested,
      output: 'text',
      signal,
    });
    expect(text).toContain(`  state             CompilingRust\n  since             ${since}\n`);
    expect(text).toContain(`  program           CompilingRust since ${since}\n`);
    expect(text).toContain(`    ${message}\n  details.backtrace\n    0: main\n    1: start\n`);
  });
});
