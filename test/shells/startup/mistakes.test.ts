import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {commandWords, type Option, variableOf} from '../../../source/kit/settings/option.ts';
import {options} from '../../../source/kit/settings/option-table.ts';
import {UsageError} from '../../../source/kit/settings/parse-values.ts';
import {errorText} from '../../../source/lib/format.ts';
import {loadSettings} from '../../../source/shells/startup/load-settings.ts';
import {callerWith} from '../../harness/caller.ts';
import {ownSecretFile} from '../../harness/planted-secret.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

const secret = 'PLANTED-0123456789';

/** Without a configuration file. */
const environment = {XDG_CONFIG_HOME: '/no/such/folder'};
const caller = callerWith(environment);

/** Arguments, and the message. */
type Mistake = readonly [args: readonly string[], message: string];

const lists = 'see pipetail --help all';
const logsLists = 'see pipetail logs --help all';

const mistakes: readonly Mistake[] = [
  // Flags.
  [['--no-such-flag'], `unknown option --no-such-flag · ${lists}`],
  [['--folow'], 'unknown option --folow · did you mean pipetail logs --follow?'],
  [['logs', 'a', '--outptu', 'json'], 'unknown option --outptu · did you mean --output?'],
  [['logs', 'a', '-x'], `unknown option -x · ${logsLists}`],
  [['list', '--sttaus', 'Running'], 'unknown option --sttaus · did you mean --status?'],
  [['--outptu', 'json'], 'unknown option --outptu · did you mean pipetail logs --output?'],
  [['logs', 'a', '--titel'], 'unknown option --titel · did you mean pipetail --title?'],
  [['logs', 'a', '--Follow'], 'unknown option --Follow · did you mean --follow?'],
  [['--=x'], `unknown option -- · ${lists}`],
  [['--__proto__', 'x'], `unknown option --__proto__ · ${lists}`],
  [['--host.x', 'y'], 'unknown option --host.x · did you mean --host?'],
  [['--tenant', 'a', '--tenant', 'b'], '--tenant is given twice · leave all but one out'],
  [['--auth', secret, '--auth', secret, '--auth', secret], '--auth is given 3 times · leave all but one out'],
  [['logs', 'a', '--follow=maybe'], "--follow takes true or false, not 'maybe'"],
  [['logs', 'a', '--grep', '--follow'], '--grep needs a value: --grep PATTERN'],
  [['logs', 'a', '-e', '-t'], '--exclude needs a value: --exclude PATTERN'],
  [['list', 'tag:eu'], "list takes no names, not 'tag:eu' · try: pipetail list --tag 'eu'"],
  [['status', 'a', '-w'], 'pipetail status takes no -w · leave it out, or use it with pipetail logs'],
  [['logs', 'a', '--filter', 'x'], 'pipetail logs takes no --filter · use --grep, --exclude or --level'],
  [
    ['logs', 'a', '--watch', 'foo'],
    '--watch takes no pattern in pipetail logs: it is --follow · select lines with --grep foo, or write all names before it',
  ],
  [['logs', 'a', '-B3'], `unknown option -B · ${logsLists}`],
  [['logs', 'a', '-10'], `unknown option -1 · ${logsLists}`],
  [['logs', 'a', '-C', '2'], '--around needs --grep, --exclude or --level: without one all records are printed'],
  [['logs', 'a', '-C', 'x', '--level', 'warn'], "--around takes a whole number from 0 to 1000, not 'x'"],
  [['logs', 'a', '--run', '0'], "--run takes the number of a run, such as 3, or -1 for the last one, not '0'"],
  [
    ['logs', 'a', '--run', '3', '--last-run'],
    '--run and --last-run cannot be combined · the last run is --run -1 · leave one out',
  ],
  [
    ['logs', 'a', '--run', '3', '-f'],
    '--run 3 cannot be combined with --follow, which follows the last run · use --last-run',
  ],
  [['logs', 'a', '--timeout', '30'], '--timeout 30 needs a unit, such as 30s'],
  [['logs', 'a', '--format', 'parquet'], "--output takes raw or json, not 'parquet'"],
  [['list', '--follow'], 'pipetail list takes no --follow · leave it out, or use it with pipetail logs'],
  [['status', '--status', 'Running'], 'pipetail status takes no --status · leave it out, or use it with pipetail list'],
  [['logs', 'a', '--port', '1'], 'pipetail logs takes no --port · leave it out, or use it with pipetail demo'],
  [
    ['completion', 'bash', '--host', 'http://x'],
    'pipetail completion takes no --host · leave it out, or use it with pipetail, pipetail logs, pipetail list, pipetail status, pipetail diff or pipetail timeline',
  ],
  // Values.
  [['open', 'a.log', '--fresh'], 'pipetail open takes no --fresh · leave it out, or use it with pipetail'],
  [['logs', 'a', '--tail'], '--tail needs a value: --tail N'],
  [['logs', 'a', '--tail', 'ten'], "--tail takes a number of records up to 1000000, or -1 for all, not 'ten'"],
  [['logs', 'a', '--tail', '-2'], "--tail takes a number of records up to 1000000, or -1 for all, not '-2'"],
  [['logs', 'a', '--level', 'loud'], "--level takes trace, debug, info, warn or error, not 'loud'"],
  [
    ['logs', 'a', '--level', 'wran'],
    "--level takes trace, debug, info, warn or error, not 'wran' · did you mean 'warn'?",
  ],
  [['logs', 'a', '-o', 'yaml'], "--output takes raw or json, not 'yaml'"],
  [['status', '-o', 'yaml'], "--output takes json, not 'yaml'"],
  [['list', '-o', 'markdown'], "--output takes wide, name or json, not 'markdown'"],
  [['list', '-o', 'jsno'], "--output takes wide, name or json, not 'jsno' · did you mean 'json'?"],
  [['logs', 'a', '--color', 'blue'], "--color takes auto, always or never, not 'blue'"],
  [['logs', 'a', '--timeout', 'soon'], "--timeout takes a time such as 10m, 1h30m, 90s or 0, not 'soon'"],
  [
    ['--fps', '20'],
    '--fps is a setting: write fps = 20 in /no/such/folder/pipetail/config.toml · for one call: PIPETAIL_FPS=20',
  ],
  [
    ['logs', 'a', '--config', '/my.toml', '--record-max', '2GiB'],
    '--record-max is a setting: write record-max = "2GiB" in /my.toml · for one call: PIPETAIL_RECORD_MAX=2GiB',
  ],
  [['--scrollback', '12 parsecs'], "--scrollback takes a size such as 64MiB, 100k or 1000000, not '12 parsecs'"],
  [['--notify', 'loud'], "--notify takes bell, osc9, osc777 or off, not 'loud'"],
  [['demo', '--port', '99999'], "--port takes a whole number from 0 to 65535, not '99999'"],
  [
    ['open'],
    'open needs a file, a folder or - for stdin: pipetail open <what…> · a pipeline of that name: pipetail -- open',
  ],
  [['open', '-', '-'], 'stdin can be read once: give - once'],
  [
    ['open', 'a.log', '--host', 'http://x'],
    'pipetail open takes no --host · leave it out, or use it with pipetail, pipetail logs, pipetail list, pipetail status, pipetail diff or pipetail timeline',
  ],
  // What does not go together.
  [['logs', 'a', '-o', 'json', '--timestamps'], '--timestamps cannot be combined with --output json'],
  [
    ['logs', 'a', '-f', '--from', 'd'],
    '--follow cannot be combined with --from, which prints what is there and ends · pipetail open follows a file',
  ],
  [
    ['logs', 'a', '--timeout', '5s', '--from', 'd'],
    '--timeout cannot be combined with --from, which prints what is there and ends',
  ],
  [['logs', 'a*', '--from', 'd'], "'a*' cannot be combined with --from, which takes names"],
  // Patterns.
  [
    ['logs', 'a', '--grep', 'foo('],
    "--grep 'foo(' is not a regular expression · unterminated group · put \\ before a character that is meant literally",
  ],
  [
    ['logs', 'a', '--exclude', '*'],
    "--exclude '*' is not a regular expression · nothing to repeat · put \\ before a character that is meant literally",
  ],
  [
    ['logs', 'a', '--exit-on', '[z-a]'],
    "--exit-on '[z-a]' is not a regular expression · range out of order in character class · put \\ before a character that is meant literally",
  ],
  [['logs', '/(/'], "'/(/' is not a regular expression · unterminated group"],
  [['logs', 'a/*'], "'a/*' cannot match a pipeline's name · letters, digits, - and _ with * and ? between them"],
  // Names and words.
  [['logs'], 'logs needs at least one pipeline: pipetail logs <pipeline…>'],
  [['logs', 'not/a/name'], "'not/a/name' cannot be a pipeline's name · of a file: pipetail logs --from not/a/name"],
  [['list', 'orders'], "list takes no names, not 'orders' · try: pipetail status <pipeline>"],
  [['status', 'a', 'b'], 'status takes one pipeline, not 2'],
  [['completion'], 'completion takes bash, zsh or fish'],
  [['completion', 'tcsh'], "completion takes bash, zsh or fish, not 'tcsh'"],
  [['demo', 'orders'], "demo takes no names, not 'orders' · try: pipetail demo --port 8080"],
  // Configuration and contexts.
  [['config'], 'config takes path or init'],
  [['config', 'pahh'], "config takes path or init, not 'pahh' · did you mean 'path'?"],
  [['config', 'path', '--follow'], 'pipetail config takes no --follow · leave it out, or use it with pipetail logs'],
  [['--config'], '--config needs a value: --config FILE'],
  [
    ['list', '--config', '/no/such.toml'],
    '/no/such.toml: no such file · it is named by --config · pipetail config init writes one',
  ],
  [['list', '--config', '/'], '/: the configuration file cannot be read · it is a folder'],
  [
    ['list', '--context', 'prod'],
    "--context: no context named 'prod' · there is no configuration file · run pipetail config init to create one",
  ],
  [
    ['--context', 'prod', '--host', 'http://x'],
    '--host and --context cannot be combined · a context names its own server · leave one out',
  ],
  [
    ['demo', '--context', 'prod'],
    'pipetail demo takes no --context · leave it out, or use it with pipetail, pipetail logs, pipetail list, pipetail status, pipetail diff or pipetail timeline',
  ],
  [['--no-fps'], `unknown option --no-fps · ${lists}`],
];

test.each(['--grep', '--exclude', '--exit-on'])('%s with a long text is refused without the text', async (option) => {
  const text = 'a'.repeat(40_000);
  const message = `${option} has too large a pattern · use a shorter one`;
  await expect(loadSettings(['logs', 'a', option, text], caller)).rejects.toThrow(new UsageError(message));
});

describe('a value of 70,000 characters is not repeated whole', () => {
  const long = 'x'.repeat(70_000);
  /** The message of a call, if it is refused. */
  const messageOf = async (args: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
    await loadSettings(args, callerWith({...environment, ...variables})).then(
      () => '',
      (error: unknown) => errorText(error),
    );

  test.each(options.filter(({value}: Option) => value !== undefined))('of --$flag', async (option: Option) => {
    for (const command of option.commands) {
      const call = command === 'screen' ? [] : [command, 'a'];
      expect((await messageOf([...call, `--${option.flag}`, long])).length).toBeLessThan(1500);
      const variable = variableOf(option, command);
      if (variable !== undefined) expect((await messageOf(call, {[variable]: long})).length).toBeLessThan(1500);
    }
  });

  test.each(commandWords)('as a name, a pattern or a tag of %s', async (command) => {
    for (const name of [long, `${long}*`, `./${long}`, `/${long}/`, `tag:${long}`]) {
      expect((await messageOf([command, name])).length).toBeLessThan(1500);
    }
  });

  test('its beginning, its length and the advice are there', async () => {
    const message = await messageOf(['logs', 'a', '--tail', long]);
    expect(message).toMatch(/^--tail takes a number of records .*, not 'x+ … 69,\d{3} characters … x+'$/);
  });
});

test.each(mistakes)('%j', async (args, message) => {
  await expect(loadSettings(args, caller)).rejects.toThrow(new UsageError(message));
});

test.each([
  ['PIPETAIL_FPS', 'many', "PIPETAIL_FPS takes a whole number from 1 to 60, not 'many'"],
  ['PIPETAIL_SCROLLBACK', '1', 'PIPETAIL_SCROLLBACK takes at least 64KiB'],
  ['PIPETAIL_SILENCE', 'soon', "PIPETAIL_SILENCE takes a time such as 10m, 1h30m, 90s or 0, not 'soon'"],
  ['PIPETAIL_TITLE', 'perhaps', "PIPETAIL_TITLE takes true or false, not 'perhaps'"],
  [
    'PIPETAIL_CONFIG',
    '/no/such.toml',
    '/no/such.toml: no such file · it is named by PIPETAIL_CONFIG · pipetail config init writes one',
  ],
  [
    'PIPETAIL_CONTEXT',
    'prod',
    "PIPETAIL_CONTEXT: no context named 'prod' · there is no configuration file · run pipetail config init to create one",
  ],
])('%s=%s', async (name, value, message) => {
  await expect(loadSettings([], callerWith({...environment, [name]: value}))).rejects.toThrow(new UsageError(message));
});

/** The text of the file, and the message without the file's name in front. */
const configMistakes: readonly (readonly [text: string, line: string])[] = [
  ['scrolback = "1MiB"', ":1: unknown key 'scrolback' · did you mean 'scrollback'?"],
  ['[context.prod]', ":1: unknown table 'context' · did you mean 'contexts'?"],
  ['fps = 3\nfps = 4', ":2: 'fps' is set twice · leave one out"],
  ['fps = "3"', ":1: 'fps' takes a whole number, without quotation marks"],
  ['\n\nfps = 99', ":3: fps takes a whole number from 1 to 60, not '99'"],
  ['host = "http://x"', ":1: 'host' belongs to a server: set it in a context, [contexts.NAME]"],
  ['context = "prod"', ":1: no context named 'prod' · FILE has none · add a table [contexts.NAME]"],
  ['[contexts.prod]\ntenant = "a"', ":1: context 'prod' has no host"],
  [
    `[contexts.prod]\nhost = "http://u:${secret}@x"`,
    ":2: 'host' takes a URL that begins with https:// or http://, without a login in it",
  ],
  [
    `[contexts.prod]\nhost = "https://x"\nauth = "${secret}"`,
    ":3: 'auth' is a key in a file that other users can read · chmod 600 FILE, or name a variable: auth-variable",
  ],
  [`auth = ${secret}`, ":1: 'auth': this is not TOML · text needs quotation marks"],
];

test.each(configMistakes)('%j', async (text, message) => {
  await using folder = await temporaryDirectory();
  const file = path.join(folder.path, 'config.toml');
  await writeFile(ownSecretFile(file), `${text}\n`, {mode: 0o644});
  const expected = new UsageError(`${file}${message.replace('FILE', file)}`);
  await expect(loadSettings(['list'], callerWith({PIPETAIL_CONFIG: file}))).rejects.toThrow(expected);
});
