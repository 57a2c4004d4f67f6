import {picked} from '../../lib/json.ts';
import type {Command} from './command.ts';
import type {CommandLine} from './command-line.ts';
import type {ConfigFile} from './config-file.ts';
import {acceptsOption, type CommandName, nameOf, variableOf} from './option.ts';
import {credentialFlags, optionOf, options, ownFlags, type ViewSettings} from './option-table.ts';
import {currentContext, type Environment, optionValues} from './option-values.ts';
import {readServerOptions, type ServerOptions} from './server-options.ts';

const viewFlags = options.flatMap((row) => ('view' in row ? row.flag : []));

/** All options, validated and frozen: under its name, what its row reads (`at` and `filter` as typed), but for these. */
export type Settings = ReturnType<typeof settingsOf>;

/** The precedence is that of `optionValues`. Throws `UsageError`. */
export function settingsOf(
  {command, names, flags}: CommandLine,
  environment: Environment,
  file: ConfigFile,
  commandOf: (name: CommandName) => Pick<Command, 'read'>,
) {
  const sources = {command, flags, environment, file};
  const demo = flags.get('demo') === true;
  const called = optionValues(sources);
  const request = {...commandOf(command).read(names, called), kind: command};
  const usesServer = !demo && acceptsOption(command, optionOf('host')) && called.value('from') === undefined;
  const context = usesServer ? currentContext(sources) : undefined;
  const values = optionValues(sources, context);
  const {value, find, isTyped} = values;
  const token = demo ? undefined : value('auth')?.trim() || undefined;
  const server: ServerOptions = usesServer ? readServerOptions(values, environment) : {};
  const options = values.valuesOf(...ownFlags);
  // A zone is set to see local times.
  const time = options.time ?? (options.zone === undefined ? 'sent' : 'local');
  const initial: ViewSettings = {...picked(options, viewFlags.map(nameOf)), time};
  const typed: Partial<ViewSettings> = picked(initial, viewFlags.filter(isTyped).map(nameOf));

  return Object.freeze({
    ...options,
    /** The command, and what it reads of the words after it. */
    request,
    /** Base URL as typed; undefined with `--demo`, where the embedded server has its own. */
    host: demo ? undefined : value('host'),
    /** The credential. Never shown: not in messages, titles, reports or process lists. */
    token,
    /** Source of the credential, for messages. */
    tokenFrom: token === undefined ? undefined : find('auth')?.name,
    /** Variables that may hold a credential, or what gives one: the usual ones, and those of all contexts. */
    credentialVariables: credentialVariables(file),
    server,
    /** The context in use; its colour as written (`readColor`). */
    context: context && {name: context.name, color: context.values.get('color')?.text},
    /** In the order of the file. */
    contexts: [...file.contexts.values()].map(({name, host, values}) => {
      return {name, host, color: values.get('color')?.text};
    }),
    savedFilters: file.filters,
    /** Keys as written; the screen's table of commands checks them. */
    keys: file.keys,
    /** Recordings of every log; undefined: none. A folder set by a variable or the file is for real logs only. */
    record: demo && !isTyped('record') ? undefined : options.record,
    /** View at first: the last session's wins over `initial`, and what was `typed` as a flag over both. */
    view: {initial, typed},
  });
}

function credentialVariables(file: ConfigFile): readonly string[] {
  const usual = credentialFlags.map((flag) => variableOf(optionOf(flag)));
  const named = [...file.contexts.values()].map(({values}) => values.get('auth-variable')?.text);
  return [...usual, ...named].filter((name) => name !== undefined);
}
