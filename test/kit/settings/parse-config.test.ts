import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {parseConfig} from '../../../source/kit/settings/parse-config.ts';
import {UsageError} from '../../../source/kit/settings/parse-values.ts';
import {callsIn} from '../../harness/work-done.ts';

const read = {name: '~/c.toml', home: '/home/ada', isPrivate: true};

const secret = 'apikey:KEEP-0123456789';

/** Line and words of the mistake that is reported; undefined: there is none. */
function mistake(text: string, isPrivate = true): string | undefined {
  try {
    parseConfig(text, {...read, isPrivate});
    return undefined;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.message.replace('~/c.toml:', '');
  }
}

test('ten times as many contexts are ten times the work', async () => {
  const callsOf = (contexts: number) => {
    const text = Array.from({length: contexts}, (_, at) => `[contexts.c${at}]\nhost = "https://h${at}.example.com"\n`);
    return callsIn(() => expect(parseConfig(text.join(''), read).contexts.size).toBe(contexts));
  };
  const few = await callsOf(50);
  expect(few).toBeGreaterThan(1000);
  expect(await callsOf(500)).toBeLessThan(11 * few);
});

test('values are read as from flags, with their lines', () => {
  const text = `fps = 20 # twenty
title = true
scrollback = 1_000_000
memory = "1GiB"
watch = 'a\\d+'
record = "~/logs"
context = "prod"

[contexts.prod]
host = "https://prod.example.com"
auth = "apikey:x"
[contexts."eu.test"]
host = "http://localhost:1"
auth-variable = "EU_KEY"
color = "#5f0000"

[filters]
noise = ["!step completed", 'level:info']
kafka.in = "target:kafka"

[keys]
follow = "End"
tab.next = ["n", "Tab"]
mark = []
`;
  const file = parseConfig(text, read);
  expect([...file.options].map(([flag, {text: value, where}]) => [flag, value, where])).toEqual([
    ['fps', '20', '~/c.toml:1'],
    ['title', 'true', '~/c.toml:2'],
    ['scrollback', '1000000', '~/c.toml:3'],
    ['memory', '1GiB', '~/c.toml:4'],
    ['watch', 'a\\d+', '~/c.toml:5'],
    ['record', '/home/ada/logs', '~/c.toml:6'],
    ['context', 'prod', '~/c.toml:7'],
  ]);
  expect([...file.contexts.values()]).toMatchObject([
    {name: 'prod', host: 'https://prod.example.com', where: '~/c.toml:9'},
    {name: 'eu.test', host: 'http://localhost:1', where: '~/c.toml:12'},
  ]);
  expect(file.contexts.get('eu.test')?.values.get('color')).toEqual({text: '#5f0000', where: '~/c.toml:15'});
  expect([...file.filters]).toEqual([
    ['noise', ['!step completed', 'level:info']],
    ['kafka.in', ['target:kafka']],
  ]);
  expect(file.keys).toEqual([
    {command: 'follow', keys: ['End'], where: '~/c.toml:22'},
    {command: 'tab.next', keys: ['n', 'Tab'], where: '~/c.toml:23'},
    {command: 'mark', keys: [], where: '~/c.toml:24'},
  ]);
});

test('a table may be in one line', () => {
  const file = parseConfig('contexts.a = {host = "https://a.example", tenant = "t"}\n', read);
  expect(file.contexts.get('a')?.values.get('tenant')?.text).toBe('t');
});

test('an empty file is valid', () => {
  expect(mistake('')).toBeUndefined();
  expect(mistake('# only this\n\n')).toBeUndefined();
});

const host = 'host = "https://a.example"';

describe('each mistake has its line', () => {
  it.each<readonly [text: string, words: string]>([
    // Syntax.
    ['fps =\n', "1: 'fps': a value is missing after '='"],
    ['fps = 1\nfps = 2\n', "2: 'fps' is set twice · leave one out"],
    ['[keys]\n[keys]\n', "2: 'keys' is set twice · leave one out"],
    ['fps 1\n', "1: '=' is missing after the key"],
    ['theme = dark\n', "1: 'theme': this is not TOML · text needs quotation marks"],
    ['theme = "dark\n', "1: 'theme': a quotation mark is missing"],
    ['[keys\n', "1: 'keys': ']' is missing"],
    ['watch = "\\d"\n', "1: 'watch': this is not an escape sequence · write \\\\ for \\, or put the text in '…'"],
    // Names.
    ['\n\nscrolback = "1MiB"\n', "3: unknown key 'scrolback' · did you mean 'scrollback'?"],
    ['zzzzzz = 1\n', "1: unknown key 'zzzzzz' · pipetail --help all lists the options"],
    ['follow = true\n', "1: 'follow' can only be a flag: --follow"],
    ['demo = true\n', "1: 'demo' can only be a flag: --demo"],
    [`${host}\n`, "1: 'host' belongs to a server: set it in a context, [contexts.NAME]"],
    ['[context.a]\nhost = "x"\n', "1: unknown table 'context' · did you mean 'contexts'?"],
    ['[general]\nfps = 1\n', "1: unknown table 'general' · there are contexts, filters, keys"],
    ['contexts = "a"\n', "1: 'contexts' is a table: [contexts.NAME]"],
    ['keys = "a"\n', "1: 'keys' is a table: [keys]"],
    ['filters = "a"\n', "1: 'filters' is a table: [filters]"],
    ['[[contexts]]\nhost = "x"\n', "1: 'contexts' is a table: [contexts.NAME]"],
    // Types.
    ['fps = "12"\n', "1: 'fps' takes a whole number, without quotation marks"],
    ['fps = 1.5\n', "1: 'fps' takes a whole number"],
    ['title = "true"\n', "1: 'title' takes true or false, without quotation marks"],
    ['title = 1\n', "1: 'title' takes true or false"],
    ['theme = 1\n', "1: 'theme' takes a text, in quotation marks"],
    ['watch = ["a"]\n', "1: 'watch' takes a text, in quotation marks"],
    ['watch = ""\n', "1: 'watch' has an empty value · leave the line out"],
    ['away = 1979-05-27\n', "1: 'away' takes a text, in quotation marks"],
    ['record = "logs"\n', "1: 'record' takes a path that begins with / or ~/"],
    // Values: the same rules, and words, as for flags.
    ['fps = 0\n', "1: fps takes a whole number from 1 to 60, not '0'"],
    ['scrollback = "1k"\n', '1: scrollback takes at least 64KiB'],
    ['notify = "loud"\n', "1: notify takes bell, osc9, osc777 or off, not 'loud'"],
    ['color = "alwais"\n', "1: color takes auto, always or never, not 'alwais' · did you mean 'always'?"],
    ['zone = "Europe/Berln"\n', "1: zone 'Europe/Berln' is not a time zone · did you mean 'Europe/Berlin'?"],
    ['list-width = 3\n', "1: list-width takes a width in cells of at least 8, auto or off, not '3'"],
    ['context = "a"\n', "1: no context named 'a' · ~/c.toml has none · add a table [contexts.NAME]"],
    [
      `context = "prd"\n[contexts.prod]\n${host}\n`,
      "1: no context named 'prd' · there are prod · did you mean 'prod'?",
    ],
    // Contexts.
    ['[contexts.a]\ntenant = "t"\n', "1: context 'a' has no host"],
    ['[contexts]\na = "x"\n', "2: 'a' is not a context · a context is a table: [contexts.NAME]"],
    [`[contexts."a b"]\n${host}\n`, "1: a context's name is made of letters, digits, '.', '-' and '_', 40 at the most"],
    [`[contexts.a]\n${host}\ntennant = "t"\n`, "3: unknown key 'tennant' of context 'a' · did you mean 'tenant'?"],
    [
      `[contexts.a]\n${host}\nfps = 3\n`,
      "3: unknown key 'fps' of context 'a' · as an option it belongs above the first [table]",
    ],
    [
      '[contexts.a]\nhost = "a.example"\n',
      "2: 'host' takes a URL that begins with https:// or http://, without a login in it",
    ],
    [
      '[contexts.a]\nhost = "https://u:SECRET@a.example"\n',
      "2: 'host' takes a URL that begins with https:// or http://, without a login in it",
    ],
    [`[contexts.a]\n${host}\nauth = 5\n`, "3: 'auth' takes a text, in quotation marks"],
    [
      `[contexts.a]\n${host}\nauth-variable = "apikey:SECRET"\n`,
      "3: 'auth-variable' takes the name of a variable, not a key",
    ],
    [
      `[contexts.a]\n${host}\nauth = "SECRET"\nauth-variable = "V"\n`,
      '1: auth and auth-variable of context a cannot be combined · both are credentials · leave one out',
    ],
    [
      `[contexts.a]\n${host}\ninsecure = true\ntls-cert = "/f"\n`,
      '1: insecure of context a and tls-cert of context a cannot be combined · one trusts every certificate, the other some · leave one out',
    ],
    [`[contexts.a]\n${host}\ninsecure = 1\n`, "3: 'insecure' takes true or false"],
    [
      `[contexts.a]\n${host}\ncolor = "redd"\n`,
      "3: 'color' takes #rrggbb, a number from 0 to 255 or a name such as bright-red, not 'redd'",
    ],
    // Filters.
    ['[filters]\nnoise = 1\n', "2: 'noise' takes a filter in quotation marks, or a list of them"],
    ['[filters]\nnoise = ["a", 1]\n', "2: 'noise' takes a filter in quotation marks, or a list of them"],
    ['[filters]\nnoise = []\n', "2: filter 'noise' is empty · leave the line out"],
    [
      '[filters]\nslow = "slow"\nnoise = ["step", "level:loud"]\n',
      '3: filter \'noise\': no level "loud": there are trace, debug, info, warn and error',
    ],
    [
      '[filters]\nnoise = "@slow"\n',
      "2: filter 'noise': a saved filter cannot contain '@slow' · for that text: 'text:@slow'",
    ],
    ['[filters]\n"a b" = "x"\n', "2: a filter's name is made of letters, digits, '.', '-' and '_'"],
    // Keys.
    ['[keys]\nquit = 1\n', "2: 'quit' takes a key in quotation marks, or a list of them"],
    ['[keys]\nquit = ["a", 1]\n', "2: 'quit' takes a key in quotation marks, or a list of them"],
  ])('%j', (text, words) => {
    expect(mistake(text)).toBe(words);
    expect(words).not.toContain('SECRET');
  });
});

test('of several mistakes the first is reported', () => {
  const lines = ['fps = 0', 'title = 1', 'nope = 1', '[contexts.a]', host, 'auth = 1', '[keys]', 'quit = 1'];
  for (const line of [1, 2, 3, 6, 8]) {
    expect(mistake(lines.join('\n'))).toMatch(new RegExp(`^${line}: `));
    lines[line - 1] = '';
  }
  expect(mistake(lines.join('\n'))).toBeUndefined();
});

test('a key itself is accepted only from a file that no other user can read', () => {
  const text = `[contexts.a]\n${host}\nauth = "SECRET"\n`;
  expect(mistake(text)).toBeUndefined();
  expect(mistake(text, false)).toBe(
    "3: 'auth' is a key in a file that other users can read · chmod 600 ~/c.toml, or name a variable: auth-variable",
  );
  expect(mistake(`[contexts.a]\n${host}\nauth-variable = "KEY"\n`, false)).toBeUndefined();
});

test('a key over plain http is refused by the call, not by the check of the file', () => {
  expect(mistake('[contexts.a]\nhost = "http://a.example"\nauth-token-command = "c"\n')).toBeUndefined();
});

test('whatever the text, a mistake has a line of the file, and no secret is quoted', () => {
  const pieces = [
    ...['\n', '\n', ' = ', ' = ', '[', ']', '{', '}', ',', '.', '"', "'", '#', '\\', '1', '-', 'true', '1979-05-27'],
    ...[
      'fps',
      'title',
      'record',
      'context',
      'contexts',
      'prod',
      'host',
      'auth',
      'auth-variable',
      'color',
      'keys',
      'quit',
    ],
    ...['"https://a.example"', '"SECRET"', '__proto__', '\u0000', 'é'],
  ];
  const text = fc.array(fc.constantFrom(...pieces), {maxLength: 40}).map((parts) => parts.join(''));
  // A value that is no text in quotation marks cannot be told from the name of a key: only whole ones are secrets.
  const body = fc.record({
    before: text,
    after: text,
    key: fc.constantFrom('auth', 'auth-variable', 'oidc-token-file', 'auth-token-command'),
  });
  fc.assert(
    fc.property(body, fc.boolean(), ({before, after, key}, isPrivate) => {
      const whole = `${before}\n[contexts.x]\n${key} = "${secret}"\n${after}`;
      const found = mistake(whole, isPrivate);
      if (found === undefined) return;
      expect(Number.parseInt(found, 10)).toBeGreaterThanOrEqual(1);
      expect(Number.parseInt(found, 10)).toBeLessThanOrEqual(whole.split('\n').length);
      expect(found).not.toContain(secret);
    }),
    {numRuns: Number(process.env.PIPETAIL_RUNS ?? 300)},
  );
});
