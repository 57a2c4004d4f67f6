import type {KeyRemap} from '../settings/config-file.ts';
import type {KeyLine} from '../settings/config-template.ts';
import {closest, didYouMean} from '../settings/parse-values.ts';
import {type Command, type CommandTable, digits} from './commands.ts';
import {namedKeys, readKey} from './key-names.ts';

/** `problems`: one line for each mistake, `file:line: what · what to do`. */
type Remapped = {readonly table: CommandTable; readonly problems: readonly string[]};

/** Without a key for it, the user cannot leave the program, a page or a selection. */
function isWayOut({id, does}: Command): boolean {
  return does === 'close' || id === 'quit' || id === 'back';
}

/**
 * Replaces keys of commands. An unchanged command gives up a key that the user wants for another one, as long as it has
 * a second. Clashes are searched in the final table, so that two commands can swap keys.
 */
export function remap(table: CommandTable, remaps: readonly KeyRemap[]): Remapped {
  const problems: string[] = [];
  const changed = new Map<string, Change>();
  for (const {command: id, keys, where} of remaps) {
    const command = table.find((each) => each.id === id);
    if (!command) {
      const commands = table.map((each) => each.id);
      const advice = didYouMean(id, commands) || ' · pipetail config init writes a file with all of them';
      problems.push(`${where}: no command is called '${id}'${advice}`);
      continue;
    }
    const names = keys.flatMap((text) => {
      const name = readKey(text);
      if (name === undefined) problems.push(`${where}: ${unknownKey(text)}`);
      return name ?? [];
    });
    if (keys.length === 0 && isWayOut(command)) {
      problems.push(`${where}: '${id}' needs a key: without one there is no way out (${command.help})`);
    }
    changed.set(id, {keys: [...new Set(names)], where});
  }
  const remapped = table.map((command) => {
    const keys = changed.get(command.id)?.keys;
    return keys ? withKeys(command, keys) : command;
  });
  const wanted = remapped.filter(({id}) => changed.has(id));
  const final = remapped.map((command) => (changed.has(command.id) ? command : withoutKeysOf(wanted, command)));
  return {table: final, problems: [...problems, ...clashes(final, changed)]};
}

/** The command without keys that others want; unchanged if it would have none. */
function withoutKeysOf(wanted: readonly Command[], command: Command): Command {
  // Their places count: the first key is that of the first tab.
  if (command.keys === digits) return command;
  const left = command.keys.filter(
    (key) => !wanted.some((other) => other.keys.includes(key) && hideEachOther(other, command)),
  );
  return left.length === command.keys.length || left.length === 0 ? command : withKeys(command, left);
}

function withKeys(command: Command, keys: readonly string[]): Command {
  return {...command, keys, defaultKeys: command.keys};
}

type Change = {readonly keys: readonly string[]; readonly where: string};

function unknownKey(text: string): string {
  const meant = closest(text, namedKeys);
  const other = meant === undefined ? 'write it as x, X, ^X or PageUp' : `did you mean '${meant}'?`;
  return `no key is called '${text}' · ${other}`;
}

/** Keys of changed commands that clash with another command. */
function clashes(table: CommandTable, changed: ReadonlyMap<string, Change>): readonly string[] {
  return [...changed].flatMap(([id, {keys, where}], order) => {
    const command = table.find((each) => each.id === id);
    // Of two changed commands that clash, only the later one is a problem.
    const later = new Set([...changed.keys()].slice(order + 1));
    return keys.flatMap((key) => {
      // It was given up.
      if (!command?.keys.includes(key)) return [];
      const other = table.find(
        (each) => each.id !== id && !later.has(each.id) && each.keys.includes(key) && hideEachOther(command, each),
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
 * Returns whether one of two commands with the same key would hide the other. Only a key that closes a page may hide a
 * command of everywhere: `q` closes a page, and quits elsewhere.
 */
function hideEachOther(one: Command, other: Command): boolean {
  if (one.context === other.context) return true;
  if (one.context === 'everywhere') return hides(other, one);
  return other.context === 'everywhere' && hides(one, other);
}

function hides(own: Command, everywhere: Command): boolean {
  if (own.context === 'list' || own.context === 'log') return true;
  return everywhere.notOnPages !== true && own.does !== 'close';
}

/** The keys of the screen, for `pipetail config`. */
export function keyTable(table: CommandTable) {
  return {
    /** Mistakes in the keys of a configuration file, each as `file:line: …`. */
    problems: (remaps: readonly KeyRemap[]): readonly string[] => remap(table, remaps).problems,
    lines: (): readonly KeyLine[] => table.map(({id, keys, help}) => ({command: id, keys, help})),
  };
}
