import type {CommandLine} from './command-line.ts';
import type {ConfigFile} from './config-file.ts';
import {contextInForce, serverNamedBy} from './context.ts';
import {type Environment, givenOptions} from './given.ts';
import {type FlagName, type Option, options, standingCommands} from './options.ts';

/** An option, its value, and what said so. Secrets are `…`. */
export type InForce = {
  readonly option: string;
  /** Undefined: it has none. */
  readonly value: string | undefined;
  readonly source: 'flag' | 'variable' | 'file' | 'default';
  /** The flag, the variable or the line of the file. */
  readonly from: string;
};

/** What people write secrets into; a host may have a login in it. */
const secret: readonly string[] = ['auth', 'auth-token-command'] satisfies readonly FlagName[];

/** Every option that can be said once for all calls, with what is in force for it in this call. Throws `UsageError`. */
export function inForce({flags}: CommandLine, environment: Environment, file: ConfigFile): readonly InForce[] {
  const context = contextInForce({flags, environment, file});
  const given = givenOptions({command: 'config', flags, environment, file, context});
  const ofOptions = options
    .filter((option: Option) => standingCommands(option).length > 0)
    .map(({flag}): InForce => {
      const found = given.find(flag);
      if (flag === 'context' && found && !context) {
        const by = serverNamedBy({flags, environment}) ?? '--host';
        return {
          option: flag,
          value: undefined,
          source: found.source,
          from: `${found.from}, but ${by} names the server`,
        };
      }
      if (!found) return {option: flag, value: undefined, source: 'default', from: 'default'};
      const {text, source, from} = found;
      return {option: flag, value: shown(flag, text), source, from};
    });
  return [...ofOptions, ...ofTables(file)];
}

function ofTables({contexts, keys, themes, name}: ConfigFile): readonly InForce[] {
  const source = 'file' as const;
  return [
    ...[...contexts.values()].map(({name: context, host, where}) => {
      return {option: `contexts.${context}`, value: host, source, from: where};
    }),
    ...keys.map(({command, keys: all, where}) => {
      return {option: `keys.${command}`, value: all.join(', ') || undefined, source, from: where};
    }),
    ...[...themes].map(([theme, colors]) => {
      return {option: `themes.${theme}`, value: [...colors.keys()].join(', ') || undefined, source, from: name};
    }),
  ];
}

function shown(flag: FlagName, text: string): string {
  if (secret.includes(flag)) return '…';
  return flag === 'host' ? withoutLogin(text) : text;
}

/** Whether it is a URL or not: all before the last `@` may be a login. */
function withoutLogin(host: string): string {
  return host.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/i, '$1…@');
}
