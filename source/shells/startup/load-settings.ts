import {homedir} from 'node:os';
import path from 'node:path';
import {commandAgainst, type Intruder, otherWriter} from '../../engine/disk/who-may-write.ts';
import {type CommandLine, inContext, readCommandLine} from '../../kit/settings/command-line.ts';
import {type ConfigFile, emptyConfig} from '../../kit/settings/config-file.ts';
import {type CommandName, effectiveCommands} from '../../kit/settings/option.ts';
import {options} from '../../kit/settings/option-table.ts';
import type {Environment} from '../../kit/settings/option-values.ts';
import {UsageError} from '../../kit/settings/parse-values.ts';
import {type Settings, settingsOf} from '../../kit/settings/settings.ts';
import {errorText} from '../../lib/format.ts';
import {commandOf} from '../commands.ts';
import {readSmallFile} from './small-file.ts';

export type ConfigPlace = {
  readonly file: string;
  /** Name for messages: with `~` for the home folder. */
  readonly name: string;
  /** The flag or variable that names it. Such a file has to exist. */
  readonly namedBy: string | undefined;
};

/** The process of a call: its variables, and its effective user id. */
export type Caller = {readonly env: Environment; readonly geteuid?: () => number};

/** `context`: the same call on that context. `reader`: reads the words of the command. Rejects with a `UsageError`. */
export async function loadSettings(
  argv: readonly string[],
  caller: Caller,
  context?: string,
  reader: Parameters<typeof settingsOf>[3] = commandOf,
): Promise<Settings> {
  const typed = readCommandLine(argv, (flags) => configPlace(configIn(flags), caller.env, homedir()).name);
  const commandLine = context === undefined ? typed : inContext(typed, context);
  const place = configPlace(configIn(commandLine.flags), caller.env, homedir());
  const readsFile = readsConfiguration(commandLine.command);
  const file = readsFile ? await loadConfig(place, caller, homedir()) : emptyConfig;
  return settingsOf(commandLine, caller.env, file, reader);
}

function configIn(flags: CommandLine['flags']): string | undefined {
  const flag = flags.get('config');
  return typeof flag === 'string' ? flag : undefined;
}

/** `flag`: the value of `--config`. Ignores a relative `$XDG_CONFIG_HOME` (XDG Base Directory specification, 0.8). */
export function configPlace(flag: string | undefined, environment: Environment, home: string): ConfigPlace {
  const variable = environment.PIPETAIL_CONFIG || undefined;
  const named = flag ?? variable;
  const xdg = environment.XDG_CONFIG_HOME;
  const base = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(home, '.config');
  const file = path.resolve(named ?? path.join(base, 'pipetail', 'config.toml'));
  const namedBy = named === undefined ? undefined : named === flag ? '--config' : 'PIPETAIL_CONFIG';
  return {file, name: shownPath(file, home), namedBy};
}

function shownPath(file: string, home: string): string {
  const isAtHome = home !== '' && file.startsWith(`${path.join(home, '/')}`);
  return isAtHome ? path.join('~', path.relative(home, file)) : file;
}

/** Rejects with a `UsageError` if the file cannot be read or trusted, is named and missing, or has a mistake. */
export async function loadConfig(
  {file, name, namedBy}: ConfigPlace,
  {geteuid}: Pick<Caller, 'geteuid'>,
  home: string,
): Promise<ConfigFile> {
  const read = await readText(file).catch((error: unknown) => {
    if (!(error instanceof Error)) throw error;
    const code = 'code' in error ? String(error.code) : error.message;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      if (namedBy === undefined) return undefined;
      throw new UsageError(`${name}: no such file · it is named by ${namedBy} · pipetail config init writes one`);
    }
    throw new UsageError(`${name}: the configuration file cannot be read · ${reasons.get(code) ?? code}`);
  });
  if (!read) return emptyConfig;
  checkWriters({file, name}, geteuid?.(), home);
  const {parseConfig} = await import('../../kit/settings/parse-config.ts');
  return parseConfig(read.text, {name, home, isPrivate: read.isPrivate});
}

/**
 * The file names commands that are run, and servers that get credentials. Throws `UsageError` if others may write it, or
 * if that is unknown.
 */
function checkWriters({file, name}: Pick<ConfigPlace, 'file' | 'name'>, user: number | undefined, home: string): void {
  if (file === '/dev/null') return;
  let found: Intruder | undefined;
  try {
    found = otherWriter(file, user, 'data');
  } catch (error) {
    throw new UsageError(`${name}: who may write to it is unknown, so this file is not used · ${errorText(error)}`);
  }
  if (!found) return;
  const place = shownPath(found.path, home);
  const what = found.path === file ? 'it' : place;
  const why = found.why === 'foreign' ? `${what} belongs to another user` : `other users may write to ${what}`;
  throw new UsageError(`${name}: ${why}, so this file is not used · ${commandAgainst(found, place)}`);
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'its permissions do not allow it'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'its symbolic links form a circle'],
]);

async function readText(file: string): Promise<{text: string; isPrivate: boolean}> {
  const {bytes, isPrivate} = await readSmallFile(file);
  try {
    return {text: new TextDecoder('utf-8', {fatal: true}).decode(bytes), isPrivate};
  } catch {
    throw new Error('it is not UTF-8');
  }
}

/** Returns whether variables and the configuration file say anything to the command: else neither may stop it. */
function readsConfiguration(command: CommandName): boolean {
  return options.some((option) => effectiveCommands(option).includes(command));
}
