import {logsOptions} from './logs-options.ts';

/** One option: the flag parser, `--help` and the readme are made from this table. */
export type Option = {
  /** As typed, without the dashes. */
  readonly flag: string;
  readonly alias?: string;
  /** What the value is called in the help; absent for a switch. */
  readonly value?: string;
  /** The variable that is read when the flag is absent. */
  readonly variable?: string;
  readonly fallback?: string;
  readonly help: string;
  /** The values that it takes, where they can be listed. */
  readonly choices?: readonly string[];
  /** The commands that take it; `screen` is the program without a command. */
  readonly commands: readonly CommandName[];
};

export type CommandName = 'screen' | WordedCommand;

/** The commands that have a word: what is typed behind `pipetail`. */
export type WordedCommand = (typeof commandWords)[number];

export const commandWords = ['logs', 'list', 'status', 'completion', 'demo'] as const;

/** The commands that ask a server. */
const askServer = ['screen', 'logs', 'list', 'status'] as const;
const all = ['screen', ...commandWords] as const;

/** Every option, in the order in which the help shows them. */
export const options = [
  {
    flag: 'host',
    value: 'URL',
    variable: 'FELDERA_HOST',
    fallback: 'http://localhost:8080',
    help: 'base URL of the Feldera API; may carry a path prefix',
    commands: askServer,
  },
  {
    flag: 'auth',
    value: 'TOKEN',
    variable: 'FELDERA_API_KEY',
    help: 'API key or JWT, sent as a bearer token',
    commands: askServer,
  },
  {
    flag: 'auth-token-command',
    value: 'CMD',
    variable: 'FELDERA_AUTH_TOKEN_COMMAND',
    help: 'shell command that prints a bearer token; it runs again when the token ends or is refused',
    commands: askServer,
  },
  {
    flag: 'allow-http-key',
    help: 'send the credential over plain http to another machine, where all on the way can read it',
    commands: askServer,
  },
  {
    flag: 'tenant',
    value: 'NAME',
    variable: 'FELDERA_TENANT',
    help: 'name or id of the tenant, for credentials that belong to several',
    commands: askServer,
  },
  {
    flag: 'tls-cert',
    value: 'FILE',
    variable: 'FELDERA_HTTPS_TLS_CERT',
    help: 'PEM file of root certificates to trust beside the usual ones',
    commands: askServer,
  },
  {
    flag: 'insecure',
    alias: 'k',
    variable: 'FELDERA_TLS_INSECURE',
    help: 'accept any certificate; the header says so',
    commands: askServer,
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
  },
  {
    flag: 'record',
    value: 'DIR',
    help: 'write what comes to files there, a folder for each pipeline, and go on with them at the next start',
    commands: ['screen', 'logs'],
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
    help: 'show what happened at the first key after so long without one (90s, 10m, 2h); 0 = never',
    commands: ['screen'],
  },
  {
    flag: 'notify',
    value: 'HOW',
    fallback: 'off',
    help: 'tell of new kinds of errors, failures, restarts and losses: bell, osc9, osc777 or off',
    choices: ['off', 'bell', 'osc9', 'osc777'],
    commands: ['screen'],
  },
  {
    flag: 'watch',
    value: 'PATTERN',
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
  ...logsOptions,
  {
    flag: 'demo',
    help: 'show the embedded demo server instead of a real one',
    commands: askServer,
  },
  {
    flag: 'port',
    value: 'N',
    fallback: '8080',
    help: 'where the demo server listens; 0 = any free port',
    commands: ['demo'],
  },
  {flag: 'help', alias: 'h', help: 'show this help', commands: all},
  {flag: 'version', help: 'show the version', commands: all},
] as const satisfies readonly Option[];

export type FlagName = (typeof options)[number]['flag'];
