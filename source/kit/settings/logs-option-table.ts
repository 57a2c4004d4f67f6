import {asking, type Option, screens} from './option.ts';
import {oneOf, parseDuration, parseInteger, readExpression, UsageError} from './parse-values.ts';

export const pattern = {value: 'PATTERN', read: readExpression} as const;
const ofLogs = {commands: ['logs'], once: true} as const;

/** `3,4`, in any order. */
function readRuns(text: string, name: string): readonly [older: number, newer: number] {
  const [older = 0, newer = 0] = text
    .split(',')
    .map(Number)
    .toSorted((a, b) => a - b);
  if (!/^\d{1,6},\d{1,6}$/.test(text) || older < 1 || older === newer) {
    throw new UsageError(`${name} takes two numbers of runs, such as 3,4, not '${text}'`);
  }
  return [older, newer];
}

/** Below 0 it counts from the last run, which is -1. */
function readRun(text: string, name: string): number {
  const run = /^-?\d{1,6}$/.test(text.trim()) ? Number(text) : 0;
  if (run !== 0) return run;
  throw new UsageError(`${name} takes the number of a run, such as 3, or -1 for the last one, not '${text.trim()}'`);
}

function readTail(text: string, name: string): number | undefined {
  const tail = text.trim();
  const most = 1_000_000;
  if (tail === '-1') return undefined;
  if (/^\d+$/.test(tail) && Number(tail) <= most) return Number(tail);
  throw new UsageError(`${name} takes a number of records up to ${most}, or -1 for all, not '${text}'`);
}

/** A number without a unit may be meant as fda's limit for each request. */
function readTimeout(text: string, name: string): number {
  if (!/^\s*[1-9]\d*\s*$/.test(text)) return parseDuration(text, name);
  throw new UsageError(`${name} ${text.trim()} needs a unit, such as ${text.trim()}s`);
}

const levelWords = ['trace', 'debug', 'info', 'warn', 'error'] as const;
/** Levels as records have them. */
const levels = {trace: 'TRACE', debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR'} as const;

/** Options for what `logs`, and commands like it, print: a part of the table of options, in the order of the help. */
export const logsOptions = [
  {
    flag: 'follow',
    alias: 'f',
    synonyms: ['watch', 'w'],
    help: 'keep printing new lines, across reconnects',
    core: true,
    ...ofLogs,
  },
  {
    flag: 'exit-on-end',
    help: 'with --follow: end when the pipeline stops (exit code 0) or fails (1), instead of waiting for its next start',
    ...ofLogs,
  },
  {
    flag: 'from',
    value: 'WHAT',
    help: 'instead of asking the server, read what --record wrote to this folder, a file (also .gz and .zst), a folder of them, a support bundle, or - for stdin',
    core: 'read recordings, files, bundles or stdin (-) instead',
    helpFor: {
      diff: 'instead of asking the server, compare runs in a recording, a file (also .gz and .zst), a folder of them, a support bundle, or - for stdin',
    },
    commands: ['logs', 'diff'],
    once: true,
  },
  {
    flag: 'runs',
    value: 'N,M',
    read: readRuns,
    help: 'the two runs to compare, numbered as above the log; default: the last two',
    core: 'the two runs to compare (default: the last two)',
    commands: ['diff'],
    once: true,
  },
  {
    flag: 'tail',
    value: 'N',
    read: readTail,
    help: 'only the last N selected records of what is there already; -1 = all',
    core: 'only the last N records; -1 = all',
    ...ofLogs,
  },
  {
    flag: 'since',
    alias: 's',
    value: 'TIME',
    help: 'start at the first record of this time or later: 10m, 1h30m, 12:03, 2026-11-25 12:03 (UTC); 10m is before now, with --from too',
    core: 'from this time on: 10m, 12:03, 2026-11-25 12:03',
    helpFor: {timeline: 'only what went on at this time or came later: 10m, 1h30m, 12:03, 2026-11-25 12:03 (UTC)'},
    commands: ['logs', 'timeline'],
    once: true,
  },
  {
    flag: 'until',
    value: 'TIME',
    help: 'end before the first record later than this time, in the same forms; with --follow, when such a record comes',
    core: 'up to this time, in the same forms',
    ...ofLogs,
  },
  {
    flag: 'last-run',
    help: 'only the last run of the pipeline, as --run -1; with --follow, also what comes after it',
    core: 'only the last run of the pipeline',
    ...ofLogs,
  },
  {
    flag: 'run',
    value: 'N',
    read: readRun,
    help: 'only that run, numbered as above the log; -1 is the last one, -2 the one before it',
    ...ofLogs,
  },
  {
    flag: 'grep',
    ...pattern,
    repeatable: true,
    help: 'only records with a line that matches the regular expression; case counts if it has capitals. Given several times: one of them has to match',
    core: 'only records that match the regular expression',
    ...ofLogs,
  },
  {
    flag: 'exclude',
    alias: 'e',
    ...pattern,
    repeatable: true,
    help: 'leave out records with a line that matches. Given several times: none may match',
    core: 'leave out records that match',
    ...ofLogs,
  },
  {
    flag: 'level',
    value: 'LEVEL',
    help: 'only records of that level or worse: trace, debug, info, warn or error',
    core: 'only this level or worse: debug, info, warn, error',
    choices: levelWords,
    read: (text, name) => levels[oneOf(name, text.trim().toLowerCase(), levelWords)],
    commands: [...screens, 'logs'],
    once: ['logs'],
    view: 'start',
  },
  {
    flag: 'around',
    alias: 'C',
    value: 'N',
    read: (text, name) => parseInteger(text, name, {min: 0, max: 1000}),
    help: 'also N records before and after each one that --grep, --exclude and --level select, with -- between groups',
    core: 'also N records around each selected one',
    ...ofLogs,
  },
  {
    flag: 'output',
    alias: 'o',
    synonyms: ['format'],
    value: 'FORM',
    help: 'print json',
    core: true,
    helpFor: {
      logs: 'raw (bytes as sent) or json; default: text',
      list: 'wide, name or json',
    },
    commands: asking,
    once: true,
  },
  {
    flag: 'timestamps',
    alias: 't',
    help: 'prefix each line with the time of its record ("-" if none)',
    ...ofLogs,
  },
  {
    flag: 'exit-on',
    ...pattern,
    help: 'end with exit code 0 after the first record with a line that matches, even if filtered out, from --since or --tail on; an end without a match is a failure',
    ...ofLogs,
  },
  {
    flag: 'fail-on',
    ...pattern,
    help: 'the same with exit code 1; an end without a match is no failure',
    ...ofLogs,
  },
  {
    flag: 'timeout',
    value: 'TIME',
    read: readTimeout,
    help: 'end the printing after this time (90s, 10m, 1h30m); with --exit-on that is a failure',
    ...ofLogs,
  },
] as const satisfies readonly Option[];
