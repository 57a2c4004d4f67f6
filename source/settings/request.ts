import type {CommandLine} from './command-line.ts';
import {type CommandName, options, readsOption} from './option-table.ts';
import type {OptionValues} from './option-values.ts';
import {
  atLeast,
  colorChoices,
  didYouMean,
  levelChoices,
  oneOf,
  parseDuration,
  parseInteger,
  parseSize,
  readExpression,
  reasonOf,
  UsageError,
} from './parse-values.ts';

/** What the program is asked to do, with the options that the command takes. */
export type Request =
  | {readonly kind: 'help'; readonly command: CommandName}
  | {readonly kind: 'version'}
  | ({readonly kind: 'screen'} & RequestedNames)
  | LogsRequest
  | {
      readonly kind: 'list';
      readonly output: ListForm;
      /** In small letters; undefined: all. */
      readonly statuses: readonly string[] | undefined;
    }
  | ({readonly kind: 'status'; readonly output: StatusForm} & RequestedNames)
  | {readonly kind: 'completion'; readonly shell: Shell}
  /** What may stand at the end of the words typed so far, the last of which may be begun. Asked by the shells' scripts. */
  | {readonly kind: 'complete'; readonly words: readonly string[]}
  | {readonly kind: 'config'; readonly verb: ConfigVerb; readonly output: ConfigForm}
  | {readonly kind: 'demo'; readonly port: number};

/** Stands for all pipelines whose names match, those that come later too. */
export type NamePattern = {
  /** As typed: `ord*` or `/^ord/`. */
  readonly source: string;
  readonly matches: (name: string) => boolean;
};

/** Pipelines as they are asked for: names, and patterns in place of names. */
export type RequestedNames = {readonly names: readonly string[]; readonly patterns: readonly NamePattern[]};

export type LogsRequest = RequestedNames & {
  readonly kind: 'logs';
  readonly follow: boolean;
  readonly exitOnEnd: boolean;
  readonly prefix: boolean;
  readonly stripColor: boolean;
  readonly spillBytes: number;
  /** Print the recordings in this folder instead. */
  readonly from: string | undefined;
  readonly select: Selection;
  readonly output: LogsForm;
  readonly template: Template | undefined;
  readonly timestamps: boolean;
  /** A pattern, as typed. */
  readonly exitOn: string | undefined;
  /** Milliseconds. */
  readonly timeout: number | undefined;
};

export type ListForm = (typeof outputForms.list)[number];
export type StatusForm = (typeof outputForms.status)[number];
export type ConfigForm = (typeof outputForms.config)[number];

export type TemplateField = (typeof templateFields)[number];

/** Texts and fields in their order. */
export type Template = readonly (string | {readonly field: TemplateField})[];

/** The shells that can be told what to complete. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What `pipetail config` can do with the configuration file. */
export const configVerbs = ['path', 'show', 'check', 'init'] as const;
type ConfigVerb = (typeof configVerbs)[number];

/** Reads what is asked for. Throws `UsageError`. */
export function readRequest({command, names}: Omit<CommandLine, 'flags'>, given: OptionValues): Request {
  const {has, value, required, nameOf} = given;
  if (has('version')) return {kind: 'version'};
  if (has('help')) return {kind: 'help', command};
  switch (command) {
    case 'screen':
      return {kind: 'screen', ...readNames(names)};
    case 'demo':
      if (names.length > 0) {
        throw new UsageError(`demo takes no names, not '${names[0]}'; try: pipetail demo --port 8080`);
      }
      return {kind: 'demo', port: parseInteger(required('port'), nameOf('port'), {min: 0, max: 65_535})};
    case 'logs':
      return readLogsRequest(names, given);
    case 'list': {
      if (names.length > 0)
        throw new UsageError(`list takes no names, not '${names[0]}'; try: pipetail status <pipeline>`);
      const output = formOf(outputForms.list, value('output'));
      return {
        kind: 'list',
        output,
        statuses: value('status')
          ?.toLowerCase()
          .split(/[\s,]+/)
          .filter(Boolean),
      };
    }
    case 'status': {
      if (names.length > 1) throw new UsageError(`status takes one pipeline, not ${names.length}`);
      const output = formOf(outputForms.status, value('output'));
      return {kind: 'status', ...readNames(names), output};
    }
    case 'completion':
      return readCompletion(names);
    case 'config': {
      const verb = readVerb(names);
      const idle = options.find(({flag}) => given.isTyped(flag) && !readsOption(verb, flag));
      if (idle) throw new UsageError(`config ${verb} takes no --${idle.flag} · pipetail config show does`);
      return {kind: 'config', verb, output: formOf(outputForms.config, value('output'))};
    }
  }
}

/** Help, and what looks at the configuration file itself, must do their work whatever stands in variables. */
export function readsVariables(request: Request): boolean {
  return request.kind === 'config' ? request.verb === 'show' : request.kind !== 'help' && request.kind !== 'version';
}

/** Variables and contexts that a command does not need cannot be wrong for it. */
export function needsServer(request: Request): boolean {
  switch (request.kind) {
    case 'screen':
    case 'list':
    case 'status':
    case 'complete':
      return true;
    case 'logs':
      return request.from === undefined;
    case 'config':
      return request.verb === 'show';
    case 'help':
    case 'version':
    case 'completion':
    case 'demo':
      return false;
  }
}

function readCompletion(words: readonly string[]): Request {
  const [shell = '', ...rest] = words;
  if (shell === 'answer') return {kind: 'complete', words: rest};
  const known = shells.find((each) => each === shell);
  if (known && rest.length === 0) return {kind: 'completion', shell: known};
  throw new UsageError(`completion takes bash, zsh or fish${shell === '' ? '' : `, not '${words.join(' ')}'`}`);
}

function readVerb(words: readonly string[]): ConfigVerb {
  const given = words.join(' ');
  const verb = configVerbs.find((each) => each === given);
  if (verb !== undefined) return verb;
  const not = given === '' ? '' : `, not '${given}'${didYouMean(given, configVerbs)}`;
  throw new UsageError(`config takes path, show, check or init${not}`);
}

/** The first form is what is meant without the flag, and is not asked for by name. */
function formOf<Form extends string>([usual, ...others]: readonly [Form, ...Form[]], given: string = usual): Form {
  return given === usual ? usual : oneOf('--output', given, others);
}

/** Longer than any name: a pattern need not be. */
const longestPattern = 200;

/**
 * Reads the words in place of names. A word with `*` or `?` is a glob for the whole name, one between slashes a regular
 * expression for a part of it; every other is a name, and checked. Throws `UsageError`.
 */
export function readNames(words: readonly string[]): RequestedNames {
  const names: string[] = [];
  const patterns: NamePattern[] = [];
  for (const word of words) {
    const pattern = readPattern(word);
    if (pattern) patterns.push(pattern);
    else names.push(checkName(word));
  }
  return {names, patterns};
}

function readPattern(word: string): NamePattern | undefined {
  const inSlashes = /^\/(.+)\/$/.exec(word)?.[1];
  if (inSlashes === undefined && !/[*?]/.test(word)) return undefined;
  if (word.length > longestPattern) throw new UsageError(`a pattern has at most ${longestPattern} characters`);
  if (inSlashes === undefined) return globPattern(word);
  const expression = compile(word, inSlashes);
  return {source: word, matches: (name) => expression.test(name)};
}

function globPattern(word: string): NamePattern {
  if (!/^[-\w*?]+$/.test(word)) {
    throw new UsageError(
      `'${word}' cannot match a pipeline's name · letters, digits, - and _ with * and ? between them`,
    );
  }
  const parts = [...word].map((letter) => (letter === '*' ? '.*' : letter === '?' ? '.' : letter));
  // Stars in a row would take time that grows with their number.
  const expression = new RegExp(`^${parts.join('').replace(/(\.\*)+/g, '.*')}$`);
  return {source: word, matches: (name) => expression.test(name)};
}

function compile(word: string, source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (error) {
    throw new UsageError(`'${word}' is no regular expression · ${reasonOf(error)}`);
  }
}

// Pipeline names as the server accepts them (feldera-api.md, The list): anything else cannot exist.
function checkName(name: string): string {
  if (!/^([A-Za-z0-9][-A-Za-z0-9_]*)?[A-Za-z0-9]$/.test(name) || name.length > 63) {
    throw new UsageError(
      `'${name.slice(0, 80)}' cannot be a pipeline's name: letters, digits, - and _, at most 63 characters`,
    );
  }
  return name;
}

/** Which records of a log are wanted. Patterns and times as typed. */
type Selection = {
  /** Of the catch-up, only so many of the last that pass. */
  readonly tail: number | undefined;
  readonly since: string | undefined;
  readonly grep: string | undefined;
  readonly exclude: string | undefined;
  readonly level: string | undefined;
};

const mostTail = 1_000_000;

/** Reads what `logs` was asked for. Throws `UsageError`. */
function readLogsRequest(words: readonly string[], given: OptionValues): LogsRequest {
  const {has, value, required, isOn, nameOf} = given;
  if (words.length === 0) throw new UsageError('logs needs at least one pipeline: pipetail logs <pipeline…>');
  const {names, patterns} = readNames(words);
  const color = oneOf(nameOf('color'), required('color'), colorChoices);
  const from = value('from');
  for (const other of ['follow', 'exit-on-end', 'record', 'demo', 'timeout'] as const) {
    if (from !== undefined && has(other)) {
      throw new UsageError(`--${other} does not go with --from, which prints what is there and ends`);
    }
  }
  const [pattern] = patterns;
  if (from !== undefined && pattern) {
    throw new UsageError(`'${pattern.source}' does not go with --from, which takes names`);
  }
  const level = value('level')?.toLowerCase();
  const timeout = value('timeout');
  return {
    kind: 'logs',
    names,
    patterns,
    follow: has('follow'),
    exitOnEnd: has('exit-on-end'),
    prefix: !isOn('no-prefix'),
    stripColor: color === 'never',
    from,
    spillBytes: atLeast(parseSize(required('spill'), nameOf('spill')), 8 * 1024 ** 2, nameOf('spill'), '8MiB'),
    select: {
      tail: parseTail(value('tail')),
      since: value('since'),
      grep: patternOf('grep'),
      exclude: patternOf('exclude'),
      level: level === undefined ? undefined : oneOf(nameOf('level'), level, levelChoices),
    },
    ...readShape(given),
    exitOn: patternOf('exit-on'),
    timeout: timeout === undefined ? undefined : parseDuration(timeout, '--timeout'),
  };

  function patternOf(flag: 'grep' | 'exclude' | 'exit-on'): string | undefined {
    const source = value(flag);
    return source === undefined ? undefined : readExpression(source, `--${flag}`);
  }
}

/** The shape of what is printed; shapes that rule each other out are named. */
function readShape({has, value}: OptionValues): Pick<LogsRequest, 'output' | 'template' | 'timestamps'> {
  const output = oneOf('--output', value('output') ?? 'raw', outputForms.logs);
  const template = value('template');
  const timestamps = has('timestamps');
  if (output !== 'raw') {
    if (template !== undefined) throw new UsageError(`--template does not go with --output ${output}`);
    if (timestamps) throw new UsageError(`--timestamps does not go with --output ${output}`);
  }
  if (template !== undefined && timestamps) {
    throw new UsageError('--timestamps does not go with --template · write {time} where the time should be');
  }
  if (output === 'markdown' && has('follow') && !has('exit-on-end') && !has('timeout') && !has('exit-on')) {
    throw new UsageError(
      '--output markdown is written at the end, which --follow has not · leave it out, or give --timeout',
    );
  }
  return {output, template: template === undefined ? undefined : readTemplate(template), timestamps};
}

/** -1 is all, as with kubectl and stern. */
function parseTail(text: string | undefined): number | undefined {
  return text === undefined || text === '-1' ? undefined : parseInteger(text, '--tail', {min: 0, max: mostTail});
}

/** What `--output` can be, by command; the first is what it is without the flag. */
const outputForms = {
  logs: ['raw', 'json', 'markdown'],
  list: ['table', 'wide', 'name', 'json'],
  status: ['text', 'json'],
  config: ['text', 'json'],
} as const;

type LogsForm = (typeof outputForms.logs)[number];

/** The forms of a command that has any. */
export function formsOf(command: CommandName): readonly string[] {
  return command in outputForms ? outputForms[command as keyof typeof outputForms] : [];
}

/** Whether JSON was asked for: then complaints are JSON too, those about the command line itself included. */
export function isJsonRequested(argv: readonly string[]): boolean {
  const separator = argv.indexOf('--');
  const flags = separator === -1 ? argv : argv.slice(0, separator);
  return flags.some(
    (word, index) =>
      /^(--output=|-o=?)json$/.test(word) || (word === 'json' && /^(--output|-o)$/.test(flags[index - 1] ?? '')),
  );
}

/** What a template may ask of a record. */
const templateFields = ['pipeline', 'time', 'level', 'target', 'message', 'line'] as const;

/** Reads `{time} {level} {message}`; `{{` and `}}` stand for the brackets themselves. Throws `UsageError`. */
export function readTemplate(text: string): Template {
  const parts: (string | {field: TemplateField})[] = [];
  for (const [piece, name] of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    if (name !== undefined) parts.push({field: fieldOf(name)});
    else if (piece === '{' || piece === '}') {
      throw new UsageError(`--template has a lone ${piece} · write ${piece}${piece} for the bracket itself`);
    } else parts.push(piece === '{{' || piece === '}}' ? piece.slice(1) : piece);
  }
  return parts;
}

function fieldOf(name: string): TemplateField {
  const field = templateFields.find((each) => each === name);
  if (field !== undefined) return field;
  const known = templateFields.map((each) => `{${each}}`).join(' ');
  throw new UsageError(`--template knows no {${name}}, but ${known}${didYouMean(name, templateFields)}`);
}
