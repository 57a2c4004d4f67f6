import {noticeRows} from '../../terminal/fit.ts';
import {paint} from '../../terminal/sgr.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import {textWidth} from '../../terminal/width.ts';
import type {Controller} from '../controller.ts';
import {promptKeys} from '../handlers/prompts.ts';
import {useController} from '../hooks/use-controller.ts';
import type {KeyContext} from '../keys/command-table.ts';
import {type CommandId, type CommandTable, contextsOf, type KeyHint} from '../keys/commands.ts';
import {keyLabel} from '../keys/key-names.ts';
import {selectionWords} from '../pane/pane-at.ts';
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
    ? footerText(controller.commands, placeOf(controller), {width, isUtf8}, selectionOf(controller))
    : plain(second, {bold: true});
}

function placeOf({keyContext, pane}: Controller): FooterPlace {
  if (keyContext !== 'log' || !pane) return keyContext;
  const {selectedFrom, position} = pane.tab.pane;
  if (selectedFrom !== undefined) return 'selecting';
  return position.kind === 'held' ? 'paused log' : 'log';
}

/** What the keys of a selection take: `12 records`; undefined without a selection. */
function selectionOf(controller: Controller): string | undefined {
  const at = placeOf(controller) === 'selecting' ? controller.paneAt : undefined;
  return at && selectionWords(at);
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
  describe: [
    'page-close',
    'describe-copy',
    'describe-copy-page',
    'describe-markdown',
    'describe-save',
    'describe-pipe',
  ],
  selecting: ['help', 'copy', 'save', 'pipe', 'markdown', 'back'],
};

/** The keys that work now, as many as fit: the most useful first, then in the order of the table. */
export function footerText(
  table: CommandTable,
  place: FooterPlace,
  size: FooterSize,
  selection?: string | undefined,
): StyledText {
  const pane = place === 'paused log' || place === 'selecting' ? 'log' : place;
  // Pages show their own keys only.
  const isCovering = pane !== 'sidebar' && pane !== 'log';
  const contexts = contextsOf(pane).filter((context) => !(isCovering && context === 'everywhere'));
  const first: readonly string[] = firstCommands[place] ?? [];
  const hinted = contexts.flatMap((context) => table.filter((command) => command.context === context));
  const ordered = [
    ...first.flatMap((id) => hinted.filter((command) => command.id === id)),
    ...hinted.filter(({id}) => !first.includes(id)),
  ];
  return keyRow(
    ordered.flatMap(({id, keys: [key], hint}) => {
      if (key === undefined || hint === undefined) return [];
      return [[key, id === 'copy' && selection !== undefined ? `${hint} ${selection}` : hint] as const];
    }),
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
