import type {CommandLine} from './command-line.ts';
import type {ConfigFile} from './config-file.ts';
import {variableOf} from './option.ts';
import {optionOf, type ValueOf} from './option-table.ts';
import {currentContext, type Environment, type OptionValues, optionValues} from './option-values.ts';
import {needsServer, readRequest, readsVariables} from './request.ts';
import {defaultServerOptions, readServerOptions} from './server-options.ts';

/** All options, validated and frozen. */
export type Settings = ReturnType<typeof settingsOf>;

/** How a log and the list beside it are shown until keys change that. */
export type ViewSettings = {
  readonly wrap: ValueOf<'wrap'>;
  /** Lines as sent instead of the compact form. */
  readonly asSent: boolean;
  readonly time: NonNullable<ValueOf<'time'>>;
  /** The lowest level that is shown; undefined: all. */
  readonly level: ValueOf<'level'>;
  /** Cells, or `auto`: by the terminal's width. */
  readonly listWidth: ValueOf<'list-width'>;
  /** The histogram of records by time; `auto`: by the terminal's height. */
  readonly histogram: ValueOf<'histogram'>;
};

/** The precedence is that of `optionValues`. Throws `UsageError`. */
export function settingsOf(commandLine: CommandLine, environment: Environment, file: ConfigFile) {
  const {command, flags} = commandLine;
  const sources = {command, flags, environment, file};
  const demo = flags.get('demo') === true;
  const request = readRequest(commandLine, optionValues(sources));
  const usesServer = !demo && needsServer(request);
  const context = usesServer ? currentContext(sources) : undefined;
  const values = optionValues({...sources, environment: readsVariables(request) ? environment : {}}, context);
  const {value, find, isTyped} = values;
  const token = demo ? undefined : value('auth')?.trim() || undefined;

  return Object.freeze({
    request,
    /** Base URL as typed; undefined with `--demo`, where the embedded server has its own. */
    host: demo ? undefined : value('host'),
    /** The credential. Never shown: not in messages, titles, reports or process lists. */
    token,
    /** Where the credential came from, for messages. */
    tokenFrom: token === undefined ? undefined : find('auth')?.name,
    /** Variables that may hold a credential, or what gives one: the usual ones, and those of all contexts. */
    credentialVariables: credentialVariables(file),
    server: usesServer ? readServerOptions(values, environment) : defaultServerOptions,
    demo,
    /** The context in use; its colour as written (`readColor`). */
    context: context && {name: context.name, color: context.values.get('color')?.text},
    /** In the order of the file. */
    contexts: [...file.contexts.values()].map(({name, host, values}) => {
      return {name, host, color: values.get('color')?.text};
    }),
    /** As written; the screen's table of commands checks them. */
    keys: file.keys,
    scrollbackBytes: value('scrollback'),
    memoryBytes: value('memory'),
    fresh: value('fresh'),
    readLogs: value('read-logs'),
    record: {
      /** Undefined unless every log is recorded. A folder set by a variable or the file is for real logs only. */
      directory: demo && !isTyped('record') ? undefined : value('record'),
      maxBytes: value('record-max'),
    },
    fps: value('fps'),
    /** Milliseconds, as `awayAfter`; 0 = never. */
    silence: value('silence'),
    awayAfter: value('away'),
    notify: value('notify'),
    onAlert: value('on-alert'),
    watch: value('watch'),
    title: value('title'),
    copy: value('copy'),
    view: readView(values),
    /** Where the screen begins. As typed. */
    start: {at: value('at'), filters: value('filter')},
    theme: value('theme'),
  });
}

function credentialVariables(file: ConfigFile): readonly string[] {
  const usual = (['auth', 'oidc-token-file', 'auth-token-command'] as const).map((flag) => variableOf(optionOf(flag)));
  const named = [...file.contexts.values()].map(({values}) => values.get('auth-variable')?.text);
  return [...usual, ...named].filter((name) => name !== undefined);
}

/** The view at the start: what the last session restores wins over `initial`, and what was `typed` as a flag over both. */
function readView({value, isTyped}: OptionValues) {
  const zone = value('zone');
  const initial: ViewSettings = {
    wrap: value('wrap'),
    asSent: value('as-sent'),
    time: value('time') ?? (zone === undefined ? 'sent' : 'local'),
    level: value('level'),
    listWidth: value('list-width'),
    histogram: value('histogram'),
  };
  const typed: Partial<ViewSettings> = {
    ...(isTyped('time') && {time: initial.time}),
    ...(isTyped('level') && {level: initial.level}),
    ...(isTyped('histogram') && {histogram: initial.histogram}),
  };
  return {initial, typed, zone};
}
