import type {CommandLine} from './command-line.ts';
import type {ConfigFile, KeyRemap} from './config-file.ts';
import type {FlagName} from './option-table.ts';
import {currentContext, type Environment, type OptionValues, optionValues} from './option-values.ts';
import {type OwnThemes, readTheme} from './palette.ts';
import {
  atLeast,
  closest,
  levelChoices,
  notifyChoices,
  oneOf,
  parseDuration,
  parseInteger,
  parseSize,
  readExpression,
  timeChoices,
  UsageError,
} from './parse-values.ts';
import {needsServer, type Request, readRequest, readsVariables} from './request.ts';
import {defaultServerOptions, readServerOptions, type ServerOptions} from './server-options.ts';

/** How a person who looks elsewhere is told of news. */
export type NotifyBy = (typeof notifyChoices)[number];

/** All that options say, whatever said it: one validated, frozen value. */
export type Settings = {
  readonly request: Request;
  /** Base URL as given; undefined with `--demo`, where the embedded server names its own. */
  readonly host: string | undefined;
  /** The credential. Never shown: not in messages, titles, reports or process lists. */
  readonly token: string | undefined;
  /** Where the credential came from, for messages. */
  readonly tokenFrom: string | undefined;
  readonly server: ServerOptions;
  readonly demo: boolean;
  /** The context of the configuration file that says which server, if one does; its colour as written (`readColor`). */
  readonly context: {readonly name: string; readonly color: string | undefined} | undefined;
  /** All contexts of the file, in its order. */
  readonly contexts: readonly {readonly name: string; readonly host: string; readonly color: string | undefined}[];
  /** Keys in place of those that commands have, as written: the table of commands is not known here. */
  readonly keys: readonly KeyRemap[];
  readonly scrollbackBytes: number;
  /** Bound of all tabs' scrollback together, in bytes. */
  readonly memoryBytes: number;
  /** The last session is not taken up again. */
  readonly fresh: boolean;
  /** Where every log is recorded (of a demo only as typed), and how many bytes all recordings may take. */
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
  readonly view: StartView;
  /** One of those built in, or of `themes`. */
  readonly theme: string;
  readonly themes: OwnThemes;
};

/** How a log is looked at, and the list beside it, until keys change it. */
export type View = {
  readonly wrap: boolean;
  /** Lines as sent, not the compact form. */
  readonly asSent: boolean;
  readonly time: (typeof timeChoices)[number];
  /** The least level that is shown; undefined: all. */
  readonly level: (typeof levelChoices)[number] | undefined;
  /** Cells, or `auto`: by the terminal's width. */
  readonly sidebar: number | 'auto' | 'off';
};

/**
 * Reads flags, environment and the configuration file; `optionValues` has the precedence. Throws `UsageError` with one
 * line for the user.
 */
export function settingsOf(commandLine: CommandLine, environment: Environment, file: ConfigFile): Settings {
  const {command, flags} = commandLine;
  const sources = {command, flags, environment, file};
  const demo = flags.get('demo') === true;
  const request = readRequest(commandLine, optionValues({...sources, context: undefined}));
  const ofServer = !demo && needsServer(request);
  const context = ofServer ? currentContext(sources) : undefined;
  const given = optionValues({...sources, environment: readsVariables(request) ? environment : {}, context});
  const {value, find, required, isOn, isTyped} = given;

  return Object.freeze({
    request,
    host: demo ? undefined : value('host'),
    token: demo ? undefined : value('auth')?.trim() || undefined,
    tokenFrom: find('auth')?.name,
    server: ofServer ? readServerOptions(given, environment) : defaultServerOptions,
    demo,
    context: context && {name: context.name, color: context.values.get('color')?.text},
    contexts: [...file.contexts.values()].map(({name, host, values}) => {
      return {name, host, color: values.get('color')?.text};
    }),
    keys: file.keys,
    scrollbackBytes: sizeOf(given, 'scrollback', 64 * 1024, '64KiB'),
    memoryBytes: sizeOf(given, 'memory', 16 * 1024 ** 2, '16MiB'),
    fresh: isOn('fresh'),
    record: {
      // What stands is for real logs: those of a demo would be taken for them.
      directory: demo && !isTyped('record') ? undefined : value('record'),
      maxBytes: sizeOf(given, 'record-max', 16 * 1024 ** 2, '16MiB'),
    },
    fps: integerOf(given, 'fps', {min: 1, max: 60}),
    silence: integerOf(given, 'silence', {min: 0, max: 86_400}) * 1000,
    awayAfter: parseDuration(required('away'), given.nameOf('away')),
    notify: oneOf(given.nameOf('notify'), required('notify'), notifyChoices),
    watch: value('watch') === undefined ? undefined : readExpression(required('watch'), given.nameOf('watch')),
    title: isOn('title'),
    mouse: isOn('mouse'),
    view: readView(given),
    theme: readTheme(required('theme'), file.themes, given.nameOf('theme')),
    themes: file.themes,
  });
}

function sizeOf({required, nameOf}: OptionValues, flag: FlagName, least: number, shown: string): number {
  return atLeast(parseSize(required(flag), nameOf(flag)), least, nameOf(flag), shown);
}

function integerOf({required, nameOf}: OptionValues, flag: FlagName, limits: {min: number; max: number}): number {
  return parseInteger(required(flag), nameOf(flag), limits);
}

/**
 * The view at the start, `initial`: of all that no key has changed. What keys changed in a tab comes back with the last
 * session and wins over it, since it is the later choice and of that tab; but what is `typed` on the command line wins
 * over both: who types a flag means what is on the screen next.
 */
type StartView = {
  readonly initial: View;
  readonly typed: Partial<View>;
  /** Zone of local times; undefined: the system's. */
  readonly zone: string | undefined;
};

/** Throws `UsageError`. */
function readView({value, isOn, isTyped, nameOf}: OptionValues): StartView {
  const zone = readZone(value('zone'), nameOf('zone'));
  const time = value('time');
  const level = value('level')?.toLowerCase();
  const initial: View = {
    wrap: isOn('wrap'),
    asSent: isOn('as-sent'),
    time:
      time === undefined
        ? zone === undefined
          ? 'sent'
          : 'local'
        : oneOf(nameOf('time'), time.toLowerCase(), timeChoices),
    level: level === undefined ? undefined : oneOf(nameOf('level'), level, levelChoices),
    sidebar: readSidebar(value('sidebar') ?? 'auto', nameOf('sidebar')),
  };
  const {wrap, asSent, sidebar} = initial;
  const typed: Partial<View> = {
    ...(isTyped('wrap') && {wrap}),
    ...(isTyped('as-sent') && {asSent}),
    ...((isTyped('time') || isTyped('zone')) && {time: initial.time}),
    ...(isTyped('level') && {level: initial.level}),
    ...(isTyped('sidebar') && {sidebar}),
  };
  return {initial, typed, zone};
}

/** The zone as the system's tables spell it. */
function readZone(zone: string | undefined, name: string): string | undefined {
  if (zone === undefined) return undefined;
  try {
    return new Intl.DateTimeFormat('en', {timeZone: zone}).resolvedOptions().timeZone;
  } catch {
    const near = closest(zone, Intl.supportedValuesOf('timeZone'));
    const advice = near === undefined ? 'write one such as Europe/Berlin or UTC' : `did you mean '${near}'?`;
    throw new UsageError(`${name} '${zone}' is no time zone · ${advice}`);
  }
}

const narrowest = 8;

function readSidebar(text: string, name: string): View['sidebar'] {
  const typed = text.trim().toLowerCase();
  if (typed === 'auto' || typed === 'off') return typed;
  if (!/^\d{1,4}$/.test(typed) || Number(typed) < narrowest) {
    throw new UsageError(`${name} takes a width in cells, ${narrowest} at least, auto or off, not '${text}'`);
  }
  return Number(typed);
}
