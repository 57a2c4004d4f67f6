import type {CommandLine} from './command-line.ts';
import type {ConfigFile, KeyRemap} from './config-file.ts';
import {variableOf} from './option.ts';
import {optionOf} from './option-table.ts';
import {currentContext, type Environment, type OptionValues, optionValues} from './option-values.ts';
import {type ThemeName, themeNames} from './palette.ts';
import {
  copyChoices,
  didYouMean,
  histogramChoices,
  levelChoices,
  notifyChoices,
  oneOf,
  parseDuration,
  parseInteger,
  parseSize,
  readExpression,
  timeChoices,
  UsageError,
  wrapChoices,
} from './parse-values.ts';
import {needsServer, type Request, readRequest, readsVariables} from './request.ts';
import {defaultServerOptions, readServerOptions, type ServerOptions} from './server-options.ts';

/** All options, validated and frozen. */
export type Settings = {
  readonly request: Request;
  /** Base URL as typed; undefined with `--demo`, where the embedded server has its own. */
  readonly host: string | undefined;
  /** The credential. Never shown: not in messages, titles, reports or process lists. */
  readonly token: string | undefined;
  /** Where the credential came from, for messages. */
  readonly tokenFrom: string | undefined;
  /** Variables that may hold a credential, or what gives one: the usual ones, and those of all contexts. */
  readonly credentialVariables: readonly string[];
  readonly server: ServerOptions;
  readonly demo: boolean;
  /** The context in use; its colour as written (`readColor`). */
  readonly context: {readonly name: string; readonly color: string | undefined} | undefined;
  /** In the order of the file. */
  readonly contexts: readonly {readonly name: string; readonly host: string; readonly color: string | undefined}[];
  /** As written; the screen's table of commands checks them. */
  readonly keys: readonly KeyRemap[];
  readonly scrollbackBytes: number;
  /** The scrollback of all tabs together. */
  readonly memoryBytes: number;
  /** Starts without the last session. */
  readonly fresh: boolean;
  /** `directory`: undefined unless every log is recorded. `maxBytes`: of all recordings together. */
  readonly record: {readonly directory: string | undefined; readonly maxBytes: number};
  readonly fps: number;
  /** Milliseconds of silence before a stream is refreshed; 0 = never. */
  readonly silence: number;
  /** Milliseconds without a key after which the next one shows what happened; 0 = never. */
  readonly awayAfter: number;
  readonly notify: (typeof notifyChoices)[number];
  /** A shell command that gets each alert as JSON. */
  readonly onAlert: string | undefined;
  /** A regular expression; matching lines count as errors. */
  readonly watch: string | undefined;
  readonly title: boolean;
  /** The form of copied and saved lines. */
  readonly copy: (typeof copyChoices)[number];
  readonly view: StartView;
  readonly start: StartPlace;
  readonly theme: ThemeName;
};

/** The view at the start: what the last session restores wins over `initial`, and what was `typed` as a flag over both. */
type StartView = {
  readonly initial: ViewSettings;
  readonly typed: Partial<ViewSettings>;
  /** Zone of local times; undefined: the system's. */
  readonly zone: string | undefined;
};

/** Where the screen begins. As typed. */
type StartPlace = {readonly at: string | undefined; readonly filters: readonly string[]};

/** How a log and the list beside it are shown until keys change that. */
export type ViewSettings = {
  readonly wrap: (typeof wrapChoices)[number];
  /** Lines as sent instead of the compact form. */
  readonly asSent: boolean;
  readonly time: (typeof timeChoices)[number];
  /** The lowest level that is shown; undefined: all. */
  readonly level: (typeof levelChoices)[number] | undefined;
  /** Cells, or `auto`: by the terminal's width. */
  readonly listWidth: number | 'auto' | 'off';
  /** The histogram of records by time; `auto`: by the terminal's height. */
  readonly histogram: (typeof histogramChoices)[number];
};

/** The precedence is that of `optionValues`. Throws `UsageError`. */
export function settingsOf(commandLine: CommandLine, environment: Environment, file: ConfigFile): Settings {
  const {command, flags} = commandLine;
  const sources = {command, flags, environment, file};
  const demo = flags.get('demo') === true;
  const request = readRequest(commandLine, optionValues(sources));
  const usesServer = !demo && needsServer(request);
  const context = usesServer ? currentContext(sources) : undefined;
  const values = optionValues({...sources, environment: readsVariables(request) ? environment : {}}, context);
  const {value, required, isOn, isTyped, nameOf} = values;
  const token = demo ? undefined : value('auth')?.trim() || undefined;

  return Object.freeze({
    request,
    host: demo ? undefined : value('host'),
    token,
    tokenFrom: token === undefined ? undefined : nameOf('auth'),
    credentialVariables: credentialVariables(file),
    server: usesServer ? readServerOptions(values, environment) : defaultServerOptions,
    demo,
    context: context && {name: context.name, color: context.values.get('color')?.text},
    contexts: [...file.contexts.values()].map(({name, host, values}) => {
      return {name, host, color: values.get('color')?.text};
    }),
    keys: file.keys,
    scrollbackBytes: parseSize(required('scrollback'), nameOf('scrollback'), '64KiB'),
    memoryBytes: parseSize(required('memory'), nameOf('memory'), '16MiB'),
    fresh: isOn('fresh'),
    record: {
      // A folder set by a variable or the file is for real logs only.
      directory: demo && !isTyped('record') ? undefined : value('record'),
      maxBytes: parseSize(required('record-max'), nameOf('record-max'), '16MiB'),
    },
    fps: parseInteger(required('fps'), nameOf('fps'), {min: 1, max: 60}),
    silence: readSilence(values),
    awayAfter: parseDuration(required('away'), nameOf('away')),
    notify: oneOf(nameOf('notify'), required('notify'), notifyChoices),
    onAlert: value('on-alert')?.trim() || undefined,
    watch: value('watch') === undefined ? undefined : readExpression(required('watch'), nameOf('watch')),
    title: isOn('title'),
    copy: oneOf(nameOf('copy'), required('copy').toLowerCase(), copyChoices),
    view: readView(values),
    start: {at: value('at'), filters: values.all('filter')},
    theme: oneOf(nameOf('theme'), required('theme').toLowerCase(), themeNames),
  });
}

function credentialVariables(file: ConfigFile): readonly string[] {
  const usual = (['auth', 'oidc-token-file', 'auth-token-command'] as const).map((flag) => variableOf(optionOf(flag)));
  const named = [...file.contexts.values()].map(({values}) => values.get('auth-variable')?.text);
  return [...usual, ...named].filter((name) => name !== undefined);
}

const day = 86_400_000;

function readSilence({required, nameOf}: OptionValues): number {
  const silence = parseDuration(required('silence'), nameOf('silence'));
  if (silence > day) throw new UsageError(`${nameOf('silence')} takes at most a day`);
  return silence;
}

function readView({value, required, isOn, isTyped, nameOf}: OptionValues): StartView {
  const zone = readZone(value('zone'), nameOf('zone'));
  const time = value('time');
  const level = value('level')?.toLowerCase();
  const usualTime = zone === undefined ? 'sent' : 'local';
  const initial: ViewSettings = {
    wrap: oneOf(nameOf('wrap'), required('wrap').trim().toLowerCase(), wrapChoices),
    asSent: isOn('as-sent'),
    time: time === undefined ? usualTime : oneOf(nameOf('time'), time.toLowerCase(), timeChoices),
    level: level === undefined ? undefined : oneOf(nameOf('level'), level, levelChoices),
    listWidth: readListWidth(value('list-width') ?? 'auto', nameOf('list-width')),
    histogram: oneOf(nameOf('histogram'), required('histogram').toLowerCase(), histogramChoices),
  };
  const typed: Partial<ViewSettings> = {
    ...(isTyped('time') && {time: initial.time}),
    ...(isTyped('level') && {level: initial.level}),
    ...(isTyped('histogram') && {histogram: initial.histogram}),
  };
  return {initial, typed, zone};
}

/** Returns the zone in the spelling of the system's tables. */
function readZone(zone: string | undefined, name: string): string | undefined {
  if (zone === undefined) return undefined;
  try {
    return new Intl.DateTimeFormat('en', {timeZone: zone}).resolvedOptions().timeZone;
  } catch {
    const advice = didYouMean(zone, Intl.supportedValuesOf('timeZone')) || ' · write one such as Europe/Berlin or UTC';
    throw new UsageError(`${name} '${zone}' is not a time zone${advice}`);
  }
}

const narrowest = 8;

function readListWidth(text: string, name: string): ViewSettings['listWidth'] {
  const typed = text.trim().toLowerCase();
  if (typed === 'auto' || typed === 'off') return typed;
  if (!/^\d{1,4}$/.test(typed) || Number(typed) < narrowest) {
    throw new UsageError(`${name} takes a width in cells of at least ${narrowest}, auto or off, not '${text}'`);
  }
  return Number(typed);
}
