import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import {textWidth} from '../terminal/width.ts';
import {allCommands, type Command, type Context, keysShown} from './commands.ts';

/** The last row: the keys that matter now, as many as fit, help first so that it is never the one left out. */
export function footerText(pane: Exclude<Context, 'everywhere'>, width: number): StyledText {
  const contexts: readonly Context[] = pane === 'sidebar' || pane === 'log' ? [pane, 'everywhere'] : [pane];
  const hinted = contexts.flatMap((context) =>
    allCommands.flatMap((command) =>
      command.context === context && command.hint !== undefined ? [{...command, hint: command.hint}] : [],
    ),
  );
  const ordered = [...hinted].sort((a, b) => Number(b.id === 'help') - Number(a.id === 'help'));
  const parts: StyledText[] = [];
  let used = 0;
  for (const command of ordered) {
    const key = firstKey(command);
    const cells = textWidth(key) + 1 + textWidth(command.hint) + 2;
    if (used + cells > width) continue;
    used += cells;
    parts.push(plain(` ${key}`, {bold: true}), plain(` ${command.hint}`, {dim: true}));
  }
  return concat(parts);
}

function firstKey(command: Command): string {
  return keysShown({...command, keys: command.keys.slice(0, 1)});
}
