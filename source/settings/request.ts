import type {CommandLine} from './command-line.ts';
import {checkName, isPath, type RequestedNames, readNames, tagIn, tagMatcher} from './names.ts';
import {type CommandName, commandWords} from './option.ts';
import type {OptionValues} from './option-values.ts';
import {
  colorChoices,
  levelChoices,
  listed,
  oneOf,
  parseDuration,
  parseInteger,
  readExpression,
  UsageError,
} from './parse-values.ts';

export type Request =
  /** `isWhole`: with every option, not only those of the first day. */
  | {readonly kind: 'help'; readonly command: CommandName; readonly isWhole: boolean}
  | {readonly kind: 'version'}
  | ({readonly kind: 'screen'} & RequestedNames)
  /** `what`: paths as typed, at least one; `-`: stdin. */
  | {readonly kind: 'open'; readonly what: readonly string[]}
  | LogsRequest
  | {
      readonly kind: 'list';
      readonly output: ListForm;
      /** In lower case; undefined: all. */
      readonly statuses: readonly string[] | undefined;
      /** As typed: a pipeline has to have all of them. */
      readonly tags: readonly string[];
    }
  | ({readonly kind: 'status'; readonly output: StatusForm} & RequestedNames)
  | DiffRequest
  | TimelineRequest
  | {readonly kind: 'completion'; readonly shell: Shell}
  /** Completes the last word. Called by the shells' scripts. */
  | {readonly kind: 'complete'; readonly words: readonly string[]}
  | {readonly kind: 'man'}
  | {readonly kind: 'config'; readonly verb: ConfigVerb}
  | {readonly kind: 'demo'; readonly port: number};

export type DiffRequest = {
  readonly kind: 'diff';
  /** Undefined: the only log in `from`. */
  readonly name: string | undefined;
  /** Numbers of the runs, the older first; undefined: the last two. */
  readonly runs: readonly [number, number] | undefined;
  /** A folder of recordings, a file, a support bundle; undefined: the server. */
  readonly from: string | undefined;
  readonly output: StatusForm;
};

export type TimelineRequest = {
  readonly kind: 'timeline';
  readonly name: string;
  /** As typed. */
  readonly since: string | undefined;
  readonly output: StatusForm;
};

export type LogsRequest = RequestedNames & {
  readonly kind: 'logs';
  readonly follow: boolean;
  readonly exitOnEnd: boolean;
  /** Of the log itself. */
  readonly color: (typeof colorChoices)[number];
  /** What is printed instead of the server's logs: folders of recordings, files, bundles, `-`. */
  readonly from: readonly string[] | undefined;
  readonly select: Selection;
  readonly output: LogsForm;
  /** `--output raw` was typed: a terminal, too, gets the lines as sent. */
  readonly asSent: boolean;
  readonly timestamps: boolean;
  /** Patterns, as typed. */
  readonly exitOn: string | undefined;
  readonly failOn: string | undefined;
  /** Milliseconds. */
  readonly timeout: number | undefined;
};

export type ListForm = (typeof outputForms.list)[number];
export type StatusForm = (typeof outputForms.status)[number];

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export const configVerbs = ['path', 'init'] as const;
type ConfigVerb = (typeof configVerbs)[number];

/** `--help all`, `help logs all`. */
const whole = 'all';

/** Throws `UsageError`. */
export function readRequest({command, names}: Omit<CommandLine, 'flags'>, values: OptionValues): Request {
  const {has, value, required, nameOf} = values;
  if (has('version')) return {kind: 'version'};
  if (has('help')) return {kind: 'help', command, isWhole: names.includes(whole)};
  switch (command) {
    case 'screen':
      return {kind: 'screen', ...readNames(names)};
    case 'open':
      return {kind: 'open', what: readPaths(names)};
    case 'demo':
      if (names.length > 0) {
        throw new UsageError(`demo takes no names, not '${names[0]}' · try: pipetail demo --port 8080`);
      }
      return {kind: 'demo', port: parseInteger(required('port'), nameOf('port'), {min: 0, max: 65_535})};
    case 'logs':
      return readLogsRequest(names, values);
    case 'list': {
      const [first] = names;
      if (first !== undefined) {
        const tag = tagIn(first);
        const way = tag === undefined ? 'pipetail status <pipeline>' : `pipetail list --tag '${tag}'`;
        throw new UsageError(`list takes no names, not '${first}' · try: ${way}`);
      }
      const statuses = value('status')
        ?.toLowerCase()
        .split(/[\s,]+/)
        .filter(Boolean);
      const tags = values.all('tag');
      for (const tag of tags) tagMatcher(tag);
      return {kind: 'list', output: formOf(outputForms.list, value('output')), statuses, tags};
    }
    case 'status': {
      if (names.length > 1) throw new UsageError(`status takes one pipeline, not ${names.length}`);
      const output = formOf(outputForms.status, value('output'));
      return {kind: 'status', ...readNames(names), output};
    }
    case 'diff': {
      const from = value('from');
      const second = from === undefined ? undefined : names.find(isPath);
      if (second !== undefined) throw new UsageError(`diff compares two runs of one log: '${second}' is a second one`);
      const name = from !== undefined && names.length === 0 ? undefined : readOneName('diff', names);
      const output = formOf(outputForms.diff, value('output'));
      return {kind: 'diff', name, runs: parseRuns(value('runs')), from, output};
    }
    case 'timeline': {
      const output = formOf(outputForms.timeline, value('output'));
      return {kind: 'timeline', name: readOneName('timeline', names), since: value('since'), output};
    }
    case 'completion':
      return readCompletion(names);
    case 'man':
      if (names.length > 0) throw new UsageError(`man takes no names, not '${names[0]}' · try: pipetail man`);
      return {kind: 'man'};
    case 'help':
      return readHelp(names);
    case 'version':
      if (names.length > 0) throw new UsageError(`version takes no names, not '${names[0]}' · try: pipetail version`);
      return {kind: 'version'};
    case 'config':
      return {kind: 'config', verb: oneOf('config', names.join(' '), configVerbs)};
  }
}

/** The words after `pipetail help`: a command, `all`, both or none. */
function readHelp(words: readonly string[]): Request {
  const [first, second] = words.filter((word) => word !== whole);
  if (second !== undefined) throw new UsageError('help takes one command: pipetail help <command>');
  const command = first === undefined ? 'screen' : oneOf('help', first, commandWords);
  return {kind: 'help', command, isWhole: words.includes(whole)};
}

/** Help, the manual page and the commands about the configuration file itself must work with any variables. */
export function readsVariables({kind}: Request): boolean {
  return kind !== 'help' && kind !== 'version' && kind !== 'man' && kind !== 'config';
}

/** A command that needs no server is not stopped by wrong variables or contexts. */
export function needsServer(request: Request): boolean {
  switch (request.kind) {
    case 'screen':
    case 'list':
    case 'status':
    case 'timeline':
    case 'complete':
      return true;
    case 'logs':
    case 'diff':
      return request.from === undefined;
    case 'help':
    case 'version':
    case 'open':
    case 'completion':
    case 'man':
    case 'config':
    case 'demo':
      return false;
  }
}

function readPaths(words: readonly string[]): readonly string[] {
  if (words.length === 0 || words.includes('')) {
    throw new UsageError(
      'open needs a file, a folder or - for stdin: pipetail open <what…> · a pipeline of that name: pipetail -- open',
    );
  }
  if (words.filter((word) => word === '-').length > 1) throw new UsageError('stdin can be read once: give - once');
  return words;
}

function readCompletion(words: readonly string[]): Request {
  const [first, ...rest] = words;
  if (first === 'answer') return {kind: 'complete', words: rest};
  const typed = words.join(' ');
  const shell = shells.find((each) => each === typed);
  if (shell !== undefined) return {kind: 'completion', shell};
  // Without a suggestion: a user who types tcsh does not mean zsh.
  throw new UsageError(`completion takes ${listed(shells)}${typed === '' ? '' : `, not '${typed}'`}`);
}

/**
 * The first form is the default, which fda calls text. `named`: those that a message lists, all others unless given.
 */
function formOf<Form extends string>(
  [usual, ...others]: readonly [Form, ...Form[]],
  typed: string = usual,
  named: readonly Form[] = others,
): Form {
  return typed === usual || typed === 'text' ? usual : oneOf('--output', typed, named);
}

/** Which records are printed. Patterns and times as typed. */
type Selection = {
  /** Number of records to print from the catch-up: the last selected ones. */
  readonly tail: number | undefined;
  readonly since: string | undefined;
  readonly until: string | undefined;
  /** The number of the only run that is printed; below 0 it counts from the last one, which is -1. */
  readonly run: number | undefined;
  /** One of them has to match, if there are any. */
  readonly grep: readonly string[];
  /** None of them may match. */
  readonly exclude: readonly string[];
  readonly level: string | undefined;
  /** Number of records to print before and after each one that these select. */
  readonly around: number | undefined;
};

const mostAround = 1000;
const mostTail = 1_000_000;

function readLogsRequest(words: readonly string[], values: OptionValues): LogsRequest {
  const {has, value, all, required, nameOf} = values;
  const typedFrom = value('from');
  if (words.length === 0 && typedFrom === undefined) {
    throw new UsageError('logs needs at least one pipeline: pipetail logs <pipeline…>');
  }
  const paths = typedFrom === undefined ? [] : words.filter(isPath);
  const from = typedFrom === undefined ? undefined : [typedFrom, ...paths];
  const {names, patterns} = readNames(
    words.filter((word) => !paths.includes(word)),
    'pipetail logs --from',
  );
  const color = oneOf(nameOf('color'), required('color'), colorChoices);
  for (const other of ['follow', 'exit-on-end', 'record', 'demo', 'timeout'] as const) {
    if (from !== undefined && has(other)) {
      const way = other === 'follow' ? ' · pipetail open follows a file' : '';
      throw new UsageError(`--${other} cannot be combined with --from, which prints what is there and ends${way}`);
    }
  }
  const [pattern] = patterns;
  if (from !== undefined && pattern) {
    throw new UsageError(`'${pattern.source}' cannot be combined with --from, which takes names`);
  }
  if (values.isTyped('on-alert') && !has('follow')) {
    throw new UsageError('--on-alert needs --follow: without it the log is printed once');
  }
  if (has('exit-on-end') && !has('follow')) {
    throw new UsageError('--exit-on-end needs --follow: without it the log is printed once');
  }
  const level = value('level')?.toLowerCase();
  const expression = (flag: 'exit-on' | 'fail-on') => {
    const typed = value(flag);
    return typed === undefined ? undefined : readExpression(typed, `--${flag}`);
  };
  return {
    kind: 'logs',
    names,
    patterns,
    follow: has('follow'),
    exitOnEnd: has('exit-on-end'),
    color,
    from,
    select: {
      tail: parseTail(value('tail')),
      since: value('since'),
      until: value('until'),
      run: readRun(values),
      grep: all('grep').map((source) => readExpression(source, '--grep')),
      exclude: all('exclude').map((source) => readExpression(source, '--exclude')),
      level: level === undefined ? undefined : oneOf(nameOf('level'), level, levelChoices),
      around: readAround(values),
    },
    ...readShape(values),
    exitOn: expression('exit-on'),
    failOn: expression('fail-on'),
    timeout: readTimeout(value('timeout')),
  };
}

/** A number without a unit may be meant as fda's limit for each request. */
function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\s*[1-9]\d*\s*$/.test(text)) {
    throw new UsageError(`--timeout ${text.trim()} needs a unit, such as ${text.trim()}s`);
  }
  return parseDuration(text, '--timeout');
}

/** Throws `UsageError` for options that exclude each other. */
function readShape({has, value}: OptionValues): Pick<LogsRequest, 'output' | 'asSent' | 'timestamps'> {
  const output = formOf(outputForms.logs, value('output'), outputForms.logs);
  const timestamps = has('timestamps');
  if (output !== 'raw' && timestamps) throw new UsageError(`--timestamps cannot be combined with --output ${output}`);
  return {output, asSent: value('output') === 'raw', timestamps};
}

function readOneName(command: 'diff' | 'timeline', names: readonly string[]): string {
  const [name] = names;
  if (name !== undefined && names.length === 1) return checkName(name, openers[command]);
  const given = names.length > 1 ? `, not ${names.length}` : '';
  throw new UsageError(`${command} takes one pipeline${given}: pipetail ${command} <pipeline>`);
}

const openers = {diff: 'pipetail diff --from', timeline: 'pipetail open'} as const;

/** `3,4`, in any order. */
function parseRuns(text: string | undefined): readonly [number, number] | undefined {
  if (text === undefined) return undefined;
  const [older = 0, newer = 0] = text
    .split(',')
    .map(Number)
    .toSorted((a, b) => a - b);
  if (!/^\d{1,6},\d{1,6}$/.test(text) || older < 1 || older === newer) {
    throw new UsageError(`--runs takes two numbers of runs, such as 3,4, not '${text}'`);
  }
  return [older, newer];
}

/** Throws `UsageError`. */
function readRun({has, value}: OptionValues): number | undefined {
  const typed = value('run')?.trim();
  if (typed !== undefined && has('last-run')) {
    throw new UsageError('--run and --last-run cannot be combined · the last run is --run -1 · leave one out');
  }
  if (typed === undefined) return has('last-run') ? -1 : undefined;
  const run = /^-?\d{1,6}$/.test(typed) ? Number(typed) : 0;
  if (run === 0)
    throw new UsageError(`--run takes the number of a run, such as 3, or -1 for the last one, not '${typed}'`);
  if (has('follow') && run !== -1) {
    throw new UsageError(
      `--run ${run} cannot be combined with --follow, which goes on · follow the last run: --last-run`,
    );
  }
  return run;
}

/** Throws `UsageError`. */
function readAround({has, value}: OptionValues): number | undefined {
  const typed = value('around');
  if (typed === undefined) return undefined;
  const around = parseInteger(typed, '--around', {min: 0, max: mostAround});
  if (!(['grep', 'exclude', 'level'] as const).some((flag) => has(flag))) {
    throw new UsageError('--around needs --grep, --exclude or --level: without one all records are printed');
  }
  return around;
}

/** As with kubectl and stern, -1 is all. */
function parseTail(text: string | undefined): number | undefined {
  return text === undefined || text === '-1' ? undefined : parseInteger(text, '--tail', {min: 0, max: mostTail});
}

/** The values of `--output`, by command; the first is the default. */
const outputForms = {
  logs: ['raw', 'json'],
  list: ['table', 'wide', 'name', 'json'],
  status: ['text', 'json'],
  diff: ['text', 'json'],
  timeline: ['text', 'json'],
} as const;

type LogsForm = (typeof outputForms.logs)[number];

/** The values of `--output` for a command; none for one without the option. */
export function formsOf(command: CommandName): readonly string[] {
  return command in outputForms ? outputForms[command as keyof typeof outputForms] : [];
}

/** Whether the output is JSON: then errors are JSON too, also those about the command line itself. */
export function isJsonRequested(argv: readonly string[]): boolean {
  const separator = argv.indexOf('--');
  const flags = separator === -1 ? argv : argv.slice(0, separator);
  return flags.some(
    (word, index) =>
      /^(--(output|format)=|-[a-zA-Z]*o=?)json$/.test(word) ||
      (word === 'json' && /^(--(output|format)|-[a-zA-Z]*o)$/.test(flags[index - 1] ?? '')),
  );
}
