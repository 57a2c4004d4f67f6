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
  /** The commands that take it; `screen` is the program without a command. */
  readonly commands: readonly CommandName[];
};

export type CommandName = 'screen' | 'logs' | 'demo';

/** Every option, in the order in which the help shows them. */
export const options = [
  {
    flag: 'host',
    value: 'URL',
    variable: 'FELDERA_HOST',
    fallback: 'http://localhost:8080',
    help: 'base URL of the Feldera API; may carry a path prefix',
    commands: ['screen', 'logs'],
  },
  {
    flag: 'auth',
    value: 'TOKEN',
    variable: 'FELDERA_API_KEY',
    help: 'API key or JWT, sent as a bearer token',
    commands: ['screen', 'logs'],
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
  {
    flag: 'follow',
    alias: 'f',
    help: 'go on after the catch-up, over every reconnect',
    commands: ['logs'],
  },
  {
    flag: 'exit-on-end',
    help: 'with --follow: end when the log does, instead of waiting for the pipeline to come back',
    commands: ['logs'],
  },
  {
    flag: 'from',
    value: 'DIR',
    help: 'print what was recorded there with --record, instead of asking the server',
    commands: ['logs'],
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
    commands: ['logs'],
  },
  {
    flag: 'spill',
    value: 'SIZE',
    fallback: '256MiB',
    help: 'what a slow reader may fall behind before lines are dropped, and named',
    commands: ['logs'],
  },
  {
    flag: 'demo',
    help: 'show the embedded demo server instead of a real one',
    commands: ['screen', 'logs'],
  },
  {
    flag: 'port',
    value: 'N',
    fallback: '8080',
    help: 'where the demo server listens; 0 = any free port',
    commands: ['demo'],
  },
  {flag: 'help', alias: 'h', help: 'show this help', commands: ['screen', 'logs', 'demo']},
  {flag: 'version', help: 'show the version', commands: ['screen', 'logs', 'demo']},
] as const satisfies readonly Option[];

export type FlagName = (typeof options)[number]['flag'];
