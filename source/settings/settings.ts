import {parseDuration} from './durations.ts';
import {type LogsRequest, oneOf, readLogsRequest} from './logs-request.ts';
import {type NamesAsked, readNames} from './name-pattern.ts';
import {type CommandName, commandWords, type FlagName, type Option, options} from './options.ts';
import {type ListForm, outputForms, type StatusForm} from './output-forms.ts';
import {parseFlags, rejectForeignFlags} from './parse-flags.ts';
import {atLeast, parseInteger, parseSize} from './sizes.ts';
import {UsageError} from './usage-error.ts';
import {plainWay, readWay, type WayToServer} from './way-to-server.ts';

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
  | {readonly kind: 'demo'; readonly port: number};

/** The shells that can be told what to complete. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** How a person who looks elsewhere is told of news. */
export type NotifyBy = (typeof notifyWays)[number];

const notifyWays = ['off', 'bell', 'osc9', 'osc777'] as const;

/** One validated, frozen value; nothing else reads flags or the environment. */
export type Settings = {
  readonly request: Request;
  /** Base URL as given; undefined with `--demo`, where the embedded server names its own. */
  readonly host: string | undefined;
  /** The credential. Never shown: not in messages, titles, reports or process lists. */
  readonly token: string | undefined;
  /** Where the credential came from, for messages. */
  readonly tokenFrom: '--auth' | 'FELDERA_API_KEY' | undefined;
  readonly way: WayToServer;
  readonly demo: boolean;
  readonly scrollbackBytes: number;
  /** Bound of all tabs' scrollback together, in bytes. */
  readonly memoryBytes: number;
  /** The last session is not taken up again. */
  readonly fresh: boolean;
  /** Where every log is recorded, and how many bytes all recordings may take. */
  readonly record: {readonly directory: string | undefined; readonly maxBytes: number};
  readonly fps: number;
  /** Milliseconds of silence before a stream is refreshed; 0 = never. */
  readonly silence: number;
  /** Milliseconds without a key after which the next one shows what happened; 0 = never. */
  readonly awayAfter: number;
  readonly notify: NotifyBy;
  /** A regular expression; lines that match count as errors do. */
  readonly watch: string | undefined;
  readonly title: boolean;
  readonly mouse: boolean;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads flags and environment. Throws `UsageError` with one line for the user. */
export function readSettings(argv: readonly string[], environment: Environment): Settings {
  // What follows `--` are names, even when they look like a command or a flag.
  const separator = argv.indexOf('--');
  const before = separator === -1 ? argv : argv.slice(0, separator);
  const after = separator === -1 ? [] : argv.slice(separator + 1);
  const {input, flags} = parseFlags(before);

  const first = input[0];
  const command: CommandName = commandWords.find((word) => word === first) ?? 'screen';
  const names = [...(command === 'screen' ? input : input.slice(1)), ...after];
  if (flags.get('help') !== true && flags.get('version') !== true) rejectForeignFlags(flags, command);

  const value = (flag: FlagName): string | undefined => {
    const option: Option | undefined = options.find((candidate) => candidate.flag === flag);
    const given = flags.get(flag);
    if (given === '') throw new UsageError(`--${flag} needs a value: --${flag} ${option?.value ?? ''}`.trimEnd());
    const variable = option?.variable === undefined ? undefined : environment[option.variable];
    return (typeof given === 'string' ? given : undefined) ?? (variable || undefined) ?? option?.fallback;
  };
  const required = (flag: FlagName): string => value(flag) ?? '';
  const demo = flags.get('demo') === true;
  const request = readRequest();
  const has = (flag: FlagName) => flags.has(flag);
  const tokenFrom = tokenSource(flags, environment);

  return Object.freeze({
    request,
    host: demo ? undefined : value('host'),
    token: demo ? undefined : value('auth')?.trim() || undefined,
    tokenFrom,
    way:
      !demo && asksServer(request)
        ? readWay({has, value, host: value('host') ?? '', tokenFrom, environment})
        : plainWay,
    demo,
    scrollbackBytes: atLeast(parseSize(required('scrollback'), '--scrollback'), 64 * 1024, '--scrollback', '64KiB'),
    memoryBytes: atLeast(parseSize(required('memory'), '--memory'), 16 * 1024 ** 2, '--memory', '16MiB'),
    fresh: flags.get('fresh') === true,
    record: {
      directory: value('record'),
      maxBytes: atLeast(parseSize(required('record-max'), '--record-max'), 16 * 1024 ** 2, '--record-max', '16MiB'),
    },
    fps: parseInteger(required('fps'), '--fps', {min: 1, max: 60}),
    silence: parseInteger(required('silence'), '--silence', {min: 0, max: 86_400}) * 1000,
    awayAfter: parseDuration(required('away'), '--away'),
    notify: readNotify(required('notify')),
    watch: value('watch'),
    title: flags.get('title') === true,
    mouse: flags.get('mouse') === true,
  });

  function readRequest(): Request {
    if (flags.get('version') === true) return {kind: 'version'};
    if (flags.get('help') === true) return {kind: 'help', command};
    switch (command) {
      case 'screen':
        return {kind: 'screen', ...readNames(names)};
      case 'demo':
        if (names.length > 0) {
          throw new UsageError(`demo takes no names, not '${names[0]}'; try: pipetail demo --port 8080`);
        }
        return {kind: 'demo', port: parseInteger(required('port'), '--port', {min: 0, max: 65_535})};
      case 'logs':
        return readLogsRequest(names, {has: (flag) => flags.has(flag), value});
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
    }
  }
}

/** Variables that a command does not need cannot be wrong for it. */
function asksServer(request: Request): boolean {
  switch (request.kind) {
    case 'screen':
    case 'list':
    case 'status':
    case 'complete':
      return true;
    case 'logs':
      return request.from === undefined;
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

/** The first form is what is meant without the flag, and is not asked for by name. */
function formOf<Form extends string>(forms: readonly Form[], given: string | undefined): Form {
  const [usual, ...others] = forms;
  const form = forms.find((each) => each === (given ?? usual));
  if (form !== undefined) return form;
  oneOf('output', given ?? '', others);
  throw new UsageError('--output needs a value');
}

function readNotify(text: string): NotifyBy {
  const way = notifyWays.find((each) => each === text);
  if (way === undefined) throw new UsageError(`--notify takes bell, osc9, osc777 or off, not '${text}'`);
  return way;
}

function tokenSource(flags: ReadonlyMap<string, string | true>, environment: Environment): Settings['tokenFrom'] {
  if (flags.has('auth')) return '--auth';
  return environment.FELDERA_API_KEY ? 'FELDERA_API_KEY' : undefined;
}
