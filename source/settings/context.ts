import {didYouMean} from './closest.ts';
import type {ConfigFile, ContextTable} from './config-file.ts';
import type {Environment, Flags, Given} from './given.ts';
import {type FlagName, optionOf, variableOf} from './options.ts';
import {UsageError} from './usage-error.ts';

/** Two ways to say one thing: a flag for one takes the place of what the context says by the other. */
const alternatives: readonly (readonly FlagName[])[] = [
  ['auth', 'auth-token-command'],
  ['insecure', 'tls-cert'],
];

export type ContextSources = {
  readonly flags: Flags;
  readonly environment: Environment;
  readonly file: ConfigFile;
};

/**
 * The context that says which server. A context is one whole: host and credential belong together, and no credential
 * goes to the host of another. So
 * - one that is named, by `--context` or `PIPETAIL_CONTEXT`, is in force whatever other variables say. `--host` does not
 *   go with `--context`, and wins over `PIPETAIL_CONTEXT`;
 * - the file's own (`context = "…"`) is in force where neither `--host` nor `FELDERA_HOST` names a server: a key in a
 *   variable names none;
 * - while one is in force, no variable says anything of the server: host, credential, tenant, certificates;
 * - single flags (`--tenant`, `--tls-cert`, `--auth`) win over what the context says.
 * Throws `UsageError` for a context that is not in the file.
 */
export function contextInForce({flags, environment, file}: ContextSources): ContextTable | undefined {
  const flag = flags.get('context');
  if (flag === '') throw new UsageError('--context needs a value: --context NAME');
  if (typeof flag === 'string') {
    if (flags.has('host')) {
      throw new UsageError('--host and --context do not go together · a context names its own server · leave one out');
    }
    return find(flag, '--context', file);
  }
  const variable = environment.PIPETAIL_CONTEXT;
  if (variable) return flags.has('host') ? undefined : find(variable, 'PIPETAIL_CONTEXT', file);
  const standing = file.options.get('context');
  if (!standing || serverNamedBy({flags, environment}) !== undefined) return undefined;
  return find(standing.text, `${standing.where}: context`, file);
}

/** The flag or variable that names a server, so that the file's own context is not in force. */
export function serverNamedBy({flags, environment}: Omit<ContextSources, 'file'>): string | undefined {
  if (flags.has('host')) return '--host';
  const variable = variableOf(optionOf('host')) ?? '';
  return environment[variable] ? variable : undefined;
}

function find(name: string, from: string, {contexts, name: file}: ConfigFile): ContextTable {
  const table = contexts.get(name);
  if (table) return table;
  const known = [...contexts.keys()];
  if (known.length === 0) {
    const where = file === '' ? 'there is no configuration file' : `${file} has none`;
    throw new UsageError(`${from} knows no context '${name}' · ${where} · pipetail config init shows how to make one`);
  }
  throw new UsageError(`${from} knows no context '${name}', but ${known.join(', ')}${didYouMean(name, known)}`);
}

/** What the context says of an option; messages name it as `auth of context prod`. */
export function fromContext(
  table: ContextTable,
  flag: FlagName,
  {flags, environment}: Omit<ContextSources, 'file'>,
): Given | undefined {
  const group = alternatives.find((each) => each.includes(flag)) ?? [];
  if (group.some((each) => flags.get(each))) return undefined;
  const name = `${flag} of context ${table.name}`;
  const value = table.values.get(flag);
  if (value) return {text: value.text, source: 'file', name, from: value.where};
  const variable = flag === 'auth' ? table.values.get('auth-variable') : undefined;
  if (!variable) return undefined;
  const text = environment[variable.text];
  const from = `${variable.text}, named at ${variable.where}`;
  if (text?.trim()) return {text, source: 'variable', name: `${variable.text} of context ${table.name}`, from};
  throw new UsageError(
    `${variable.where}: the variable ${variable.text} is not set · context '${table.name}' takes its credential from it`,
  );
}
