import {noticeRows} from '../../terminal/fit.ts';
import {paint} from '../../terminal/sgr.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import {textWidth} from '../../terminal/width.ts';
import type {Controller} from '../controller.ts';
import {promptKeys} from '../handlers/prompts.ts';
import {useController} from '../hooks/use-controller.ts';
import type {KeyContext} from '../keys/command-table.ts';
import type {CommandId, CommandTable, KeyHint} from '../keys/commands.ts';
import {keyLabel} from '../keys/key-names.ts';
import {promptInUse} from '../state/view-state.ts';
import {Line} from './rows.tsx';

/** The last row: the problem of the prompt, else the rest of a long notice, else keys. */
export function Footer() {
  const {controller} = useController();
  return <Line text={paint(textOf(controller), controller.services.colors)} />;
}

function textOf(controller: Controller): StyledText {
  const {notice} = controller.state;
  const prompt = promptInUse(controller.state);
  const {symbols, isUtf8} = controller.services;
  const width = controller.size.columns;
  if (prompt?.problem !== undefined) return plain(noticeRows(prompt.problem, width, symbols)[0], {fg: 1});
  if (prompt) return keyRow(promptKeys(prompt), {width, isUtf8});
  const second = notice === undefined ? undefined : noticeRows(notice, width, symbols)[1];
  return second === undefined
    ? footerText(controller.commands, placeOf(controller), {width, isUtf8})
    : plain(second, {bold: true});
}

function placeOf({keyContext, pane}: Controller): FooterPlace {
  if (keyContext !== 'log' || !pane) return keyContext;
  const {selectedFrom, position} = pane.tab.pane;
  if (selectedFrom !== undefined) return 'selecting';
  return position.kind === 'held' ? 'paused log' : 'log';
}

/** A paused log and a selection have other first keys than their context. */
type FooterPlace = Exclude<KeyContext, 'everywhere'> | 'paused log' | 'selecting';

/** `width` in cells; `isUtf8`: the locale has arrows. */
type FooterSize = {readonly width: number; readonly isUtf8: boolean};

const log = ['help', 'other-side', 'search', 'filter', 'next-error', 'detail', 'copy'] as const;

/** The most useful keys first: these fit into 80 columns, and `help` into any width. */
const firstCommands: Readonly<Partial<Record<FooterPlace, readonly CommandId[]>>> = {
  sidebar: ['help', 'keep', 'find-name', 'other-side', 'quit', 'describe', 'sort'],
  log: [...log, 'pause', 'quit'],
  'paused log': [...log, 'follow', 'quit'],
  selecting: ['help', 'copy', 'save', 'pipe', 'markdown', 'back'],
};

/** The keys that work now, as many as fit: the most useful first, then in the order of the table. */
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
    ordered.flatMap(({keys: [key], hint}) => (key === undefined || hint === undefined ? [] : [[key, hint] as const])),
    size,
  );
}

export function keyRow(hints: readonly KeyHint[], {width, isUtf8}: FooterSize): StyledText {
  const parts: StyledText[] = [];
  let used = 0;
  for (const [name, word] of hints) {
    const key = keyLabel(name, isUtf8);
    const cells = textWidth(key) + textWidth(word) + 2;
    if (used + cells > width) continue;
    used += cells;
    parts.push(plain(` ${key}`, {bold: true}), plain(` ${word}`, {dim: true}));
  }
  return concat(parts);
}
