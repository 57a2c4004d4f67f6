import {describe, expect, it, test} from 'vitest';
import {UsageError} from '../../../source/kit/settings/parse-values.ts';
import {readSettings} from '../../harness/read-settings.ts';

describe('server options', () => {
  type Variables = Readonly<Record<string, string>>;

  const way = (argv: readonly string[], environment: Variables = {}) => readSettings(argv, environment).server;

  function complaint(argv: readonly string[], environment: Variables = {}): string {
    try {
      readSettings(argv, environment);
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      return error instanceof Error ? error.message : '';
    }
    throw new Error(`no complaint about ${argv.join(' ')}`);
  }

  const https = ['--host', 'https://prod.example.com'];

  test('flags and variables are those of Feldera’s own client', () => {
    const argv = [...https, '--auth-token-command', 'get-token', '--tenant', 'acme', '--tls-cert', 'roots.pem'];
    expect(way(argv)).toEqual({
      insecure: false,
      tokenCommand: {value: 'get-token', from: '--auth-token-command'},
      tenant: 'acme',
      extraRoots: {value: 'roots.pem', from: '--tls-cert'},
    });
    const variables = {
      FELDERA_HOST: 'https://prod.example.com',
      FELDERA_AUTH_TOKEN_COMMAND: 'get-token',
      FELDERA_TENANT: 'acme',
      FELDERA_HTTPS_TLS_CERT: 'roots.pem',
      SSL_CERT_FILE: '/etc/own.pem',
    };
    expect(way([], variables)).toEqual({
      insecure: false,
      tokenCommand: {value: 'get-token', from: 'FELDERA_AUTH_TOKEN_COMMAND'},
      tenant: 'acme',
      extraRoots: {value: 'roots.pem', from: 'FELDERA_HTTPS_TLS_CERT'},
      roots: {value: '/etc/own.pem', from: 'SSL_CERT_FILE'},
    });
  });

  test('--insecure, -k and a variable that is on', () => {
    expect(way(['-k']).insecure).toBe(true);
    expect(way(['--insecure']).insecure).toBe(true);
    for (const on of ['1', 'true', 'TRUE', 'yes', 'on'])
      expect(way([], {FELDERA_TLS_INSECURE: on}).insecure).toBe(true);
    for (const off of ['', '0', 'false', 'No']) expect(way([], {FELDERA_TLS_INSECURE: off}).insecure).toBe(false);
  });

  test('of the two variables that the action for GitHub sets, the file is read', () => {
    const variables = {FELDERA_OIDC_TOKEN_FILE: '/run/token', FELDERA_AUTH_TOKEN_COMMAND: 'cat /run/token'};
    expect(way(https, variables)).toEqual({
      insecure: false,
      tokenFile: {value: '/run/token', from: 'FELDERA_OIDC_TOKEN_FILE'},
    });
  });

  const twoCredentials = 'cannot be combined · both are credentials · leave one out';
  const twoTrusts = 'cannot be combined · one trusts every certificate, the other some · leave one out';
  const plainHttp = 'with plain http anyone on the way can read it · use https://, or set PIPETAIL_ALLOW_HTTP_KEY=true';

  it.each<readonly [readonly string[], Variables, string]>([
    [['--auth', 'k', '--auth-token-command', 'c'], {}, `--auth and --auth-token-command ${twoCredentials}`],
    [
      ['--auth-token-command', 'c'],
      {FELDERA_API_KEY: 'k'},
      `FELDERA_API_KEY and --auth-token-command ${twoCredentials}`,
    ],
    [
      ['list'],
      {FELDERA_API_KEY: 'k', FELDERA_AUTH_TOKEN_COMMAND: 'c'},
      `FELDERA_API_KEY and FELDERA_AUTH_TOKEN_COMMAND ${twoCredentials}`,
    ],
    [['--auth', 'k', '--oidc-token-file', 'f'], {}, `--auth and --oidc-token-file ${twoCredentials}`],
    [
      ['list'],
      {FELDERA_API_KEY: 'k', FELDERA_OIDC_TOKEN_FILE: 'f'},
      `FELDERA_API_KEY and FELDERA_OIDC_TOKEN_FILE ${twoCredentials}`,
    ],
    [
      ['--auth-token-command', 'c'],
      {FELDERA_OIDC_TOKEN_FILE: 'f'},
      `FELDERA_OIDC_TOKEN_FILE and --auth-token-command ${twoCredentials}`,
    ],
    [
      ['list', '--host', 'http://x.example.com', '--oidc-token-file', 'f'],
      {},
      `the credential from --oidc-token-file is not sent to http://x.example.com · ${plainHttp}`,
    ],
    [['-k', '--tls-cert', 'f'], {}, `--insecure and --tls-cert ${twoTrusts}`],
    [['--tls-cert', 'f'], {FELDERA_TLS_INSECURE: '1'}, `FELDERA_TLS_INSECURE and --tls-cert ${twoTrusts}`],
    [['-k'], {FELDERA_HTTPS_TLS_CERT: 'f'}, `--insecure and FELDERA_HTTPS_TLS_CERT ${twoTrusts}`],
    [[], {FELDERA_TLS_INSECURE: 'maybe'}, "FELDERA_TLS_INSECURE takes true or false, not 'maybe'"],
    [['--tenant', 'ünit'], {}, "--tenant has characters that an HTTP header cannot hold · use the tenant's id instead"],
    [
      ['--host', 'http://prod.example.com:8080/eu', '--auth', 'apikey:x'],
      {},
      `the credential from --auth is not sent to http://prod.example.com:8080 · ${plainHttp}`,
    ],
    [
      ['--host', 'http://10.0.0.1'],
      {FELDERA_API_KEY: 'apikey:x'},
      `the credential from FELDERA_API_KEY is not sent to http://10.0.0.1 · ${plainHttp}`,
    ],
    [
      ['logs', 'orders', '--host', 'http://localhost.example.com', '--auth-token-command', 'c'],
      {},
      `the credential from --auth-token-command is not sent to http://localhost.example.com · ${plainHttp}`,
    ],
  ])('%j with %j is refused', (argv, environment, message) => {
    expect(complaint(argv, environment)).toBe(message);
  });

  describe('a credential over plain http', () => {
    it.each([
      'http://localhost:8080',
      'http://127.0.0.1',
      'http://127.9.8.7:80',
      'http://[::1]:8080',
      'http://a.localhost',
    ])('stays on this machine: %s', (host) => {
      expect(readSettings(['--host', host, '--auth', 'apikey:x'], {}).token).toBe('apikey:x');
    });

    it('goes to another machine when that is allowed', () => {
      const argv = ['--host', 'http://prod.example.com', '--auth', 'apikey:x'];
      expect(readSettings(argv, {PIPETAIL_ALLOW_HTTP_KEY: '1'}).token).toBe('apikey:x');
    });

    it('does not matter without a credential, or without a server', () => {
      expect(way(['--host', 'http://prod.example.com'])).toEqual({insecure: false});
      const variables = {
        FELDERA_HOST: 'http://prod.example.com',
        FELDERA_API_KEY: 'apikey:x',
        FELDERA_AUTH_TOKEN_COMMAND: 'c',
      };
      for (const argv of [['--help'], ['--version'], ['demo'], ['--demo'], ['logs', 'a', '--from', 'd']]) {
        expect(way(argv, variables)).toEqual({});
      }
    });
  });
});
