import {hasEnded} from '../../../engine/logs/log-snapshot.ts';
import {hasProcess} from '../../../engine/pipelines/stats-poller.ts';
import {
  type Command,
  type CommandTable,
  type Conditions,
  commandFor,
  type KeyContext,
  type KeyHint,
} from '../../../kit/keys/commands.ts';
import {keyLabel} from '../../../kit/keys/key-names.ts';
import {conditionsOfPage, storesOfPage} from '../../../kit/pages/page-driver.ts';
import {selectionWords} from '../../../kit/pane/pane-on-screen.ts';
import {promptKeys} from '../../../kit/screen/prompts.ts';
import {isWithoutServer} from '../../../kit/screen/server-state.ts';
import {hasMatches} from '../../../kit/state/pane-view.ts';
import {namesToMerge, pipelinesOf, promptInUse} from '../../../kit/state/view-state.ts';
import {noticeRows} from '../../../kit/terminal/fit.ts';
import {paint} from '../../../kit/terminal/sgr.ts';
import type {Style} from '../../../kit/terminal/style.ts';
import {concat, plain, type StyledText} from '../../../kit/terminal/styled-text.ts';
import {textWidth} from '../../../lib/width.ts';
import type {Controller} from '../controller.ts';
import {useController, useModelProgress, usePageStores, useStore} from '../hooks/use-controller.ts';
import {useActiveLog} from '../hooks/use-stream-manager.ts';
import {Line} from './rows.tsx';
import {tabLabels, useTabLabels} from './tab-bar.ts';

/** Up to so many running pipelines, the screen offers to read all their logs, until that was done once. */
const mostOffered = 8;

/** The last row: the problem of the prompt, else the rest of a long notice, else keys. */
export function Footer() {
  const {controller} = useController();
  // Some keys are offered only while there are errors, or no connection.
  useActiveLog();
  useModelProgress(controller.pane?.model);
  useTabLabels(controller);
  useStore(controller.events.readings.unread);
  usePageStores(storesOfPage(controller));
  return <Line text={paint(textOf(controller), controller.services.colors.get())} />;
}

function textOf(controller: Controller): StyledText {
  const {notice} = controller.state;
  const prompt = promptInUse(controller.state);
  const {symbols, isUtf8} = controller.services;
  const width = controller.size.columns;
  if (prompt?.problem !== undefined) return plain(noticeRows(prompt.problem, width, symbols)[0], {fg: 1});
  if (prompt) return keyRow(promptKeys(controller, prompt), {width, isUtf8});
  const second = notice === undefined ? undefined : noticeRows(notice, width, symbols)[1];
  return second === undefined
    ? footerText(controller.commands, placeOf(controller), {width, isUtf8})
    : plain(second, {bold: true});
}

/** Returns the conditions that hold where the keys go. */
export function conditionsOf(controller: Controller): Conditions {
  const {keyContext} = controller;
  if (keyContext === 'log') return {...ofBoth(controller), ...ofLog(controller)};
  if (keyContext === 'list') return {...ofBoth(controller), ...ofList(controller)};
  return conditionsOfPage(controller);
}

/** Tells whether there are several pipelines to merge, and the tab on the screen does not show just those. */
function isMergeable({state, tab}: Controller): boolean {
  const names = namesToMerge(state);
  const shown = pipelinesOf(tab);
  return names.length > 1 && !(shown.length === names.length && names.every((name) => shown.includes(name)));
}

function ofBoth(controller: Controller): Conditions {
  const labels = tabLabels(controller);
  return {
    hasTab: controller.tab !== undefined,
    isMergeable: isMergeable(controller),
    hasPipeline: controller.listed.length > 0,
    isOffline: labels.some(({active, offline}) => active && offline),
    isWithoutServer: isWithoutServer(controller),
    hasContexts: (controller.services.contexts?.all.length ?? 0) > 1,
    hasUnseen: labels.some(({errors}) => errors > 0),
  };
}

function ofList({state, services: {logs, turns, poller}, events}: Controller): Conditions {
  const {tabs, cursor, marked, nameFilter} = state;
  const {pipelines = []} = poller.snapshot.get();
  const degraded = events.degraded.names.get();
  const isOffered = turns?.wasOn === false && pipelines.filter(hasProcess).length <= mostOffered;
  return {
    hasUnread: isOffered && events.readings.unread.get().size > 0,
    isPinned: tabs.some(({name, pinned}) => pinned && name === cursor),
    isListFiltered: nameFilter !== '',
    isOneMarked: marked.length === 1,
    // Most pipelines of a long list are passed over without a count: this is asked in each frame.
    hasUnseen: pipelines.some(({name, connectorErrors = 0}) => {
      const mayHave = connectorErrors > 0 || logs.get(name) !== undefined || degraded.has(name);
      return mayHave && events.unseenErrors([name]) > 0;
    }),
  };
}

function ofLog({tab, paneOnScreen}: Controller): Conditions {
  if (!tab) return {};
  const {filters, highlights, position, search, selectedFrom} = tab.pane;
  const {current, model} = paneOnScreen ?? {};
  const isOver = model !== undefined && hasEnded(model.source.snapshot.get());
  return {
    isFollowing: position.kind === 'follow' && !isOver,
    isPaused: position.kind === 'anchored' && !isOver,
    isAbove: position.kind === 'anchored' && isOver,
    isSelecting: selectedFrom !== undefined,
    isHighlighted: highlights.length > 0,
    isSearched: search !== undefined,
    isFiltered: filters.length > 0,
    areFiltersOff: filters.length > 0 && !filters.some(({on}) => on),
    hasMatches: hasMatches(tab.pane),
    hasErrors: (model?.index.table.errors ?? 0) > 0,
    isOnRecord: current !== undefined,
    isOnFold: current !== undefined && (model?.folds.foldedAt(current) ?? 1) > 1,
  };
}

function placeOf(controller: Controller): FooterPlace {
  const now = conditionsOf(controller);
  const at = now.isSelecting === true ? controller.paneOnScreen : undefined;
  return {context: controller.keyContext, now, selection: at && selectionWords(at)};
}

type FooterPlace = {
  /** Context to which keys go. */
  readonly context: KeyContext;
  readonly now: Conditions;
  /** Amount that the keys of a selection take: `12 records`; absent without a selection. */
  readonly selection?: string | undefined;
};

/** `width` in cells; `isUtf8`: the locale has arrows. */
type FooterSize = {readonly width: number; readonly isUtf8: boolean};

/** Most keys in the footer. */
const mostHints = 6;

/** The keys of list and log, those of the situation first. The help is the last on each side, and in any width. */
const order = {
  list: [
    ...['back', 'merge', 'reconnect', 'read-logs'],
    ...['open-tab', 'pipeline-page', 'errors', 'find-name', 'mark-pipeline', 'other-side', 'help'],
  ],
  log: [
    ...['reconnect', 'bottom', 'next-match', 'previous-match', 'back', 'filters-off', 'matches-only'],
    ...['search', 'next-error', 'record-page', 'pause', 'pipeline-page', 'errors', 'help'],
  ],
  /** The others have nothing to act on. */
  'without server': ['reconnect', 'connection', 'contexts', 'quit', 'help'],
  selecting: ['copy', 'save', 'markdown', 'back', 'help'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The newest text of a table: each frame asks for it (0.15 ms to make), and it seldom changes. */
const texts = new WeakMap<CommandTable, {readonly key: string; readonly text: StyledText}>();

/** The keys that do something now, at most six. */
export function footerText(table: CommandTable, place: FooterPlace, size: FooterSize): StyledText {
  const key = JSON.stringify([place, size]);
  const last = texts.get(table);
  if (last?.key === key) return last.text;
  const text = keyRow(hintsOf(table, place), size);
  texts.set(table, {key, text});
  return text;
}

function hintsOf(table: CommandTable, place: FooterPlace): readonly KeyHint[] {
  const {context, now, selection} = place;
  return inOrder(table, place).flatMap((command): readonly KeyHint[] => {
    const [key] = command.keys;
    const hint = hintOf(command, now);
    if (key === undefined || hint === undefined || commandFor(table, context, key) !== command.id) return [];
    if (command.context === 'log' && now.hasTab !== true) return [];
    return [[key, command.id === 'copy' && selection !== undefined ? `${hint} ${selection}` : hint]];
  });
}

function inOrder(table: CommandTable, {context, now}: FooterPlace): CommandTable {
  if (context !== 'list' && context !== 'log') return onPage(table, context);
  const isSelecting = context === 'log' && now.isSelecting === true;
  const ids = order[now.isWithoutServer === true ? 'without server' : isSelecting ? 'selecting' : context];
  return ids.flatMap((id) => table.filter((command) => command.id === id));
}

/** The keys of a page: its own, the one that closes it, those that move, those that take something from it. */
function onPage(table: CommandTable, context: KeyContext): CommandTable {
  const rows = table.filter((command) => command.context === context);
  const own = rows.filter(({does}) => does === undefined);
  const rank = (command: Command) => (command.does === 'close' ? 0 : isTake(command) ? 2 : 1);
  const common = rows.filter(({does}) => does !== undefined).toSorted((a, b) => rank(a) - rank(b));
  // In the help each character is typed.
  return [...own, ...common, ...(context === 'help' ? [] : table.filter(({id}) => id === 'help'))];
}

/** A row of at most six keys: the last is the help, for which there is always room. */
export function keyRow(hints: readonly KeyHint[], {width, isUtf8}: FooterSize): StyledText {
  const labelled = hints.map(([name, word]) => [keyLabel(name, isUtf8), word] as const);
  const cellsOf = ([key, word]: KeyHint) => textWidth(key) + textWidth(word) + 1 + textWidth(dot);
  const last = labelled.at(-1);
  let room = width + textWidth(dot) - 1 - (last ? cellsOf(last) : 0);
  const shown: KeyHint[] = [];
  for (const hint of labelled.slice(0, -1)) {
    if (shown.length === mostHints - 1 || cellsOf(hint) > room) continue;
    room -= cellsOf(hint);
    shown.push(hint);
  }
  const parts = [...shown, ...(last ? [last] : [])].map(([key, word], index) =>
    concat([plain(index === 0 ? ' ' : dot, quiet), plain(key, {bold: true}), plain(` ${word}`, quiet)]),
  );
  return concat(parts);
}

const dot = ' · ';
const quiet: Style = {dim: true};

/** It copies, saves or pipes what is on a page. */
function isTake({does}: Command): boolean {
  return does === 'copy' || does === 'markdown' || does === 'save';
}

/** The word of a command for the footer; undefined: it is not offered. */
function hintOf({hint}: Pick<Command, 'hint'>, now: Conditions): string | undefined {
  if (hint === undefined || typeof hint === 'string') return hint;
  return Object.entries(hint).find(([condition]) => condition === 'else' || now[condition] === true)?.[1];
}
