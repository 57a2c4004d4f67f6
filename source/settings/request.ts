import {oneOf} from './choices.ts';
import {didYouMean} from './closest.ts';
import type {CommandLine} from './command-line.ts';
import type {GivenOptions} from './given.ts';
import {type LogsRequest, readLogsRequest} from './logs-request.ts';
import {type NamesAsked, readNames} from './name-pattern.ts';
import {type CommandName, heeds, options} from './options.ts';
import {type ConfigForm, type ListForm, outputForms, type StatusForm} from './output-forms.ts';
import {parseInteger} from './sizes.ts';
import {UsageError} from './usage-error.ts';

/** What the program is asked to do, with the options that the command takes. */
export type Request =
  | {readonly kind: 'help'; readonly command: CommandName}
  | {readonly kind: 'version'}
  | ({readonly kind: 'screen'} & NamesAsked)
  | LogsRequest
  | {
      readonly kind: 'list';
      readonly output: ListForm;
      /** In small letters; undefined: all. */
      readonly statuses: readonly string[] | undefined;
    }
  | ({readonly kind: 'status'; readonly output: StatusForm} & NamesAsked)
  | {readonly kind: 'completion'; readonly shell: Shell}
  /** What may stand at the end of the words typed so far, the last of which may be begun. Asked by the shells' scripts. */
  | {readonly kind: 'complete'; readonly words: readonly string[]}
  | {readonly kind: 'config'; readonly verb: ConfigVerb; readonly output: ConfigForm}
  | {readonly kind: 'demo'; readonly port: number};

/** The shells that can be told what to complete. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What `pipetail config` can do with the configuration file. */
export const configVerbs = ['path', 'show', 'check', 'init'] as const;
export type ConfigVerb = (typeof configVerbs)[number];

/** Reads what is asked for. Throws `UsageError`. */
export function readRequest({command, names}: Omit<CommandLine, 'flags'>, given: GivenOptions): Request {
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
      const idle = options.find(({flag}) => given.isTyped(flag) && !heeds(verb, flag));
      if (idle) throw new UsageError(`config ${verb} takes no --${idle.flag} · pipetail config show does`);
      return {kind: 'config', verb, output: formOf(outputForms.config, value('output'))};
    }
  }
}

/** Help, and what looks at the configuration file itself, must do their work whatever stands in variables. */
export function heedsVariables(request: Request): boolean {
  return request.kind === 'config' ? request.verb === 'show' : request.kind !== 'help' && request.kind !== 'version';
}

/** Variables and contexts that a command does not need cannot be wrong for it. */
export function asksServer(request: Request): boolean {
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
