import {describe, expect, it} from 'vitest';
import {proxyTo} from '../../source/settings/http-proxy.ts';
import {UsageError} from '../../source/settings/usage-error.ts';

const https = 'https://prod.example.com/eu';
const proxy = {HTTPS_PROXY: 'http://proxy.example:3128'};

describe('which proxy', () => {
  it('goes by the scheme of the server, small letters first', () => {
    expect(proxyTo(https, proxy)).toEqual({
      host: 'proxy.example',
      port: 3128,
      secure: false,
      login: undefined,
      from: 'HTTPS_PROXY',
    });
    expect(proxyTo(https, {...proxy, https_proxy: 'other:1'})).toMatchObject({host: 'other', from: 'https_proxy'});
    expect(proxyTo('http://prod.example.com', proxy)).toBeUndefined();
    expect(proxyTo('http://prod.example.com', {HTTP_PROXY: 'p'})).toMatchObject({host: 'p', port: 80});
    expect(proxyTo(https, {HTTPS_PROXY: ''})).toBeUndefined();
  });

  it('may be spoken to over TLS, at an IPv6 address, with a login', () => {
    expect(proxyTo(https, {HTTPS_PROXY: 'https://m%40e:p%3Ass%zz@[::2]'})).toEqual({
      host: '::2',
      port: 443,
      secure: true,
      login: 'm@e:p%3Ass%zz',
      from: 'HTTPS_PROXY',
    });
  });

  it.each(['http://localhost:8080', 'https://127.0.0.1', 'http://[::1]'])('is none to this machine: %s', (url) => {
    expect(proxyTo(url, {HTTP_PROXY: 'p', HTTPS_PROXY: 'p'})).toBeUndefined();
  });

  it.each(['socks5://p:1080', 'http://', '::::', 'http://me:SECRET@:3128'])(
    '%j is none, and is not repeated',
    (text) => {
      let message = '';
      try {
        proxyTo(https, {HTTPS_PROXY: text});
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        message = String(error);
      }
      expect(message).toMatch(
        /HTTPS_PROXY is not the URL of an HTTP proxy · .* · such as http:\/\/proxy\.example:3128$/,
      );
      expect(message).not.toContain('SECRET');
    },
  );
});

describe('NO_PROXY', () => {
  const isDirect = (list: string, url = https) => proxyTo(url, {...proxy, NO_PROXY: list}) === undefined;

  it.each([
    '*',
    'prod.example.com',
    'example.com',
    '.example.com',
    '*.example.com',
    'a, PROD.example.com',
    'a b example.com',
  ])('%j is meant', (list) => {
    expect(isDirect(list)).toBe(true);
  });

  it.each(['', 'ample.com', 'rod.example.com', 'example.com:80', 'x.prod.example.com', ','])('%j is not', (list) => {
    expect(isDirect(list)).toBe(false);
  });

  it('may name a port, and addresses', () => {
    expect(isDirect('example.com:443')).toBe(true);
    expect(isDirect('10.0.0.1', 'https://10.0.0.1:8443')).toBe(true);
    expect(isDirect('10.0.0.1:8443', 'https://10.0.0.1:8443')).toBe(true);
    expect(isDirect('fd00::1', 'https://[fd00::1]')).toBe(true);
    expect(isDirect('[fd00::1]:443', 'https://[fd00::1]')).toBe(true);
  });

  it('counts in small letters first', () => {
    expect(proxyTo(https, {...proxy, no_proxy: 'other', NO_PROXY: '*'})).toBeDefined();
  });
});
