import type {CommandLine} from './command-line.ts';
import {outputForms} from './logs-option-table.ts';
import {checkName, isPath, readNames, tagIn} from './names.ts';
import {commandWords} from './option.ts';
import type {OptionValues} from './option-values.ts';
import {didYouMean, listed, oneOf, UsageError} from './parse-values.ts';

/** Task of a command: the words after it, and the values of its options. */
export type Request = ReturnType<typeof readRequest>;
export type DiffRequest = Extract<Request, {kind: 'diff'}>;
export type TimelineRequest = Extract<Request, {kind: 'timeline'}>;
export type LogsRequest = Extract<Request, {kind: 'logs'}>;

export type ListForm = (typeof outputForms.list)[number];
export type StatusForm = (typeof outputForms.status)[number];

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export const configVerbs = ['path', 'init'] as const;

/** `--help all`, `help logs all`. */
const whole = 'all';

/** Throws `UsageError`. */
export function readRequest({command, names}: Omit<CommandLine, 'flags'>, values: OptionValues) {
  const {value} = values;
  if (value('version')) return {kind: 'version'} as const;
  // With every option (`isWhole`), not only those of the first day.
  if (value('help')) return {kind: 'help', command, isWhole: names.includes(whole)} as const;
  switch (command) {
    case 'screen':
      return {kind: 'screen', ...readNames(names)} as const;
    case 'open':
      return {kind: 'open', what: readPaths(names)} as const;
    case 'demo':
      if (names.length > 0) {
        throw new UsageError(`demo takes no names, not '${names[0]}' · try: pipetail demo --port 8080`);
      }
      return {kind: 'demo', port: value('port')} as const;
    case 'logs':
      return readLogsRequest(names, values);
    case 'list': {
      const [first] = names;
      if (first !== undefined) {
        const tag = tagIn(first);
        const way = tag === undefined ? 'pipetail status <pipeline>' : `pipetail list --tag '${tag}'`;
        throw new UsageError(`list takes no names, not '${first}' · try: ${way}`);
      }
      const output = formOf(outputForms.list, value('output'));
      return {kind: 'list', output, statuses: value('status'), tags: value('tag')} as const;
    }
    case 'status': {
      if (names.length > 1) throw new UsageError(`status takes one pipeline, not ${names.length}`);
      const output = formOf(outputForms.status, value('output'));
      return {kind: 'status', ...readNames(names), output} as const;
    }
    case 'diff': {
      const from = value('from');
      const second = from === undefined ? undefined : names.find(isPath);
      if (second !== undefined) throw new UsageError(`diff compares two runs of one log: '${second}' is a second one`);
      // Without a name: the only log in `from`.
      const name = from !== undefined && names.length === 0 ? undefined : readOneName('diff', names);
      const output = formOf(outputForms.diff, value('output'));
      return {kind: 'diff', name, runs: value('runs'), from, output} as const;
    }
    case 'timeline': {
      const output = formOf(outputForms.timeline, value('output'));
      return {kind: 'timeline', name: readOneName('timeline', names), since: value('since'), output} as const;
    }
    case 'completion':
      return readCompletion(names);
    case 'help':
      return readHelp(names);
    case 'version':
      if (names.length > 0) throw new UsageError(`version takes no names, not '${names[0]}' · try: pipetail version`);
      return {kind: 'version'} as const;
    case 'config':
      return {kind: 'config', verb: oneOf('config', names.join(' '), configVerbs)} as const;
  }
}

/** The words after `pipetail help`: a command, `all`, both or none. */
function readHelp(words: readonly string[]) {
  const [first, second] = words.filter((word) => word !== whole);
  if (second !== undefined) throw new UsageError('help takes one command: pipetail help <command>');
  const command = first === undefined ? 'screen' : commandWords.find((word) => word === first);
  if (command === undefined) {
    const way = didYouMean(first ?? '', commandWords) || ` · commands: ${commandWords.join(', ')}`;
    throw new UsageError(`no command '${first}'${way}`);
  }
  return {kind: 'help', command, isWhole: words.includes(whole)} as const;
}

/** Help and the commands about the configuration file itself must work with any variables. */
export function readsVariables({kind}: Request): boolean {
  return kind !== 'help' && kind !== 'version' && kind !== 'config';
}

/** A command that needs no server is not stopped by wrong variables or contexts. */
export function needsServer(request: Request): boolean {
  if ('from' in request) return request.from === undefined;
  return ['screen', 'list', 'status', 'timeline', 'complete'].includes(request.kind);
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

function readCompletion(words: readonly string[]) {
  const [first, ...rest] = words;
  // Called by the shells' scripts: the last of the words is completed.
  if (first === 'answer') return {kind: 'complete', words: rest} as const;
  const typed = words.join(' ');
  const shell = shells.find((each) => each === typed);
  if (shell !== undefined) return {kind: 'completion', shell} as const;
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

function readLogsRequest(words: readonly string[], values: OptionValues) {
  const {has, value} = values;
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
  const output = formOf(outputForms.logs, value('output'), outputForms.logs);
  if (output !== 'raw' && has('timestamps')) {
    throw new UsageError(`--timestamps cannot be combined with --output ${output}`);
  }
  const isChosen = (['grep', 'exclude', 'level'] as const).some((flag) => has(flag));
  if (value('around') !== undefined && !isChosen) {
    throw new UsageError('--around needs --grep, --exclude or --level: without one all records are printed');
  }
  return {
    kind: 'logs' as const,
    names,
    patterns,
    ...values.valuesOf('follow', 'exit-on-end', 'color'),
    /** Sources to print instead of the server's logs: folders of recordings, files, bundles, `-`. */
    from,
    /** Which records are printed, of the catch-up. Patterns and times as typed. */
    select: {
      ...values.valuesOf('tail', 'since', 'until', 'grep', 'exclude', 'level', 'around'),
      run: readRun(values),
    },
    ...values.valuesOf('timestamps', 'exit-on', 'fail-on', 'timeout'),
    output,
    /** `--output raw` was typed: a terminal, too, gets the lines as sent. */
    asSent: value('output') === 'raw',
  };
}

/** The number of the only run that is printed. Throws `UsageError` for options that exclude each other. */
function readRun({has, value}: OptionValues): number | undefined {
  const run = value('run');
  if (run !== undefined && has('last-run')) {
    throw new UsageError('--run and --last-run cannot be combined · the last run is --run -1 · leave one out');
  }
  if (run !== undefined && run !== -1 && has('follow')) {
    throw new UsageError(`--run ${run} cannot be combined with --follow, which follows the last run · use --last-run`);
  }
  return run ?? (has('last-run') ? -1 : undefined);
}

function readOneName(command: 'diff' | 'timeline', names: readonly string[]): string {
  const [name] = names;
  if (name !== undefined && names.length === 1) return checkName(name, openers[command]);
  const given = names.length > 1 ? `, not ${names.length}` : '';
  throw new UsageError(`${command} takes one pipeline${given}: pipetail ${command} <pipeline>`);
}

const openers = {diff: 'pipetail diff --from', timeline: 'pipetail open'} as const;
