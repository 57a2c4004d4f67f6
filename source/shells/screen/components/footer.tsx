import {hasEnded} from '../../../engine/logs/log-snapshot.ts';
import {hasProcess} from '../../../engine/pipelines/stats-poller.ts';
import type {CommandTable, Conditions, KeyContext} from '../../../kit/keys/command.ts';
import {commandFor, hintOf, isTake, type KeyHint} from '../../../kit/keys/commands.ts';
import {keyLabel} from '../../../kit/keys/key-names.ts';
import {conditionsOfPage, storesOfPage} from '../../../kit/pages/page-driver.ts';
import {selectionWords} from '../../../kit/pane/pane-on-screen.ts';
import {promptKeys} from '../../../kit/screen/prompts.ts';
import {hasMatches} from '../../../kit/state/pane-view.ts';
import {namesToMerge, pipelinesOf, promptInUse} from '../../../kit/state/view-state.ts';
import {noticeRows} from '../../../kit/terminal/fit.ts';
import {paint} from '../../../kit/terminal/sgr.ts';
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
  // In the list, keys that it does not use act on the log.
  if (keyContext === 'list') return {...ofBoth(controller), ...ofLog(controller), ...ofList(controller)};
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
    hasTabs: controller.state.tabs.length > 1,
    isMergeable: isMergeable(controller),
    hasPipeline: controller.listed.length > 0,
    isOffline: labels.some(({active, offline}) => active && offline),
    hasUnseen: labels.some(({errors}) => errors > 0),
  };
}

function ofList({state, services: {turns, poller}, events}: Controller): Conditions {
  const {tabs, cursor, nameFilter} = state;
  const {pipelines = []} = poller.snapshot.get();
  const isOffered = turns?.wasOn === false && pipelines.filter(hasProcess).length <= mostOffered;
  return {
    hasUnread: isOffered && events.readings.unread.get().size > 0,
    inLog: false,
    isPinned: tabs.some(({name, pinned}) => pinned && name === cursor),
    isListFiltered: nameFilter !== '',
  };
}

function ofLog({tab, paneOnScreen}: Controller): Conditions {
  if (!tab) return {inLog: true};
  const {filters, highlights, position, search, selectedFrom, marks, fold, asSent} = tab.pane;
  const {current, model} = paneOnScreen ?? {};
  const isOver = model !== undefined && hasEnded(model.source.snapshot.get());
  return {
    inLog: true,
    isFollowing: position.kind === 'follow' && !isOver,
    isPaused: position.kind === 'anchored' && !isOver,
    isAbove: position.kind === 'anchored' && isOver,
    hasRuns: model !== undefined && model.source.merge === undefined && model.index.runs.length > 1,
    isSelecting: selectedFrom !== undefined,
    isHighlighted: highlights.length > 0,
    isSearched: search !== undefined,
    isFiltered: filters.length > 0,
    areFiltersOff: filters.length > 0 && !filters.some(({on}) => on),
    hasMatches: hasMatches(tab.pane),
    hasErrors: (model?.index.errorCount ?? 0) > 0,
    hasMarks: marks.size > 0,
    isFolded: fold,
    isOnRecord: current !== undefined,
    isOnFold: current !== undefined && (model?.folds.foldedAt(current) ?? 1) > 1,
    isAsSent: asSent,
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

/** The most useful keys first; `help` fits into any width. */
const first = {
  list: ['help', 'open-tab', 'find-name', 'other-side', 'back', 'merge', 'quit', 'pipeline-page', 'mark-pipeline'],
  log: [
    ...['help', 'reconnect', 'next-match', 'search', 'filter', 'back', 'pause', 'next-error', 'record-page', 'copy'],
    ...['other-side', 'quit', 'filters-off', 'matches-only', 'previous-match'],
  ],
  selecting: ['help', 'copy', 'save', 'markdown', 'back'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The newest text of a table: each frame asks for it (0.15 ms to make), and it seldom changes. */
const texts = new WeakMap<CommandTable, {readonly key: string; readonly text: StyledText}>();

/** The keys that do something now, as many as fit: the most useful first, then in the order of the table. */
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
  const inOrder = firstIn(place).flatMap((id) => table.filter((command) => command.id === id));
  const before = isPane(context) ? table.filter((command) => command.context === context) : onPage(table, context);
  return [...new Set([...inOrder, ...before, ...table])].flatMap((command): readonly KeyHint[] => {
    const [key] = command.keys;
    const hint = hintOf(command, now);
    if (key === undefined || hint === undefined || commandFor(table, context, key) !== command.id) return [];
    const isOfLog = command.context === 'log';
    if (isOfLog && (now.hasTab !== true || (context !== 'log' && command.notInList))) return [];
    if (context === 'help' && command.context !== 'help') return [];
    return [[key, command.id === 'copy' && selection !== undefined ? `${hint} ${selection}` : hint]];
  });
}

function isPane(context: KeyContext): boolean {
  return context === 'list' || context === 'log';
}

/** Returns the keys of a page, those that take something from it last: a narrow screen has no room for all. */
function onPage(table: CommandTable, context: KeyContext): CommandTable {
  const rows = table.filter((command) => command.context === context);
  return [...rows.filter((command) => !isTake(command)), ...rows.filter(isTake)];
}

function firstIn({context, now}: FooterPlace): readonly string[] {
  if (context === 'list') return first.list;
  if (context === 'log') return now.isSelecting === true ? first.selecting : first.log;
  return [];
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
