import {isDeepStrictEqual} from 'node:util';
import {describe, expect, it, test} from 'vitest';
import {emptyConfig} from '../../../source/kit/settings/config-file.ts';
import type {Option} from '../../../source/kit/settings/option.ts';
import {options} from '../../../source/kit/settings/option-table.ts';
import {parseConfig} from '../../../source/kit/settings/parse-config.ts';
import {UsageError} from '../../../source/kit/settings/parse-values.ts';
import {readRequest, readSettings} from '../../harness/read-settings.ts';

type Variables = Readonly<Record<string, string>>;

const read = (...argv: string[]) => readSettings(argv, {});

function complaint(argv: readonly string[], environment: Variables = {}): string {
  try {
    readSettings(argv, environment);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error instanceof Error ? error.message : '';
  }
  throw new Error(`no error for ${argv.join(' ')}`);
}

test('without flags: the screen, on the local server, with the defaults of the help', () => {
  expect(read()).toMatchObject({
    request: {kind: 'screen', names: [], patterns: []},
    host: 'http://localhost:8080',
    token: undefined,
    tokenFrom: undefined,
    credentialVariables: ['FELDERA_API_KEY', 'FELDERA_OIDC_TOKEN_FILE', 'FELDERA_AUTH_TOKEN_COMMAND'],
    server: {insecure: false},
    demo: false,
    scrollback: 32 * 1024 * 1024,
    memory: undefined,
    fresh: false,
    readLogs: 'tabs',
    fps: 12,
    at: undefined,
    filter: [],
    silence: 300_000,
    record: undefined,
    recordMax: 1024 ** 3,
    away: 600_000,
    notify: 'off',
    watch: undefined,
    title: false,
    context: undefined,
    contexts: [],
    keys: [],
    theme: 'default',
    copy: 'clean',
    view: {
      initial: {
        ...{wrap: 'errors', asSent: false, time: 'sent', level: undefined},
        ...{listWidth: 'auto', histogram: 'auto'},
      },
      typed: {},
    },
    zone: undefined,
  });
});

test('the settings cannot be changed', () => {
  expect(Object.isFrozen(read())).toBe(true);
});

describe('names', () => {
  it('are opened as tabs in their order', () => {
    expect(read('orders', 'fraud').request).toEqual({kind: 'screen', names: ['orders', 'fraud'], patterns: []});
    expect(read('orders', '--level', 'warn', 'fraud').request).toEqual({
      kind: 'screen',
      names: ['orders', 'fraud'],
      patterns: [],
    });
  });

  it('may look like numbers', () => {
    expect(read('007', '1e3', '0x10').request).toEqual({kind: 'screen', names: ['007', '1e3', '0x10'], patterns: []});
  });

  it('may be those of commands, after --', () => {
    expect(read('--', 'demo').request).toEqual({kind: 'screen', names: ['demo'], patterns: []});
    expect(read('--', 'open').request).toEqual({kind: 'screen', names: ['open'], patterns: []});
    expect(read('orders', '--', 'logs', 'demo').request).toEqual({
      kind: 'screen',
      names: ['orders', 'logs', 'demo'],
      patterns: [],
    });
    expect(read('logs', '--', 'logs').request).toMatchObject({kind: 'logs', names: ['logs']});
  });

  it('of open are paths as typed, and - is stdin', () => {
    const what = ['./a b.log', '-', '../1e3', 'x=y', '*.log'];
    expect(read('open', ...what, '--level', 'warn').request).toEqual({kind: 'open', what});
    expect(read('open', '--', '-x.log').request).toEqual({kind: 'open', what: ['-x.log']});
  });

  it('of diff may be left out where the log is not of a server', () => {
    expect(readRequest(['diff', '--from', 'b.zip'])).toMatchObject({kind: 'diff', name: undefined, from: 'b.zip'});
    expect(readRequest(['diff', 'a', '--from', 'b.zip'])).toMatchObject({name: 'a', from: 'b.zip'});
  });

  it('must be valid', () => {
    const no = "cannot be a pipeline's name";
    const rule = `${no}: letters, digits, - and _, at most 63 characters`;
    for (const name of ['a b', 'ends-', '-x', '', '_x', 'x'.repeat(64)]) {
      expect(complaint(['--', name])).toBe(`'${name}' ${rule}`);
    }
    expect(complaint(['a.b'])).toBe(`'a.b' ${no} · of a file: pipetail open a.b`);
    expect(complaint(['logs', 'a/b'])).toBe(`'a/b' ${no} · of a file: pipetail logs --from a/b`);
    expect(complaint(['diff', './b.zip'])).toBe(`'./b.zip' ${no} · of a file: pipetail diff --from ./b.zip`);
    expect(complaint(['--', 'x'.repeat(500)])).toBe(`'${'x'.repeat(80)}' ${rule}`);
    const names = ['x'.repeat(63), 'a', 'A_b-9', 'ümlaut', 'заказы', '訂單2', 'نظام', '𠮷'.repeat(63)];
    expect(read(...names).request).toMatchObject({names});
  });
});

describe('host and credential', () => {
  it('come from the variables', () => {
    const settings = readSettings([], {FELDERA_HOST: 'https://prod.example.com/f', FELDERA_API_KEY: 'apikey:abc'});
    expect(settings).toMatchObject({
      host: 'https://prod.example.com/f',
      token: 'apikey:abc',
      tokenFrom: 'FELDERA_API_KEY',
    });
  });

  it('come from the flags first', () => {
    const argv = ['--host', 'https://other', '--auth=apikey:def'];
    const settings = readSettings(argv, {FELDERA_HOST: 'https://here', FELDERA_API_KEY: 'apikey:abc'});
    expect(settings).toMatchObject({host: 'https://other', token: 'apikey:def', tokenFrom: '--auth'});
  });

  it('are not read from empty variables', () => {
    const settings = readSettings([], {FELDERA_HOST: '', FELDERA_API_KEY: ''});
    expect(settings).toMatchObject({host: 'http://localhost:8080', token: undefined, tokenFrom: undefined});
  });

  it('a blank key is none, and is not named as the credential', () => {
    const variables = {FELDERA_API_KEY: ' \n', FELDERA_AUTH_TOKEN_COMMAND: 'get-token'};
    expect(readSettings([], variables)).toMatchObject({
      token: undefined,
      tokenFrom: undefined,
      server: {tokenCommand: {from: 'FELDERA_AUTH_TOKEN_COMMAND'}},
    });
    expect(readSettings(['--demo'], {FELDERA_API_KEY: 'k'}).tokenFrom).toBeUndefined();
  });

  it('lose the line break of a file or a command', () => {
    expect(readSettings([], {FELDERA_API_KEY: 'apikey:abc\n'}).token).toBe('apikey:abc');
  });

  it('go to no demo server', () => {
    const settings = readSettings(['--demo'], {FELDERA_HOST: 'http://here', FELDERA_API_KEY: 'apikey:abc'});
    expect(settings).toMatchObject({demo: true, host: undefined, token: undefined});
  });

  it('are never in an error message', () => {
    const secret = 'apikey:very-secret';
    const wrong = [
      ['--auth', secret, '--level', 'x'],
      ['--auth', secret, '--fps', '5'],
      ['--auth', secret, '--auth', secret],
      ['--auth', secret, '--nothing'],
      ['demo', '--auth', secret],
    ];
    for (const argv of wrong) expect(complaint(argv, {FELDERA_API_KEY: secret})).not.toContain('secret');
  });
});

describe('numbers and sizes', () => {
  it('are read', () => {
    const settings = readSettings(['--scrollback=64MiB'], {PIPETAIL_FPS: '30', PIPETAIL_SILENCE: '0'});
    expect(settings).toMatchObject({scrollback: 64 * 1024 * 1024, fps: 30, silence: 0});
    const attention = readSettings(['--notify', 'osc9', '--watch', 'late|lost', '--title'], {PIPETAIL_AWAY: '0'});
    expect(attention).toMatchObject({notify: 'osc9', watch: 'late|lost', away: 0, title: true});
    expect(read('--memory', '1GiB', '--fresh')).toMatchObject({memory: 1024 ** 3, fresh: true});
  });

  it.each([
    [['--memory', '15MiB'], '--memory takes at least 16MiB'],
    [['--notify', 'loud'], "--notify takes bell, osc9, osc777 or off, not 'loud'"],
    [
      ['--watch', 'late('],
      "--watch 'late(' is not a regular expression · unterminated group · put \\ before a character that is meant literally",
    ],
    [['--scrollback', 'lots'], "--scrollback takes a size such as 64MiB, 100k or 1000000, not 'lots'"],
    [['--scrollback', '64'], '--scrollback takes at least 64KiB'],
    [['diff'], 'diff takes one pipeline: pipetail diff <pipeline>'],
    [['diff', 'a', 'b'], 'diff takes one pipeline, not 2: pipetail diff <pipeline>'],
    [['diff', '--from', 'a.log', 'b.log'], "diff compares two runs of one log: 'b.log' is a second one"],
    [['diff', 'a', '--runs', '3'], "--runs takes two numbers of runs, such as 3,4, not '3'"],
    [['diff', 'a', '--runs', '0,1'], "--runs takes two numbers of runs, such as 3,4, not '0,1'"],
    [['diff', 'a', '--runs', '4,4'], "--runs takes two numbers of runs, such as 3,4, not '4,4'"],
    [['logs', 'a', '--on-alert', 'cat'], '--on-alert needs --follow: without it the log is printed once'],
    [['logs', 'a', '--exit-on-end'], '--exit-on-end needs --follow: without it the log is printed once'],
    [['--from', 'd'], 'pipetail takes no --from · leave it out, or use it with pipetail logs or pipetail diff'],
    [
      ['logs', 'a', '--from', 'd', '-f'],
      '--follow cannot be combined with --from, which prints what is there and ends · pipetail open follows a file',
    ],
    [
      ['logs', 'a', '--from', 'd', '--record', 'e'],
      '--record cannot be combined with --from, which prints what is there and ends',
    ],
    [['demo', '--port', '65536'], "--port takes a whole number from 0 to 65535, not '65536'"],
    [['logs', 'a', '--color', 'blue'], "--color takes auto, always or never, not 'blue'"],
  ])('%j is refused', (argv, message) => {
    expect(complaint(argv)).toBe(message);
  });

  it.each([
    [{PIPETAIL_FPS: '0'}, "PIPETAIL_FPS takes a whole number from 1 to 60, not '0'"],
    [{PIPETAIL_FPS: '61'}, "PIPETAIL_FPS takes a whole number from 1 to 60, not '61'"],
    [{PIPETAIL_FPS: '-3'}, "PIPETAIL_FPS takes a whole number from 1 to 60, not '-3'"],
    [{PIPETAIL_AWAY: 'soon'}, "PIPETAIL_AWAY takes a time such as 10m, 1h30m, 90s or 0, not 'soon'"],
    [{PIPETAIL_SILENCE: 'never'}, "PIPETAIL_SILENCE takes a time such as 10m, 1h30m, 90s or 0, not 'never'"],
    [{PIPETAIL_SILENCE: '25h'}, 'PIPETAIL_SILENCE takes at most a day'],
    [{PIPETAIL_RECORD_MAX: '1k'}, 'PIPETAIL_RECORD_MAX takes at least 16MiB'],
    [{PIPETAIL_ZONE: 'CEST'}, "PIPETAIL_ZONE 'CEST' is not a time zone · write one such as Europe/Berlin or UTC"],
    [
      {PIPETAIL_ZONE: 'Europe/Berln'},
      "PIPETAIL_ZONE 'Europe/Berln' is not a time zone · did you mean 'Europe/Berlin'?",
    ],
    [{PIPETAIL_LIST_WIDTH: '7'}, "PIPETAIL_LIST_WIDTH takes a width in cells of at least 8, auto or off, not '7'"],
    [
      {PIPETAIL_LIST_WIDTH: 'wide'},
      "PIPETAIL_LIST_WIDTH takes a width in cells of at least 8, auto or off, not 'wide'",
    ],
    [{PIPETAIL_LIST_WIDTH: '-9'}, "PIPETAIL_LIST_WIDTH takes a width in cells of at least 8, auto or off, not '-9'"],
    [{PIPETAIL_COPY: 'raw'}, "PIPETAIL_COPY takes clean or as-sent, not 'raw'"],
    [{PIPETAIL_WRAP: 'sometimes'}, "PIPETAIL_WRAP takes off, errors or all, not 'sometimes'"],
  ])('%j is refused', (variables: Variables, message) => {
    expect(complaint([], variables)).toBe(message);
  });
});

describe('a setting has no flag, and one line says what to do instead', () => {
  const file = 'the configuration file';

  it.each([
    [['--fps', '20'], `--fps is a setting: write fps = 20 in ${file} · for one call: PIPETAIL_FPS=20`],
    [['a', '--away=1h'], `--away is a setting: write away = "1h" in ${file} · for one call: PIPETAIL_AWAY=1h`],
    [['--as-sent'], `--as-sent is a setting: write as-sent = true in ${file} · for one call: PIPETAIL_AS_SENT=true`],
    [
      ['--no-as-sent'],
      `--no-as-sent is a setting: write as-sent = false in ${file} · for one call: PIPETAIL_AS_SENT=false`,
    ],
    ...['--as-sent=false', '--no-as-sent=true'].map((word): [string[], string] => [
      [word],
      `${word.replace(/=.*/, '')} is a setting: write as-sent = false in ${file} · for one call: PIPETAIL_AS_SENT=false`,
    ]),
    [
      ['--no-as-sent=false'],
      `--no-as-sent is a setting: write as-sent = true in ${file} · for one call: PIPETAIL_AS_SENT=true`,
    ],
    [['--as-sent=maybe'], "--as-sent takes true or false, not 'maybe'"],
    // A setting that can be off has an opposite, too, which takes no word behind it.
    [['--no-wrap', 'all'], `--no-wrap is a setting: write wrap = "off" in ${file} · for one call: PIPETAIL_WRAP=off`],
    [
      ['--no-wrap=false'],
      `--no-wrap is a setting: write wrap = "errors" in ${file} · for one call: PIPETAIL_WRAP=errors`,
    ],
    [['--no-away'], `--no-away is a setting: write away = 0 in ${file} · for one call: PIPETAIL_AWAY=0`],
    [
      ['--no-list-width'],
      `--no-list-width is a setting: write list-width = "off" in ${file} · for one call: PIPETAIL_LIST_WIDTH=off`,
    ],
    [['--no-zone'], 'unknown option --no-zone · see pipetail --help all'],
    // Without a value that it can have, the default stands for it.
    [['--fps'], `--fps is a setting: write fps = 12 in ${file} · for one call: PIPETAIL_FPS=12`],
    [
      ['--wrap', 'orders'],
      `--wrap is a setting: write wrap = "errors" in ${file} · for one call: PIPETAIL_WRAP=errors`,
    ],
    [
      ['--zone', '--fresh'],
      `--zone is a setting: write zone = "Europe/Berlin" in ${file} · for one call: PIPETAIL_ZONE=Europe/Berlin`,
    ],
    // Also of a command that has no use for it.
    [
      ['list', '--copy', 'as-sent'],
      `--copy is a setting: write copy = "as-sent" in ${file} · for one call: PIPETAIL_COPY=as-sent`,
    ],
    [
      ['config', 'path', '--list-width', 'a b'],
      `--list-width is a setting: write list-width = "a b" in ${file} · for one call: PIPETAIL_LIST_WIDTH='a b'`,
    ],
    [
      ['logs', 'a', '--allow-http-key'],
      `--allow-http-key is a setting: write allow-http-key = true in its context, [contexts.NAME], in ${file} · without a context: PIPETAIL_ALLOW_HTTP_KEY=true`,
    ],
  ])('%j', (argv, message) => {
    expect(complaint(argv)).toBe(message);
  });

  it('and its line and its variable do what the flag would', () => {
    const values: Readonly<Record<string, string>> = {
      N: '20',
      SIZE: '64MiB',
      TIME: '90',
      CELLS: '30',
      ZONE: 'Asia/Tokyo',
    };
    const settings = (options as readonly Option[]).filter(({setting}) => setting);
    for (const {flag, value, fallback, choices} of settings.filter(({ofContext}) => !ofContext)) {
      const given = choices?.find((choice) => choice !== fallback) ?? values[value ?? ''] ?? 'true';
      const said = complaint([`--${flag}`, ...(value === undefined ? [] : [given])]);
      const [, line = '', variable = '', text] = /write (.*) in the .*: (\w+)=(.*)$/.exec(said) ?? [];
      expect(text).toBe(given);
      const file = parseConfig(`${line}\n`, {name: 'c.toml', home: '/', isPrivate: true});
      const calls = [[], ['logs', 'a']].map((argv) => {
        const set = readSettings(argv, {}, file);
        expect(readSettings(argv, {[variable]: given}), flag).toEqual(set);
        return !isDeepStrictEqual(set, readSettings(argv, {}));
      });
      expect([flag, calls.includes(true)]).toEqual([flag, true]);
    }
    expect(settings.length).toBeGreaterThan(5);
  });
});

describe('flags', () => {
  it('short ones, as stern and kubectl have them', () => {
    const argv = ['logs', 'a', '-f', '-t', '-s', '10m', '-e', 'noise', '--tail', '-1'];
    expect(readRequest(argv)).toMatchObject({follow: true, tail: undefined, since: '10m'});
  });

  it.each([
    [['--nothing'], 'unknown option --nothing · see pipetail --help all'],
    [['--nothing=7'], 'unknown option --nothing · see pipetail --help all'],
    [['--all'], 'unknown option --all · see pipetail --help all'],
    [['--no-thing'], 'unknown option --no-thing · see pipetail --help all'],
    [['--no-demo'], 'unknown option --no-demo · see pipetail --help all'],
    [['-x'], 'unknown option -x · see pipetail --help all'],
    [['logs', 'a', '-fx'], 'unknown option -x · see pipetail logs --help all'],
    [['-V'], 'unknown option -V · see pipetail --help all'],
  ])('%j is unknown', (argv, message) => {
    expect(complaint(argv)).toBe(message);
  });

  it.each([
    [['--host'], '--host needs a value: --host URL'],
    [['--host='], '--host needs a value: --host URL'],
    [['--scrollback', '--demo'], '--scrollback needs a value: --scrollback SIZE'],
    [['--auth', ''], '--auth needs a value: --auth TOKEN'],
  ])('%j has no value', (argv, message) => {
    expect(complaint(argv)).toBe(message);
  });

  it.each([
    [['--follow', 'orders'], 'pipetail takes no --follow · leave it out, or use it with pipetail logs'],
    [['-f'], 'pipetail takes no -f · leave it out, or use it with pipetail logs'],
    [['-w', 'orders'], 'pipetail takes no -w · leave it out, or use it with pipetail logs'],
    [['list', '--no-title'], 'pipetail list takes no --no-title · leave it out, or use it with pipetail'],
    [
      ['logs', 'a', '--theme', 'dark'],
      'pipetail logs takes no --theme · leave it out, or use it with pipetail or pipetail open',
    ],
    [
      ['demo', '--host', 'http://x'],
      'pipetail demo takes no --host · leave it out, or use it with pipetail, pipetail logs, pipetail list, pipetail status, pipetail diff or pipetail timeline',
    ],
    [['--port', '80'], 'pipetail takes no --port · leave it out, or use it with pipetail demo'],
    [
      ['config', 'path', '--level', 'warn'],
      'pipetail config takes no --level · leave it out, or use it with pipetail, pipetail open or pipetail logs',
    ],
  ])('%j belongs to another command', (argv, message) => {
    expect(complaint(argv)).toBe(message);
  });

  it('config accepts --config', () => {
    for (const verb of ['path', 'init']) {
      expect(read('config', verb, '--config', 'a.toml').request).toMatchObject({kind: 'config', verb});
    }
  });

  it('may be given once', () => {
    expect(complaint(['--level', 'warn', '--level', 'info'])).toMatch(/level/);
  });
});

const nothingMore = {
  patterns: [],
  from: undefined,
  tail: undefined,
  since: undefined,
  grep: [],
  exclude: [],
  level: undefined,
  output: 'raw',
  timestamps: false,
  exitOn: undefined,
  failOn: undefined,
  timeout: undefined,
};

describe('commands', () => {
  it('logs accepts its own switches', () => {
    expect(readRequest(['logs', 'orders', 'fraud'])).toMatchObject({
      kind: 'logs',
      names: ['orders', 'fraud'],
      follow: false,
      exitOnEnd: false,
      color: 'auto',
      asSent: false,
      ...nothingMore,
    });
    expect(readRequest(['logs', '-f', '--exit-on-end', '--color', 'never', 'orders'])).toMatchObject({
      kind: 'logs',
      names: ['orders'],
      follow: true,
      exitOnEnd: true,
      color: 'never',
      asSent: false,
      ...nothingMore,
    });
  });

  it('logs needs a name, demo accepts none', () => {
    expect(complaint(['logs'])).toBe('logs needs at least one pipeline: pipetail logs <pipeline…>');
    expect(complaint(['demo', 'orders'])).toBe("demo takes no names, not 'orders' · try: pipetail demo --port 8080");
  });

  it('demo listens on its port', () => {
    expect(readRequest(['demo'])).toMatchObject({kind: 'demo', port: 8080});
    expect(readRequest(['demo', '--port', '0'])).toMatchObject({kind: 'demo', port: 0});
  });

  it('only the first word is a command', () => {
    expect(read('orders', 'logs').request).toEqual({kind: 'screen', names: ['orders', 'logs'], patterns: []});
    expect(read('--demo', 'logs', 'orders')).toMatchObject({demo: true, request: {kind: 'logs', names: ['orders']}});
  });

  it('help is about the command, and wins over mistakes', () => {
    expect(read('--help').request).toEqual({kind: 'help', command: 'screen', isWhole: false});
    expect(read('-h').request).toEqual({kind: 'help', command: 'screen', isWhole: false});
    expect(read('logs', '--help').request).toEqual({kind: 'help', command: 'logs', isWhole: false});
    expect(read('demo', '--fps', '5', '--level', 'warn', '--help').request).toEqual({
      kind: 'help',
      command: 'demo',
      isWhole: false,
    });
    expect(read('--version').request).toEqual({kind: 'version'});
  });

  test.each([
    [['--help', 'all'], 'screen', true],
    [['logs', '--help', 'all'], 'logs', true],
    [['help'], 'screen', false],
    [['help', 'all'], 'screen', true],
    [['help', 'logs'], 'logs', false],
    [['help', 'logs', 'all'], 'logs', true],
  ] as const)('%j', (argv, command, isWhole) => {
    expect(read(...argv).request).toEqual({kind: 'help', command, isWhole});
  });

  it('help and version are words, and can still be names', () => {
    expect(read('version').request).toEqual({kind: 'version'});
    expect(read('--', 'help').request).toMatchObject({kind: 'screen', names: ['help']});
    expect(() => read('help', 'lst')).toThrow("no command 'lst' · did you mean 'list'?");
    expect(() => read('help', 'logs', 'list')).toThrow('help takes one command: pipetail help <command>');
    expect(() => read('version', 'orders')).toThrow("version takes no names, not 'orders' · try: pipetail version");
  });
});

test('recording: where, and how much', () => {
  const settings = readSettings(['--record', 'd'], {PIPETAIL_RECORD_MAX: '64MiB'});
  expect(settings).toMatchObject({record: 'd', recordMax: 64 * 1024 ** 2});
  expect(read('logs', 'a', '--record', 'd').record).toBe('d');
  expect(read('logs', 'a', '--from', 'd').request).toMatchObject({kind: 'logs', from: ['d'], names: ['a']});
  const several = read('logs', '--from', 'd', './x', 'x.gz', '-', '/tmp/', 'a').request;
  expect(several).toMatchObject({kind: 'logs', from: ['d', './x', 'x.gz', '-', '/tmp/'], names: ['a']});
});

test('a variable or the file records the screen only: logs would skip what is recorded', () => {
  const file = parseConfig('record = "/d"\n', {name: 'c.toml', home: '/', isPrivate: true});
  for (const [environment, config] of [
    [{PIPETAIL_RECORD: '/d'}, emptyConfig],
    [{}, file],
  ] as const) {
    expect(readSettings([], environment, config).record).toBe('/d');
    expect(readSettings(['logs', 'a'], environment, config).record).toBeUndefined();
    expect(readSettings(['logs', 'a', '--record', '/e'], environment, config).record).toBe('/e');
  }
});

test('a demo is recorded only if that is typed: a variable or the file is for real logs', () => {
  const file = parseConfig('record = "/c"\n', {name: 'c.toml', home: '/', isPrivate: true});
  const directory = (argv: readonly string[], environment = {}) => readSettings(argv, environment, file).record;
  expect(directory([])).toBe('/c');
  expect(directory(['--demo'])).toBeUndefined();
  expect(directory(['--demo'], {PIPETAIL_RECORD: 'd'})).toBeUndefined();
  expect(directory(['--demo', '--record', 'e'], {PIPETAIL_RECORD: 'd'})).toBe('e');
});

test('every flag of the table is known to the parser', () => {
  const values: Readonly<Record<string, string>> = {
    URL: 'http://x',
    TOKEN: 't',
    SIZE: '16MiB',
    WHEN: 'never',
    HOW: 'bell',
    LEVEL: 'warn',
    FORM: 'json',
    STATES: 'Running',
    TIME: '5m',
    'N,M': '3,4',
  };
  const file = parseConfig('[contexts.prod]\nhost = "http://x"\n', {name: 'c.toml', home: '/', isPrivate: true});
  for (const option of (options as readonly Option[]).filter(({setting}) => !setting)) {
    const [command = 'screen'] = option.commands;
    const names =
      command === 'logs' || command === 'diff' || command === 'timeline'
        ? [command, 'orders']
        : command === 'screen'
          ? []
          : [command];
    const given = option.fallback ?? option.example ?? values[option.value ?? ''] ?? '5';
    const needed = {around: ['--level=warn'], 'exit-on-end': ['--follow']}[option.flag as string] ?? [];
    const argv = [...names, ...needed, `--${option.flag}`, ...(option.value === undefined ? [] : [given])];
    expect(() => readSettings(argv, {}, file), option.flag).not.toThrow();
  }
});

const view = (argv: readonly string[], variables: Variables = {}) => {
  const {view, zone} = readSettings(argv, variables);
  return {...view, zone};
};

test('flags set the start, and win over the last session', () => {
  const typed = {histogram: 'on', time: 'relative', level: 'WARN'};
  const argv = ['--histogram', 'on', '--time', 'relative', '--level', 'WARN'];
  const initial = {...view([]).initial, wrap: 'errors', asSent: false, listWidth: 'auto', ...typed};
  expect(view(argv)).toEqual({initial, typed, zone: undefined});
  expect(view([...argv, 'open', 'a.log'])).toMatchObject({typed});
});

test('copies are clean unless the file or a variable says otherwise', () => {
  const file = parseConfig('copy = "as-sent"\n', {name: 'c.toml', home: '/', isPrivate: true});
  expect(readSettings([], {}, file).copy).toBe('as-sent');
  expect(readSettings([], {PIPETAIL_COPY: 'As-Sent'}).copy).toBe('as-sent');
  expect(readSettings([], {PIPETAIL_COPY: 'clean'}, file).copy).toBe('clean');
});

test('variables set only the start', () => {
  const variables = {
    PIPETAIL_WRAP: 'off',
    PIPETAIL_TIME: 'utc',
    PIPETAIL_LEVEL: 'error',
    PIPETAIL_LIST_WIDTH: 'off',
    PIPETAIL_HISTOGRAM: 'off',
    PIPETAIL_AS_SENT: 'yes',
  };
  expect(view([], variables)).toEqual({
    initial: {
      ...view([]).initial,
      wrap: 'off',
      asSent: true,
      time: 'utc',
      level: 'ERROR',
      listWidth: 'off',
      histogram: 'off',
    },
    typed: {},
    zone: undefined,
  });
  expect(view(['--time', 'sent'], variables).typed).toEqual({time: 'sent'});
});

it('shows local times with a zone and without --time', () => {
  const variables = {PIPETAIL_ZONE: 'europe/berlin'};
  expect(view([], variables)).toMatchObject({zone: 'Europe/Berlin', initial: {time: 'local'}, typed: {}});
  expect(view(['--time', 'delta'], variables)).toMatchObject({zone: 'Europe/Berlin', initial: {time: 'delta'}});
});

test.each([
  [['--time', 'locl'], "--time takes sent, local, utc, relative, delta or off, not 'locl' · did you mean 'local'?"],
  [['--level', 'warm'], "--level takes trace, debug, info, warn or error, not 'warm' · did you mean 'warn'?"],
  [['--theme', 'drak'], "did you mean 'dark'?"],
])('%j is refused: %s', (argv, message) => {
  expect(() => readSettings(argv, {})).toThrow(UsageError);
  expect(() => readSettings(argv, {})).toThrow(message);
});

test('a completion is no call of the words that it completes: their context stops it not', () => {
  const argv = ['completion', 'answer', '--', 'logs'];
  expect(readRequest(argv, {PIPETAIL_CONTEXT: 'prod'})).toMatchObject({kind: 'completion', words: ['logs']});
});
