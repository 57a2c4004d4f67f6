import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, type TestContext, test} from 'vitest';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {type Certificate, makeCertificate} from '../harness/certificate.ts';
import {startConnectProxy} from '../harness/connect-proxy.ts';
import {openProgram, runCommand} from '../harness/program.ts';
import {startReplayServer} from '../harness/replay-server.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {startTlsFront} from '../harness/tls-front.ts';
import {skipOrFail} from '../harness/tools.ts';

/** A demo server behind TLS, and its certificate in a file. */
async function secured(context: TestContext, options: Parameters<typeof makeCertificate>[0]) {
  const certificate: Certificate =
    makeCertificate(options) ?? skipOrFail(context, 'openssl is missing, or too old for -not_before');
  await using stack = new AsyncDisposableStack();
  const home = stack.use(await temporaryDirectory());
  const server = await DemoServer.start({scenario: quiet('alpha'), apiKey: 'apikey:PLANTED'});
  stack.defer(() => server.close());
  const front = stack.use(await startTlsFront(certificate, server.port));
  const roots = path.join(home.path, 'roots.pem');
  await writeFile(roots, certificate.cert);
  const owned = stack.move();
  return {
    ...{server, roots, port: front.port},
    url: `https://localhost:${front.port}`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const key = ['--auth', 'apikey:PLANTED'];

test('own roots: by flag, by variable, and in place of all others', async (context) => {
  await using rig = await secured(context, {name: 'localhost'});
  const logs = ['logs', 'alpha', '--host', rig.url, ...key];
  for (const [args, env] of [
    [['--tls-cert', rig.roots], {}],
    [[], {FELDERA_HTTPS_TLS_CERT: rig.roots}],
    [[], {SSL_CERT_FILE: rig.roots}],
    [['-k'], {}],
    [[], {FELDERA_TLS_INSECURE: 'true'}],
  ] as const) {
    const {code, stdout, stderr} = await runCommand([...logs, ...args], {env});
    expect([code, stderr, stdout.includes('Fresh start')]).toEqual([0, '', true]);
  }
});

test('--insecure is seen all the time', async (context) => {
  await using rig = await secured(context, {name: 'elsewhere.example'});
  await using terminal = await openProgram(['--host', rig.url, '--insecure', ...key]);
  await terminal.waitFor('LIVE');
  expect(terminal.row(0)).toContain('INSECURE');
});

test('without it the screen shows what is wrong and which flag helps', async (context) => {
  await using rig = await secured(context, {name: 'localhost'});
  await using terminal = await openProgram(['--host', rig.url, ...key]);
  await terminal.waitFor('The certificate is not trusted');
  await terminal.waitFor('is self-signed');
  await terminal.waitFor('--tls-cert FILE');
  expect(rig.server.requests).toEqual([]);
});

test('each failure has its own line, and the key is sent to none of them', async (context) => {
  // Node would check no certificate, and write two lines of its own.
  const env = {NODE_TLS_REJECT_UNAUTHORIZED: '0'};
  const issuer = makeCertificate({name: 'Own Root'}) ?? skipOrFail(context, 'openssl is missing');
  const cases = [
    [
      {name: 'localhost'},
      'is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT): trust it with --tls-cert FILE, or accept any with --insecure',
    ],
    [
      {name: 'localhost', issuer},
      'cannot be verified: its issuer is unknown (UNABLE_TO_VERIFY_LEAF_SIGNATURE): give its root, or the certificate between, with --tls-cert FILE',
    ],
  ] as const;
  for (const [options, words] of cases) {
    await using rig = await secured(context, options);
    expect(await runCommand(['logs', 'alpha', '--host', rig.url, ...key], {env})).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `pipetail: alpha: the certificate of localhost:${rig.port} ${words}\n`,
    });
    expect(rig.server.requests).toEqual([]);
  }
  const trustedCases = [
    [
      {name: 'localhost', validity: ['20200101000000Z', '20200201000000Z']},
      'has expired (CERT_HAS_EXPIRED): renew it; until then --insecure accepts it',
    ],
    [
      {name: 'elsewhere.example'},
      'is for another name, DNS:elsewhere.example (ERR_TLS_CERT_ALTNAME_INVALID): set --host to a name that it is for; --insecure accepts it',
    ],
  ] as const;
  for (const [options, words] of trustedCases) {
    await using rig = await secured(context, options);
    const result = await runCommand(['logs', 'alpha', '--host', rig.url, '--tls-cert', rig.roots, ...key], {env});
    expect(result).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `pipetail: alpha: the certificate of localhost:${rig.port} ${words}\n`,
    });
    expect(rig.server.requests).toEqual([]);
  }
});

test('the wrong scheme, either way', async (context) => {
  await using rig = await secured(context, {name: 'localhost'});
  const {port} = rig.server;
  expect(await runCommand(['logs', 'alpha', '--host', `https://localhost:${port}`])).toMatchObject({
    code: 1,
    stderr: `pipetail: alpha: the TLS handshake with localhost:${port} failed · if it serves plain http, use --host http://localhost:${port}\n`,
  });
  // Node's TLS server closes without a word.
  const closed = await runCommand(['logs', 'alpha', '--host', `http://localhost:${rig.port}`]);
  expect(closed).toMatchObject({
    code: 1,
    stderr: `pipetail: alpha: localhost:${rig.port} closed the connection before it answered · if it serves https, use --host https://localhost:${rig.port}\n`,
  });
  // A TLS server's alert, and what a Go server sends instead.
  const go = 'Client sent an HTTP request to an HTTPS server.\n';
  for (const bytes of ['\u0015\u0003\u0003\0\u0002\u0002P', `HTTP/1.0 400 Bad Request\r\n\r\n${go}`]) {
    await using tls = await startReplayServer({reply: () => ({bytes, ending: 'fin'})});
    expect(await runCommand(['logs', 'alpha', '--host', tls.url])).toMatchObject({
      code: 1,
      stderr: `pipetail: alpha: 127.0.0.1:${tls.port} serves https: use --host https://127.0.0.1:${tls.port}\n`,
    });
  }
});

test('through a proxy, as curl would go', async (context) => {
  await using rig = await secured(context, {name: 'feldera.test'});
  await using proxy = await startConnectProxy({login: 'me:PLANTED-proxy'});
  const args = ['logs', 'alpha', '--host', `https://feldera.test:${rig.port}`, '--tls-cert', rig.roots, ...key];
  const env = {HTTPS_PROXY: `http://me:PLANTED-proxy@127.0.0.1:${proxy.port}`};
  expect(await runCommand(args, {env})).toMatchObject({code: 0, stderr: ''});
  expect(new Set(proxy.seen)).toEqual(new Set([`CONNECT feldera.test:${rig.port}`]));

  const wrong = await runCommand(args, {env: {https_proxy: `http://me:PLANTED-wrong@127.0.0.1:${proxy.port}`}});
  expect(wrong).toMatchObject({
    code: 1,
    stderr: `pipetail: alpha: the proxy 127.0.0.1:${proxy.port} from https_proxy refuses the login in https_proxy\n`,
  });
  const direct = await runCommand(args, {env: {...env, NO_PROXY: '.test'}});
  expect(direct.stderr).toMatch(/^pipetail: alpha: (cannot resolve feldera\.test|the name service)/);
});

const https = ['--host', 'https://127.0.0.1:9'];
const pem = 'give a PEM file of root certificates';
test.each<readonly [readonly string[], Readonly<Record<string, string>>, string]>([
  [[...https, '--tls-cert', '/nonexistent'], {}, `/nonexistent from --tls-cert cannot be read (ENOENT) · ${pem}`],
  [https, {SSL_CERT_FILE: '/dev/null'}, `/dev/null from SSL_CERT_FILE contains no certificate · ${pem}`],
  [https, {FELDERA_HTTPS_TLS_CERT: '/'}, `/ from FELDERA_HTTPS_TLS_CERT cannot be read (EISDIR) · ${pem}`],
  [
    ['--host', 'http://prod.example.com', '--auth', 'PLANTED'],
    {},
    'the credential from --auth is not sent to http://prod.example.com · with plain http anyone on the way can read it · use https://, or set PIPETAIL_ALLOW_HTTP_KEY=true',
  ],
  [
    [...https, '--auth', 'PLANTED', '--auth-token-command', 'echo PLANTED'],
    {},
    '--auth and --auth-token-command cannot be combined · both are credentials · leave one out',
  ],
  [
    [...https, '-k', '--tls-cert', 'x'],
    {},
    '--insecure and --tls-cert cannot be combined · one trusts every certificate, the other some · leave one out',
  ],
  [
    ['--host', 'https://prod.example.com'],
    {ALL_PROXY: 'socks5h://me:PLANTED@p'},
    'ALL_PROXY names a SOCKS proxy, which pipetail does not support · put an HTTP proxy into https_proxy, or prod.example.com into no_proxy to go without',
  ],
  [https, {FELDERA_TLS_INSECURE: 'perhaps'}, "FELDERA_TLS_INSECURE takes true or false, not 'perhaps'"],
])('%j with %j: one line, code 2, no secret', async (args, env, line) => {
  const result = await runCommand(['logs', 'alpha', ...args], {env});
  expect(result).toEqual({code: 2, signal: null, stdout: '', stderr: `pipetail: ${line}\n`});
});
