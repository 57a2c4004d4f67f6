import type {KeyRemap} from '../../settings/config-file.ts';
import type {KeyLine} from '../../settings/config-template.ts';
import {closest, didYouMean} from '../../settings/parse-values.ts';
import {type Command, digits} from './command-table.ts';
import {allCommands, type CommandId, type CommandTable} from './commands.ts';
import {namedKeys, readKey} from './key-names.ts';

/** `problems`: one line for each mistake, `file:line: what · what to do`. */
type Remapped = {readonly table: CommandTable; readonly problems: readonly string[]};

/** Without a key for these, the user cannot leave the program, a page or a selection. */
const neverWithout: readonly CommandId[] = [
  'quit',
  'back',
  'help-close',
  'page-close',
  'detail-close',
  'marks-close',
  'errors-close',
  'away-close',
  'contexts-close',
  'comparison-close',
  'timeline-close',
];

/**
 * Replaces keys of commands. An unchanged command gives up a key that the user wants for another one, as long as it has
 * a second: so a new default key breaks no configuration. Clashes are searched in the final table, so that two commands
 * can swap keys.
 */
export function remap(table: CommandTable, remaps: readonly KeyRemap[]): Remapped {
  const problems: string[] = [];
  const changed = new Map<CommandId, Change>();
  for (const {command: id, keys, where} of remaps) {
    const command = table.find((each) => each.id === id);
    if (!command) {
      const meant = didYouMean(id, idsOf(table));
      problems.push(`${where}: no command is called '${id}'${meant === '' ? ` · ${seeInit}` : meant}`);
      continue;
    }
    const names = keys.flatMap((text) => {
      const name = readKey(text);
      if (name === undefined) problems.push(`${where}: ${unknownKey(text)}`);
      return name ?? [];
    });
    if (keys.length === 0 && neverWithout.includes(command.id)) {
      problems.push(`${where}: '${id}' needs a key: without one there is no way out (${command.help})`);
    }
    changed.set(command.id, {keys: [...new Set(names)], where});
  }
  const remapped = table.map((command) => {
    const keys = changed.get(command.id)?.keys;
    return keys ? {...command, keys} : command;
  });
  const wanted = remapped.filter(({id}) => changed.has(id));
  const final = remapped.map((command) => (changed.has(command.id) ? command : withoutKeysOf(wanted, command)));
  return {table: final, problems: [...problems, ...clashes(final, changed)]};
}

/** The command without keys that others want; unchanged if it would have none. */
function withoutKeysOf<Each extends Command>(wanted: readonly Command[], command: Each): Each {
  // Their places count: the first key is that of the first tab.
  if (command.keys === digits) return command;
  const left = command.keys.filter(
    (key) => !wanted.some((other) => other.keys.includes(key) && hideEachOther(other, command)),
  );
  return left.length === 0 || left.length === command.keys.length ? command : {...command, keys: left};
}

type Change = {readonly keys: readonly string[]; readonly where: string};

const seeInit = 'pipetail config init writes a file with all of them';

function idsOf(table: CommandTable): readonly string[] {
  return table.map(({id}) => id);
}

function unknownKey(text: string): string {
  const meant = closest(text, namedKeys);
  const other = meant === undefined ? 'write it as x, X, ^X or PageUp' : `did you mean '${meant}'?`;
  return `no key is called '${text}' · ${other}`;
}

/** Keys of changed commands that clash with another command. */
function clashes(table: CommandTable, changed: ReadonlyMap<CommandId, Change>): readonly string[] {
  return [...changed].flatMap(([id, {keys, where}], order) => {
    const command = table.find((each) => each.id === id);
    // Of two changed commands that clash, only the later one is a problem.
    const later = new Set([...changed.keys()].slice(order + 1));
    return keys.flatMap((key) => {
      const other = table.find(
        (each) =>
          each.id !== id && !later.has(each.id) && each.keys.includes(key) && command && hideEachOther(command, each),
      );
      return other
        ? [
            `${where}: key '${key}' is taken by '${other.id}' (${other.help}) · choose another, or give '${other.id}' another`,
          ]
        : [];
    });
  });
}

/**
 * Whether one of two commands with the same key would hide the other. Only a key that closes a page may hide a command
 * of everywhere: `q` closes a page, and quits elsewhere.
 */
function hideEachOther(one: Command, other: Command): boolean {
  if (one.context === other.context) return true;
  // The description of a pipeline has the keys of other pages, too.
  const ofText = ['page', 'describe'];
  if (opensBeforeItCloses(one, other) || opensBeforeItCloses(other, one)) return false;
  if (ofText.includes(one.context) && ofText.includes(other.context)) return true;
  if (one.context === 'everywhere') return hides(other, one);
  return other.context === 'everywhere' && hides(one, other);
}

/** In a description, Enter opens a connector, and closes only where there is none: other keys must close it. */
function opensBeforeItCloses(open: Command, close: Command): boolean {
  if (open.id !== 'describe-open' || close.id !== 'page-close') return false;
  return close.keys.some((key) => !open.keys.includes(key));
}

function hides(own: Command, everywhere: Command): boolean {
  if (own.context === 'sidebar' || own.context === 'log') return true;
  return everywhere.notOnPages !== true && !own.id.endsWith('-close');
}

/** The keys of the screen, for `pipetail config`. */
export const keyTable = {
  /** Mistakes in the keys of a configuration file, each as `file:line: …`. */
  problems: (remaps: readonly KeyRemap[]): readonly string[] => remap(allCommands, remaps).problems,
  lines: (): readonly KeyLine[] => allCommands.map(({id, keys, help}) => ({command: id, keys, help})),
};
