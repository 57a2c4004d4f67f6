import {describe, expect, it, test} from 'vitest';
import {emptyConfig, type FileValue} from '../../../source/kit/settings/config-file.ts';
import {effectiveCommands, type Option, variableOf} from '../../../source/kit/settings/option.ts';
import {type FlagName, options} from '../../../source/kit/settings/option-table.ts';
import {type Flags, optionValues} from '../../../source/kit/settings/option-values.ts';
import {parseConfig} from '../../../source/kit/settings/parse-config.ts';
import {UsageError} from '../../../source/kit/settings/parse-values.ts';
import {readSettings} from '../../harness/read-settings.ts';

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

const parsed = (all: string) => parseConfig(all, {name: 'c.toml', home: '/home/ada', isPrivate: true});
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
  const {host, token, tokenFrom, server: rest, context} = readSettings(argv, variables, file);
  const {tenant, tokenCommand, tokenFile, insecure = false, extraRoots} = rest;
  return {
    context: context?.name,
    host,
    token,
    tokenFrom,
    tenant,
    command: tokenCommand?.value,
    ...(tokenFile && {file: tokenFile.value}),
    insecure,
    roots: extraRoots?.value,
  };
}

it('knows the variables that may hold a credential, of contexts that are not in use too', () => {
  const variables = ['FELDERA_API_KEY', 'FELDERA_OIDC_TOKEN_FILE', 'FELDERA_AUTH_TOKEN_COMMAND', 'TEST_KEY'];
  expect(readSettings(['--context', 'prod'], {}, named).credentialVariables).toEqual(variables);
});

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

describe('a named context', () => {
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
    [['--context', 'prod', '--oidc-token-file', 'f'], {}, {...prod, token: undefined, tokenFrom: undefined, file: 'f'}],
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

describe('the default context', () => {
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

test('however server and credential are named, no credential goes to another host', () => {
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

test('the settings have its name and colour, and all contexts', () => {
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
    '--host and --context cannot be combined · a context names its own server · leave one out',
  ],
  [
    ['--context', 'porod'],
    {},
    "--context: no context named 'porod' · there are prod, test, plain, open · did you mean 'prod'?",
  ],
  [['list'], {PIPETAIL_CONTEXT: 'x'}, "PIPETAIL_CONTEXT: no context named 'x' · there are prod, test, plain, open"],
  [
    ['--context', 'test'],
    {},
    "c.toml:10: the variable TEST_KEY is not set · context 'test' reads its credential from it",
  ],
  [['--context'], {}, '--context needs a value: --context NAME'],
  [
    ['--context', 'plain'],
    {},
    'the credential from auth-token-command of context plain is not sent to http://plain.example.com · with plain http anyone on the way can read it · use https://, or allow-http-key = true in the context',
  ],
  [
    ['demo', '--context', 'prod'],
    {},
    'pipetail demo takes no --context · leave it out, or use it with pipetail, pipetail logs, pipetail list, pipetail status, pipetail diff or pipetail timeline',
  ],
])('%j with %j is refused', (argv, variables, message) => {
  expect(() => readSettings(argv, variables, named)).toThrow(new UsageError(message));
});

test('without a file there is no context', () => {
  expect(() => readSettings(['--context', 'a'], {})).toThrow(
    "--context: no context named 'a' · there is no configuration file · run pipetail config init to create one",
  );
});

const standing = options.filter((option: Option) => effectiveCommands(option).length > 0);
const once = options.filter((option: Option) => effectiveCommands(option).length === 0);

function given(
  flag: FlagName,
  sources: {flags?: Flags; variable?: string; file?: string},
  command?: Option['commands'][number],
) {
  const option: Option | undefined = options.find((each) => each.flag === flag);
  const variable = option && variableOf(option);
  const value: FileValue = {text: sources.file ?? '', where: 'c.toml:7'};
  return optionValues({
    command: command ?? (option && effectiveCommands(option)[0]) ?? 'screen',
    flags: sources.flags ?? new Map(),
    environment: variable !== undefined && sources.variable !== undefined ? {[variable]: sources.variable} : {},
    file: sources.file === undefined ? emptyConfig : {...emptyConfig, options: new Map([[flag, value]])},
  }).find(flag);
}

describe.each(standing)('--$flag', (option: Option) => {
  const flag = option.flag as FlagName;
  const variable = variableOf(option) ?? '';
  const typed = new Map([[flag, option.value === undefined ? true : 'flag']]);

  it('is a flag before a variable, a variable before the file, the file before the default', () => {
    expect(given(flag, {flags: typed, variable: 'variable', file: 'file'})).toMatchObject({
      text: option.value === undefined ? 'true' : 'flag',
      ...{source: 'flag', name: `--${flag}`},
    });
    expect(given(flag, {variable: 'variable', file: 'file'})).toEqual({
      ...{text: 'variable', source: 'variable', name: variable},
    });
    const fromFile = {text: 'file', source: 'file', name: `c.toml:7: ${flag}`};
    // A server is named in a context, as one whole with its credential.
    if (!option.ofContext) expect(given(flag, {file: 'file'})).toEqual(fromFile);
    if (!option.ofContext) expect(given(flag, {variable: '', file: 'file'})).toEqual(fromFile);
    const fallback = option.value === undefined ? 'false' : option.fallback;
    expect(given(flag, {})?.text).toBe(fallback);
  });

  it('has a variable named after it', () => {
    expect(variable).toMatch(/^(PIPETAIL|FELDERA)_[A-Z_]+$/);
  });
});

test('an option of one call has no line in a file and, but for the file itself, no variable', () => {
  expect(once.filter((option: Option) => variableOf(option) !== undefined).map(({flag}) => flag)).toEqual(['config']);
  for (const {flag} of once) {
    expect(given(flag, {variable: 'x', file: 'x'})?.source ?? 'default', flag).toBe('default');
  }
});

test('logs does not read an option of the screen', () => {
  expect(given('level', {variable: 'warn'}, 'screen')?.text).toBe('warn');
  expect(given('level', {variable: 'warn', file: 'info'}, 'logs')).toBeUndefined();
});

test('a command does not fail for variables that it does not need', () => {
  expect(() => readSettings(['list'], {PIPETAIL_FPS: 'many', PIPETAIL_TITLE: 'perhaps'})).not.toThrow();
  expect(() => readSettings([], {PIPETAIL_FPS: 'many'})).toThrow(
    "PIPETAIL_FPS takes a whole number from 1 to 60, not 'many'",
  );
  expect(() => readSettings([], {PIPETAIL_TITLE: 'perhaps'})).toThrow(
    "PIPETAIL_TITLE takes true or false, not 'perhaps'",
  );
});

test.each([['--help'], ['--version'], ['config', 'path'], ['config', 'init']])(
  '%j is there to put a wrong variable right',
  (...argv) => {
    expect(() => readSettings(argv, {PIPETAIL_FPS: 'many', PIPETAIL_THEME: 'mine'})).not.toThrow();
  },
);

describe('a switch', () => {
  it('is turned on by a variable, and off by the flag', () => {
    for (const on of ['1', 'true', 'Yes', 'on']) expect(readSettings([], {PIPETAIL_TITLE: on}).title).toBe(true);
    for (const off of ['0', 'false', 'No', 'off']) expect(readSettings([], {PIPETAIL_TITLE: off}).title).toBe(false);
    expect(readSettings(['--no-title'], {PIPETAIL_TITLE: '1'}).title).toBe(false);
    expect(readSettings(['--title'], {PIPETAIL_TITLE: '0'}).title).toBe(true);
  });
});
