import {themeNames} from './palette.ts';
import {colorChoices, levelChoices, notifyChoices, timeChoices} from './parse-values.ts';

/** One option: the flag parser, `--help` and docs/options.md are made from this table. */
export type Option = {
  /** As typed, without the dashes. */
  readonly flag: string;
  readonly alias?: string;
  /** What the value is called in the help; absent for a switch. */
  readonly value?: string;
  /** The variable that is read when the flag is absent, if it is not `PIPETAIL_` and the flag (`variableOf`). */
  readonly variable?: string;
  readonly fallback?: string;
  /** A value that `config init` shows where there is no default. */
  readonly example?: string;
  readonly help: string;
  /** The values that it takes, where they can be listed. */
  readonly choices?: readonly string[];
  /** The commands that take it; `screen` is the program without a command. */
  readonly commands: readonly CommandName[];
  /** Of these, the commands for which it is said at each call: they look for it in no variable and in no file. */
  readonly once?: readonly CommandName[];
  /** It says which server, or as whom: in the configuration file it stands in a context. */
  readonly ofContext?: true;
};

export type CommandName = 'screen' | WordedCommand;

/** The commands that have a word: what is typed behind `pipetail`. */
type WordedCommand = (typeof commandWords)[number];

export const commandWords = ['logs', 'list', 'status', 'completion', 'config', 'demo'] as const;

/** The commands that ask a server. */
const askServer = ['screen', 'logs', 'list', 'status'] as const;
const all = ['screen', ...commandWords] as const;

/** Options of how logs and list look at the start: all that keys change, too. */
const viewOptions = [
  {
    flag: 'theme',
    value: 'NAME',
    fallback: 'default',
    help: "the terminal's colours (default), those for a light or a dark ground (light, dark, solarized-light, solarized), none (mono), or your own",
    choices: themeNames,
    commands: ['screen'],
  },
  {
    flag: 'wrap',
    help: 'long lines go on in the next row',
    commands: ['screen'],
  },
  {
    flag: 'as-sent',
    help: 'lines as they came, with their own times and names, not the compact form',
    commands: ['screen'],
  },
  {
    flag: 'time',
    value: 'HOW',
    example: 'local',
    help: 'sent (UTC), local, utc (with the date), relative, delta or off; sent without --zone, local with it',
    choices: timeChoices,
    commands: ['screen'],
  },
  {
    flag: 'zone',
    value: 'ZONE',
    example: 'Europe/Berlin',
    help: "the time zone of local times, such as Europe/Berlin or UTC; else the system's",
    commands: ['screen'],
  },
  {
    flag: 'sidebar',
    value: 'CELLS',
    fallback: 'auto',
    help: 'how wide the list is, 8 at least; auto goes by the width of the terminal, off hides it',
    commands: ['screen'],
  },
] as const satisfies readonly Option[];

/** The options of `logs`, some of which other commands take too, in the order in which the help shows them. */
const logsOptions = [
  {
    flag: 'follow',
    alias: 'f',
    help: 'go on after the catch-up, over every reconnect',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'exit-on-end',
    help: 'with --follow: end when the log does, instead of waiting for the pipeline to come back',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'from',
    value: 'DIR',
    help: 'print what was recorded there with --record, instead of asking the server',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'tail',
    value: 'N',
    help: 'of what the server has already: only the last N records that pass; -1 = all',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'since',
    alias: 's',
    value: 'TIME',
    help: 'from the first record of that time on: 10m, 1h30m, 12:03, 2026-11-25 12:03 (UTC)',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'grep',
    value: 'PATTERN',
    help: 'only records with a line that matches the regular expression; capitals count if it has any',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'exclude',
    alias: 'e',
    value: 'PATTERN',
    help: 'no records with a line that matches',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'level',
    value: 'LEVEL',
    help: 'only records of that level or worse: trace, debug, info, warn or error',
    choices: levelChoices,
    commands: ['screen', 'logs'],
    once: ['logs'],
  },
  {
    flag: 'output',
    alias: 'o',
    value: 'FORM',
    help: 'of logs: raw (as sent), json (an object a record) or markdown; of list: wide, name or json; of status and config: json',
    commands: ['logs', 'list', 'status', 'config'],
    once: ['logs', 'list', 'status', 'config'],
  },
  {
    flag: 'template',
    value: 'TEXT',
    help: 'a text for each record, of {pipeline} {time} {level} {target} {message} {line}',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'timestamps',
    alias: 't',
    help: 'put the time of its record in front of each line, - where it has none',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'exit-on',
    value: 'PATTERN',
    help: 'end with exit code 3 after the first record with a line that matches, printed or not',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'timeout',
    value: 'TIME',
    help: 'end after so long (90s, 10m, 1h30m); with --exit-on that is a failure',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'status',
    value: 'STATES',
    help: 'only pipelines in these states: Running,Failed',
    commands: ['list'],
    once: ['list'],
  },
  {
    flag: 'no-prefix',
    help: 'with several pipelines: print lines without the name in front',
    commands: ['logs'],
  },
  {
    flag: 'color',
    value: 'WHEN',
    fallback: 'auto',
    help: "auto and always leave the log's own colours as sent; never strips them",
    choices: colorChoices,
    commands: ['logs'],
  },
  {
    flag: 'spill',
    value: 'SIZE',
    fallback: '256MiB',
    help: 'what a slow reader may fall behind before lines are dropped, and named',
    commands: ['logs'],
  },
] as const satisfies readonly Option[];

/** Every option, in the order in which the help shows them. */
export const options = [
  {
    flag: 'context',
    value: 'NAME',
    example: 'prod',
    help: 'the context of the configuration file: server, credential and tenant as one whole',
    commands: askServer,
  },
  {
    flag: 'config',
    value: 'FILE',
    variable: 'PIPETAIL_CONFIG',
    help: 'the configuration file, in place of ~/.config/pipetail/config.toml',
    commands: [...askServer, 'config'],
    once: [...askServer, 'config'],
  },
  {
    flag: 'host',
    value: 'URL',
    variable: 'FELDERA_HOST',
    fallback: 'http://localhost:8080',
    help: 'base URL of the Feldera API; may carry a path prefix',
    commands: askServer,
    ofContext: true,
  },
  {
    flag: 'auth',
    value: 'TOKEN',
    variable: 'FELDERA_API_KEY',
    help: 'API key or JWT, sent as a bearer token',
    commands: askServer,
    ofContext: true,
  },
  {
    flag: 'auth-token-command',
    value: 'CMD',
    variable: 'FELDERA_AUTH_TOKEN_COMMAND',
    help: 'shell command that prints a bearer token; it runs again when the token ends or is refused',
    commands: askServer,
    ofContext: true,
  },
  {
    flag: 'allow-http-key',
    help: 'send the credential over plain http to another machine, where all on the way can read it',
    commands: askServer,
    ofContext: true,
  },
  {
    flag: 'tenant',
    value: 'NAME',
    variable: 'FELDERA_TENANT',
    help: 'name or id of the tenant, for credentials that belong to several',
    commands: askServer,
    ofContext: true,
  },
  {
    flag: 'tls-cert',
    value: 'FILE',
    variable: 'FELDERA_HTTPS_TLS_CERT',
    help: 'PEM file of root certificates to trust beside the usual ones',
    commands: askServer,
    ofContext: true,
  },
  {
    flag: 'insecure',
    alias: 'k',
    variable: 'FELDERA_TLS_INSECURE',
    help: 'accept any certificate; the header says so',
    commands: askServer,
    ofContext: true,
  },
  {
    flag: 'scrollback',
    value: 'SIZE',
    fallback: '32MiB',
    help: 'log bytes kept for each tab (64MiB, 100k, 1000000)',
    commands: ['screen'],
  },
  {
    flag: 'memory',
    value: 'SIZE',
    fallback: '256MiB',
    help: 'log bytes kept for all tabs together; the ones not looked at give way first',
    commands: ['screen'],
  },
  {
    flag: 'fresh',
    help: 'do not come back to the tabs, filters and places of the last time',
    commands: ['screen'],
    once: ['screen'],
  },
  {
    flag: 'record',
    value: 'DIR',
    example: '~/pipetail-logs',
    help: 'write what comes to files there, a folder for each pipeline, and go on with them at the next start',
    commands: ['screen', 'logs'],
    // It leaves out what is recorded: `logs` would print less and less without a word.
    once: ['logs'],
  },
  {
    flag: 'record-max',
    value: 'SIZE',
    fallback: '1GiB',
    help: 'bytes of all recordings together; the oldest files are deleted',
    commands: ['screen', 'logs'],
  },
  {
    flag: 'silence',
    value: 'SECONDS',
    fallback: '300',
    help: 'refresh a stream that was silent for so long; 0 = never',
    commands: ['screen', 'logs'],
  },
  {
    flag: 'away',
    value: 'TIME',
    fallback: '10m',
    help: 'show what happened at the first key after so long without one (90s, 10m, 1h30m); 0 = never',
    commands: ['screen'],
  },
  {
    flag: 'notify',
    value: 'HOW',
    fallback: 'off',
    help: 'tell of new kinds of errors, failures, restarts and losses: bell, osc9, osc777 or off',
    choices: notifyChoices,
    commands: ['screen'],
  },
  {
    flag: 'watch',
    value: 'PATTERN',
    example: 'deadlock|timed out',
    help: 'a regular expression: lines that match count as errors do, and are told of',
    commands: ['screen'],
  },
  {
    flag: 'mouse',
    help: "wheel, clicks and the divider by mouse; the terminal's own selection then needs Shift",
    commands: ['screen'],
  },
  {
    flag: 'title',
    help: "show the number of failing pipelines in the terminal's title",
    commands: ['screen'],
  },
  {
    flag: 'fps',
    value: 'N',
    fallback: '12',
    help: 'frames a second at the most, 1 to 60',
    commands: ['screen'],
  },
  ...viewOptions,
  ...logsOptions,
  {
    flag: 'demo',
    help: 'show the embedded demo server instead of a real one',
    commands: askServer,
    once: askServer,
  },
  {
    flag: 'port',
    value: 'N',
    fallback: '8080',
    help: 'where the demo server listens; 0 = any free port',
    commands: ['demo'],
    once: ['demo'],
  },
  {flag: 'help', alias: 'h', help: 'show this help', commands: all, once: all},
  {flag: 'version', help: 'show the version', commands: all, once: all},
] as const satisfies readonly Option[];

export type FlagName = (typeof options)[number]['flag'];

/** The commands for which a variable and the configuration file can say it. */
export function effectiveCommands({commands, once = []}: Option): readonly CommandName[] {
  return commands.filter((command) => !once.includes(command));
}

/** The variable that is read when the flag is absent, if there is one; `command`: by that command. */
export function variableOf(option: Option, command?: CommandName): string | undefined {
  if (option.variable !== undefined) return option.variable;
  const standing = effectiveCommands(option);
  if (command === undefined ? standing.length === 0 : !standing.includes(command)) return undefined;
  return `PIPETAIL_${option.flag.toUpperCase().replaceAll('-', '_')}`;
}

/** Whether the command takes the flag; `config` takes those that can stand in its file, to show what comes of them. */
export function acceptsOption(command: CommandName, option: Option): boolean {
  return option.commands.includes(command) || (command === 'config' && effectiveCommands(option).length > 0);
}

/** What has an effect on `pipetail config` when it shows nothing that is in force. */
const ofFileItself: readonly string[] = ['config', 'help', 'version'];

/** Whether `pipetail config` with that verb heeds the flag, of those that `takes` it takes. */
export function readsOption(verb: string, flag: string): boolean {
  return verb === 'show' || ofFileItself.includes(flag);
}

const byFlag: ReadonlyMap<string, Option> = new Map(options.map((option) => [option.flag, option]));

/** The option with that flag. */
export function optionOf(flag: FlagName): Option {
  const option = byFlag.get(flag);
  if (!option) throw new Error(`no option --${flag}`);
  return option;
}

/** What values are called that may be written as numbers, and those that are nothing else. */
export const numericValues = ['N', 'SECONDS', 'SIZE', 'TIME', 'CELLS'];
