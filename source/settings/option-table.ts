import {themeNames} from './palette.ts';
import {colorChoices, copyChoices, levelChoices, notifyChoices, timeChoices, wrapChoices} from './parse-values.ts';

/** One option. The flag parser, `--help`, the configuration template and docs/options.md are made from this table. */
export type Option = {
  /** Without the dashes. */
  readonly flag: string;
  readonly alias?: string;
  /** What fda calls it. Where the command has an option of that name itself, the name means that one. */
  readonly synonyms?: readonly string[];
  /** The name of the value in the help; absent for a switch. */
  readonly value?: string;
  /** Set unless it is `PIPETAIL_` and the flag's name (`variableOf`). */
  readonly variable?: string;
  readonly fallback?: string;
  /** An example for `config init` where there is no default. */
  readonly example?: string;
  readonly help: string;
  /** All values, if they can be listed. */
  readonly choices?: readonly string[];
  /** The commands that accept it; `screen` is the program without a command. */
  readonly commands: readonly CommandName[];
  /** The commands that read it from a flag only, not from a variable or the file. */
  readonly once?: readonly CommandName[];
  /** It can be given several times. */
  readonly repeatable?: true;
  /** It had no value once: the flag without one, its opposite, and true and false are still read. */
  readonly wasSwitch?: true;
  /** About the server: in the configuration file it belongs in a context. */
  readonly ofContext?: true;
};

export type CommandName = 'screen' | WordedCommand;

/** The commands that are a word after `pipetail`. */
type WordedCommand = (typeof commandWords)[number];

const asking = ['logs', 'list', 'status', 'diff', 'story'] as const;
export const commandWords = [...asking, 'open', 'completion', 'man', 'config', 'demo'] as const;

const askServer = ['screen', ...asking] as const;
/** The screen, with a server or for logs that are files. */
const screens = ['screen', 'open'] as const;
const all = ['screen', ...commandWords] as const;

/** In the order of the help. */
export const options = [
  {
    flag: 'context',
    value: 'NAME',
    example: 'prod',
    help: 'the context of the configuration file to use: server, credential and tenant together',
    commands: askServer,
  },
  {
    flag: 'config',
    value: 'FILE',
    variable: 'PIPETAIL_CONFIG',
    help: 'the configuration file, instead of ~/.config/pipetail/config.toml',
    commands: [...askServer, 'open', 'config'],
    once: [...askServer, 'open', 'config'],
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
    help: 'shell command that prints a bearer token; it runs again when the token expires or is refused',
    commands: askServer,
    ofContext: true,
  },
  {
    flag: 'allow-http-key',
    help: 'send the credential over plain http to another machine, although anyone on the way can read it',
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
    help: 'PEM file of root certificates to trust, in addition to the usual ones',
    commands: askServer,
    ofContext: true,
  },
  {
    flag: 'insecure',
    alias: 'k',
    variable: 'FELDERA_TLS_INSECURE',
    help: 'accept any certificate; the header shows that',
    commands: askServer,
    ofContext: true,
  },
  {
    flag: 'scrollback',
    value: 'SIZE',
    fallback: '32MiB',
    help: 'log bytes kept for each tab (64MiB, 100k, 1000000)',
    commands: screens,
  },
  {
    flag: 'memory',
    value: 'SIZE',
    fallback: '256MiB',
    help: 'log bytes kept for all tabs together; the tabs viewed longest ago are shortened first',
    commands: screens,
  },
  {
    flag: 'fresh',
    help: 'start without the tabs, filters and positions of the last session',
    commands: ['screen'],
    once: ['screen'],
  },
  {
    flag: 'record',
    value: 'DIR',
    example: '~/pipetail-logs',
    help: 'record logs to files in this folder, a subfolder per pipeline, and continue them at the next start',
    commands: ['screen', 'logs'],
    // A recorded log is continued: with a variable, `logs` would silently print less at each call.
    once: ['logs'],
  },
  {
    flag: 'record-max',
    value: 'SIZE',
    fallback: '1GiB',
    help: 'most bytes for all recordings together; the oldest files are deleted',
    commands: ['screen', 'logs'],
  },
  {
    flag: 'silence',
    value: 'TIME',
    fallback: '5m',
    help: 'refresh a stream after this time of silence (90s, 5m), at most a day; 0 = never',
    commands: ['screen', 'logs'],
  },
  {
    flag: 'away',
    value: 'TIME',
    fallback: '10m',
    help: 'after this time without a key, the next key shows what happened (90s, 10m, 1h30m); 0 = never',
    commands: screens,
  },
  {
    flag: 'notify',
    value: 'HOW',
    fallback: 'off',
    help: 'notify of new kinds of errors, failures, restarts and losses: bell, osc9, osc777 or off',
    choices: notifyChoices,
    commands: screens,
  },
  {
    flag: 'on-alert',
    value: 'CMD',
    example: 'jq -r .text | mail -s pipetail me@example.com',
    help: 'run sh -c CMD for what --notify would tell, with one JSON object on its stdin; at most one a minute of each pipeline',
    commands: [...screens, 'logs'],
  },
  {
    flag: 'watch',
    value: 'PATTERN',
    example: 'deadlock|timed out',
    help: 'regular expression; lines that match are counted and notified like errors',
    commands: screens,
  },
  {
    flag: 'mouse',
    help: 'use the mouse for scrolling, clicks and the divider; selecting text then needs Shift',
    commands: screens,
  },
  {
    flag: 'screen-reader',
    help: 'for a screen reader: print lines once, with one line of status, instead of a screen',
    commands: screens,
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
    help: 'frames per second at most, 1 to 60',
    commands: screens,
  },
  {
    flag: 'theme',
    value: 'NAME',
    fallback: 'default',
    help: "the terminal's colours (default), those for a light or dark background (light, dark, solarized-light, solarized), none (mono), or your own",
    choices: themeNames,
    commands: screens,
  },
  {
    flag: 'wrap',
    value: 'WHICH',
    fallback: 'errors',
    help: 'long lines that continue in the next row: none (off), warnings and errors (errors) or all',
    choices: wrapChoices,
    wasSwitch: true,
    commands: screens,
  },
  {
    flag: 'as-sent',
    help: 'show lines as sent, with their own times and names, instead of the compact form',
    commands: screens,
  },
  {flag: 'connector-errors', help: 'show new errors of connectors in the log, where they arrive', commands: ['screen']},
  {
    flag: 'time',
    value: 'HOW',
    example: 'local',
    help: 'how times are shown: sent (UTC), local, utc (with the date), relative, delta or off; default sent, with --zone local',
    choices: timeChoices,
    commands: screens,
  },
  {
    flag: 'zone',
    value: 'ZONE',
    example: 'Europe/Berlin',
    help: "time zone of local times, such as Europe/Berlin or UTC; default: the system's",
    commands: screens,
  },
  {
    flag: 'sidebar',
    value: 'CELLS',
    fallback: 'auto',
    help: 'width of the list, at least 8; auto fits it to terminal and focus, off hides it',
    commands: screens,
  },
  {
    flag: 'copy',
    value: 'FORM',
    fallback: 'clean',
    help: 'the form of copied, saved and piped lines: without colours (clean), or the bytes as sent (as-sent)',
    choices: copyChoices,
    commands: screens,
  },
  {
    flag: 'follow',
    alias: 'f',
    synonyms: ['watch', 'w'],
    help: 'keep printing after the catch-up, across reconnects',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'exit-on-end',
    help: 'with --follow: end when the log ends, instead of waiting for the pipeline to start again',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'from',
    value: 'WHAT',
    help: 'read a folder that --record wrote instead of asking the server; logs also prints a file, .gz, .zst, a folder of them, a support bundle, and - for stdin',
    commands: ['logs', 'diff'],
    once: ['logs', 'diff'],
  },
  {
    flag: 'runs',
    value: 'N,M',
    help: 'the two runs to compare, numbered as above the log; default: the last two',
    commands: ['diff'],
    once: ['diff'],
  },
  {
    flag: 'tail',
    value: 'N',
    help: 'of the log that the server has, only the last N records that are selected; -1 = all',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'since',
    alias: 's',
    value: 'TIME',
    help: 'start at the first record of this time or later: 10m, 1h30m, 12:03, 2026-11-25 12:03 (UTC)',
    commands: ['logs', 'story'],
    once: ['logs', 'story'],
  },
  {
    flag: 'grep',
    value: 'PATTERN',
    repeatable: true,
    help: 'only records with a line that matches the regular expression; case counts if it has capitals. Given several times: one of them has to match',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'exclude',
    alias: 'e',
    value: 'PATTERN',
    repeatable: true,
    help: 'leave out records with a line that matches. Given several times: none may match',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'level',
    value: 'LEVEL',
    help: 'only records of that level or worse: trace, debug, info, warn or error',
    choices: levelChoices,
    commands: [...screens, 'logs'],
    once: ['logs'],
  },
  {
    flag: 'output',
    alias: 'o',
    synonyms: ['format'],
    value: 'FORM',
    help: 'for logs: raw (as sent, also on a terminal), json (an object per record) or markdown; for list: wide, name or json; for the others: json',
    commands: ['logs', 'list', 'status', 'diff', 'story', 'config'],
    once: ['logs', 'list', 'status', 'diff', 'story', 'config'],
  },
  {
    flag: 'template',
    value: 'TEXT',
    help: 'print each record as this text, with {pipeline} {time} {level} {target} {message} {line} filled in',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'timestamps',
    alias: 't',
    help: "print the record's time before each line, - if it has none",
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'exit-on',
    value: 'PATTERN',
    help: 'end with exit code 3 after the first record with a line that matches, printed or not, from --since or --tail on',
    commands: ['logs'],
    once: ['logs'],
  },
  {
    flag: 'timeout',
    value: 'TIME',
    help: 'end the printing after this time (90s, 10m, 1h30m); with --exit-on that is a failure',
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
    help: "with several pipelines: print lines without the pipeline's name",
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
    help: 'how far a slow reader may fall behind before lines are dropped, which is reported',
    commands: ['logs'],
  },
  {
    flag: 'demo',
    help: 'use the embedded demo server instead of a real one',
    commands: askServer,
    once: askServer,
  },
  {
    flag: 'port',
    value: 'N',
    fallback: '8080',
    help: 'port of the demo server; 0 = any free port',
    commands: ['demo'],
    once: ['demo'],
  },
  {flag: 'help', alias: 'h', help: 'show this help', commands: all, once: all},
  {flag: 'version', help: 'show the version', commands: all, once: all},
] as const satisfies readonly Option[];

export type FlagName = (typeof options)[number]['flag'];

/** The commands that read the option also from a variable or the configuration file. */
export function effectiveCommands({commands, once = []}: Option): readonly CommandName[] {
  return commands.filter((command) => !once.includes(command));
}

/** Whether a variable or the configuration file can set the option for at least one command. */
export function isConfigurable(option: Option): boolean {
  return effectiveCommands(option).length > 0;
}

/** The variable that sets the option, if there is one; `command`: for that command. */
export function variableOf(option: Option, command?: CommandName): string | undefined {
  if (option.variable !== undefined) return option.variable;
  const isRead = command === undefined ? isConfigurable(option) : effectiveCommands(option).includes(command);
  if (!isRead) return undefined;
  return `PIPETAIL_${option.flag.toUpperCase().replaceAll('-', '_')}`;
}

/** `config` also accepts the flags of options that can be in its file, to show the result. */
export function acceptsOption(command: CommandName, option: Option): boolean {
  return option.commands.includes(command) || (command === 'config' && isConfigurable(option));
}

const byFlag: ReadonlyMap<string, Option> = new Map(options.map((option) => [option.flag, option]));

export function optionOf(flag: FlagName): Option {
  const option = byFlag.get(flag);
  if (!option) throw new Error(`no option --${flag}`);
  return option;
}
