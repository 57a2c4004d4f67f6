import {readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import type {DemoServer} from '../../demo/server.ts';
import {ownSecretFile} from '../harness/planted-secret.ts';
import {runCommand} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {openViewer} from './viewer.ts';

/** A command for a token does not go with a key. */
const noKey = {FELDERA_API_KEY: undefined};

const tenants = [
  {name: 'acme', role: 'read'},
  {name: 'other', role: 'admin'},
];

test('a token command: its token is sent, renewed when it is refused, and written nowhere', async () => {
  await using home = await temporaryDirectory();
  const file = ownSecretFile(path.join(home.path, 'token'));
  const runs = path.join(home.path, 'runs');
  await writeFile(file, 'PLANTED-one\n');
  const state = path.join(home.path, 'state');
  const command = `echo run >> '${runs}'; echo PLANTED-stderr >&2; cat '${file}'`;
  await using viewer = await openViewer({
    server: {apiKey: 'PLANTED-one'},
    args: ['--auth-token-command', command, '--title', '--record', path.join(state, 'recordings')],
    env: {XDG_STATE_HOME: state, ...noKey},
  });
  const {terminal, server} = viewer;
  await viewer.live('Fresh start');
  // The list, the session and the log wanted one at the same time.
  expect(await readFile(runs, 'utf8')).toBe('run\n');
  expect(new Set(server.requests.map(({authorization}) => authorization))).toEqual(new Set(['Bearer PLANTED-one']));

  // A token that is not made again yet: the lines stay, it is reported once, and without a key all continues.
  viewer.write('alpha', 2);
  await terminal.waitFor('line 2.');
  await writeFile(file, 'PLANTED-two\n');
  server.setApiKey('PLANTED-two');
  server.cutConnections();
  await terminal.waitFor('credentials refused');
  expect(viewer.countShown('line 2.')).toBe(1);
  await terminal.waitFor(() => viewer.header().includes('LIVE'));
  viewer.write('alpha');
  await terminal.waitFor('line 3.');
  expect(viewer.countShown('line 2.')).toBe(1);
  expect(server.requests.at(-1)?.authorization).toBe('Bearer PLANTED-two');

  await terminal.press('i', 'Esc', 'd', 'Esc');
  terminal.kill('SIGTERM');
  await terminal.waitForExit();
  // Where it could have been left: it is searched for when the folder is removed.
  expect((await readdir(state)).toSorted()).toEqual(['pipetail', 'recordings']);
});

test('a token file: read again for each request, and what is wrong with it is said', async () => {
  await using home = await temporaryDirectory();
  const file = ownSecretFile(path.join(home.path, 'token'));
  await writeFile(file, 'PLANTED-one\n');
  await using viewer = await openViewer({
    server: {apiKey: 'PLANTED-one'},
    env: {...noKey, FELDERA_OIDC_TOKEN_FILE: file, FELDERA_AUTH_TOKEN_COMMAND: 'false'},
  });
  const {terminal, server} = viewer;
  await viewer.live('Fresh start');
  await writeFile(file, 'PLANTED-two\n');
  server.setApiKey('PLANTED-two');
  server.cutConnections();
  await terminal.waitFor(
    () => viewer.header().includes('LIVE') && server.requests.at(-1)?.authorization === 'Bearer PLANTED-two',
  );
  viewer.write('alpha');
  await terminal.waitFor('line 1.');

  const list = (...args: readonly string[]) => runCommand(['list', '--host', server.url, ...args], {env: noKey});
  expect(await list('--oidc-token-file', file)).toMatchObject({code: 0, stderr: ''});
  const missing = path.join(home.path, 'none');
  expect(await list('--oidc-token-file', missing)).toMatchObject({
    ...{code: 1, stdout: ''},
    stderr: `pipetail: no token from --oidc-token-file · there is no file ${missing} · give the file that holds the token\n`,
  });
  await writeFile(missing, ' \n');
  expect((await list('--oidc-token-file', missing)).stderr).toBe(
    `pipetail: no token from --oidc-token-file · ${missing} is empty · the file must hold the token\n`,
  );
});

test('a token command that fails is reported, and tried again', async () => {
  await using viewer = await openViewer({args: ['--auth-token-command', 'echo PLANTED; exit 3'], env: noKey});
  const {terminal} = viewer;
  await terminal.waitFor('There is no token to log in with');
  await terminal.waitFor('no token from --auth-token-command · the command ended with code 3');
  expect(viewer.server.requests).toEqual([]);
});

test('a key that is refused and accepted again: every log continues', async () => {
  await using viewer = await openViewer({
    server: {apiKey: 'apikey:PLANTED-right'},
    args: ['--auth', 'apikey:PLANTED-right'],
  });
  const {terminal, server} = viewer;
  await viewer.live();
  viewer.write('alpha', 3);
  await terminal.waitFor('line 3.');
  server.setApiKey('apikey:PLANTED-other');
  server.cutConnections();
  await terminal.waitFor('credentials refused');
  await terminal.waitFor('no list since');
  expect(terminal.text().match(/credentials refused/g)).toHaveLength(1);
  expect(viewer.countShown('line 3.')).toBe(1);
  server.setApiKey('apikey:PLANTED-right');
  // By the list, which asks every 5 to 10 s; the log's own next try would be 30 to 60 s away.
  await terminal.waitFor(() => viewer.header().includes('LIVE'));
  expect(viewer.countShown('line 3.')).toBe(1);
});

test('with several tenants one has to be named, and the header shows which', async () => {
  await using viewer = await openViewer({server: {tenants}});
  await viewer.terminal.waitFor('Which tenant?');
  await viewer.terminal.waitFor('--tenant or the variable FELDERA_TENANT');

  await using named = await openViewer({server: {tenants}, env: {FELDERA_TENANT: 'acme'}});
  await named.live();
  await named.terminal.waitFor('acme · read');
});

test('logs: the same credentials, with one line when they do not do', async () => {
  await using viewer = await openViewer({
    server: {apiKey: 'PLANTED-tok', tenants},
    args: ['--auth', 'PLANTED-tok', '--tenant', 'acme'],
  });
  await viewer.live();
  const logs = (...args: readonly string[]) =>
    runCommand(['logs', 'alpha', '--host', viewer.server.url, ...args], {env: noKey});
  const good = await logs('--auth-token-command', 'echo PLANTED-tok', '--tenant', 'acme');
  expect(good).toMatchObject({code: 0, stderr: ''});
  expect(good.stdout).toContain('Fresh start');

  expect(await logs('--auth-token-command', 'false')).toMatchObject({
    code: 1,
    stdout: '',
    stderr:
      'pipetail: alpha: no token from --auth-token-command · the command ended with code 1 · run it in a shell to see why\n',
  });
  expect(await logs('--auth', 'PLANTED-no')).toMatchObject({
    code: 1,
    stderr:
      'pipetail: alpha: the server refused the credentials (401 Malformed JWT: missing iss claim) · set a key with --auth, FELDERA_API_KEY or a context\n',
  });
  expect(await logs('--auth', 'PLANTED-tok', '--tenant', 'nosuch')).toMatchObject({
    code: 1,
    stderr:
      "pipetail: alpha: the server does not know the tenant (404 Unknown tenant 'nosuch') · set it with --tenant, FELDERA_TENANT or a context\n",
  });
});

test('a token that has expired is called that, with its time', async () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Date.UTC(2026, 10, 27, 7, 52, 59) / 1000;
  // The mark of a planted secret is in its last part.
  const token = `${part({alg: 'none'})}.${part({exp})}.PLANTED`;
  await using viewer = await openViewer({args: ['--auth', token], env: noKey});
  const {terminal, server} = viewer;
  await viewer.live();
  server.refuse({kind: 'token-expired', of: 'all', times: 1000});
  server.cutConnections();
  const said = 'token expired 11-27 07:52 UTC';
  await terminal.waitFor(() => viewer.header().includes(said), {hint: said});
  await terminal.press('i');
  await terminal.waitFor('the token expired at 2026-11-27 07:52:59');

  const options = {env: noKey};
  expect(await runCommand(['logs', 'alpha', '--host', server.url, '--auth', token], options)).toMatchObject({
    code: 1,
    stdout: '',
    stderr:
      'pipetail: alpha: the token expired at 2026-11-27 07:52:59 UTC (401 ExpiredSignature) · set a key with --auth, FELDERA_API_KEY or a context\n',
  });
  const command = ['logs', 'alpha', '--host', server.url, '--auth-token-command', `echo ${token}`];
  const {stderr} = await runCommand(command, options);
  expect(stderr).toMatch(
    /^pipetail: alpha: the token command gave a token that had expired already, at 2026-11-27 07:52:59/,
  );

  const before = (another: DemoServer) => another.refuse({kind: 'token-expired', of: 'all', times: 1000});
  await using fresh = await openViewer({args: ['--auth', token], env: noKey, before});
  await fresh.terminal.waitFor('The token has expired');
});
