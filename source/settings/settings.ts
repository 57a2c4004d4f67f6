import meow from 'meow';
import {parseDuration} from './durations.ts';
import {type CommandName, type FlagName, type Option, options} from './options.ts';
import {parseInteger, parseSize} from './sizes.ts';
import {UsageError} from './usage-error.ts';

/** What the program is asked to do, with the options that the command takes. */
export type Request =
  | {readonly kind: 'help'; readonly command: CommandName}
  | {readonly kind: 'version'}
  | {readonly kind: 'screen'; readonly names: readonly string[]}
  | {
      readonly kind: 'logs';
      readonly names: readonly string[];
      readonly follow: boolean;
      readonly exitOnEnd: boolean;
      readonly prefix: boolean;
      readonly stripColor: boolean;
      readonly spillBytes: number;
      /** Print the recordings in this folder instead. */
      readonly from: string | undefined;
    }
  | {readonly kind: 'demo'; readonly port: number};

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

const commands = new Set<string>(['logs', 'demo']);

/** Reads flags and environment. Throws `UsageError` with one line for the user. */
export function readSettings(argv: readonly string[], environment: Environment): Settings {
  // What follows `--` are names, even when they look like a command or a flag.
  const separator = argv.indexOf('--');
  const before = separator === -1 ? argv : argv.slice(0, separator);
  const after = separator === -1 ? [] : argv.slice(separator + 1);
  const {input, flags} = parseFlags(before);

  const first = input[0];
  const command = first !== undefined && commands.has(first) ? (first as 'logs' | 'demo') : 'screen';
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

  return Object.freeze({
    request: readRequest(),
    host: demo ? undefined : value('host'),
    token: demo ? undefined : value('auth')?.trim() || undefined,
    tokenFrom: tokenSource(flags, environment),
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
    if (command === 'screen') return {kind: 'screen', names: names.map(checkName)};
    if (command === 'demo') {
      if (names.length > 0)
        throw new UsageError(`demo takes no names, not '${names[0]}'; try: pipetail demo --port 8080`);
      return {kind: 'demo', port: parseInteger(required('port'), '--port', {min: 0, max: 65_535})};
    }
    if (names.length === 0) throw new UsageError('logs needs at least one pipeline: pipetail logs <pipeline…>');
    const color = required('color');
    if (!['auto', 'always', 'never'].includes(color)) {
      throw new UsageError(`--color takes auto, always or never, not '${color}'`);
    }
    const from = value('from');
    for (const other of ['follow', 'exit-on-end', 'record', 'demo'] as const) {
      if (from !== undefined && flags.has(other)) {
        throw new UsageError(`--${other} does not go with --from, which prints what is there and ends`);
      }
    }
    return {
      kind: 'logs',
      names: names.map(checkName),
      follow: flags.get('follow') === true,
      exitOnEnd: flags.get('exit-on-end') === true,
      prefix: flags.get('no-prefix') !== true,
      stripColor: color === 'never',
      from,
      spillBytes: atLeast(parseSize(required('spill'), '--spill'), 8 * 1024 ** 2, '--spill', '8MiB'),
    };
  }
}

/** Flags by name as typed: a string, `true` for a switch, `''` for a value that is missing. */
function parseFlags(argv: readonly string[]): {input: readonly string[]; flags: ReadonlyMap<string, string | true>} {
  // yargs-parser, inside meow, reads `--no-x` as x=false: the switch is declared as x and turned back below.
  const declared = Object.fromEntries(
    options.map((option: Option) => [
      camelCase(option.flag.replace(/^no-/, '')),
      {
        type: option.value === undefined ? ('boolean' as const) : ('string' as const),
        ...(option.alias === undefined ? {} : {shortFlag: option.alias}),
      },
    ]),
  );
  const result = readWithMeow(argv, declared);
  const flags = new Map<string, string | true>();
  for (const [key, value] of Object.entries(result.flags)) {
    if (value === undefined) continue;
    const typed = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const flag = value === false ? `no-${typed}` : typed;
    const option: Option | undefined = options.find((candidate) => candidate.flag === flag);
    if (!option) throw new UsageError(`unknown option ${dashed(flag)}; pipetail --help lists them`);
    flags.set(flag, option.value === undefined ? true : String(value));
  }
  return {input: result.input.map(String), flags};
}

function readNotify(text: string): NotifyBy {
  const way = notifyWays.find((each) => each === text);
  if (way === undefined) throw new UsageError(`--notify takes bell, osc9, osc777 or off, not '${text}'`);
  return way;
}

function rejectForeignFlags(flags: ReadonlyMap<string, string | true>, command: CommandName): void {
  for (const flag of flags.keys()) {
    const option: Option | undefined = options.find((candidate) => candidate.flag === flag);
    if (option && !option.commands.includes(command)) {
      const where = option.commands.map((name) => (name === 'screen' ? 'the screen' : `pipetail ${name}`)).join(', ');
      throw new UsageError(`--${flag} belongs to ${where}`);
    }
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

function tokenSource(flags: ReadonlyMap<string, string | true>, environment: Environment): Settings['tokenFrom'] {
  if (flags.has('auth')) return '--auth';
  return environment.FELDERA_API_KEY ? 'FELDERA_API_KEY' : undefined;
}

function atLeast(value: number, least: number, flag: string, shown: string): number {
  if (value < least) throw new UsageError(`${flag} takes at least ${shown}`);
  return value;
}

function camelCase(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function dashed(flag: string): string {
  return flag.length === 1 ? `-${flag}` : `--${flag}`;
}

/** meow's own complaints (a flag given twice) are usage errors as well. */
function readWithMeow(argv: readonly string[], flags: Parameters<typeof meow>[0]['flags']) {
  try {
    return meow({
      importMeta: import.meta,
      argv,
      ...(flags === undefined ? {} : {flags}),
      // meow makes the name the process's title.
      pkg: {name: 'pipetail'},
      autoHelp: false,
      autoVersion: false,
      inferType: false,
      booleanDefault: undefined,
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
