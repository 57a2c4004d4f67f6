import {logsOptions} from './logs-option-table.ts';
import {asking, commandWords, keyOf, type Option, screens} from './option.ts';
import {themeNames} from './palette.ts';
import {colorChoices, copyChoices, histogramChoices, notifyChoices, timeChoices, wrapChoices} from './parse-values.ts';

const askServer = ['screen', ...asking] as const;
const all = ['screen', ...commandWords] as const;

/**
 * In the order of the help. The flag parser, `--help`, the configuration template, docs/options.md and the settings of
 * docs/configuration.md are made of this table.
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
    variable: 'FELDERA_HOST',
    fallback: 'http://localhost:8080',
    help: 'base URL of the Feldera API; may carry a path prefix',
    core: 'the Feldera API (default http://localhost:8080)',
    commands: askServer,
    ofContext: true,
  },
  {
    flag: 'auth',
    value: 'TOKEN',
    variable: 'FELDERA_API_KEY',
    help: 'API key or JWT, sent as a bearer token',
    core: 'API key; safer in the variable FELDERA_API_KEY',
    commands: askServer,
    ofContext: true,
  },
  {
    flag: 'oidc-token-file',
    value: 'FILE',
    variable: 'FELDERA_OIDC_TOKEN_FILE',
    help: 'file that holds a bearer token, such as Kubernetes mounts; it is read again for each request',
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
    setting: true,
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
    help: 'memory for the log of each tab, which holds about ten times as much (64MiB, 100k, 1000000)',
    commands: screens,
  },
  {
    flag: 'memory',
    value: 'SIZE',
    fallback: '256MiB',
    help: 'memory for the logs of all tabs together; the tabs viewed longest ago are shortened first',
    commands: screens,
  },
  {
    flag: 'fresh',
    help: 'start without the tabs, filters and positions of the last session',
    core: 'start without the tabs and filters of the last time',
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
    help: 'filter the logs as & does: refused, !refused, target:kafka, level:warn. Given several times: all of them',
    core: 'filter the logs as & does: refused, level:warn',
    commands: screens,
    once: true,
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
    value: 'SIZE',
    fallback: '1GiB',
    help: 'maximum total size of all recordings; the oldest files are deleted',
    commands: ['screen', 'logs'],
    setting: true,
  },
  {
    flag: 'silence',
    value: 'TIME',
    fallback: '5m',
    help: 'replace a connection that has been silent this long (90s, 5m), at most a day; 0 = never',
    off: '0',
    commands: ['screen', 'logs'],
    setting: true,
  },
  {
    flag: 'away',
    value: 'TIME',
    fallback: '10m',
    help: 'after this time without a key, the next key shows what happened (90s, 10m, 1h30m); 0 = never',
    off: '0',
    commands: screens,
    setting: true,
  },
  {
    flag: 'notify',
    value: 'HOW',
    fallback: 'off',
    help: 'notify of new kinds of errors, failures, restarts and losses: bell, osc9, osc777 or off',
    core: 'notify of errors and failures: bell, osc9, osc777',
    choices: notifyChoices,
    commands: screens,
  },
  {
    flag: 'on-alert',
    value: 'CMD',
    example: 'jq -r .text | mail -s pipetail me@example.com',
    help: 'run sh -c CMD for new kinds of errors, failures, restarts and losses, with one JSON object on its stdin; at most once per minute per pipeline, not counting failures',
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
    core: 'print lines once, for a screen reader',
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
    help: 'maximum frames per second, 1 to 60',
    commands: screens,
    setting: true,
  },
  {
    flag: 'theme',
    value: 'NAME',
    fallback: 'default',
    help: 'default (the colours of the terminal), light, dark, solarized, solarized-light, mono, or one from the configuration file',
    core: 'colours: default, light, dark, solarized, mono, …',
    choices: themeNames,
    commands: screens,
  },
  {
    flag: 'wrap',
    value: 'WHICH',
    fallback: 'errors',
    help: 'which long lines continue in the next row: none (off), warnings and errors (errors) or all',
    choices: wrapChoices,
    off: 'off',
    wasSwitch: true,
    commands: screens,
    setting: true,
  },
  {
    flag: 'as-sent',
    help: 'show lines as sent, with their own times and names, instead of the compact form',
    commands: screens,
    setting: true,
  },
  {
    flag: 'time',
    value: 'HOW',
    example: 'local',
    help: 'how times are shown: sent (UTC), local, utc (with the date), relative, delta or off; default: sent, or local if a zone is set',
    core: 'times as sent, local, utc, relative, delta or off',
    choices: timeChoices,
    commands: screens,
  },
  {
    flag: 'zone',
    value: 'ZONE',
    example: 'Europe/Berlin',
    help: "time zone of local times, such as Europe/Berlin or UTC; default: the system's",
    commands: screens,
    setting: true,
  },
  {
    flag: 'list-width',
    value: 'CELLS',
    fallback: 'auto',
    help: 'width of the list, at least 8; auto fits it to terminal and focus, off hides it',
    off: 'off',
    commands: screens,
    setting: true,
  },
  {
    flag: 'histogram',
    value: 'WHEN',
    fallback: 'auto',
    help: 'the histogram above the log: on, off, or on in terminals of 30 rows or more (auto)',
    choices: histogramChoices,
    commands: screens,
  },
  {
    flag: 'copy',
    value: 'FORM',
    fallback: 'clean',
    help: 'the form of copied, saved and piped lines: without colours (clean), or the bytes as sent (as-sent)',
    choices: copyChoices,
    commands: screens,
    setting: true,
  },
  ...logsOptions,
  {
    flag: 'status',
    value: 'STATES',
    help: 'only pipelines in these states: Running,Failed',
    core: true,
    commands: ['list'],
    once: true,
  },
  {
    flag: 'tag',
    value: 'TAG',
    repeatable: true,
    help: 'only pipelines with this tag; * and ? stand for any characters. Given several times: with all of them',
    core: 'only pipelines with this tag',
    commands: ['list'],
    once: true,
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
    help: "the log's own colours: on a terminal and with -o raw (auto), also into a pipe or a file (always), or never",
    choices: colorChoices,
    commands: ['logs'],
  },
  {
    flag: 'spill',
    value: 'SIZE',
    fallback: '256MiB',
    help: 'how far a slow reader of pipetail logs may fall behind before lines are dropped, which is reported',
    commands: ['logs'],
    setting: true,
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
    fallback: '8080',
    help: 'port of the demo server; 0 = any free port',
    core: true,
    commands: ['demo'],
    once: true,
  },
  {
    flag: 'help',
    alias: 'h',
    help: 'show the most used options; --help all: every option',
    core: true,
    commands: all,
    once: true,
  },
  {flag: 'version', help: 'show the version', commands: all, once: true},
] as const satisfies readonly Option[];

type Row = (typeof options)[number];

/** What the program calls an option: its key, mostly its flag. */
export type FlagName = Row extends infer Each
  ? Each extends {readonly key: infer Key}
    ? Key
    : Each extends {readonly flag: infer Flag}
      ? Flag
      : never
  : never;

const byKey: ReadonlyMap<string, Option> = new Map(options.map((option) => [keyOf(option), option]));

export function optionOf(flag: FlagName): Option {
  const option = byKey.get(flag);
  if (!option) throw new Error(`no option --${flag}`);
  return option;
}
