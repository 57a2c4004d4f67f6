import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import {textWidth} from '../terminal/width.ts';
import type {KeyContext} from './command.ts';
import {arrowsInWords, type CommandId, type CommandTable, keysShown} from './commands.ts';
import type {KeyHint} from './prompt-kind.ts';

/** Where keys are pressed; the log wants other keys first while it is paused, and while records are selected. */
export type FooterPlace = Exclude<KeyContext, 'everywhere'> | 'paused log' | 'selecting';

/** Room in cells, and whether the locale has arrows. */
export type FooterSize = {readonly width: number; readonly isUtf8: boolean};

const log = ['help', 'other-side', 'search', 'filter', 'next-error', 'detail', 'copy'] as const;

/** The keys that matter most, in this order: at 80 columns there is room for these. Help is never the one left out. */
const firstCommands: Readonly<Partial<Record<FooterPlace, readonly CommandId[]>>> = {
  sidebar: ['help', 'keep', 'find-name', 'other-side', 'quit', 'describe', 'sort'],
  log: [...log, 'pause', 'quit'],
  'paused log': [...log, 'follow', 'quit'],
  selecting: ['help', 'copy', 'save', 'pipe', 'markdown', 'back'],
};

/** The last row: the keys that matter now, as many as fit; after the first ones in the order of the table. */
export function footerText(table: CommandTable, place: FooterPlace, size: FooterSize): StyledText {
  const pane = place === 'paused log' || place === 'selecting' ? 'log' : place;
  const contexts: readonly KeyContext[] = pane === 'sidebar' || pane === 'log' ? [pane, 'everywhere'] : [pane];
  const first: readonly string[] = firstCommands[place] ?? [];
  const hinted = contexts.flatMap((context) => table.filter((command) => command.context === context));
  const ordered = [
    ...first.flatMap((id) => hinted.filter((command) => command.id === id)),
    ...hinted.filter(({id}) => !first.includes(id)),
  ];
  return keyRow(
    ordered.flatMap(({keys: [key], hint}) =>
      key === undefined || hint === undefined ? [] : [[keysShown({keys: [key]}), hint] as const],
    ),
    size,
  );
}

/** Keys and what they do, as many as fit. */
export function keyRow(hints: readonly KeyHint[], {width, isUtf8}: FooterSize): StyledText {
  const parts: StyledText[] = [];
  let used = 0;
  for (const [shown, word] of hints) {
    const key = isUtf8 ? shown : arrowsInWords(shown);
    const cells = textWidth(key) + textWidth(word) + 2;
    if (used + cells > width) continue;
    used += cells;
    parts.push(plain(` ${key}`, {bold: true}), plain(` ${word}`, {dim: true}));
  }
  return concat(parts);
}
