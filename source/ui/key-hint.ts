import {arrowsInWords, type CommandId, type CommandTable, keysShown} from './commands.ts';

/** The key of a command as people read it, in words where it is an arrow; undefined: it has none. */
export function keyOf(table: CommandTable, id: CommandId): string | undefined {
  const key = table.find((command) => command.id === id)?.keys[0];
  return key === undefined ? undefined : keyInWords(key);
}

/** A key's name as people read it. */
export function keyInWords(name: string): string {
  return arrowsInWords(keysShown({keys: [name]}));
}

/** `/ searches`; undefined for a command without a key. */
export function keyDoes(table: CommandTable, id: CommandId, does: string): string | undefined {
  const key = keyOf(table, id);
  return key === undefined ? undefined : `${key} ${does}`;
}

/** `what: / searches`; only `what` for a command without a key. */
export function withHint(what: string, table: CommandTable, id: CommandId, does: string): string {
  const hint = keyDoes(table, id, does);
  return hint === undefined ? what : `${what}: ${hint}`;
}

/** `y copies, S saves`: of the commands that have keys. */
export function keysDo(table: CommandTable, hints: readonly (readonly [id: CommandId, does: string])[]): string {
  return hints.flatMap(([id, does]) => keyDoes(table, id, does) ?? []).join(', ');
}
