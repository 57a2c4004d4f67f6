import {hasCaughtUp, hasEnded} from '../../engine/logs/log-snapshot.ts';
import {shownSteps} from '../../engine/program/configuration.ts';
import {withHint} from '../../kit/keys/commands.ts';
import {closePages, keptBy} from '../../kit/pages/page.ts';
import {factRows, fitted, keptRows, marginCells, pageTitle} from '../../kit/pages/page-rows.ts';
import {type Block, itemBlock, listBlock, type Section, stacked} from '../../kit/pages/sections.ts';
import {goToEntryOf, tabOf} from '../../kit/screen/common.ts';
import type {Feature, PipelinePart, Problem, Screen} from '../../kit/screen/screen.ts';
import type {PageText, Tab} from '../../kit/state/view-state.ts';
import {charactersPerCell, clip, clippedSides, textColumn, wrapWords} from '../../kit/terminal/fit.ts';
import type {Style} from '../../kit/terminal/style.ts';
import {concat, plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import type {Symbols} from '../../kit/terminal/symbols.ts';
import {type Fact, pipelineMarkdownSteps} from '../../kit/viewport/markdown.ts';
import {cutBeforeEnd} from '../../kit/words/excerpt.ts';
import {count, counted} from '../../lib/format.ts';
import {runAtOnce} from '../../lib/slices.ts';
import {textWidth} from '../../lib/width.ts';
import {ChangesReader, type ChangesState} from './changes-reader.ts';
import {
  changesInWords,
  changesTextSteps,
  exampleInWords,
  runFacts,
  runInWords,
  timesInWords,
  valuesInWords,
} from './changes-words.ts';
import type {ComparedRuns, GroupChange, LeafChange} from './run-changes.ts';

const styles: Readonly<Record<GroupChange['change'] | LeafChange['shown']['change'], Style>> = {
  new: {fg: 1, bold: true},
  more: {fg: 3, bold: true},
  gone: {dim: true},
  changed: {fg: 3, bold: true},
  added: {fg: 2, bold: true},
};
/** Cells of the longest word: of kinds of records, and of a configuration. */
const changeCells = 4;
const leafCells = 7;
/** Changes of a configuration on the page, which is no place for all of a pipeline's connectors; a copy has them. */
const mostLeaves = 200;
/** Rows of a leaf whose values are long. */
const mostValueRows = 6;

type OpenLog = Parameters<ChangesReader['start']>[1] & {readonly tab: Tab};

type ChangesView = {
  readonly state: ChangesState | undefined;
  readonly pipeline: string;
  readonly width: number;
  /** Shows the values that are hidden. */
  readonly isRevealed: boolean;
};

/** The log of a pipeline whose runs can be compared, or why there are none. */
function logWithRuns(screen: Screen, pipeline: string): OpenLog | string {
  const tab = tabOf(screen, pipeline);
  if (!tab) return screen.tab?.merges ? 'a merged log has no runs' : 'its log is not open';
  const source = screen.logOf(tab);
  const index = screen.indexOf(tab);
  if (!source || !index) return 'its log is not open yet';
  const snapshot = source.snapshot.get();
  // One that is cut may have been read before.
  const isRead = !snapshot.connection || hasCaughtUp(snapshot) || screen.events.hasCaughtUp(source);
  return isRead ? {tab, source, index} : 'its log is not read yet';
}

/** Says why runs are not compared. */
function fewRuns(hasRun: boolean): string {
  return `the log has ${hasRun ? 'only one run' : 'no run'}: nothing to compare`;
}

/** Says that all of its log was read, and has no second run; undefined: that is not so. */
function tooFewRuns(screen: Screen, pipeline: string): string | undefined {
  const log = logWithRuns(screen, pipeline);
  if (typeof log === 'string' || log.index.indexedTo < log.source.buffer.endedTo) return undefined;
  const {runs} = log.index;
  return runs.length < 2 ? fewRuns(runs.length > 0) : undefined;
}

/** Compares the run on the screen with the one before it, unless that was begun, or cannot be done yet. */
function readChanges(screen: Screen, changes: ChangesReader, pipeline: string): void {
  const log = logWithRuns(screen, pipeline);
  if (changes.state.get() || typeof log === 'string') return;
  const {tab, index} = log;
  const {paneOnScreen} = screen;
  const current = paneOnScreen?.tab === tab && tab.pane.position.kind !== 'follow' ? paneOnScreen.current : undefined;
  changes.start(tab.name, log, current === undefined ? undefined : index.runAt(current)?.firstId);
}

/** Lists how a run differs from an earlier one: its end, its configuration, and kinds of records, errors first. */
export function changesSection(screen: Screen, {state: compared, pipeline, width, isRevealed}: ChangesView): Section {
  const {symbols} = screen.services;
  const log = compared ?? logWithRuns(screen, pipeline);
  const why = typeof log === 'string' ? log : undefined;
  const state = compared ?? {kind: 'counting' as const, pipeline, percent: 0};
  const changes = state.kind === 'compared' ? state.changes : [];
  const title = why === undefined ? titleOf(state, screen, width) : pageTitle(`Changes in ${pipeline}`, why);
  const above = state.kind === 'compared' ? runBlocks(screen, state, {width, isRevealed}) : [];
  const kinds = listBlock({
    items: changes,
    rowOf() {
      const times = textColumn(changes, (change) => timesInWords(change, symbols.times), true);
      const cells = width - marginCells - changeCells - times.cells - 4;
      return (change, index) =>
        concat([
          plain(change.change.padEnd(changeCells), styles[change.change]),
          plain(`  ${times.at(index)}  `),
          cutBeforeEnd(exampleInWords(change, width), cells, symbols.ellipsis),
        ]);
    },
    keyOf: (_, row) => String(leavesOf(state).length + row),
    width,
    symbols,
  });
  return {name: 'changes', ...stacked([{rows: [fitted(title, width, symbols)]}, ...above, kinds])};
}

/** Returns what is known of the two runs, and the differences of their configurations. */
function runBlocks(
  screen: Screen,
  state: Extract<ChangesState, {kind: 'compared'}>,
  {width, isRevealed}: Pick<ChangesView, 'width' | 'isRevealed'>,
): readonly Block[] {
  const {symbols} = screen.services;
  const facts = factsOf(screen, state);
  const run = runInWords(state.older);
  const isInTitle = comparedTitle(state, width).text.endsWith(run);
  const leaves = leavesOf(state);
  const left = differencesOf(state).length - leaves.length;
  const more = plain(`   and ${counted(left, 'other', 'others')}, which a copy has`, {dim: true});
  return [
    {rows: factRows(isInTitle ? facts : [['compared with', run], ...facts], width)},
    ...leaves.map(({change, shown}, index) => {
      const rows = isRevealed
        ? keptRows(change, width, () => leafRows(runAtOnce(shownSteps(change, true)), width, symbols))
        : keptRows(shown, width, () => leafRows(shown, width, symbols));
      return itemBlock(String(index), rows);
    }),
    {rows: left > 0 ? [more] : []},
    {rows: state.changes.length > 0 ? [plain(''), plain(' Kinds of records', {bold: true})] : []},
  ];
}

function factsOf(screen: Screen, compared: ComparedRuns): readonly Fact[] {
  const {lookup, services} = screen;
  const described = lookup.described.get();
  const answer = described?.name === compared.pipeline ? described.answer : undefined;
  const program = answer?.kind === 'detail' ? answer.detail : answer ? undefined : 'asked';
  const snapshot = services.logs.get(compared.pipeline)?.snapshot.get();
  return runFacts(compared, program, snapshot && hasEnded(snapshot) ? snapshot.endId : undefined);
}

/** Some values of the configuration are not shown. */
function hidesValues(state: ChangesState | undefined): boolean {
  return leavesOf(state).some(({shown: {before = '', now = ''}}) => `${before}${now}`.includes('"(hidden'));
}

function differencesOf({configuration}: ComparedRuns): readonly LeafChange[] {
  return configuration.kind === 'compared' ? configuration.changes : [];
}

/** Those that the page shows. */
function leavesOf(state: ChangesState | undefined): readonly LeafChange[] {
  return state?.kind === 'compared' ? differencesOf(state).slice(0, mostLeaves) : [];
}

/** Returns the rows of a leaf: values that do not fit behind the path are below it. */
function leafRows(shown: LeafChange['shown'], width: number, symbols: Symbols): readonly StyledText[] {
  const margin = ' '.repeat(marginCells);
  const head = concat([
    plain(margin),
    plain(shown.change.padEnd(leafCells), styles[shown.change]),
    plain(`  ${shown.path}`),
  ]);
  const indent = ' '.repeat(marginCells + leafCells + 2);
  const room = Math.max(10, width - indent.length - 1);
  // Of a long one, no more than shows that it is cut: it may have megabytes.
  const mostCells = (mostValueRows + 1) * room;
  const beginning = (value: string | undefined) => value?.slice(0, mostCells * charactersPerCell);
  const {isHidden} = shown;
  const values = plain(valuesInWords({before: beginning(shown.before), now: beginning(shown.now), isHidden}));
  const row = concat([head, plain('  '), values]);
  if (!clippedSides(row.text, 0, width).right) return [row];
  const rows = wrapWords(clip(values, 0, mostCells).text, room);
  const below = rows.slice(0, mostValueRows).map((text) => plain(`${indent}${text}`));
  const cut =
    rows.length > mostValueRows
      ? [plain(`${indent}${symbols.ellipsis} cut here: a copy has all of it`, {dim: true})]
      : [];
  return [fitted(head, width, symbols), ...below, ...cut];
}

function titleOf(state: ChangesState, {commands}: Screen, width: number): StyledText {
  switch (state.kind) {
    case 'counting':
      return pageTitle(`Changes in ${state.pipeline}`, `counting the records of its runs: ${state.percent}%`);
    case 'alone':
      return pageTitle(
        `Changes in ${state.pipeline}`,
        state.hasLater
          ? withHint('the run on the screen is the first', commands, 'bottom', 'go to the last')
          : fewRuns(state.hasRun),
      );
    case 'compared':
      return comparedTitle(state, width);
  }
}

/** Returns the title with what is known of the earlier run, which is below where it does not fit. */
function comparedTitle(compared: ComparedRuns, width: number): StyledText {
  const {older, newer, changes} = compared;
  const what = `Changes in run ${count(newer.number)} since run ${count(older.number)}`;
  const title = pageTitle(what, `${changesInWords(changes)} · ${runInWords(older)}`);
  return textWidth(title.text) <= width ? title : pageTitle(what, changesInWords(changes));
}

/** Goes to the configuration that has a leaf, or to the first line of a kind of record, or says that it is gone. */
function goToChange(screen: Screen, state: ChangesState | undefined, item: number): void {
  if (state?.kind !== 'compared') return;
  const leaves = leavesOf(state);
  const id = leaves[item]?.id ?? state.changes[item - leaves.length]?.firstId;
  if (id === undefined) return;
  const buffer = screen.services.logs.get(state.pipeline)?.buffer;
  if (!buffer || id < buffer.firstId) {
    screen.say('its first line is no longer kept');
    return;
  }
  closePages(screen);
  goToEntryOf(screen, state.pipeline, id);
}

function changesAsText(screen: Screen, compared: ChangesState | undefined): PageText | Problem {
  const described = screen.lookup.described.get();
  const log = compared || !described ? undefined : logWithRuns(screen, described.name);
  if (typeof log === 'string') return {problem: log};
  if (compared?.kind === 'counting') return {problem: 'still counting: press the key again'};
  if (compared?.kind !== 'compared') return {problem: 'nothing to copy here'};
  const {pipeline} = compared;
  const {serverUrl: server} = screen.services;
  const facts = factsOf(screen, compared);
  return {
    file: `${pipeline}-changes`,
    text: () => changesTextSteps(compared, facts),
    *markdown() {
      const text = yield* changesTextSteps(compared, facts);
      return yield* pipelineMarkdownSteps({pipeline, server, facts: [], errors: [{title: 'Changes', text}]});
    },
  };
}

export const changesPart: PipelinePart<ChangesReader> = {
  name: 'changes',
  above: 'connection',
  start: ({services}) => new ChangesReader(services.clock),
  section: (screen, {name: pipeline}, {kept, width}) =>
    changesSection(screen, {state: kept.state.get(), pipeline, width, isRevealed: kept.isRevealed.get()}),
  read: readChanges,
  canOpen(screen, pipeline) {
    if (screen.tab?.merges && (pipeline === undefined || !tabOf(screen, pipeline))) {
      screen.sayHint('a merged log has no runs', 'changes', 'compare those of one pipeline');
      return false;
    }
    const why = pipeline === undefined ? undefined : tooFewRuns(screen, pipeline);
    if (why !== undefined) screen.say(why);
    return why === undefined;
  },
  goTo: (screen, kept, key) => goToChange(screen, kept.state.get(), Number(key)),
  text: (screen, kept) => changesAsText(screen, kept.state.get()),
  conditions: ({hasEarlier, isRevealed, state}) => ({
    hasEarlierRun: hasEarlier,
    isRevealed: isRevealed.get(),
    hidesValues: hidesValues(state.get()),
  }),
  redrawnBy: ({state, isRevealed}) => [state, isRevealed],
};

export const changes: Feature = {
  keys: {
    everywhere: [
      {
        id: 'changes',
        opens: 'pipeline',
        section: 'changes',
        keys: ['D'],
        help: 'changes between the run on the screen and the one before it',
        core: {task: 'errors', words: 'changes since the last run'},
        synonyms: ['diff', 'compare'],
      },
    ],
  },
  parts: [changesPart],
  pageKeys: {
    pipeline: [
      {
        id: 'changes-earlier',
        keys: ['Left', 'h'],
        help: 'compare with an earlier run',
        hint: {hasEarlierRun: 'earlier run'},
        run: (screen) => stepRun(screen, -1),
      },
      {
        id: 'changes-later',
        keys: ['Right', 'l'],
        help: 'compare with a later run',
        run: (screen) => stepRun(screen, 1),
      },
      {
        id: 'changes-values',
        keys: ['x'],
        help: 'show the hidden values of the changes, only on the screen; again: hide them',
        hint: {isRevealed: 'hide values', hidesValues: 'show values'},
        run(screen) {
          const kept = keptBy(screen.state.page, changesPart);
          if (!kept) return;
          if (hidesValues(kept.state.get())) kept.isRevealed.set(!kept.isRevealed.get());
          else screen.say('no value is hidden here');
        },
      },
    ],
  },
};

function stepRun(screen: Screen, by: -1 | 1): void {
  const {page} = screen.state;
  const kept = keptBy(page, changesPart);
  if (!page || !kept) return;
  const isCompared = kept.state.get()?.kind === 'compared';
  const isThere = kept.step(by);
  if (!isCompared) screen.say('no runs are compared here');
  else if (!isThere) screen.say(by < 0 ? 'there is no earlier run' : 'there is no other run between them');
  else screen.dispatch({type: 'page', page: {...page, chosen: {section: 'changes', key: '0'}}});
}
