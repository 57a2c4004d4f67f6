import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, type TestContext, test} from 'vitest';
import {openView} from '../e2e/viewer.ts';
import {makeCertificate} from '../harness/certificate.ts';
import {runCommand} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {requireTool, skipOrFail} from '../harness/tools.ts';
import {Issuer} from './issuer.ts';
import {felderaForAll, needsOwnServer, ownManager} from './suite.ts';

felderaForAll();

/** A root, and what a manager needs: a certificate for its address with the chain that it trusts its own runner by. */
function certificates(context: TestContext) {
  const root = makeCertificate({name: 'root.example'});
  const leaf = root && makeCertificate({name: 'localhost', address: '127.0.0.1', issuer: root});
  if (root === undefined || leaf === undefined) return skipOrFail(context, 'no openssl');
  return {root: root.cert, tls: {key: leaf.key, cert: leaf.cert + root.cert}};
}

test('TLS: with its certificate, with none checked, and with neither; the plain port turned into one and back', async (context) => {
  needsOwnServer(context);
  const {root, tls} = certificates(context);
  await using manager = await ownManager();
  await manager.client().create('secure');
  await manager.client().run('secure');
  await using folder = await temporaryDirectory();
  const roots = path.join(folder.path, 'roots.pem');
  await writeFile(roots, root);

  const plainUrl = manager.url;
  await using view = await openView(['--host', plainUrl, 'secure']);
  await view.live(/seq=\d+/);
  await manager.end('SIGKILL');
  await manager.start({tls});
  await view.terminal.waitFor(() => !/\b(LIVE|reconnecting)\b/.test(view.header()), {hint: 'not live'});
  await view.terminal.press('i');
  await view.terminal.waitFor('serves https');
  await view.terminal.press('Esc');

  const host = ['--host', manager.url];
  const plain = await runCommand(['list', '--host', plainUrl]);
  expect(plain.code).toBe(1);
  expect(plain.stderr).toContain(`use --host ${manager.url}`);
  for (const accepted of [['--tls-cert', roots], ['-k']]) {
    const {code, stdout} = await runCommand(['list', ...host, ...accepted]);
    expect({code, listed: stdout.includes('secure')}, accepted.join(' ')).toEqual({code: 0, listed: true});
  }
  const neither = await runCommand(['list', ...host]);
  expect(neither.code).toBe(1);
  expect(neither.stderr).toMatch(/certificate of .*--tls-cert FILE/);
  await using secure = await openView([...host, '--tls-cert', roots, 'secure']);
  await secure.live('Fresh start');

  await manager.end('SIGKILL');
  await manager.start({tls: undefined});
  await view.live(/runner restarted(.|\n)*cleared/);
});

test('a key that is right, wrong, or missing', async (context) => {
  needsOwnServer(context);
  await using manager = await ownManager();
  const key = await manager.client().makeKey('reader');
  await manager.end('SIGKILL');
  await manager.start({auth: 'keys'});
  const list = (env: Record<string, string | undefined>) => runCommand(['list', '--host', manager.url], {env});
  expect(await list({FELDERA_API_KEY: key})).toMatchObject({code: 0});
  const wrong = await list({FELDERA_API_KEY: 'apikey:PLANTED-wrong'});
  expect(wrong).toMatchObject({code: 1, stdout: ''});
  expect(wrong.stderr).toMatch(/^pipetail: .*(refused|Unauthorized).*\n$/);
  const missing = await list({FELDERA_API_KEY: undefined});
  expect(missing).toMatchObject({code: 1, stdout: ''});
  expect(missing.stderr).toMatch(/^pipetail: .*--auth.*\n$/);
});

test('tokens of 20 s: a token command renews them ahead of time, and the log stays live', async (context) => {
  needsOwnServer(context);
  requireTool(context, 'curl');
  await using issuer = await Issuer.start();
  await using manager = await ownManager({auth: {issuer: issuer.url}});
  const client = manager.client(issuer.token(3600));
  await client.create('renewed');
  await client.run('renewed');
  const token = `curl -sf ${issuer.url}/token/20`;
  const before = issuer.issued;
  await using view = await openView(['--host', manager.url, '--auth-token-command', token, 'renewed'], {
    env: {FELDERA_API_KEY: undefined},
  });
  await view.live(/seq=\d+/);
  await view.terminal.waitFor(() => issuer.issued >= before + 3, {timeout: 40_000, hint: 'a third token'});
  const seq = (await client.control('renewed', {burst: 5})) ?? 0;
  await view.live(`seq=${seq} `);
  await view.terminal.press('i');
  await view.terminal.waitFor('Connection of renewed');
  expect(view.terminal.text()).not.toMatch(/lost|refused|reconnect/);

  const expired = await runCommand(['list', '--host', manager.url], {env: {FELDERA_API_KEY: issuer.token(-120)}});
  expect(expired.code).toBe(1);
  expect(expired.stderr).toMatch(/expired/);
});
