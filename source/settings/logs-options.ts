import type {Option} from './options.ts';

/** The options of `logs`, some of which other commands take too, in the order in which the help shows them. */
export const logsOptions = [
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
    flag: 'tail',
    value: 'N',
    help: 'of what the server has already: only the last N records that pass',
    commands: ['logs'],
  },
  {
    flag: 'since',
    value: 'TIME',
    help: 'from the first record of that time on: 10m, 1h30m, 12:03, 2026-11-25 12:03 (UTC)',
    commands: ['logs'],
  },
  {
    flag: 'grep',
    value: 'PATTERN',
    help: 'only records with a line that matches the regular expression; capitals count if it has any',
    commands: ['logs'],
  },
  {
    flag: 'exclude',
    value: 'PATTERN',
    help: 'no records with a line that matches',
    commands: ['logs'],
  },
  {
    flag: 'level',
    value: 'LEVEL',
    help: 'only records of that level or worse: trace, debug, info, warn or error',
    choices: ['trace', 'debug', 'info', 'warn', 'error'],
    commands: ['logs'],
  },
  {
    flag: 'output',
    alias: 'o',
    value: 'FORM',
    help: 'of logs: raw (as sent), json (an object a record) or markdown; of list: wide, name or json; of status: json',
    commands: ['logs', 'list', 'status'],
  },
  {
    flag: 'template',
    value: 'TEXT',
    help: 'a text for each record, of {pipeline} {time} {level} {target} {message} {line}',
    commands: ['logs'],
  },
  {
    flag: 'timestamps',
    help: 'put the time of its record in front of each line, - where it has none',
    commands: ['logs'],
  },
  {
    flag: 'exit-on',
    value: 'PATTERN',
    help: 'end with exit code 3 after the first record with a line that matches, printed or not',
    commands: ['logs'],
  },
  {
    flag: 'timeout',
    value: 'TIME',
    help: 'end after so long (90s, 10m); with --exit-on that is a failure',
    commands: ['logs'],
  },
  {
    flag: 'status',
    value: 'STATES',
    help: 'only pipelines in these states: Running,Failed',
    commands: ['list'],
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
    choices: ['auto', 'always', 'never'],
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
