import {readFile} from 'node:fs/promises';
import {describe, expect, test} from 'vitest';
import type {DemoServer} from '../../demo/server.ts';
import {startReplayServer} from '../harness/replay-server.ts';
import {openRig, startLogs} from './logs-rig.ts';
import {startProgram} from './running-program.ts';

/** Both ways to print fail in the same way when there never was a log. */
const modes = [{flags: []}, {flags: ['--follow']}];

describe.each(modes)('a log that cannot be had is one line and exit 1, with $flags', ({flags}) => {
  test.each([
    {
      what: 'an unknown pipeline',
      prepare: (server: DemoServer) => server.deletePipeline('orders'),
      said: 'there is no such pipeline · run pipetail list to see them all',
    },
    {
      what: 'wrong credentials',
      prepare: (server: DemoServer) => server.setApiKey('PLANTED-another'),
      said: 'the server refused the credentials (401 Unauthorized API key) · set a key with --auth, FELDERA_API_KEY or a context',
    },
    {
      what: 'no permission',
      prepare: (server: DemoServer) => server.refuse({kind: 'forbidden'}),
      said: /^these credentials may not do this \(403 .*\) · choose a tenant with --tenant, FELDERA_TENANT or a context$/,
    },
    {
      what: 'a web page',
      prepare: (server: DemoServer) => server.refuse({kind: 'web-console'}),
      said: /127\.0\.0\.1:\d+ serves a web page, not the Feldera API · check --host, FELDERA_HOST or the context$/,
    },
    {
      what: 'every connection reset',
      prepare: (server: DemoServer) => server.refuse({kind: 'reset', of: 'all', times: 1_000_000}),
      said: /^\S+ reset the connection before it answered · if it serves https, use --host https:\S+$/,
    },
    {
      what: 'nobody there',
      prepare: (server: DemoServer) => server.stopApi(),
      said: /^connection refused by \S+ · set the server with --host, FELDERA_HOST or a context$/,
    },
  ])('$what', async ({prepare, said}) => {
    const {server, logs} = await openRig(['orders']);
    await prepare(server);
    const program = await logs(...flags, 'orders');
    expect(await program.ended).toBe(1);
    expect(program.stdout()).toHaveLength(0);
    const [, message, ...more] = /^pipetail: orders: (.*)\n$/.exec(program.stderr()) ?? [];
    expect(message).toMatch(said);
    expect(more).toEqual([]);
  });

  test('where JSON is printed a failure is an object, as it is for every command', async () => {
    const {server, logs} = await openRig(['orders']);
    server.deletePipeline('orders');
    const program = await logs(...flags, '--output', 'json', 'orders');
    expect(await program.ended).toBe(1);
    const missing = 'orders: there is no such pipeline · run pipetail list to see them all';
    expect(JSON.parse(program.stderr())).toEqual({error: missing, code: 1});
    const recorded = await logs('--from', '/none', '--output', 'json', 'orders');
    expect(await recorded.ended).toBe(1);
    const error = 'orders: no recording of it in /none';
    expect(JSON.parse(recorded.stderr())).toEqual({error, code: 1});
  });

  test('no credentials', async () => {
    const {server} = await openRig(['orders'], {apiKey: 'PLANTED-key'});
    const args = ['logs', '--host', server.url, ...flags, 'orders'];
    await using program = await startProgram(args, {FELDERA_API_KEY: undefined});
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toBe(
      'pipetail: orders: the server asks for credentials (401) · set a key with --auth, FELDERA_API_KEY or a context\n',
    );
  });

  test('another path of the server', async () => {
    const {server} = await openRig(['orders']);
    const program = await startLogs(`${server.url}/console`, ...flags, 'orders');
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toMatch(/^pipetail: orders: [^\n]* · check --host, FELDERA_HOST or the context\n$/);
  });

  test('something that does not speak HTTP', async () => {
    await using server = await startReplayServer({reply: () => ({bytes: 'SSH-2.0-OpenSSH\r\n', ending: 'fin'})});
    const program = await startLogs(server.url, ...flags, 'orders');
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toMatch(/^pipetail: orders: \S+ does not answer in HTTP[^\n]*\n$/);
  });
});

describe('signals end it with their codes, without a word', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s: %i', async (signal, code) => {
    const {logs, untilConnections} = await openRig(['orders']);
    const program = await logs('--follow', 'orders');
    await program.untilStdout('Fresh start');
    program.kill(signal);
    expect(await program.ended).toBe(code);
    expect(program.stderr()).toBe('');
    await untilConnections(0);
  });

  test('before anything is connected', async () => {
    await using server = await startReplayServer({reply: () => undefined});
    const program = await startLogs(server.url, 'orders');
    await server.untilOpen(1);
    program.kill('SIGINT');
    expect(await program.ended).toBe(130);
    expect(program.stderr()).toBe('');
  });

  test('while it waits', async () => {
    const {server, logs} = await openRig(['orders']);
    const program = await logs('--follow', 'orders');
    await program.untilStdout('Fresh start');
    await server.stopApi();
    await program.untilStderr('trying again');
    program.kill('SIGTERM');
    expect(await program.ended).toBe(143);
  });
});

test('a key is neither written nor shown in the list of processes', async () => {
  const secret = 'apikey:PLANTED-0123456789';
  const {server, logs} = await openRig(['orders'], {apiKey: secret});
  const program = await logs('--auth', secret, '--follow', 'orders');
  await program.untilStdout('Fresh start');
  expect((await readFile(`/proc/${program.pid}/cmdline`, 'latin1')).replaceAll('\0', '')).toBe('pipetail');
  server.setApiKey('apikey:PLANTED-another');
  server.cutConnections();
  await program.untilStderr('the server refused the credentials');
  program.kill('SIGTERM');
  expect(await program.ended).toBe(143);
});

test('text from the server can do nothing to the terminal', async () => {
  const {server, logs} = await openRig(['orders']);
  const program = await logs('--follow', '--exit-on-end', 'orders');
  await program.untilStdout('Fresh start');
  const message = '\u001B]0;owned\u0007out of \u001B[31mmemory';
  server.pipeline('orders').crash({message, error_code: 'x', details: {error: ''}});
  expect(await program.ended).toBe(1);
  expect(program.stderr()).toContain('out of memory');
  expect(program.stderr().replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});

test('logs --demo prints the demo', async () => {
  const program = await startProgram(['logs', '--demo', 'orders', 'fraud']);
  await using _ended = program;
  expect(await program.ended).toBe(0);
  expect(program.stdout().toString()).toMatch(/^orders \| /m);
  expect(program.stdout().toString()).toMatch(/^fraud {2}\| /m);
});
