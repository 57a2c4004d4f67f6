import {execFile} from 'node:child_process';
import http from 'node:http';
import {promisify} from 'node:util';
import {afterAll, beforeAll, describe, expect, it, test} from 'vitest';
import {UsageError} from '../../../source/kit/settings/parse-values.ts';
import {proxyTo} from '../../../source/kit/settings/server-options.ts';
import {requireTool} from '../../harness/tools.ts';

const https = 'https://prod.example.com/eu';
const http8080 = 'http://prod.example.com:8080';
const proxy = {HTTPS_PROXY: 'http://proxy.example:3128'};

describe('the proxy', () => {
  it('has a host, a port, and the variable that it came from', () => {
    expect(proxyTo(https, proxy)).toEqual({
      host: 'proxy.example',
      port: 3128,
      secure: false,
      login: undefined,
      from: 'HTTPS_PROXY',
    });
  });

  it('may use TLS, an IPv6 address and a login', () => {
    expect(proxyTo(https, {HTTPS_PROXY: 'https://m%40e:p%3Ass%zz@[::2]'})).toEqual({
      host: '::2',
      port: 443,
      secure: true,
      login: 'm@e:p%3Ass%zz',
      from: 'HTTPS_PROXY',
    });
  });

  it.each(['http://localhost:8080', 'https://127.0.0.1', 'http://[::1]'])('is not used for this machine: %s', (url) => {
    expect(proxyTo(url, {http_proxy: 'p', HTTPS_PROXY: 'p', ALL_PROXY: 'p'})).toBeUndefined();
  });

  function refusal(url: string, environment: Readonly<Record<string, string>>): string {
    try {
      proxyTo(url, environment);
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      return error instanceof Error ? error.message : '';
    }
    throw new Error('not refused');
  }

  it.each(['ftp://p:1080', 'http://', '::::', 'http://me:SECRET@:3128'])('%j is none, and is not repeated', (text) => {
    expect(refusal(https, {HTTPS_PROXY: text})).toBe(
      'HTTPS_PROXY is not the URL of an HTTP proxy · use http:// or https://, such as http://proxy.example:3128',
    );
  });

  it.each(['socks5h', 'socks5', 'socks4a', 'socks4', 'socks', 'SOCKS5'])(
    'of %s is refused with a way out',
    (scheme) => {
      expect(refusal(https, {ALL_PROXY: `${scheme}://me:SECRET@p:1080`})).toBe(
        'ALL_PROXY names a SOCKS proxy, which pipetail does not support · put an HTTP proxy into https_proxy, or prod.example.com into no_proxy to go without',
      );
      expect(refusal(http8080, {http_proxy: `${scheme}://p`})).toContain('an HTTP proxy into http_proxy, or');
      expect(proxyTo(https, {ALL_PROXY: `${scheme}://p`, https_proxy: 'q'})).toMatchObject({host: 'q'});
      expect(proxyTo(https, {ALL_PROXY: `${scheme}://p`, no_proxy: 'prod.example.com'})).toBeUndefined();
    },
  );
});

/** Variables, a server, and the variable whose proxy is used. In place of `+`: the proxy, with the variable's name as login. */
type Row = readonly [variables: Readonly<Record<string, string>>, url: string, from: string | undefined];

const all = {https_proxy: '+', HTTPS_PROXY: '+', http_proxy: '+', HTTP_PROXY: '+', all_proxy: '+', ALL_PROXY: '+'};

const asCurl: readonly Row[] = [
  [all, https, 'https_proxy'],
  [all, http8080, 'http_proxy'],
  [{HTTPS_PROXY: '+'}, https, 'HTTPS_PROXY'],
  [{HTTPS_PROXY: '+', https_proxy: ''}, https, 'HTTPS_PROXY'],
  [{HTTPS_PROXY: '+', http_proxy: '+'}, http8080, 'http_proxy'],
  [{HTTPS_PROXY: '+'}, http8080, undefined],
  [{http_proxy: '+'}, https, undefined],
  // In CGI it is the header `Proxy` of whoever sends the request.
  [{HTTP_PROXY: '+'}, http8080, undefined],
  [{HTTP_PROXY: '+', ALL_PROXY: '+'}, http8080, 'ALL_PROXY'],
  [{all_proxy: '+', ALL_PROXY: '+'}, https, 'all_proxy'],
  [{ALL_PROXY: '+'}, https, 'ALL_PROXY'],
  [{ALL_PROXY: '+', HTTPS_PROXY: '+'}, https, 'HTTPS_PROXY'],
  [{ALL_PROXY: '+', https_proxy: '', HTTPS_PROXY: ''}, https, 'ALL_PROXY'],
  [{https_proxy: ''}, https, undefined],
  ...without(https, [
    '*',
    'prod.example.com',
    'PROD.Example.com',
    'prod.example.com.',
    'example.com',
    '.example.com',
    'other,example.com',
    'other, example.com',
    'other,,example.com',
    ' example.com ',
    'com',
  ]),
  ...without('https://prod.example.com.', ['example.com']),
  ...without('https://10.1.2.3:8443', [
    '10.1.2.3',
    '10.0.0.0/8',
    '10.1.2.0/24',
    '10.1.2.2/31',
    '10.1.2.3/32',
    'x,10.0.0.0/8',
  ]),
  ...without('https://[fd00:0:0:1::7]', ['fd00:0:0:1::7']),
  ...through(https, ['', ',', 'ample.com', 'rod.example.com', 'x.prod.example.com', 'example', '10.0.0.0/8']),
  ...through('https://10.1.2.3', [
    '10.1.2.4',
    '11.0.0.0/8',
    '10.1.3.0/24',
    '2.3',
    '.2.3',
    '10.1.2.3/33',
    '10.1',
    'fd00::/16',
  ]),
  ...through('https://[fd00::7]', ['fd00::8', 'fe00::/16', 'fd00::/129', '::7', '10.0.0.0/8']),
  [{...proxyAnd('no_proxy', 'other'), NO_PROXY: '*'}, https, 'HTTPS_PROXY'],
  [{...proxyAnd('no_proxy', ''), NO_PROXY: '*'}, https, undefined],
  [{ALL_PROXY: '+', no_proxy: 'example.com'}, https, undefined],
  [{http_proxy: '+', no_proxy: 'example.com'}, http8080, undefined],
];

function proxyAnd(name: string, value: string): Readonly<Record<string, string>> {
  return {HTTPS_PROXY: '+', [name]: value};
}

function without(url: string, lists: readonly string[]): Row[] {
  return lists.map((list) => [proxyAnd('NO_PROXY', list), url, undefined]);
}

function through(url: string, lists: readonly string[]): Row[] {
  return lists.map((list) => [proxyAnd('NO_PROXY', list), url, 'HTTPS_PROXY']);
}

/** What other programs read, and networks of IPv6 as curl's manual has them: curl 8.14 compares such hosts as text. */
const moreThanCurl: readonly Row[] = [
  ...without(https, ['*.example.com', 'x *', 'a b example.com', 'example.com:443']),
  ...without('https://10.0.0.1:8443', ['10.0.0.1:8443', '10.0.0.0/8:8443', '0.0.0.0/0']),
  ...without('https://[fd00::1]', ['[fd00::1]', '[fd00::1]:443', 'FD00:0::1', 'fc00::/7', 'fd00::/16', 'fd00::/64']),
  ...through(https, ['example.com:80', '10.0.0.1:8443']),
];

describe('which proxy', () => {
  let port = 0;
  const logins: string[] = [];
  const server = http.createServer((request, response) => {
    logins.push(loginOf(request));
    response.writeHead(502).end();
  });
  server.on('connect', (request, socket) => {
    logins.push(loginOf(request));
    socket.end('HTTP/1.1 502 No\r\n\r\n');
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address ? address.port : 0;
  });
  afterAll(() => void server.close());

  function loginOf({headers}: http.IncomingMessage): string {
    return Buffer.from(headers['proxy-authorization']?.split(' ')[1] ?? '', 'base64').toString();
  }

  function filledIn(variables: Readonly<Record<string, string>>): Record<string, string> {
    const fill = ([name, value]: [string, string]) => [
      name,
      value === '+' ? `http://${name}:x@127.0.0.1:${port}` : value,
    ];
    return Object.fromEntries(Object.entries(variables).map(fill));
  }

  it.each([...asCurl, ...moreThanCurl])('%j for %s: %s', (variables, url, from) => {
    expect(proxyTo(url, filledIn(variables))?.from).toBe(from);
  });

  test('is what curl uses', async (context) => {
    const curl = requireTool(context, 'curl');
    const used: Row[] = [];
    for (const [variables, url] of asCurl) {
      logins.length = 0;
      // From the address of the proxy no other can be reached, so that a direct connection fails at once.
      const args = [
        '-q',
        '-s',
        '-o',
        '/dev/null',
        '--interface',
        '127.0.0.1',
        '--resolve',
        '*:8080:10.1.1.1',
        '--resolve',
        '*:443:10.1.1.1',
        url,
      ];
      await promisify(execFile)(curl, args, {env: filledIn(variables)}).catch(() => {});
      used.push([variables, url, logins[0]?.split(':')[0]]);
    }
    expect(used).toEqual(asCurl);
  });

  test('a proxy without a port has that of curl', async (context) => {
    expect(proxyTo(http8080, {http_proxy: '127.0.0.1'})?.port).toBe(1080);
    expect(proxyTo(http8080, {http_proxy: 'http://me:x@127.0.0.1/'})?.port).toBe(1080);
    expect(proxyTo(http8080, {http_proxy: 'http://me:80@127.0.0.1:80/'})?.port).toBe(80);
    expect(proxyTo(http8080, {http_proxy: 'https://127.0.0.1'})?.port).toBe(443);
    const curl = requireTool(context, 'curl');
    const message = async (value: string) => {
      const args = ['-q', '-s', '-o', '/dev/null', '-w', '%{errormsg}', http8080];
      const env = {http_proxy: value};
      return await promisify(execFile)(curl, args, {env}).then(String, (error: {stdout: string}) => error.stdout);
    };
    expect(await message('127.0.0.2')).toContain('port 1080');
    expect(await message('http://127.0.0.2:80')).toContain('port 80 ');
    expect(await message('https://127.0.0.2')).toContain('port 443');
  });
});
