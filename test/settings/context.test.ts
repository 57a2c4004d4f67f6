import {describe, expect, it, test} from 'vitest';
import {parseConfig} from '../../source/settings/parse-config.ts';
import {UsageError} from '../../source/settings/usage-error.ts';
import {readSettings} from '../harness/read-settings.ts';

const text = `
[contexts.prod]
host = "https://prod.example.com"
auth = "prod-key"
tenant = "acme"
tls-cert = "/prod.pem"
color = "red"
[contexts.test]
host = "https://test.example.com"
auth-variable = "TEST_KEY"
insecure = true
[contexts.plain]
host = "http://plain.example.com"
auth-token-command = "get"
[contexts.open]
host = "https://open.example.com"
`;

const parsed = (all: string) => parseConfig(all, {name: 'c.toml', home: '/home/ada', isPrivate: true}).file;
const named = parsed(text);
const usual = parsed(`context = "prod"\n${text}`);

type Variables = Readonly<Record<string, string>>;

/** All that FELDERA's variables can say. */
const feldera: Variables = {
  FELDERA_HOST: 'https://other.example.com',
  FELDERA_API_KEY: 'other-key',
  FELDERA_TENANT: 'other',
  FELDERA_HTTPS_TLS_CERT: '/other.pem',
};

/** Where a request goes, with what. */
function way(argv: readonly string[], variables: Variables, file = named) {
  const {host, token, tokenFrom, way: rest, context} = readSettings(argv, variables, file);
  const {tenant, tokenCommand, insecure, extraRoots} = rest;
  return {
    context: context?.name,
    host,
    token,
    tokenFrom,
    tenant,
    command: tokenCommand?.value,
    insecure,
    roots: extraRoots?.value,
  };
}

const none = {
  token: undefined,
  tokenFrom: undefined,
  tenant: undefined,
  command: undefined,
  insecure: false,
  roots: undefined,
};
const prod = {
  ...{context: 'prod', host: 'https://prod.example.com', token: 'prod-key', tokenFrom: 'auth of context prod'},
  ...{tenant: 'acme', command: undefined, insecure: false, roots: '/prod.pem'},
};
const other = {
  ...{context: undefined, host: 'https://other.example.com', token: 'other-key', tokenFrom: 'FELDERA_API_KEY'},
  ...{tenant: 'other', command: undefined, insecure: false, roots: '/other.pem'},
};
const local = {...none, context: undefined, host: 'http://localhost:8080'};

describe('a context that is named', () => {
  it.each<readonly [readonly string[], Variables, ReturnType<typeof way>]>([
    [['--context', 'prod'], {}, prod],
    [[], {PIPETAIL_CONTEXT: 'prod'}, prod],
    [['list', '--context', 'prod'], {}, prod],
    [['logs', 'a', '--context', 'prod'], {}, prod],
    // It takes the place of all variables about the server.
    [['--context', 'prod'], feldera, prod],
    [['--context', 'prod'], {FELDERA_AUTH_TOKEN_COMMAND: 'c', FELDERA_TLS_INSECURE: '1'}, prod],
    [['--context', 'open'], feldera, {...none, context: 'open', host: 'https://open.example.com'}],
    // The flag wins over the variable.
    [['--context', 'prod'], {PIPETAIL_CONTEXT: 'open'}, prod],
    [['--host', 'https://x.example'], {PIPETAIL_CONTEXT: 'prod'}, {...local, host: 'https://x.example'}],
    // A key in a variable of its own.
    [
      ['--context', 'test'],
      {TEST_KEY: 'test-key\n', FELDERA_API_KEY: 'other-key'},
      {
        ...none,
        ...{context: 'test', host: 'https://test.example.com', token: 'test-key', insecure: true},
        tokenFrom: 'TEST_KEY of context test',
      },
    ],
    // Single flags win over what the context says, and take the place of the other way to say it.
    [['--context', 'prod', '--tenant', 't'], {}, {...prod, tenant: 't'}],
    [['--context', 'prod', '--auth', 'k'], {}, {...prod, token: 'k', tokenFrom: '--auth'}],
    [
      ['--context', 'prod', '--auth-token-command', 'c'],
      {},
      {...prod, token: undefined, tokenFrom: undefined, command: 'c'},
    ],
    [['--context', 'prod', '-k'], {}, {...prod, insecure: true, roots: undefined}],
    [['--context', 'prod', '--no-insecure'], {}, prod],
    [
      ['--context', 'test', '--tls-cert', '/f', '--auth', 'k'],
      {},
      {...none, context: 'test', host: 'https://test.example.com', token: 'k', tokenFrom: '--auth', roots: '/f'},
    ],
  ])('%j with %j', (argv, variables, expected) => {
    expect(way(argv, variables)).toEqual(expected);
  });
});

describe('the usual one', () => {
  it.each<readonly [readonly string[], Variables, ReturnType<typeof way>]>([
    [[], {}, prod],
    [[], {FELDERA_TENANT: 'other', FELDERA_HTTPS_TLS_CERT: '/other.pem', FELDERA_TLS_INSECURE: '1'}, prod],
    [['--tenant', 't'], {}, {...prod, tenant: 't'}],
    // A key names no server.
    [[], {FELDERA_API_KEY: 'k'}, prod],
    [[], {FELDERA_AUTH_TOKEN_COMMAND: 'c'}, prod],
    [['--auth', 'k'], {}, {...prod, token: 'k', tokenFrom: '--auth'}],
    // Another server is named.
    [[], feldera, other],
    [[], {FELDERA_HOST: 'https://x.example'}, {...local, host: 'https://x.example'}],
    [['--host', 'https://x.example'], {}, {...local, host: 'https://x.example'}],
    [['--context', 'open'], {}, {...none, context: 'open', host: 'https://open.example.com'}],
    [[], {PIPETAIL_CONTEXT: 'open', ...feldera}, {...none, context: 'open', host: 'https://open.example.com'}],
    [['--demo'], {}, {...none, context: undefined, host: undefined}],
    [['logs', 'a', '--from', 'd'], {}, local],
    [['demo'], {}, local],
  ])('%j with %j', (argv, variables, expected) => {
    expect(way(argv, variables, usual)).toEqual(expected);
  });
});

test('whatever is named by whatever, no credential goes to the host of another', () => {
  const owners: Readonly<Record<string, string>> = {
    'https://prod.example.com': 'prod-key',
    'https://test.example.com': 'test-key',
    'https://other.example.com': 'other-key',
  };
  const bits = [
    feldera,
    {TEST_KEY: 'test-key'},
    {PIPETAIL_CONTEXT: 'test'},
    {PIPETAIL_CONTEXT: 'prod'},
    {PIPETAIL_CONTEXT: 'open'},
  ];
  let sent = 0;
  for (const file of [named, usual]) {
    for (const argv of [[], ['--context', 'prod'], ['--context', 'test'], ['--context', 'open']]) {
      for (let which = 0; which < 2 ** bits.length; which++) {
        const variables = Object.assign({TEST_KEY: 'test-key'}, ...bits.filter((_, bit) => which & (1 << bit)));
        const {host, token} = way(argv, variables, file);
        if (token === undefined) continue;
        sent++;
        expect(owners[host ?? ''], `${argv.join(' ')} ${JSON.stringify(variables)}`).toBe(token);
      }
    }
  }
  expect(sent).toBeGreaterThan(100);
});

test('the settings name it, with its colour, and all that there are', () => {
  const settings = readSettings(['--context', 'prod'], {}, named);
  expect(settings.context).toEqual({name: 'prod', color: 'red'});
  expect(settings.contexts).toEqual([
    {name: 'prod', host: 'https://prod.example.com', color: 'red'},
    {name: 'test', host: 'https://test.example.com', color: undefined},
    {name: 'plain', host: 'http://plain.example.com', color: undefined},
    {name: 'open', host: 'https://open.example.com', color: undefined},
  ]);
  expect(JSON.stringify(settings.contexts)).not.toContain('key');
});

it.each<readonly [readonly string[], Variables, string]>([
  [
    ['--context', 'prod', '--host', 'http://x'],
    {},
    '--host and --context do not go together · a context names its own server · leave one out',
  ],
  [
    ['--context', 'porod'],
    {},
    "--context knows no context 'porod', but prod, test, plain, open · did you mean 'prod'?",
  ],
  [['list'], {PIPETAIL_CONTEXT: 'x'}, "PIPETAIL_CONTEXT knows no context 'x', but prod, test, plain, open"],
  [
    ['--context', 'test'],
    {},
    "c.toml:10: the variable TEST_KEY is not set · context 'test' takes its credential from it",
  ],
  [['--context'], {}, '--context needs a value: --context NAME'],
  [
    ['--context', 'plain'],
    {},
    'the credential from auth-token-command of context plain is not sent to http://plain.example.com · plain http lets everyone on the way read it · use https://, or --allow-http-key',
  ],
  [['demo', '--context', 'prod'], {}, '--context belongs to the screen, pipetail logs, pipetail list, pipetail status'],
])('%j with %j is refused', (argv, variables, message) => {
  expect(() => readSettings(argv, variables, named)).toThrow(new UsageError(message));
});

test('without a file there is none', () => {
  expect(() => readSettings(['--context', 'a'], {})).toThrow(
    "--context knows no context 'a' · there is no configuration file · pipetail config init shows how to make one",
  );
});
