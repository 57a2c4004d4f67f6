import type {Command, Context} from './command.ts';
import {digits, everywhereCommands} from './everywhere-commands.ts';
import {logCommands} from './log-commands.ts';
import {pageCommands} from './page-commands.ts';
import {sidebarCommands} from './sidebar-commands.ts';

/** All commands: dispatch, footer, help and readme are made from this table and nothing else. */
export const commands = [...everywhereCommands, ...sidebarCommands, ...logCommands, ...pageCommands] as const;

/** The table without its literal types. */
export const allCommands: readonly Command[] = commands;

export type CommandId = (typeof commands)[number]['id'];

/** The command of a key in a pane: the pane's own first, then the ones that hold everywhere. */
export function commandFor(pane: Exclude<Context, 'everywhere'>, keyName: string): CommandId | undefined {
  const isCovering = pane !== 'sidebar' && pane !== 'log';
  for (const context of [pane, 'everywhere']) {
    const found = commands.find((command: Command) => command.context === context && command.keys.includes(keyName));
    if (found && !(isCovering && 'notOnPages' in found)) return found.id;
  }
  return undefined;
}

const shownKeys: Readonly<Record<string, string>> = {
  Up: '↑',
  Down: '↓',
  Left: '←',
  Right: '→',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
};

/** Keys as people read them: `↑ k`, `1–9`. */
export function keysShown(command: Command): string {
  if (command.keys === digits) return '1–9';
  return command.keys.map((key) => shownKeys[key] ?? key).join(' ');
}

/** Keys as `keysShown` has them, arrows as words: in ASCII they would be `<` and `>`, which are keys themselves. */
export function arrowsInWords(keys: string): string {
  return keys.replace('↑', 'Up').replace('↓', 'Down').replace('←', 'Left').replace('→', 'Right');
}

/** Commands by heading, in the order of the table. */
export function commandGroups(): readonly {group: string; commands: readonly Command[]}[] {
  const groups = new Map<string, Command[]>();
  for (const command of allCommands) {
    const group = groups.get(command.group) ?? [];
    group.push(command);
    groups.set(command.group, group);
  }
  return [...groups].map(([group, members]) => ({group, commands: members}));
}
