import type {ConfigFile, ContextTable, Problem} from './config-file.ts';
import type {Environment, Flags} from './given.ts';
import {type CommandName, optionOf, standingCommands} from './options.ts';
import {settingsOf} from './settings.ts';
import {UsageError} from './usage-error.ts';

/**
 * The values that are wrong in a file whose form is right: each is read as it will be, alone, by every command that
 * takes it, so that the file is held to the same rules as flags and variables.
 */
export function checkConfig(file: ConfigFile): Problem[] {
  const ofOptions = [...file.options].flatMap(([flag, value]): Problem[] => {
    const alone = {...file, options: new Map([[flag, value]])};
    // Contexts are looked at below: here the question is whether the one that is named exists.
    if (flag === 'context' && file.contexts.has(value.text)) return [];
    const wrong = firstOf(standingCommands(optionOf(flag)), (command) => complaint(alone, command));
    return wrong === undefined ? [] : [problem(wrong, value.where)];
  });
  const ofContexts = [...file.contexts.values()].flatMap((context): Problem[] => {
    const wrong = complaintOfContext(file, context);
    return wrong === undefined ? [] : [problem(wrong, context.where)];
  });
  return [...ofOptions, ...ofContexts];
}

/** What is wrong once the context is in force; a key over plain http is a question of the call (`--allow-http-key`). */
function complaintOfContext(file: ConfigFile, {name, values}: ContextTable): string | undefined {
  const variable = values.get('auth-variable')?.text;
  const environment = variable === undefined ? {} : {[variable]: 'set'};
  const flags = new Map<string, string | boolean>([
    ['context', name],
    ['allow-http-key', true],
  ]);
  return complaint({...file, options: new Map()}, 'list', {flags, environment});
}

function complaint(
  file: ConfigFile,
  command: CommandName,
  {flags = new Map(), environment = {}}: {flags?: Flags; environment?: Environment} = {},
): string | undefined {
  try {
    settingsOf({command, names: command === 'logs' ? ['x'] : [], flags}, environment, file);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

function problem(message: string, where: string): Problem {
  const prefix = `${where}: `;
  return {
    line: Number(where.slice(where.lastIndexOf(':') + 1)),
    message: message.startsWith(prefix) ? message.slice(prefix.length) : message,
  };
}

function firstOf<Item, Found>(items: readonly Item[], find: (item: Item) => Found | undefined): Found | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
