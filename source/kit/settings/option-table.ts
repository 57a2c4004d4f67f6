import {logsOptions, pattern} from './logs-option-table.ts';
import {readTag} from './names.ts';
import {
  acceptsOption,
  asking,
  type CommandName,
  commandWords,
  type NameOf,
  nameOf,
  type Option,
  screens,
} from './option.ts';
import {themeNames} from './palette.ts';
import {paneRows} from './pane-option-table.ts';
import {
  oneOf,
  parseDuration,
  parseInteger,
  parseSize,
  readListWidth,
  readSilence,
  readSwitch,
  readZone,
} from './parse-values.ts';

const askServer = ['screen', ...asking] as const;
const all = ['screen', ...commandWords] as const;
const sizeFrom = (least: string) =>
  ({value: 'SIZE', read: (text: string, name: string) => parseSize(text, name, least)}) as const;
const settingOfScreens = {commands: screens, setting: true} as const;
const ofServer = {commands: askServer, ofContext: true} as const;

/** A call has one of them. */
export const credentialFlags = ['auth', 'oidc-token-file', 'auth-token-command'] as const;

/**
 * In the order of the help. The flag parser, `--help`, the configuration template and docs/options.md are made of this table.
 */
export const options = [
  {
    flag: 'context',
    value: 'NAME',
    example: 'prod',
    help: 'the context of the configuration file to use: server, credential and tenant together',
    core: 'a server of the configuration file',
    commands: askServer,
  },
  {
    flag: 'config',
    value: 'FILE',
    variable: 'PIPETAIL_CONFIG',
    help: 'the configuration file, instead of ~/.config/pipetail/config.toml',
    commands: [...askServer, 'open', 'config'],
    once: true,
  },
  {
    flag: 'host',
    value: 'URL',
    example: 'https://feldera.example.com',
    variable: 'FELDERA_HOST',
    fallback: 'http://localhost:8080',
    help: 'base URL of the Feldera API; may carry a path prefix',
    core: 'the Feldera API (default http://localhost:8080)',
    ...ofServer,
  },
  {
    flag: 'auth',
    value: 'TOKEN',
    example: 'apikey:…',
    variable: 'FELDERA_API_KEY',
    help: 'API key or JWT, sent as a bearer token',
    core: 'API key; safer in the variable FELDERA_API_KEY',
    ...ofServer,
  },
  {
    flag: 'oidc-token-file',
    value: 'FILE',
    example: '/var/run/secrets/feldera/token',
    variable: 'FELDERA_OIDC_TOKEN_FILE',
    help: 'file that holds a bearer token, such as Kubernetes mounts; it is read again for each request',
    ...ofServer,
  },
  {
    flag: 'auth-token-command',
    value: 'CMD',
    example: 'get-token --for prod',
    variable: 'FELDERA_AUTH_TOKEN_COMMAND',
    help: 'shell command that prints a bearer token; it runs again when the token expires or is refused',
    ...ofServer,
  },
  {
    flag: 'allow-http-key',
    help: 'send the credential over plain http to another machine, although anyone on the way can read it',
    ...ofServer,
    setting: true,
  },
  {
    flag: 'tenant',
    value: 'NAME',
    example: 'acme',
    variable: 'FELDERA_TENANT',
    help: 'name or id of the tenant, for credentials that belong to several',
    ...ofServer,
  },
  {
    flag: 'tls-cert',
    value: 'FILE',
    example: '~/.config/pipetail/roots.pem',
    variable: 'FELDERA_HTTPS_TLS_CERT',
    help: 'PEM file of root certificates to trust, in addition to the usual ones',
    ...ofServer,
  },
  {
    flag: 'insecure',
    alias: 'k',
    variable: 'FELDERA_TLS_INSECURE',
    help: 'accept any certificate; the header shows that',
    ...ofServer,
  },
  {
    flag: 'scrollback',
    ...sizeFrom('64KiB'),
    fallback: '32MiB',
    help: 'memory for the log of each tab, which holds about ten times as much (64MiB, 100k, 1000000)',
    commands: screens,
  },
  {
    flag: 'memory',
    ...sizeFrom('16MiB'),
    example: '256MiB',
    help: 'memory for the logs of all tabs together: lines, compressed or not, their index, and the copy of the end that a reconnect needs; the tabs viewed longest ago are shortened first; default: 256MiB, or an eighth of what the container may use, if that is less',
    commands: screens,
  },
  {
    flag: 'fresh',
    help: 'start without the tabs, filters and positions of the last session',
    core: "start without last session's tabs and filters",
    commands: ['screen'],
    once: true,
  },
  {
    flag: 'at',
    value: 'TIME',
    help: 'go to this time: 10m, 1h30m, 12:03, 2026-11-25 12:03 (UTC); with # and the hash that M copies of a record: to that record',
    core: 'go to this time: 12:03, 10m, 2026-11-25 12:03',
    commands: screens,
    once: true,
  },
  {
    flag: 'filter',
    value: 'FILTER',
    repeatable: true,
    help: 'filter the logs as & does: refused, !refused, target:kafka, level:warn, @noise (saved in the file). Given several times: all of them',
    core: 'filter the logs as & does: refused, level:warn',
    commands: screens,
    once: true,
  },
  {
    flag: 'read-logs',
    value: 'WHICH',
    fallback: 'tabs',
    help: 'which logs are read: those that have a tab (tabs), or those of all running pipelines (all), for their errors',
    choices: ['tabs', 'all'],
    commands: ['screen'],
  },
  {
    flag: 'record',
    value: 'DIR',
    example: '~/pipetail-logs',
    help: 'record logs to files in this folder, a subfolder per pipeline, and continue them at the next start',
    core: 'record logs to files in this folder',
    commands: ['screen', 'logs'],
    // A recorded log is continued: with a variable, `logs` would silently print less at each call.
    once: ['logs'],
  },
  {
    flag: 'record-max',
    ...sizeFrom('16MiB'),
    fallback: '1GiB',
    help: 'maximum total size of all recordings; the oldest files are deleted',
    commands: ['screen', 'logs'],
    setting: true,
  },
  {
    flag: 'silence',
    value: 'TIME',
    read: readSilence,
    fallback: '5m',
    help: 'replace a connection that has been silent this long (90s, 5m), at most a day; 0 = never',
    off: '0',
    commands: ['screen', 'logs'],
    setting: true,
  },
  {
    flag: 'away',
    value: 'TIME',
    read: parseDuration,
    fallback: '10m',
    help: 'after this time without a key, the next key shows what happened (90s, 10m, 1h30m); 0 = never',
    off: '0',
    ...settingOfScreens,
  },
  {
    flag: 'notify',
    value: 'HOW',
    fallback: 'off',
    help: 'notify of new kinds of errors, failures, restarts and losses: bell, osc9, osc777 or off',
    core: 'notify of errors and failures: bell, osc9, osc777',
    choices: ['bell', 'osc9', 'osc777', 'off'],
    commands: screens,
  },
  {
    flag: 'on-alert',
    value: 'CMD',
    read: (text) => text.trim() || undefined,
    example: 'jq -r .text | mail -s pipetail me@example.com',
    help: 'run sh -c CMD for new kinds of errors, failures, restarts and losses, with one JSON object on its stdin; at most once per minute per pipeline, not counting failures',
    commands: [...screens, 'logs'],
  },
  {
    flag: 'watch',
    ...pattern,
    example: 'deadlock|timed out',
    help: 'regular expression; lines that match are counted and notified like errors',
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
    read: (text, name) => parseInteger(text, name, {min: 1, max: 60}),
    fallback: '12',
    help: 'maximum frames per second, 1 to 60',
    ...settingOfScreens,
  },
  {
    flag: 'theme',
    value: 'NAME',
    fallback: 'default',
    help: 'light, dark, mono or default: light or dark, as the terminal answers',
    core: 'colours: default, light, dark or mono',
    choices: themeNames,
    commands: screens,
  },
  ...paneRows,
  {
    flag: 'zone',
    value: 'ZONE',
    read: readZone,
    example: 'Europe/Berlin',
    help: "time zone of local times, such as Europe/Berlin or UTC; default: the system's",
    ...settingOfScreens,
  },
  {
    flag: 'list-width',
    value: 'CELLS',
    read: readListWidth,
    fallback: 'auto',
    help: 'width of the list, at least 8; auto fits it to terminal and focus, off hides it',
    off: 'off',
    ...settingOfScreens,
    view: 'start',
  },
  {
    flag: 'histogram',
    value: 'WHEN',
    fallback: 'auto',
    help: 'the histogram above the log: on, off, or on in terminals of 30 rows or more (auto)',
    choices: ['auto', 'on', 'off'],
    commands: screens,
    view: 'start',
  },
  {
    flag: 'copy',
    value: 'FORM',
    fallback: 'clean',
    help: 'the form of copied and saved lines: without colours (clean), or the bytes as sent (as-sent)',
    choices: ['clean', 'as-sent'],
    ...settingOfScreens,
  },
  ...logsOptions,
  {
    flag: 'status',
    value: 'STATES',
    read: (text) => text.split(/[\s,]+/).filter(Boolean),
    help: 'only pipelines in these states: Running,Failed',
    core: true,
    commands: ['list'],
    once: true,
  },
  {
    flag: 'tag',
    value: 'TAG',
    read: readTag,
    repeatable: true,
    help: 'only pipelines with this tag; * and ? stand for any characters. Given several times: with all of them',
    core: 'only pipelines with this tag',
    commands: ['list'],
    once: true,
  },
  {
    flag: 'color',
    value: 'WHEN',
    fallback: 'auto',
    help: "the log's own colours: on a terminal and with -o raw (auto), also into a pipe or a file (always), or never",
    choices: ['auto', 'always', 'never'],
    commands: ['logs'],
  },
  {
    flag: 'demo',
    help: 'use the embedded demo server instead of a real one',
    core: true,
    commands: askServer,
    once: true,
  },
  {
    flag: 'port',
    value: 'N',
    read: (text, name) => parseInteger(text, name, {min: 0, max: 65_535}),
    fallback: '8080',
    help: 'port of the demo server; 0 = any free port',
    core: true,
    commands: ['demo'],
    once: true,
  },
  {
    flag: 'help',
    alias: 'h',
    help: 'show common options (--help all: every option)',
    core: true,
    commands: all,
    once: true,
  },
  {flag: 'version', help: 'show the version', commands: all, once: true},
] as const satisfies readonly Option[];

type Row = (typeof options)[number];
export type FlagName = Row['flag'];

type Read<One> = One extends {readonly read: (text: string, name: string) => infer Value}
  ? Value
  : One extends {readonly choices: readonly (infer Choice)[]}
    ? Choice
    : string;
type Value<One> = One extends {readonly value: string}
  ? One extends {readonly repeatable: true}
    ? readonly Read<One>[]
    : One extends {readonly fallback: string}
      ? Read<One>
      : Read<One> | undefined
  : boolean;

/** Value of an option: a boolean for a switch, perhaps undefined without a default. */
export type ValueOf<Flag extends FlagName> = Value<Extract<Row, {readonly flag: Flag}>>;

type Values<Flag extends FlagName> = {readonly [One in Flag as NameOf<One>]: ValueOf<One>};

type PaneFlag = Extract<Row, {readonly view: 'pane'}>['flag'];
type ViewFlag = Extract<Row, {readonly view: string}>['flag'];

/** View of a tab's log: options set it, and keys change it. */
export type PaneOptions = {readonly [Name in keyof Values<PaneFlag>]: NonNullable<Values<PaneFlag>[Name]>};

/** View of a log and of the list beside it, until keys change that. */
export type ViewSettings = PaneOptions & Values<Exclude<ViewFlag, PaneFlag>>;

/** The values of options by their names in the code, each as its row reads it. */
export function valuesOf<Flag extends FlagName>(flags: readonly Flag[], read: (flag: Flag) => unknown): Values<Flag> {
  return Object.fromEntries(flags.map((flag) => [nameOf(flag), read(flag)])) as Values<Flag>;
}

/** Names of all options but those about the server, which go together (`readServerOptions`). */
export const ownFlags = options.flatMap((row) => ('ofContext' in row ? [] : row.flag));
const paneFlags = options.flatMap((row) => ('view' in row && row.view === 'pane' ? row.flag : []));
export const paneOptionNames = paneFlags.map(nameOf);

/** Options as they are in a session. One that cannot have its value, such as of another version, has its default. */
export function paneOptionsFrom(saved: Readonly<Record<string, unknown>> = {}): PaneOptions {
  const read = (flag: FlagName) => {
    const value = saved[nameOf(flag)];
    const option = optionOf(flag);
    const {choices, fallback = choices?.[0] ?? ''} = option;
    const usual = readValue(option, fallback, flag);
    const isPossible = choices ? choices.some((choice) => choice === value) : typeof value === typeof usual;
    return isPossible ? value : usual;
  };
  return valuesOf(paneFlags, read) as PaneOptions;
}

/** Reads the text of an option, which messages call `name`. Throws `UsageError`. */
export function readValue({value, read, choices}: Option, text: string, name: string): unknown {
  if (value === undefined) return readSwitch(text, name);
  if (read) return read(text, name);
  return choices ? oneOf(name, text.trim().toLowerCase(), choices) : text;
}

const byFlag: ReadonlyMap<string, Option> = new Map(options.map((option) => [option.flag, option]));

/** The option with that flag, alias or synonym; one that the command accepts, if there is one. */
export function optionNamed(name: string, command: CommandName): Option | undefined {
  const named = [
    ...options.filter(({flag}) => flag === name),
    ...options.filter(({alias, synonyms = []}: Option) => alias === name || synonyms.includes(name)),
  ];
  return named.find((option) => acceptsOption(command, option)) ?? named[0];
}

export function optionOf(flag: FlagName): Option {
  const option = byFlag.get(flag);
  if (!option) throw new Error(`no option --${flag}`);
  return option;
}
